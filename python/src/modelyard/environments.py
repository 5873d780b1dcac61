"""Environments: the packages that steps and deployments run with, as named, versioned assets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

from .connection import Connection, segment
from .documents import Document
from .trees import upload_tree


class Environment(Document):
    """One version of an environment."""

    _shown = ("name", "version", "requirements", "digest")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def version(self) -> str:
        return str(self._document["version"])

    @property
    def requirements(self) -> "list[str]":
        """What is installed for it, as lines for pip."""
        return list(self._document["requirements"])

    @property
    def warnings(self) -> "list[str]":
        """What was asked for and cannot be had here."""
        return list(self._document["warnings"])

    @property
    def digest(self) -> str:
        """Of the requirements and the Python below them; a part of the reuse key of every step that runs in it."""
        return str(self._document["digest"])

    @property
    def packages(self) -> "Optional[list[str]]":
        """What was installed, as ``name==version``; ``None`` until a step or a deployment needed it."""
        built = self._document.get("built")
        return None if built is None else list(built["packages"])

    @property
    def reference(self) -> str:
        """What a file's ``environment:`` names: ``azureml:NAME:VERSION``."""
        return f"azureml:{self.name}:{self.version}"


class EnvironmentCollection:
    """The environments of a workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._path = f"/workspaces/{segment(workspace)}/environments"

    def create(
        self,
        name: str,
        *,
        conda_file: "Union[str, Path, Mapping[str, Any], None]" = None,
        pip: "Union[str, Path, Sequence[str], None]" = None,
        version: Optional[str] = None,
        image: Optional[str] = None,
        description: str = "",
        tags: Optional[Mapping[str, str]] = None,
    ) -> Environment:
        """Registers an environment as the next version; the same content again answers the version that has it.

        Args:
            conda_file: a file, or what it says (``{"dependencies": [...]}``).
            pip: a requirements file, or its lines.
            version: its version; a number is chosen when there is none.
            image: noted with a warning: steps run without containers.

        Raises:
            InvalidInput: a package cannot be read; ``places`` say which.
            ConflictError: the version is there with other content.
        """
        document: "dict[str, Any]" = {"name": name, "description": description, "tags": dict(tags or {})}
        code: "dict[str, str]" = {}
        for key, value in (("conda_file", conda_file), ("pip", pip)):
            if isinstance(value, (str, Path)):
                code[str(value)] = upload_tree(self._connection, self._workspace, value)
                document[key] = str(value)
            elif value is not None:
                document[key] = dict(value) if isinstance(value, Mapping) else list(value)
        for key, text in (("version", version), ("image", image)):
            if text is not None:
                document[key] = text
        # JSON is YAML: the document is the file.
        body = {"source": {"name": "environment.yml", "text": json.dumps(document)}, "code": code}
        return Environment(self._connection.call("POST", self._path, body=body))

    def get(self, name: str, version: str = "latest") -> Environment:
        """One version.

        Raises:
            NotFound: there is none.
        """
        return Environment(self._connection.call("GET", f"{self._path}/{segment(name)}/versions/{segment(version)}"))

    def versions(self, name: str) -> "list[Environment]":
        """All versions, newest first.

        Raises:
            NotFound: there is no such environment.
        """
        return [Environment(version) for version in self._connection.call("GET", f"{self._path}/{segment(name)}")["versions"]]

    def list(self) -> Iterator["dict[str, Any]"]:
        """Names with their newest versions."""
        return self._connection.pages(self._path)
