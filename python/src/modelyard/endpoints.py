"""Endpoints: models as web services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional
from urllib.parse import urlsplit

from .connection import Connection, segment
from .discovery import Settings
from .documents import Document
from .errors import ModelyardError
from .trees import upload_tree
from .waiting import wait_until


class Deployment(Document):
    """One model version, with its scoring script, behind an endpoint."""

    _shown = ("name", "endpoint", "state", "reason", "model", "trafficPercent")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def state(self) -> str:
        """``creating``, ``starting``, ``ready``, ``updating``, ``stopping``, ``stopped`` or ``failed``."""
        return str(self._document["state"])

    @property
    def error(self) -> Optional[dict[str, Any]]:
        return self._document.get("error")


class Endpoint(Document):
    """A stable URL for predictions."""

    _shown = ("name", "scoringUri", "traffic", "authMode")

    def __init__(self, document: dict[str, Any], connection: Connection) -> None:
        super().__init__(document)
        self._connection = connection

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def scoring_uri(self) -> str:
        return str(self._document["scoringUri"])

    @property
    def url(self) -> str:
        """The endpoint's page."""
        return str(self._document["url"])

    @property
    def traffic(self) -> dict[str, float]:
        return dict(self._document["traffic"])

    @property
    def primary_key(self) -> Optional[str]:
        """The key for ``Authorization: Bearer``; ``None`` when you may not read it or none is needed."""
        keys = self._document.get("keys")
        return keys["primary"] if keys else None

    def invoke(self, body: Any, *, deployment: Optional[str] = None) -> Any:
        """Sends one request to the scoring address and returns its JSON.

        Raises:
            ApiError: the prediction failed; the status tells how.
        """
        address = urlsplit(self.scoring_uri)
        gateway = Connection(Settings(f"{address.scheme}://{address.netloc}", self.primary_key, ""))
        headers = {"azureml-model-deployment": deployment} if deployment else None
        content = gateway.open("POST", address.path, body=body, headers=headers).read()
        gateway.close()
        return json.loads(content)


class EndpointCollection:
    """The endpoints of a workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._path = f"/workspaces/{segment(workspace)}/endpoints"

    def create(self, file: "str | Path") -> Endpoint:
        """Creates an endpoint from its file.

        Raises:
            ConflictError: the name is taken. InvalidInput: the file is not valid.
        """
        return self._endpoint(self._connection.call("POST", self._path, body=self._source(Path(file), [])))

    def get(self, name: str) -> Endpoint:
        """One endpoint.

        Raises:
            NotFound: there is none of that name.
        """
        return self._endpoint(self._connection.call("GET", f"{self._path}/{segment(name)}"))

    def list(self) -> Iterator[Endpoint]:
        return (self._endpoint(document) for document in self._connection.pages(self._path))

    def delete(self, name: str) -> None:
        self._connection.call("DELETE", f"{self._path}/{segment(name)}")

    def set_traffic(self, name: str, traffic: Mapping[str, int]) -> Endpoint:
        """Sets the traffic split: whole percentages that sum to 0 or 100."""
        return self._endpoint(self._connection.call("PUT", f"{self._path}/{segment(name)}/traffic", body={"traffic": dict(traffic)}))

    def deploy(self, endpoint: str, file: "str | Path", *, uploads: Optional[list[str]] = None, update: Optional[str] = None) -> Deployment:
        """Creates a deployment from its file, or with ``update`` replaces the one of that name.

        Args:
            uploads: the folders and files that the YAML names (code, a local model), relative to it.
        """
        path = f"{self._path}/{segment(endpoint)}/deployments"
        body = self._source(Path(file), uploads or [])
        if update is None:
            return Deployment(self._connection.call("POST", path, body=body))
        return Deployment(self._connection.call("PUT", f"{path}/{segment(update)}", body=body))

    def deployments(self, endpoint: str) -> list[Deployment]:
        return [Deployment(item) for item in self._connection.call("GET", f"{self._path}/{segment(endpoint)}/deployments")["items"]]

    def wait_until_ready(self, endpoint: str, deployment: str, timeout_seconds: Optional[float] = 120) -> Deployment:
        """Waits until a deployment serves.

        Raises:
            ModelyardError: it failed; the text holds the traceback.
        """
        path = f"{self._path}/{segment(endpoint)}/deployments/{segment(deployment)}"
        found = wait_until(lambda: Deployment(self._connection.call("GET", path)), lambda item: item.state in ("ready", "failed"), f"Readiness of {endpoint}/{deployment}", timeout_seconds)
        if found.state == "failed":
            error = found.error or {}
            raise ModelyardError(f"The deployment {endpoint}/{deployment} failed: {error.get('message', '')}\n" + "\n".join(error.get("logTail", [])))
        return found

    def logs(self, endpoint: str, deployment: str, tail: int = 500) -> list[str]:
        """The end of a deployment's log."""
        path = f"{self._path}/{segment(endpoint)}/deployments/{segment(deployment)}/logs"
        return list(self._connection.call("GET", path, query={"tail": tail})["lines"])

    def _source(self, file: Path, uploads: list[str]) -> dict[str, Any]:
        source = {"name": file.name, "text": file.read_text(encoding="utf-8")}
        return {"source": source, "code": {name: upload_tree(self._connection, self._workspace, file.parent / name) for name in uploads}}

    def _endpoint(self, document: dict[str, Any]) -> Endpoint:
        return Endpoint(document, self._connection)
