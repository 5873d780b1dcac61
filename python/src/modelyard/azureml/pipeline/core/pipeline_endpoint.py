"""``azureml.pipeline.core.pipeline_endpoint``: addresses that stay while the pipelines behind them are exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Union
from urllib.parse import quote

from ....connection import segment
from ...connection import translated
from ...exceptions import UserErrorException
from .published_pipeline import PublishedPipeline, pipeline_id_of, runs_address, server_name, start_body, started

if TYPE_CHECKING:
    from .run import PipelineRun


class PipelineEndpointVersion:
    """One version of an endpoint and the pipeline behind it."""

    def __init__(self, version: str, pipeline: PublishedPipeline) -> None:
        self.version = version
        self.pipeline = pipeline

    @property
    def status(self) -> str:
        return self.pipeline.status

    def __repr__(self) -> str:
        return f"PipelineEndpointVersion(version={self.version!r}, pipeline={self.pipeline.id!r})"


class PipelineEndpoint:
    """A stable address with versions ``"0"``, ``"1"``, …, one of which is the default."""

    def __init__(self, workspace: Any, document: Mapping[str, Any]) -> None:
        self._workspace = workspace
        self._document = dict(document)

    @staticmethod
    def publish(workspace: Any, name: str, description: str, pipeline: Any, swaggerurl: Optional[str] = None, _workflow_provider: Any = None, **others: Any) -> "PipelineEndpoint":
        """Makes an endpoint in front of a pipeline, which becomes its version 0 and its default.

        Raises:
            UserErrorException: the name is taken.
        """
        own = workspace._own
        body = {"name": server_name(name), "description": description or "", "pipelineId": pipeline_id_of(workspace, pipeline, name)}
        with translated():
            return PipelineEndpoint(workspace, own.connection.call("POST", f"{own.path}/pipeline-endpoints", body=body))

    @staticmethod
    def get(workspace: Any, id: Optional[str] = None, name: Optional[str] = None, _workflow_provider: Any = None) -> "PipelineEndpoint":
        """The endpoint of that id or name.

        Raises:
            UserErrorException: there is none.
        """
        wanted = id or name
        if not wanted:
            raise ValueError("Name the endpoint by its id or its name.")
        own = workspace._own
        with translated():
            return PipelineEndpoint(workspace, own.connection.call("GET", f"{own.path}/pipeline-endpoints/{segment(wanted)}"))

    @staticmethod
    def list(workspace: Any, active_only: bool = True, _workflow_provider: Any = None) -> "list[PipelineEndpoint]":
        """The endpoints of a workspace, newest first."""
        own = workspace._own
        with translated():
            documents = [*own.connection.pages(f"{own.path}/pipeline-endpoints")]
        return [PipelineEndpoint(workspace, document) for document in documents if document["enabled"] or not active_only]

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
    def status(self) -> str:
        """``Active`` or ``Disabled``."""
        return "Active" if self._document["enabled"] else "Disabled"

    @property
    def default_version(self) -> str:
        return str(self._document["defaultVersion"])

    @property
    def endpoint(self) -> str:
        """The address that a ``POST`` starts the default version at; ``/0`` behind it names a version."""
        return f"{runs_address(self._workspace)}/PipelineEndpointSubmit/Id/{quote(self.id, safe='')}"

    @property
    def swaggerurl(self) -> None:
        return None

    def get_default_version(self) -> str:
        return self._refresh().default_version

    def set_default_version(self, version: Union[str, int]) -> None:
        self._change(defaultVersion=int(version))

    def set_default(self, pipeline: Any) -> None:
        """Makes the version of a published pipeline the default; it is added when it has none."""
        for version in self._refresh()._versions():
            if isinstance(pipeline, PublishedPipeline) and version["pipelineId"] == pipeline.id:
                return self.set_default_version(version["version"])
        self.add_default(pipeline)

    def add(self, pipeline: Any) -> None:
        """Adds a pipeline as the next version."""
        self._add(pipeline, False)

    def add_default(self, pipeline: Any) -> None:
        """Adds a pipeline as the next version and makes it the default."""
        self._add(pipeline, True)

    def _add(self, pipeline: Any, make_default: bool) -> None:
        body = {"pipelineId": pipeline_id_of(self._workspace, pipeline, self.name), "makeDefault": make_default}
        with translated():
            self._document = self._own.connection.call("POST", f"{self._path}/versions", body=body)

    def get_pipeline(self, version: Optional[str] = None) -> PublishedPipeline:
        """The published pipeline behind a version, or behind the default.

        Raises:
            UserErrorException: there is no such version.
        """
        wanted = int(self._refresh().default_version if version is None else version)
        for each in self._versions():
            if each["version"] == wanted:
                return PublishedPipeline.get(self._workspace, each["pipelineId"])
        raise UserErrorException(f"The pipeline endpoint {self.name} has no version {wanted}; it has {', '.join(str(each['version']) for each in self._versions())}.")

    def list_versions(self, active_only: bool = True) -> "list[PipelineEndpointVersion]":
        self._refresh()
        found = [PipelineEndpointVersion(str(each["version"]), PublishedPipeline.get(self._workspace, each["pipelineId"])) for each in self._versions()]
        return [version for version in found if version.status == "Active" or not active_only]

    def list_pipelines(self, active_only: bool = True) -> "list[PublishedPipeline]":
        return [*{version.pipeline.id: version.pipeline for version in self.list_versions(active_only)}.values()]

    def set_name(self, name: str) -> None:
        self._change(name=server_name(name))

    def set_description(self, description: str) -> None:
        self._change(description=description)

    def archive(self) -> None:
        """It is kept, and starts nothing until it is reactivated."""
        self._change(enabled=False)

    def reactivate(self) -> None:
        self._change(enabled=True)

    disable, enable = archive, reactivate

    def submit(
        self,
        experiment_name: str,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        pipeline_version: Optional[str] = None,
        _workflow_provider: Any = None,
        parent_run_id: Optional[str] = None,
        continue_on_step_failure: Optional[bool] = None,
        regenerate_outputs: Optional[bool] = None,
        tags: Optional[Mapping[str, str]] = None,
    ) -> "PipelineRun":
        """Starts the default version, or the one that is named."""
        from ...core.experiment import Experiment

        experiment = Experiment(self._workspace, experiment_name)
        return self._submit(experiment, pipeline_parameters=pipeline_parameters, pipeline_version=pipeline_version, parent_run_id=parent_run_id, continue_on_step_failure=continue_on_step_failure, regenerate_outputs=regenerate_outputs, tags=tags)

    def _submit(self, experiment: Any, tags: Optional[Mapping[str, str]] = None, **given: Any) -> "PipelineRun":
        """What ``Experiment.submit`` does with an endpoint."""
        version = given.get("pipeline_version")
        declared = self.get_pipeline(version)._document["parameters"]
        body = {**start_body(declared, experiment, tags, given), **({} if version is None else {"version": int(version)})}
        return started(self._workspace, experiment, f"{self._path}/jobs", body)

    @property
    def _own(self) -> Any:
        return self._workspace._own

    @property
    def _path(self) -> str:
        return f"{self._own.path}/pipeline-endpoints/{segment(self.id)}"

    def _versions(self) -> Any:
        return self._document["versions"]

    def _refresh(self) -> "PipelineEndpoint":
        with translated():
            self._document = self._own.connection.call("GET", self._path)
        return self

    def _change(self, **change: Any) -> None:
        with translated():
            self._document = self._own.connection.call("PATCH", self._path, body=change)

    def __repr__(self) -> str:
        return f"PipelineEndpoint(Name: {self.name},\nId: {self.id},\nStatus: {self.status},\nEndpoint: {self.endpoint})"

    def _repr_html_(self) -> str:
        from ..._display import html_table

        return html_table(("Name", "Id", "Status", "Default version", "Endpoint"), [(self.name, self.id, self.status, self.default_version, self.endpoint)])
