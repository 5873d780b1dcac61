"""Models: registered names with numbered versions and aliases."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

from .connection import Connection, segment
from .documents import Document
from .errors import NotFound
from .trees import download_tree, upload_tree


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
    def tree(self) -> Optional[str]:
        """Digest of the version's files."""
        return self._document.get("tree")

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
        tree = upload_tree(self._connection, self._workspace, path)
        return self.register_tree(name, tree, run_id=run_id, description=description, tags=tags, metrics=metrics)

    def register_tree(self, name: str, tree: str, *, run_id: Optional[str] = None, description: str = "", tags: Optional[Mapping[str, str]] = None, metrics: Optional[Mapping[str, float]] = None) -> ModelVersion:
        """Registers a stored folder as the next version."""
        body: dict[str, Any] = {
            "name": name,
            "tree": tree,
            "description": description,
            "tags": dict(tags or {}),
            "metrics": dict(metrics or {}),
        }
        if run_id is not None:
            body["runId"] = run_id
        return ModelVersion(self._connection.call("POST", self._path, body=body))

    def register_from_run(self, name: str, run_id: str, path: str, *, description: str = "", tags: Optional[Mapping[str, str]] = None, metrics: Optional[Mapping[str, float]] = None) -> ModelVersion:
        """Registers a file or folder of a run as the next version; the bytes stay where they are."""
        body = {"name": name, "runId": run_id, "runPath": path, "description": description, "tags": dict(tags or {}), "metrics": dict(metrics or {})}
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

    def versions(self, name: str) -> "list[ModelVersion]":
        """All versions of a model, newest first; an empty list when there is no such model."""
        try:
            document = self._connection.call("GET", f"{self._path}/{segment(name)}")
        except NotFound:
            return []
        return [ModelVersion(version) for version in document.get("versions", [])]

    def download(self, name: str, version: str = "latest", folder: "str | Path" = ".") -> "list[Path]":
        """Writes the files of a version below ``folder`` and returns their paths.

        Raises:
            NotFound: there is no such version, or it has no files.
        """
        found = self.get(name, version)
        if found.tree is None:
            return []
        return download_tree(self._connection, self._workspace, found.tree, folder)

    def set_tag(self, name: str, version: str, key: str, value: str) -> None:
        """Writes a tag of a version."""
        self._registry("POST", "model-versions/set-tag", {"name": name, "version": version, "key": key, "value": value})

    def delete_tag(self, name: str, version: str, key: str) -> None:
        self._registry("DELETE", "model-versions/delete-tag", {"name": name, "version": version, "key": key})

    def set_description(self, name: str, version: str, description: str) -> None:
        self._registry("PATCH", "model-versions/update", {"name": name, "version": version, "description": description})

    def delete_version(self, name: str, version: str) -> None:
        """Deletes a version; what it is deployed as serves on."""
        self._registry("DELETE", "model-versions/delete", {"name": name, "version": version})

    def _registry(self, method: str, route: str, body: "dict[str, str]") -> None:
        """Changes of the registry go by MLflow's routes, which the server has for every client."""
        self._connection.open(method, f"/w/{segment(self._workspace)}/api/2.0/mlflow/{route}", body=body).read()

    def list(self) -> Iterator[dict[str, Any]]:
        return self._connection.pages(self._path)
