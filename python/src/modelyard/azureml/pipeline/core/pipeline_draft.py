"""``azureml.pipeline.core.pipeline_draft``: pipelines that are kept to be changed before they are submitted or published."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Mapping, Optional

from ...connection import translated
from ...exceptions import UserErrorException
from . import _stored

if TYPE_CHECKING:
    from .published_pipeline import PublishedPipeline
    from .run import PipelineRun

_prefix = "draft-"


class PipelineDraft:
    """A draft of a workspace; made by ``create`` and found by ``get``."""

    def __init__(self, workspace: Any, id: str) -> None:
        self._workspace = workspace
        self._id = id
        self._document, _, _ = _stored.load(workspace._own, _prefix + id)

    @staticmethod
    def create(
        workspace: Any,
        pipeline: Any,
        name: Optional[str] = None,
        description: Optional[str] = None,
        experiment_name: Optional[str] = None,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        continue_on_step_failure: Optional[bool] = None,
        tags: Optional[Mapping[str, str]] = None,
        properties: Optional[Mapping[str, str]] = None,
        **others: Any,
    ) -> "PipelineDraft":
        """Keeps a pipeline, a pipeline's run or a published pipeline as a draft, with its code as it is now."""
        id = uuid.uuid4().hex
        document = {
            "name": name or "draft",
            "description": description or "",
            "experimentName": experiment_name or "Default",
            "parameters": dict(pipeline_parameters or {}),
            "continueOnStepFailure": bool(continue_on_step_failure),
            "tags": dict(tags or {}),
            "properties": dict(properties or {}),
            "submission": _submission_of(workspace, pipeline),
        }
        _stored.save(workspace._own, _prefix + id, document)
        return PipelineDraft(workspace, id)

    @staticmethod
    def get(workspace: Any, id: str, **others: Any) -> "PipelineDraft":
        """The draft of that id.

        Raises:
            UserErrorException: there is none.
        """
        return PipelineDraft(workspace, id)

    @staticmethod
    def list(workspace: Any, tags: Optional[Mapping[str, str]] = None, **others: Any) -> "list[PipelineDraft]":
        """The drafts of a workspace; with ``tags`` those that have all of them."""
        drafts = [PipelineDraft(workspace, id) for id in _stored.names(workspace._own, _prefix)]
        wanted = dict(tags or {}).items()
        return [draft for draft in drafts if not draft._document.get("deleted") and all(draft.tags.get(key) == value for key, value in wanted)]

    @property
    def id(self) -> str:
        return self._id

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def description(self) -> str:
        return str(self._document["description"])

    @property
    def tags(self) -> "dict[str, str]":
        return dict(self._document["tags"])

    @property
    def properties(self) -> "dict[str, str]":
        return dict(self._document["properties"])

    def update(
        self,
        pipeline: Any = None,
        name: Optional[str] = None,
        description: Optional[str] = None,
        experiment_name: Optional[str] = None,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        continue_on_step_failure: Optional[bool] = None,
        tags: Optional[Mapping[str, str]] = None,
        **others: Any,
    ) -> None:
        """Changes what is given; the rest stays."""
        change: dict[str, Any] = {"name": name, "description": description, "experimentName": experiment_name, "parameters": pipeline_parameters, "continueOnStepFailure": continue_on_step_failure, "tags": tags}
        if pipeline is not None:
            change["submission"] = _submission_of(self._workspace, pipeline)
        self._save({key: value for key, value in change.items() if value is not None})

    def _save(self, change: Mapping[str, Any]) -> None:
        # Every version is new, also one that says what an earlier one said: the newest counts.
        self._document = {**self._document, **change, "revision": uuid.uuid4().hex}
        _stored.save(self._workspace._own, _prefix + self._id, self._document)

    def submit_run(self, **others: Any) -> "PipelineRun":
        """Submits the draft into its experiment."""
        from ...core.experiment import Experiment
        from ._submission import print_run
        from .run import PipelineRun

        document = self._document
        experiment = Experiment(self._workspace, document["experimentName"])
        own = self._workspace._own
        body = {**self._filled(), "experiment": experiment.name, "tags": {"RunSource": "SDK", **self.tags}}
        with translated():
            job = own.connection.call("POST", f"{own.path}/jobs", body=body)
        print_run(job)
        return PipelineRun(experiment, job["id"], _job=job)

    def publish(self, **others: Any) -> "PublishedPipeline":
        """Publishes the draft under its name."""
        from .published_pipeline import PublishedPipeline, server_name

        own = self._workspace._own
        with translated():
            body = {"name": server_name(self.name), "description": self.description, "submission": self._filled()}
            return PublishedPipeline(self._workspace, own.connection.call("POST", f"{own.path}/pipelines", body=body))

    def delete(self, **others: Any) -> None:
        """Takes the draft out of the list."""
        self._save({"deleted": True})

    def _filled(self) -> "dict[str, Any]":
        document = self._document
        if document.get("deleted"):
            raise UserErrorException(f"The draft {self.name} was deleted.")
        submission = dict(document["submission"])
        return {**submission, "set": {**submission.get("set", {}), **document["parameters"]}, "continueOnStepFailure": document["continueOnStepFailure"]}

    def __repr__(self) -> str:
        return f"PipelineDraft(name={self.name!r}, id={self.id!r})"


def _submission_of(workspace: Any, pipeline: Any) -> "dict[str, Any]":
    """The body of a submission of what a draft is made from."""
    from .pipeline import Pipeline
    from .published_pipeline import PublishedPipeline
    from .run import PipelineRun

    own = workspace._own
    if isinstance(pipeline, Pipeline):
        return pipeline._submission()[0]
    if isinstance(pipeline, PipelineRun):
        with translated():
            return {**own.connection.call("GET", f"{own.path}/jobs/{pipeline.id}/source"), "tags": {}, "force": False}
    if isinstance(pipeline, PublishedPipeline):
        raise UserErrorException("A draft is made from a Pipeline or from a PipelineRun; submit the published pipeline and make it from that run.")
    raise UserErrorException(f"A draft is made from a Pipeline or a PipelineRun, not from {type(pipeline).__name__}.")
