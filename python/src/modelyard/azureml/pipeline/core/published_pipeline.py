"""``azureml.pipeline.core``'s published pipelines: graphs that never change, started by their id or address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping, Optional
from urllib.parse import quote

from ....connection import segment
from ...connection import translated, warn_ignored
from ...exceptions import UserErrorException

if TYPE_CHECKING:
    from ._document import GraphDocument
    from .run import PipelineRun


class PublishedPipeline:
    """One version of a published pipeline; made by ``Pipeline.publish``, ``get`` and ``list``."""

    def __init__(self, workspace: Any, document: Mapping[str, Any]) -> None:
        self._workspace = workspace
        self._document = dict(document)

    @staticmethod
    def get(workspace: Any, id: str, _workflow_provider: Any = None, _service_endpoint: Any = None) -> "PublishedPipeline":
        """The published pipeline of that id.

        Raises:
            UserErrorException: there is none.
        """
        own = workspace._own
        with translated():
            return PublishedPipeline(workspace, own.connection.call("GET", f"{own.path}/pipeline-versions/{segment(id)}"))

    @staticmethod
    def list(workspace: Any, active_only: bool = True, _service_endpoint: Any = None) -> "list[PublishedPipeline]":
        """Published pipelines, newest first."""
        own = workspace._own
        query = {"enabled": "true"} if active_only else {}
        with translated():
            return [PublishedPipeline(workspace, document) for document in own.connection.pages(f"{own.path}/pipeline-versions", query)]

    @staticmethod
    def get_all(workspace: Any, active_only: bool = True, _service_endpoint: Any = None) -> "list[PublishedPipeline]":
        return PublishedPipeline.list(workspace, active_only)

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def description(self) -> str:
        return str(self._document["description"])

    @property
    def version(self) -> str:
        """What its publisher called the version, else its number under the name."""
        return str(self._document["label"] or self._document["version"])

    @property
    def status(self) -> str:
        """``Active`` or ``Disabled``."""
        return "Active" if self._document["enabled"] else "Disabled"

    @property
    def graph_id(self) -> str:
        return self.id

    @property
    def total_run_steps(self) -> int:
        return len(self._document["steps"])

    @property
    def endpoint(self) -> str:
        """The address that a ``POST`` with ``{"ExperimentName": …, "ParameterAssignments": {…}}`` and the header of an authentication object starts it at."""
        return f"{runs_address(self._workspace)}/PipelineSubmit/{quote(self.id, safe='')}"

    def get_step_names(self) -> "list[str]":
        return [str(step["name"]) for step in self._document["steps"]]

    def submit(
        self,
        workspace: Any,
        experiment_name: str,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        parent_run_id: Optional[str] = None,
        continue_on_step_failure: Optional[bool] = None,
        regenerate_outputs: Optional[bool] = None,
        tags: Optional[Mapping[str, str]] = None,
    ) -> "PipelineRun":
        """Starts it in an experiment.

        Raises:
            ValueError: a parameter that it does not declare.
        """
        from ...core.experiment import Experiment

        return self._submit(Experiment(workspace, experiment_name), pipeline_parameters=pipeline_parameters, parent_run_id=parent_run_id, continue_on_step_failure=continue_on_step_failure, regenerate_outputs=regenerate_outputs, tags=tags)

    def _submit(self, experiment: Any, tags: Optional[Mapping[str, str]] = None, **given: Any) -> "PipelineRun":
        """What ``Experiment.submit`` does with a published pipeline."""
        body = {**start_body(self._document["parameters"], experiment, tags, given), "version": self._document["version"]}
        own = self._workspace._own
        return started(self._workspace, experiment, f"{own.path}/pipelines/{segment(self.name)}/jobs", body)

    def enable(self) -> None:
        self._set_enabled(True)

    def disable(self) -> None:
        """It is kept, and starts no more until it is enabled."""
        self._set_enabled(False)

    def _set_enabled(self, enabled: bool) -> None:
        own = self._workspace._own
        with translated():
            body = {"enabled": enabled, "version": self._document["version"]}
            self._document = own.connection.call("PATCH", f"{own.path}/pipelines/{segment(self.name)}", body=body)

    def __repr__(self) -> str:
        return f"Pipeline(Name: {self.name},\nId: {self.id},\nStatus: {self.status},\nEndpoint: {self.endpoint})"

    def _repr_html_(self) -> str:
        from ..._display import html_table

        return html_table(("Name", "Id", "Status", "Endpoint"), [(self.name, self.id, self.status, self.endpoint)])


_start_arguments = {"pipeline_parameters", "parent_run_id", "continue_on_step_failure", "regenerate_outputs", "pipeline_version"}


def start_body(declared: Any, experiment: Any, tags: Optional[Mapping[str, str]], given: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a start of something that is published."""
    unknown = [name for name in given if name not in _start_arguments]
    if unknown:
        raise ValueError(f"submit takes no {', '.join(unknown)} for a published pipeline.")
    values = dict(given.get("pipeline_parameters") or {})
    data = {name: _place_of(value) for name, value in values.items() if hasattr(value, "path_on_datastore")}
    known = [parameter["name"] for parameter in declared]
    for name, value in values.items():
        # Whether there is an input for data of that name the server knows.
        if name not in known and name not in data:
            raise ValueError(f"Pipeline parameter with name {name} does not exist; the pipeline has {', '.join(known) or 'none'}.")
        if name not in data and not isinstance(value, (str, int, float, bool)):
            raise NotImplementedError(f"The parameter {name} cannot become a {type(value).__name__} when a published pipeline starts; give it a DataPath, or publish the pipeline with it.")
    labels = {str(name): str(value) for name, value in (tags or {}).items()}
    if given.get("parent_run_id"):
        labels["azureml.parentRunId"] = str(given["parent_run_id"])
    body: dict[str, Any] = {"set": {name: value for name, value in values.items() if name not in data}, "data": data, "experiment": experiment.name, "tags": {"RunSource": "SDK", **labels}, "force": bool(given.get("regenerate_outputs"))}
    if given.get("continue_on_step_failure") is not None:
        body["continueOnStepFailure"] = bool(given["continue_on_step_failure"])
    return body


def _place_of(value: Any) -> dict[str, Any]:
    """A DataPath as the server finds it: a folder of the newest version of the asset that has the datastore's files."""
    from ...data._storage import asset_prefix

    return {"asset": f"{asset_prefix}{value.datastore.name}", "path": value.path_on_datastore, "mayBeEmpty": True}


def started(workspace: Any, experiment: Any, path: str, body: Mapping[str, Any]) -> "PipelineRun":
    """Starts, says so, and answers the run."""
    from ._submission import print_run
    from .run import PipelineRun

    with translated():
        job = workspace._own.connection.call("POST", path, body=body)
    print_run(job)
    return PipelineRun(experiment, job["id"], _job=job)


def default_name(graph: "GraphDocument") -> str:
    """A name for a pipeline that is published without one: what its steps are called."""
    return server_name(" ".join(step.name for step in graph.steps)[:100], quiet=True)


def server_name(name: str, quiet: bool = False) -> str:
    """A name as the server takes it: a few characters, which its references and addresses need for themselves, become ``-``."""
    found = re.sub(r"[/\\:@?#%*\x00-\x1f\x7f]", "-", str(name)).strip(" .")[:128].strip() or "pipeline"
    if found != name and not quiet:
        warn_ignored(f"The name {name!r}", f"it is {found!r} on Modelyard")
    return found


def runs_address(workspace: Any) -> str:
    """Where the v1 service has the pipeline runs of a workspace, on our server.

    Scripts cut the address at its first ``Id``, so that no label before it may hold these letters as they are.
    """
    labels = [quote(text, safe="").replace("Id", "%49d") for text in (workspace.subscription_id, workspace.resource_group, workspace.name)]
    path = "/pipelines/v1.0/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}/PipelineRuns".format(*labels)
    return workspace._own.connection.settings.url + path


def pipeline_id_of(workspace: Any, pipeline: Any, name: Optional[str] = None) -> str:
    """The id of a published pipeline; a ``Pipeline`` is published first.

    Raises:
        UserErrorException: it is neither.
    """
    from .pipeline import Pipeline

    if isinstance(pipeline, Pipeline):
        return pipeline.publish(name=name).id
    if isinstance(pipeline, PublishedPipeline):
        return pipeline.id
    raise UserErrorException(f"A Pipeline or PublishedPipeline is needed, not {type(pipeline).__name__}.")
