"""Data assets: named, versioned files and folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Optional

from .connection import Connection, segment
from .documents import Document
from .trees import upload_tree


class DataAsset(Document):
    """One version of a data asset."""

    _shown = ("name", "version", "type", "sizeBytes", "fileCount")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def version(self) -> str:
        return str(self._document["version"])

    @property
    def reference(self) -> str:
        """What a pipeline's input names: ``azureml:NAME:VERSION``."""
        return f"azureml:{self.name}:{self.version}"


class DataCollection:
    """The data assets of a workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._path = f"/workspaces/{segment(workspace)}/data"

    def create(self, name: str, path: "str | Path", *, type: Optional[str] = None, description: str = "", tags: Optional[dict[str, str]] = None) -> DataAsset:
        """Uploads a file or folder as the next version; the same content again answers the version that has it."""
        kind = type or ("uri_file" if Path(path).is_file() else "uri_folder")
        digest = upload_tree(self._connection, self._workspace, path)
        body = {"name": name, "type": kind, "digest": digest, "description": description, "tags": tags or {}}
        return DataAsset(self._connection.call("POST", self._path, body=body))

    def get(self, name: str, version: str = "latest") -> DataAsset:
        """One version.

        Raises:
            NotFound: there is none.
        """
        return DataAsset(self._connection.call("GET", f"{self._path}/{segment(name)}/versions/{segment(version)}"))

    def list(self) -> Iterator[dict[str, Any]]:
        return self._connection.pages(self._path)
