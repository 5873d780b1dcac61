"""``azureml.pipeline.core.run``: runs of pipelines and of their steps."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

from ....connection import segment
from ....errors import ApiError
from ...connection import translated
from ...core import _run_documents as documents
from ...core.run import Run
from ...exceptions import ActivityFailedException
from ._graph_run import GraphRun, job_words
from ._outputs import PortDataReference, StepRunOutput
from ._progress import follow
from ._step_run import StepRun

if TYPE_CHECKING:
    from .published_pipeline import PublishedPipeline

__all__ = ["PipelineRun", "PortDataReference", "StepRun", "StepRunOutput"]


class PipelineRun(GraphRun):
    """One submission of a pipeline.

    Args:
        experiment: its experiment.
        run_id: its id.
    """

    def __init__(self, experiment: Any, run_id: str, _service_endpoint: Any = None, _job: Optional[Mapping[str, Any]] = None, **others: Any) -> None:
        super().__init__(experiment, run_id)
        self._job = dict(_job) if _job is not None else None
        self._labels: Optional[dict[str, str]] = None

    @staticmethod
    def get(workspace: Any, run_id: str, _service_endpoint: Any = None) -> "PipelineRun":
        return PipelineRun(Run._find(workspace, run_id).experiment, run_id)

    @staticmethod
    def get_pipeline_runs(workspace: Any, pipeline_id: str, _service_endpoint: Any = None) -> "list[PipelineRun]":
        """The runs of a published pipeline, newest first."""
        from .published_pipeline import PublishedPipeline

        published = PublishedPipeline.get(workspace, pipeline_id)
        own = workspace._own
        with translated():
            jobs = [*own.connection.pages(f"{own.path}/pipelines/{segment(published.name)}/jobs")]
        return [PipelineRun.get(workspace, job["id"]) for job in jobs if job["pipeline"]["version"] == published._document["version"]]

    @property
    def type(self) -> str:
        return "azureml.PipelineRun"

    def _read(self) -> dict[str, Any]:
        """The job as it is now; one that has ended is not asked for again."""
        if self._job is None or self._job["status"] in ("queued", "running"):
            own = self._workspace._own
            with translated():
                self._job = own.connection.call("GET", f"{own.path}/jobs/{segment(self.id)}")
        assert self._job is not None
        return self._job

    def get_status(self) -> str:
        """``NotStarted``, ``Running``, ``Finished``, ``Failed`` or ``Canceled``."""
        return job_words[self._read()["status"]]

    def get_details(self) -> dict[str, Any]:
        job = self._read()
        details = {**super().get_details(), "runId": self.id, "status": job_words[job["status"]], "startTimeUtc": job["startedAt"], "endTimeUtc": job["endedAt"]}
        details["properties"] = {**details.get("properties", {}), "azureml.runsource": "azureml.PipelineRun", "azureml.parameters": json.dumps(job["parameters"])}
        if job["error"]:
            details["error"] = job["error"]
        if job["warnings"]:
            details["warnings"] = [{"message": text} for text in job["warnings"]]
        return details

    def get_tags(self) -> dict[str, Optional[str]]:
        return {**self._read()["tags"], **super().get_tags()}

    def wait_for_completion(self, show_output: bool = True, timeout_seconds: float = sys.maxsize, raise_on_error: bool = True) -> str:  # type: ignore[override]
        """Waits for the end and answers the status.

        Raises:
            ActivityFailedException: it failed, and ``raise_on_error`` is true.
            TimeoutError: ``timeout_seconds`` went by.
        """
        follow(self, show_output, timeout_seconds)
        status = self.get_status()
        if status == "Failed" and raise_on_error:
            raise ActivityFailedException(self._failure())
        return status

    def _failure(self) -> str:
        job = self._read()
        lines = [f"PipelineRun {self.id} failed."]
        for step in job["steps"]:
            if step["error"]:
                lines.append(f"Step {self._name_of(step['name'])}: {step['error']['message']}")
                lines += [f"  | {line}" for line in step["error"]["logTail"]]
        return "\n".join([*lines, f"Page: {job['url']}"])

    def get_steps(self) -> "list[StepRun]":
        """The runs of the steps, in the order of the pipeline."""
        return [StepRun._of_step(self, step) for step in self._read()["steps"]]

    def get_children(self, recursive: bool = False, tags: Any = None, properties: Any = None, type: Optional[str] = None, status: Optional[str] = None, _rehydrate_runs: bool = True) -> "Iterator[Run]":
        """The runs of the steps; with ``recursive`` also what they started."""
        for step in self.get_steps():
            if status in (None, step.get_status()) and documents.fits(step._document, tags, properties):
                yield step
            if recursive and step._has_run:
                yield from step.get_children(True, tags, properties, type, status)

    def find_step_run(self, name: str) -> "list[StepRun]":
        """The runs of the steps of that name: one, unless several steps are called so."""
        return [step for step in self.get_steps() if name in (step.name, step._key)]

    def get_pipeline_output(self, pipeline_output_name: str) -> PortDataReference:
        """What the pipeline left under a name that ``PipelineData(pipeline_output_name=…)`` gave.

        Raises:
            KeyError: nothing has that name.
        """
        outputs = self._source().get("outputs", {})
        if pipeline_output_name not in outputs:
            raise KeyError(f"The pipeline has no output {pipeline_output_name!r}; it has {', '.join(outputs) or 'none'}.")
        key, _, name = outputs[pipeline_output_name][len("${{parent.jobs.") : -len("}}")].partition(".outputs.")
        return self._step(key).get_output_data(name)

    def _step(self, key: str) -> "StepRun":
        return next(step for step in self.get_steps() if step._key == key)

    def _source(self) -> dict[str, Any]:
        """The pipeline file of the job, where it is one of ours; empty for others."""
        own = self._workspace._own
        try:
            found = json.loads(own.connection.call("GET", f"{own.path}/jobs/{segment(self.id)}/source")["source"]["text"])
        except (ApiError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _name_of(self, key: str) -> str:
        if self._labels is None:
            jobs = self._source().get("jobs", {})
            self._labels = {name: str(job.get("display_name", name)) for name, job in jobs.items()}
        return self._labels.get(key, key)

    def publish_pipeline(self, name: str, description: str, version: Optional[str] = None, continue_on_step_failure: Optional[bool] = None, **others: Any) -> "PublishedPipeline":
        """Publishes what this run ran, with its code."""
        from .published_pipeline import PublishedPipeline, server_name

        own = self._workspace._own
        with translated():
            submission = own.connection.call("GET", f"{own.path}/jobs/{segment(self.id)}/source")
            submission["tags"] = {}
            if continue_on_step_failure is not None:
                submission["continueOnStepFailure"] = bool(continue_on_step_failure)
            body = {"name": server_name(name), "description": description or "", "submission": submission, **({} if version is None else {"label": str(version)})}
            return PublishedPipeline(self._workspace, own.connection.call("POST", f"{own.path}/pipelines", body=body))

    def cancel(self) -> None:
        """Asks the run to end; its steps end with it."""
        own = self._workspace._own
        with translated():
            self._job = own.connection.call("POST", f"{own.path}/jobs/{segment(self.id)}/cancel")

    def __repr__(self) -> str:
        return f"Run(Experiment: {self._document['experiment']},\nId: {self.id},\nType: {self.type},\nStatus: {self.get_status()})"
