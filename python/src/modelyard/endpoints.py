"""Endpoints: models as web services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, List, Mapping, Optional, Sequence
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


class Rollout(Document):
    """Traffic that moves to a deployment step by step, each step analysed."""

    _shown = ("id", "endpoint", "deployment", "state", "reason", "step")

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def state(self) -> str:
        """``running``, ``paused``, ``promoted`` or ``rolledBack``."""
        return str(self._document["state"])

    @property
    def reason(self) -> str:
        return str(self._document["reason"])

    @property
    def waits_for_approval(self) -> bool:
        return bool(self._document["waitsForApproval"])

    @property
    def steps(self) -> "list[dict[str, Any]]":
        """Weight, state and checks of each step."""
        return list(self._document["steps"])


class RolloutCollection:
    """The rollouts of an endpoint."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = path

    def start(
        self,
        deployment: str,
        *,
        steps: Sequence[int] = (10, 100),
        bake_seconds: float = 300,
        min_requests: int = 20,
        approval: str = "auto",
        max_error_rate: float = 0.01,
        max_latency_ratio: float = 1.5,
        min_agreement: Optional[float] = None,
    ) -> Rollout:
        """Begins to move the traffic to a deployment.

        Args:
            steps: weights in percent, growing; 0 is a shadow that gets copies only.
            bake_seconds: how long each step is watched at least.
            min_requests: how many requests a step needs; without them it pauses.
            approval: ``auto`` or ``manual``: whether a person says yes to more traffic.

        Raises:
            ConflictError: a rollout is going on, or the deployment is not ready.
        """
        policy = {
            "steps": list(steps),
            "bakeMs": round(bake_seconds * 1000),
            "minRequests": min_requests,
            "approval": approval,
            "maxErrorRate": max_error_rate,
            "maxLatencyRatio": max_latency_ratio,
            "minAgreement": min_agreement,
        }
        return Rollout(self._connection.call("POST", self._path, body={"deployment": deployment, "policy": policy}))

    def get(self, rollout: str) -> Rollout:
        """One rollout.

        Raises:
            NotFound: the endpoint has none of that id.
        """
        return Rollout(self._connection.call("GET", f"{self._path}/{segment(rollout)}"))

    def list(self) -> Iterator[Rollout]:
        """Newest first."""
        return (Rollout(document) for document in self._connection.pages(self._path))

    def approve(self, rollout: str, note: str = "") -> Rollout:
        """Lets a rollout that waits go on to more traffic."""
        return self._decide(rollout, "approve", note)

    def pause(self, rollout: str, note: str = "") -> Rollout:
        """Keeps the weights as they are."""
        return self._decide(rollout, "pause", note)

    def resume(self, rollout: str, note: str = "") -> Rollout:
        """Goes on: the step begins again."""
        return self._decide(rollout, "resume", note)

    def promote(self, rollout: str, note: str = "") -> Rollout:
        """Gives it all traffic at once."""
        return self._decide(rollout, "promote", note)

    def rollback(self, rollout: str, note: str = "") -> Rollout:
        """Gives the traffic back; it is back when this returns."""
        return self._decide(rollout, "rollback", note)

    def wait(self, rollout: str, timeout_seconds: Optional[float] = None) -> Rollout:
        """Waits until it has ended, is paused, or waits for approval."""
        return wait_until(lambda: self.get(rollout), lambda found: found.state != "running" or found.waits_for_approval, f"The rollout {rollout}", timeout_seconds)

    def _decide(self, rollout: str, decision: str, note: str) -> Rollout:
        return Rollout(self._connection.call("POST", f"{self._path}/{segment(rollout)}/{decision}", body={"note": note}))


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

    def create_from(self, document: "Mapping[str, Any]") -> Endpoint:
        """Creates an endpoint from what its file would say."""
        return self._endpoint(self._connection.call("POST", self._path, body={"source": _as_source("endpoint", document)}))

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
        """Sets the traffic split: whole percentages that sum to 0 or 100.

        Raises:
            ConflictError: a rollout moves the traffic.
        """
        return self._endpoint(self._connection.call("PUT", f"{self._path}/{segment(name)}/traffic", body={"traffic": dict(traffic)}))

    def set_sticky_header(self, name: str, header: Optional[str]) -> Endpoint:
        """Callers with the same value of this header stay at one deployment; ``None`` ends it."""
        return self._endpoint(self._connection.call("PUT", f"{self._path}/{segment(name)}/traffic", body={"stickyHeader": header}))

    def set_mirror(self, name: str, mirror: Mapping[str, int]) -> "dict[str, int]":
        """Sends copies of a share of the requests to deployments, in percent; their answers are compared and not used. An empty one ends it."""
        return dict(self._connection.call("PUT", f"{self._path}/{segment(name)}/mirror", body={"mirror": dict(mirror)})["mirror"])

    def rollouts(self, name: str) -> RolloutCollection:
        """The rollouts of an endpoint."""
        return RolloutCollection(self._connection, f"{self._path}/{segment(name)}/rollouts")

    def exceptions(self, name: str) -> "Iterator[dict[str, Any]]":
        """Exceptions of the scoring scripts, grouped, newest first."""
        return self._connection.pages(f"{self._path}/{segment(name)}/exceptions")

    def request(self, name: str, request_id: str) -> "dict[str, Any]":
        """What one request printed and how it failed.

        Raises:
            NotFound: nothing is known of it.
        """
        return dict(self._connection.call("GET", f"{self._path}/{segment(name)}/requests/{segment(request_id)}"))

    # `List`, not `list`: in this class that is a method, and type checkers take it at its word.
    def deploy(self, endpoint: str, file: "str | Path", *, uploads: Optional[List[str]] = None, update: Optional[str] = None) -> Deployment:
        """Creates a deployment from its file, or with ``update`` replaces the one of that name.

        Args:
            uploads: the folders and files that the YAML names (code, a local model), relative to it.
        """
        path = f"{self._path}/{segment(endpoint)}/deployments"
        body = self._source(Path(file), uploads or [])
        if update is None:
            return Deployment(self._connection.call("POST", path, body=body))
        return Deployment(self._connection.call("PUT", f"{path}/{segment(update)}", body=body))

    def deploy_from(self, endpoint: str, document: "Mapping[str, Any]", *, trees: "Optional[Mapping[str, str]]" = None, update: Optional[str] = None) -> Deployment:
        """Like :meth:`deploy`, from what the file would say; ``trees`` are the digests of the folders that it names."""
        path = f"{self._path}/{segment(endpoint)}/deployments"
        body = {"source": _as_source("deployment", document), "code": dict(trees or {})}
        if update is None:
            return Deployment(self._connection.call("POST", path, body=body))
        return Deployment(self._connection.call("PUT", f"{path}/{segment(update)}", body=body))

    def deployment(self, endpoint: str, name: str) -> Deployment:
        """One deployment.

        Raises:
            NotFound: the endpoint has none of that name.
        """
        return Deployment(self._connection.call("GET", f"{self._path}/{segment(endpoint)}/deployments/{segment(name)}"))

    def delete_deployment(self, endpoint: str, name: str) -> None:
        """Deletes a deployment that has no traffic."""
        self._connection.call("DELETE", f"{self._path}/{segment(endpoint)}/deployments/{segment(name)}")

    def regenerate_key(self, name: str, which: str) -> "dict[str, str]":
        """Replaces the ``primary`` or the ``secondary`` key; answers both."""
        return dict(self._connection.call("POST", f"{self._path}/{segment(name)}/keys/{segment(which)}"))

    def deployments(self, endpoint: str) -> List[Deployment]:
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

    def logs(self, endpoint: str, deployment: str, tail: int = 500) -> List[str]:
        """The end of a deployment's log."""
        path = f"{self._path}/{segment(endpoint)}/deployments/{segment(deployment)}/logs"
        return list(self._connection.call("GET", path, query={"tail": tail})["lines"])

    def _source(self, file: Path, uploads: List[str]) -> dict[str, Any]:
        source = {"name": file.name, "text": file.read_text(encoding="utf-8")}
        return {"source": source, "code": {name: upload_tree(self._connection, self._workspace, file.parent / name) for name in uploads}}

    def _endpoint(self, document: dict[str, Any]) -> Endpoint:
        return Endpoint(document, self._connection)


def _as_source(kind: str, document: "Mapping[str, Any]") -> "dict[str, str]":
    """JSON is YAML, too."""
    return {"name": f"{kind}.json", "text": json.dumps(document, indent=1)}
