"""Runs of steps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Mapping, Optional

from ...connection import translated
from ...core import _run_documents as documents
from ...exceptions import ActivityFailedException
from ._graph_run import GraphRun, step_words
from ._outputs import PortDataReference, StepRunOutput, download_output
from ._progress import follow

if TYPE_CHECKING:
    from .run import PipelineRun


class StepRun(GraphRun):
    """The run of one step; a step that is reused has the run that made what it left."""

    _pipeline_run: "PipelineRun"
    _key: str

    @classmethod
    def _of_step(cls, pipeline_run: "PipelineRun", step: Mapping[str, Any]) -> "StepRun":
        run = cls._of(pipeline_run._workspace, _step_document(pipeline_run, step))
        assert isinstance(run, StepRun)
        run._pipeline_run = pipeline_run
        run._key = str(step["name"])
        run._experiment = pipeline_run._experiment
        run._state = dict(step)
        return run

    @property
    def name(self) -> str:
        return self._pipeline_run._name_of(self._key)

    @property
    def type(self) -> str:
        return "azureml.StepRun"

    @property
    def pipeline_run_id(self) -> str:
        return self._pipeline_run.id

    @property
    def step_id(self) -> str:
        return self._key

    @property
    def reused(self) -> bool:
        """Whether an earlier run's output was taken."""
        return bool(self._read()["reused"])

    @property
    def _has_run(self) -> bool:
        """The run of a step begins to exist when its turn has come."""
        return self._state["runId"] is not None

    def _read(self) -> dict[str, Any]:
        """The step as it is now."""
        before = self._state["runId"]
        self._state = next(step for step in self._pipeline_run._read()["steps"] if step["name"] == self._key)
        if self._state["runId"] != before:
            self._take(self._workspace, _step_document(self._pipeline_run, self._state))
            self._experiment = self._pipeline_run._experiment
        return self._state

    def get_status(self) -> str:
        """``NotStarted``, ``Queued``, ``Running``, ``Finished``, ``Failed`` or ``Canceled``."""
        return step_words[self._read()["status"]]

    def get_details(self) -> dict[str, Any]:
        state = self._read()
        found = {
            "runId": self.id,
            "target": state["computeTarget"],
            "status": step_words[state["status"]],
            "startTimeUtc": state["startedAt"],
            "endTimeUtc": state["endedAt"],
            "properties": self.get_properties(),
            "logFiles": {"user_logs/std_log.txt": self._pipeline_run.get_portal_url()} if self._has_run else {},
            "statusDetails": state["reason"],
        }
        return {**found, **({"error": state["error"]} if state["error"] else {})}

    def get_details_with_logs(self) -> dict[str, Any]:
        return {**self.get_details(), "logFiles": {"user_logs/std_log.txt": self.get_job_log()}}

    def get_properties(self) -> dict[str, str]:
        state = self._read()
        own = super().get_properties() if self._has_run else {}
        if not state["reused"]:
            return own
        source = state["reusedFrom"] or {}
        return {**own, "azureml.isreused": "true", "azureml.reusedrunid": str(state["runId"]), "azureml.reusedpipelinerunid": str(source.get("jobId", "")), "azureml.reusednodeid": str(source.get("step", ""))}

    def get_tags(self) -> dict[str, Optional[str]]:
        return super().get_tags() if self._read()["runId"] is not None else {}

    def get_job_log(self) -> str:
        """What the step printed, from the run that did the work."""
        source = self._read()["reusedFrom"] or {"jobId": self._pipeline_run.id, "step": self._key}
        with translated():
            return str(self._workspace._own.jobs.get(source["jobId"]).logs(source["step"]))

    def get_stdout_log(self) -> str:
        return self.get_job_log()

    def get_stderr_log(self) -> str:
        return self.get_job_log()

    def _log_text(self) -> str:
        return self.get_job_log()

    def wait_for_completion(self, show_output: bool = True, timeout_seconds: float = sys.maxsize, raise_on_error: bool = True) -> str:  # type: ignore[override]
        """Waits for the step's end and answers its status.

        Raises:
            ActivityFailedException: it failed, and ``raise_on_error`` is true.
        """
        follow(self._pipeline_run, show_output, timeout_seconds, self._key)
        status = self.get_status()
        if status == "Failed" and raise_on_error:
            raise ActivityFailedException(f"Step {self.name} failed: {(self._state['error'] or {}).get('message', '')}\nPage: {self._pipeline_run.get_portal_url()}")
        return status

    def get_outputs(self) -> "dict[str, StepRunOutput]":
        """What the step left, by name."""
        return {output["name"]: StepRunOutput(self, output["name"]) for output in self._read()["outputs"]}

    def get_output(self, name: str) -> "StepRunOutput":
        """One output of the step.

        Raises:
            KeyError: it left none of that name.
        """
        found = self.get_outputs()
        if name not in found:
            raise KeyError(f"The step {self.name} left no output {name!r}; it left {', '.join(found) or 'none'}.")
        return found[name]

    def get_output_data(self, name: str) -> PortDataReference:
        """Where an output is, to be downloaded."""
        return self.get_output(name).get_port_data_reference()

    def _download(self, output: str, local_path: str, overwrite: bool) -> int:
        tree = next(each["tree"] for each in self._read()["outputs"] if each["name"] == output)
        return download_output(self._workspace._own, tree, local_path, overwrite)

    def cancel(self) -> None:
        """Asks the whole pipeline run to end: its steps are not ended one by one."""
        self._pipeline_run.cancel()

    def __repr__(self) -> str:
        return f"StepRun(Name: {self.name},\nId: {self.id},\nStatus: {self.get_status()})"


def _step_document(pipeline_run: "PipelineRun", step: Mapping[str, Any]) -> dict[str, Any]:
    """The document of the step's run, or what is known of it before there is one."""
    if step["runId"] is not None:
        return documents.get_run(pipeline_run._workspace._own, step["runId"])
    parent = pipeline_run._document
    return {**parent, "id": f"{pipeline_run.id}:{step['name']}", "name": step["name"], "step": step["name"], "jobId": pipeline_run.id, "parentRunId": pipeline_run.id, "tags": {}, "metrics": [], "parameters": {}}
