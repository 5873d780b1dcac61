"""Workspaces: where everything of a team lives."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Optional

from .automations import LoopCollection, TriggerCollection, WebhookCollection
from .compute import ComputeCollection
from .connection import Connection, segment
from .data import DataCollection
from .discovery import find_settings
from .documents import Document
from .endpoints import EndpointCollection
from .environments import EnvironmentCollection
from .errors import ConflictError, ModelyardError, NotFound
from .jobs import JobCollection
from .models import ModelCollection
from .monitors import AlertCollection, MonitorCollection
from .pipelines import PipelineCollection
from .runs import RunCollection
from .schedules import ScheduleCollection


class Workspace(Document):
    """A workspace, connected.

    Get one with :meth:`get`, :meth:`create`, :meth:`get_or_create` or :meth:`from_config`.
    """

    _shown = ("name", "description", "url")

    def __init__(self, document: dict[str, Any], connection: Connection) -> None:
        super().__init__(document)
        self.connection = connection

    @classmethod
    def get(cls, name: Optional[str] = None, *, url: Optional[str] = None, token: Optional[str] = None) -> "Workspace":
        """Finds a workspace; without a name the one that the environment or a configuration file names, else ``default``.

        Raises:
            NotFound: it does not exist, or you have no role in it.
        """
        settings = find_settings(url, token, name)
        connection = Connection(settings)
        return cls(connection.call("GET", f"/workspaces/{segment(settings.workspace)}"), connection)

    @classmethod
    def create(cls, name: str, *, description: str = "", tags: Optional[dict[str, str]] = None, exist_ok: bool = False, url: Optional[str] = None, token: Optional[str] = None) -> "Workspace":
        """Creates a workspace; with ``exist_ok`` finds it when it is there.

        Raises:
            ConflictError: the name is taken and ``exist_ok`` is false.
        """
        connection = Connection(find_settings(url, token, name))
        try:
            document = connection.call("POST", "/workspaces", body={"name": name, "description": description, "tags": tags or {}})
        except ConflictError:
            if not exist_ok:
                raise
            document = connection.call("GET", f"/workspaces/{segment(name)}")
        return cls(document, connection)

    @classmethod
    def get_or_create(cls, name: str, *, url: Optional[str] = None, token: Optional[str] = None) -> "Workspace":
        """Finds a workspace or creates it."""
        try:
            return cls.get(name, url=url, token=token)
        except NotFound:
            return cls.create(name, exist_ok=True, url=url, token=token)

    @classmethod
    def from_config(cls, path: "str | Path | None" = None) -> "Workspace":
        """The workspace of a configuration file: ``path``, or the nearest one here or above."""
        if path is None:
            return cls.get()
        file = Path(path)
        for candidate in (file, file / ".modelyard" / "config.json", file / "config.json"):
            if candidate.is_file():
                config = json.loads(candidate.read_text(encoding="utf-8"))
                return cls.get(config.get("workspace") or config.get("workspace_name"), url=config.get("url"))
        raise ModelyardError(f"There is no configuration file at {file}; `workspace.write_config()` writes one.")

    def write_config(self, folder: "str | Path" = ".") -> Path:
        """Writes ``.modelyard/config.json`` into ``folder``, so that scripts below it find this workspace. It holds no token."""
        file = Path(folder) / ".modelyard" / "config.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {"url": self.connection.settings.url, "workspace": self.name}
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return file

    def delete(self) -> None:
        """Deletes the workspace and all in it."""
        self.connection.call("DELETE", self.path)

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def url(self) -> str:
        """The workspace's page."""
        return str(self._document["url"])

    @property
    def tracking_uri(self) -> str:
        """What ``mlflow.set_tracking_uri`` takes to log into this workspace."""
        return str(self._document["trackingUri"])

    @property
    def path(self) -> str:
        """Where the workspace lies in the API."""
        return f"/workspaces/{segment(self.name)}"

    @cached_property
    def compute(self) -> ComputeCollection:
        return ComputeCollection(self.connection, self.path)

    @cached_property
    def data(self) -> DataCollection:
        return DataCollection(self.connection, self.name)

    @cached_property
    def environments(self) -> EnvironmentCollection:
        return EnvironmentCollection(self.connection, self.name)

    @cached_property
    def jobs(self) -> JobCollection:
        return JobCollection(self.connection, self.name)

    @cached_property
    def pipelines(self) -> PipelineCollection:
        return PipelineCollection(self.connection, self.jobs)

    @cached_property
    def schedules(self) -> ScheduleCollection:
        return ScheduleCollection(self.connection, self.path)

    @cached_property
    def runs(self) -> RunCollection:
        return RunCollection(self.connection, self.path)

    @cached_property
    def models(self) -> ModelCollection:
        return ModelCollection(self.connection, self.name)

    @cached_property
    def endpoints(self) -> EndpointCollection:
        return EndpointCollection(self.connection, self.name)

    @cached_property
    def monitors(self) -> MonitorCollection:
        return MonitorCollection(self.connection, self.path)

    @cached_property
    def alerts(self) -> AlertCollection:
        return AlertCollection(self.connection, self.path)

    @cached_property
    def triggers(self) -> TriggerCollection:
        return TriggerCollection(self.connection, self.path)

    @cached_property
    def loops(self) -> LoopCollection:
        return LoopCollection(self.connection, self.path)

    @cached_property
    def webhooks(self) -> WebhookCollection:
        return WebhookCollection(self.connection, self.path)
