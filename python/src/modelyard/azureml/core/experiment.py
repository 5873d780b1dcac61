"""``azureml.core.experiment``: named collections of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

from ...connection import segment
from ...errors import ConflictError, NotFound
from ..connection import translated
from ..exceptions import UserErrorException
from . import _run_documents as documents
from ._run_children import _made
from .run import Run

if TYPE_CHECKING:
    from .workspace import Workspace


class ViewType:
    """Which experiments a list has."""

    ActiveOnly = "ActiveOnly"
    ArchivedOnly = "ArchivedOnly"
    All = "All"


class Experiment:
    """An experiment; it is created when it is new."""

    def __init__(self, workspace: "Workspace", name: str, _skip_name_validation: bool = False, _id: Optional[str] = None, _archived_time: Any = None, _create_in_cloud: bool = True, _experiment_dto: Optional[dict[str, Any]] = None, **others: Any) -> None:
        if not isinstance(name, str) or not 0 < len(name) <= 250:
            raise UserErrorException(f"An experiment's name is a text of 1 to 250 characters, not {name!r:.100}.")
        self._workspace = workspace
        self._document = _experiment_dto or _get_or_create(workspace, name)

    @classmethod
    def _named(cls, workspace: "Workspace", name: str) -> "Experiment":
        own = workspace._own
        with translated():
            return cls(workspace, name, _experiment_dto=own.connection.call("GET", f"{own.path}/experiments/{segment(name)}"))

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def workspace(self) -> "Workspace":
        return self._workspace

    @property
    def workspace_object(self) -> "Workspace":
        return self._workspace

    @property
    def tags(self) -> dict[str, str]:
        return {key: value for key, value in self._document["tags"].items() if not key.startswith(documents.hidden_tags)}

    @property
    def archived_time(self) -> Optional[str]:
        return self._document["updatedAt"] if self._document["lifecycle"] == "deleted" else None

    def get_portal_url(self) -> str:
        """The experiment's page."""
        own = self._workspace._own
        return f"{own.url}/experiments/{self.id}"

    def start_logging(self, *arguments: Any, outputs: Optional[str] = None, snapshot_directory: Optional[str] = ".", display_name: Optional[str] = None, **others: Any) -> Run:
        """Starts a run of this process. What lies in ``./outputs`` when it completes becomes its files.

        Args:
            outputs: another folder than ``./outputs``.
            snapshot_directory: the code that is kept with it; ``None`` for none.
        """
        from ._shipping import ship_others
        from ._snapshots import keep_if_small

        own = self._workspace._own
        ship_others(own.connection.settings)
        with translated():
            tags = keep_if_small(own, Path(snapshot_directory)) if snapshot_directory is not None else {}
        return Run._start(self._workspace, self.name, display_name, None, _made(outputs or "outputs"), tags)

    def submit(self, config: Any, tags: Optional[Mapping[str, str]] = None, **others: Any) -> Any:
        """Submits a script, a pipeline or whatever else can be submitted: it has ``_submit(experiment, tags, …)``.

        Raises:
            UserErrorException: it is nothing that can be submitted.
        """
        submit = getattr(config, "_submit", None)
        if submit is None:
            raise UserErrorException(f"{type(config).__name__} cannot be submitted. Use ScriptRunConfig, Pipeline or HyperDriveConfig.")
        return submit(self, tags=dict(tags or {}), **others)

    def get_runs(self, type: Optional[str] = None, tags: Any = None, properties: Any = None, include_children: bool = False, status: Optional[str] = None) -> Iterator[Run]:
        """The runs, newest first.

        Args:
            tags: a dict of tags that a run must have, or one tag's name.
            properties: as ``tags``.
            include_children: also those below other runs.
        """
        own = self._workspace._own
        seen: set[str] = set()
        for document in documents.search(own, self.name, None):
            fits = documents.fits(document, tags, properties)
            if document["parentRunId"] is not None and not include_children:
                # A script sets its tags on its step; the run that people know is the job's.
                if not fits or (tags is None and properties is None) or not document["jobId"]:
                    continue
                document = documents.get_run(own, document["jobId"])
                fits = documents.is_script(document)
            if not fits or document["id"] in seen:
                continue
            seen.add(document["id"])
            if status is None or documents.status_of(own, document) == status:
                yield Run._of(self._workspace, document)

    def tag(self, key: str, value: Optional[str] = None) -> None:
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        for key, value in tags.items():
            self._change("experiments/set-experiment-tag", {"key": key, "value": "" if value is None else str(value)})

    def remove_tags(self, tags: Any) -> None:
        for key in [tags] if isinstance(tags, str) else tags:
            self._change("experiments/delete-experiment-tag", {"key": key})

    def archive(self) -> None:
        """Hides the experiment."""
        self._change("experiments/delete", {})

    def reactivate(self, new_name: Optional[str] = None) -> None:
        """Shows it again."""
        self._change("experiments/restore", {})
        if new_name is not None:
            self._change("experiments/update", {"new_name": new_name})

    def _change(self, route: str, body: Mapping[str, Any]) -> None:
        with translated():
            documents.mlflow(self._workspace._own, "POST", route, {"experiment_id": self.id, **body})
        self.refresh()

    def refresh(self) -> None:
        """Reads the experiment anew."""
        own = self._workspace._own
        with translated():
            self._document = own.connection.call("GET", f"{own.path}/experiments/{segment(self.id)}")

    @staticmethod
    def list(workspace: "Workspace", experiment_name: Optional[str] = None, view_type: str = ViewType.ActiveOnly, tags: Any = None) -> "list[Experiment]":
        """The experiments of a workspace, last used first."""
        own = workspace._own
        wanted = {"ActiveOnly": ("active",), "ArchivedOnly": ("deleted",)}.get(view_type, ("active", "deleted"))
        with translated():
            found = [*own.connection.pages(f"{own.path}/experiments")]
        return [
            Experiment(workspace, document["name"], _experiment_dto=document)
            for document in found
            if document["lifecycle"] in wanted and experiment_name in (None, document["name"]) and documents.fits(document, tags, None)
        ]

    @staticmethod
    def delete(workspace: "Workspace", experiment_id: str) -> None:
        """Deletes an experiment."""
        with translated():
            documents.mlflow(workspace._own, "POST", "experiments/delete", {"experiment_id": experiment_id})

    def __repr__(self) -> str:
        return f"Experiment(Name: {self.name},\nWorkspace: {self._workspace.name})"

    def _repr_html_(self) -> str:
        from .._display import html_table

        return html_table(("Name", "Workspace", "Report Page"), [(self.name, self._workspace.name, self.get_portal_url())])


def _get_or_create(workspace: "Workspace", name: str) -> dict[str, Any]:
    own = workspace._own
    path = f"{own.path}/experiments/{segment(name)}"
    with translated():
        try:
            return dict(own.connection.call("GET", path))
        except NotFound:
            try:
                return dict(own.connection.call("POST", f"{own.path}/experiments", body={"name": name}))
            except ConflictError:
                return dict(own.connection.call("GET", path))
