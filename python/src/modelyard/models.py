"""Models: registered names with numbered versions and aliases."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

from .connection import Connection, segment
from .documents import Document
from .errors import NotFound
from .trees import upload_tree


class ModelVersion(Document):
    """One version of a model."""

    _shown = ("model", "version", "format", "aliases", "metrics")

    @property
    def model(self) -> str:
        return str(self._document["model"])

    @property
    def version(self) -> str:
        return str(self._document["version"])

    @property
    def aliases(self) -> list[str]:
        return list(self._document["aliases"])

    @property
    def metrics(self) -> dict[str, float]:
        return dict(self._document["metrics"])

    @property
    def evidence(self) -> Optional[dict[str, Any]]:
        """What the gate that registered it decided on."""
        return self._document.get("evidence")


class ModelCollection:
    """The models of a workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._path = f"/workspaces/{segment(workspace)}/models"

    def register(self, name: str, path: "str | Path", *, run_id: Optional[str] = None, description: str = "", tags: Optional[Mapping[str, str]] = None, metrics: Optional[Mapping[str, float]] = None) -> ModelVersion:
        """Registers a file or folder as the next version."""
        body: dict[str, Any] = {
            "name": name,
            "tree": upload_tree(self._connection, self._workspace, path),
            "description": description,
            "tags": dict(tags or {}),
            "metrics": dict(metrics or {}),
        }
        if run_id is not None:
            body["runId"] = run_id
        return ModelVersion(self._connection.call("POST", self._path, body=body))

    def get(self, name: str, version: str = "latest") -> ModelVersion:
        """One version: a number, ``latest``, or an alias as ``@champion``.

        Raises:
            NotFound: there is none.
        """
        return ModelVersion(self._connection.call("GET", f"{self._path}/{segment(name)}/versions/{segment(version)}"))

    def find(self, name: str, version: str = "latest") -> Optional[ModelVersion]:
        """Like :meth:`get`; ``None`` when there is none."""
        try:
            return self.get(name, version)
        except NotFound:
            return None

    def set_alias(self, name: str, alias: str, version: str) -> ModelVersion:
        """Points an alias at a version."""
        path = f"{self._path}/{segment(name)}/aliases/{segment(alias)}"
        return ModelVersion(self._connection.call("PUT", path, body={"version": version}))

    def list(self) -> Iterator[dict[str, Any]]:
        return self._connection.pages(self._path)
