"""``azureml.core.webservice.webservice``: a deployed service."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

from ....connection import Connection
from ....endpoints import Endpoint
from ....errors import ApiError
from ...exceptions import WebserviceException
from .._inference_config import InferenceConfig
from .._model_labels import has
from .._refusals import refused
from ._changes import changed_settings
from ._finding import class_of, find, main_deployment, time_of
from ._older_deployments import OlderDeployments
from ._invoking import parsed, send
from ._plan import Plan, plain_name, read_plan
from .configuration import WebserviceDeploymentConfiguration

if TYPE_CHECKING:
    from ..workspace import Workspace

_states = {"creating": "Transitioning", "starting": "Transitioning", "updating": "Transitioning", "stopping": "Transitioning", "ready": "Healthy", "stopped": "Unhealthy"}
_poll_seconds = 0.2
_refresh_token_after = timedelta(hours=12)


class Webservice(OlderDeployments):
    """A service that is deployed; the object is of the class of its target.

    Raises:
        WebserviceException: there is none of that name (``WebserviceNotFound``).
    """

    _kind = ""
    _webservice_type = ""

    def __new__(cls, workspace: "Workspace", name: str) -> "Webservice":
        endpoint = find(workspace, name)
        service = object.__new__(class_of(endpoint) if cls is Webservice else cls)
        service._take(workspace, endpoint)
        return service

    def __init__(self, workspace: "Workspace", name: str) -> None:
        pass

    @classmethod
    def _of(cls, workspace: "Workspace", endpoint: Endpoint) -> "Webservice":
        service = object.__new__(class_of(endpoint) if cls is Webservice else cls)
        service._take(workspace, endpoint)
        return service

    def _take(self, workspace: "Workspace", endpoint: Endpoint) -> None:
        self.workspace = workspace
        self.name = endpoint.name
        self._endpoint = endpoint
        self._deployment = main_deployment(endpoint)
        plan = read_plan(self._deployment) if self._deployment is not None else Plan("", plain_name)
        self._plan = plan
        document = endpoint.to_dict()
        self.compute_type = (plan.kind or self._kind).upper()
        self.description: str = document["description"]
        self.tags: "dict[str, str]" = dict(plan.tags)
        self.properties: "dict[str, str]" = dict(plan.properties)
        self.created_time = time_of(document["createdAt"])
        self.updated_time = time_of(document["updatedAt"])
        self.auth_enabled = document["authMode"] == "key"
        self.token_auth_enabled = document["authMode"] == "token"
        self.enable_app_insights = bool(plan.settings.get("appInsights", True))
        self.collect_model_data = bool(plan.settings.get("collect"))
        self.cpu_cores, self.memory_gb = plan.settings.get("cpu"), plan.settings.get("memoryGb")
        self.num_replicas, self.scoring_timeout_ms = plan.settings.get("replicas"), plan.settings.get("timeoutMs")

    @property
    def _own(self) -> Any:
        return self.workspace._own.endpoints

    @property
    def scoring_uri(self) -> str:
        """Where predictions are asked for by POST."""
        return self._endpoint.scoring_uri

    @property
    def swagger_uri(self) -> str:
        """What describes the service to programs."""
        return f"{str(self._endpoint.to_dict()['endpointUri']).rstrip('/')}/swagger.json"

    @property
    def models(self) -> "list[Any]":
        """The models behind it."""
        from ..model import Model

        return [Model(self.workspace, id=name) for name in self._plan.models]

    @property
    def state(self) -> str:
        """``Transitioning``, ``Healthy``, ``Unhealthy`` (an update failed) or ``Failed``, as it is now."""
        self.update_deployment_state()
        return self._state()

    def _state(self) -> str:
        if self._deployment is None:
            return "Failed"
        found = str(self._deployment["state"])
        return _states[found] if found in _states else "Unhealthy" if self._deployment["revision"] > 1 else "Failed"

    @property
    def error(self) -> "Optional[dict[str, Any]]":
        """Why it failed: ``code``, ``message`` and the end of the traceback; ``None`` when it did not."""
        found = self._deployment["error"] if self._deployment is not None else None
        return None if found is None else {"code": found["code"], "message": found["message"], "details": found["logTail"]}

    @staticmethod
    def list(workspace: "Workspace", compute_type: Optional[str] = None, image_name: Optional[str] = None, image_id: Optional[str] = None, model_name: Optional[str] = None, model_id: Optional[str] = None, tags: Any = None, properties: Any = None, image_digest: Optional[str] = None) -> "list[Webservice]":
        """Services of the workspace that fit."""
        with refused():
            found = [Webservice._of(workspace, endpoint) for endpoint in workspace._own.endpoints.list()]
        return [
            service
            for service in found
            if (compute_type is None or service.compute_type == compute_type.upper())
            and (model_name is None or any(name.rpartition(":")[0] == model_name for name in service._plan.models))
            and (model_id is None or model_id in service._plan.models)
            and has(service.tags, tags)
            and has(service.properties, properties)
        ]

    def update_deployment_state(self) -> None:
        """Looks again how it is."""
        self._take(self.workspace, find(self.workspace, self.name))

    def wait_for_deployment(self, show_output: bool = False, timeout_sec: Optional[float] = None) -> None:
        """Waits until it serves.

        Raises:
            WebserviceException: it failed; the text holds the traceback of ``init()``.
        """
        until = None if timeout_sec is None else time.monotonic() + timeout_sec
        shown = ""
        while (state := self.state) == "Transitioning":
            if show_output:
                print("." if shown else "Running", end="", flush=True)
                shown = "Running"
            if until is not None and time.monotonic() > until:
                raise WebserviceException(f"The service {self.name} is not ready after {timeout_sec} s.")
            time.sleep(_poll_seconds)
        ended = "Succeeded" if state == "Healthy" else "Failed"
        if show_output:
            print(f"{chr(10) if shown else ''}{ended}")
            print(f'{self.compute_type or "Service"} service creation operation finished, operation "{ended}"')
        if state != "Healthy":
            raise WebserviceException(self._failure())

    def _failure(self) -> str:
        error = self.error or {"message": "it has no deployment", "details": []}
        lines = "\n".join(error["details"])
        return f"Service deployment polling reached non-successful terminal state, current service state: {self._state()}\n{error['message']}\n{lines}\nMore is in get_logs()."

    def run(self, input: Any = None, input_data: Any = None) -> Any:
        """Asks for predictions and returns the parsed JSON; text and bytes go out as they are, anything else as JSON.

        Raises:
            WebserviceException: the service did not answer as wanted.
        """
        return self._ask(input if input is not None else input_data, None)

    def _ask(self, data: Any, deployment: Optional[str]) -> Any:
        if data is None:
            raise WebserviceException("run() needs input_data.")
        try:
            return self._try(data, deployment)
        except ApiError as error:
            if error.status != 401:
                raise self._unanswered(error) from error
        # The key was replaced since this object was made.
        self.update_deployment_state()
        try:
            return self._try(data, deployment)
        except ApiError as error:
            raise self._unanswered(error) from error

    def _try(self, data: Any, deployment: Optional[str]) -> Any:
        return parsed(send(self.scoring_uri, self._credential(), data, deployment))

    def _credential(self) -> Optional[str]:
        if self._endpoint.to_dict()["authMode"] == "token":
            return self._connection.settings.token
        return self._endpoint.primary_key

    @property
    def _connection(self) -> Connection:
        return self.workspace._own.connection

    def _unanswered(self, error: ApiError) -> WebserviceException:
        return WebserviceException(f"Received bad response from service. More information can be found by calling `.get_logs()` on the webservice object.\nResponse Code: {error.status}\n{error}", error.status)

    def get_logs(self, num_lines: int = 5000, init: bool = False) -> str:
        """The end of what its script printed."""
        if self._deployment is None:
            return ""
        with refused():
            return "\n".join(self._own.logs(self.name, self._deployment["name"], tail=min(num_lines, 10_000)))

    def get_keys(self) -> "tuple[str, str]":
        """The primary and the secondary key."""
        with refused():
            keys = self._own.get(self.name).to_dict().get("keys")
        if not keys:
            raise WebserviceException(f"You may not read the keys of {self.name}.")
        return keys["primary"], keys["secondary"]

    def regen_key(self, key: str, set_key: Optional[str] = None) -> None:
        """Replaces one key; what uses the other goes on."""
        which = str(key).strip().lower()
        if which not in ("primary", "secondary"):
            raise WebserviceException(f"key must be 'Primary' or 'Secondary', not {key!r}")
        if set_key is not None:
            raise WebserviceException("Keys are made by the server; set_key cannot be given. Read the new one with get_keys().")
        with refused():
            self._own.regenerate_key(self.name, which)
        self.update_deployment_state()

    def get_token(self) -> "tuple[str, datetime]":
        """The token for a service with token authentication, and until when to ask again: it is the one that signs you in here."""
        if not self.token_auth_enabled:
            raise WebserviceException(f"The service {self.name} has no token authentication; read its keys with get_keys().")
        token = self._connection.settings.token
        if not token:
            raise WebserviceException("You are not signed in by a token.")
        return token, datetime.now(timezone.utc) + _refresh_token_after

    def update(self, image: Any = None, models: "Optional[Iterable[Any]]" = None, inference_config: Optional[InferenceConfig] = None, tags: Optional[Mapping[str, Any]] = None, properties: Optional[Mapping[str, Any]] = None, description: Optional[str] = None, deployment_config: Optional[WebserviceDeploymentConfiguration] = None, **settings: Any) -> None:
        """Replaces what is given, without a failed request; see ``wait_for_deployment``.

        Raises:
            WebserviceException: something given cannot be changed; nothing is then.
        """
        if image is not None:
            raise WebserviceException("There are no images here; give models and inference_config.")
        changes = changed_settings(settings, self._endpoint.to_dict()["authMode"])
        if deployment_config is not None:
            changes = {**deployment_config._settings(), **changes}
        own = self.workspace._own
        plan = self._plan.with_settings(changes)
        with refused():
            if models is not None:
                plan = plan.with_models(own, models)
            if inference_config is not None:
                plan = plan.with_script(own, inference_config)
            if tags is not None:
                plan = replace(plan, tags={str(name): str(value) for name, value in tags.items()})
            if properties is not None:
                plan = replace(plan, properties={**plan.properties, **{str(name): str(value) for name, value in properties.items()}})
            self._replace(plan)

    def _replace(self, plan: Plan) -> None:
        if plan.script is None and self._deployment is not None and self._deployment["hasScoringScript"]:
            raise WebserviceException(f"{self.name} was deployed another way and its script is not known here; give inference_config.")
        document, trees = plan.document(self.workspace, self.name)
        self._own.deploy_from(self.name, document, trees=trees, update=plan.deployment)
        self.update_deployment_state()

    def add_tags(self, tags: Mapping[str, Any]) -> None:
        self.update(tags={**self.tags, **tags})

    def remove_tags(self, tags: "Iterable[str]") -> None:
        gone = set(tags)
        self.update(tags={name: value for name, value in self.tags.items() if name not in gone})

    def add_properties(self, properties: Mapping[str, Any]) -> None:
        self.update(properties=properties)

    def delete(self) -> None:
        """Deletes the service; a second time nothing happens."""
        try:
            with refused():
                self._own.delete(self.name)
        except WebserviceException as error:
            if error.status_code != 404:
                raise

    def serialize(self) -> "dict[str, Any]":
        """The service as a dictionary."""
        return {
            "name": self.name,
            "description": self.description,
            "tags": dict(self.tags),
            "properties": dict(self.properties),
            "state": self._state(),
            "createdTime": self.created_time.isoformat(),
            "updatedTime": self.updated_time.isoformat(),
            "error": self.error,
            "computeType": self.compute_type,
            "workspaceName": self.workspace.name,
            "scoringUri": self.scoring_uri,
            "swaggerUri": self.swagger_uri,
            "authEnabled": self.auth_enabled,
            "appInsightsEnabled": self.enable_app_insights,
            "modelIds": [*self._plan.models],
            "numReplicas": self.num_replicas,
            "containerResourceRequirements": {"cpu": self.cpu_cores, "memoryInGB": self.memory_gb},
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}(workspace={self.workspace!r}, name={self.name}, compute_type={self.compute_type}, state={self._state()}, scoring_uri={self.scoring_uri}, tags={self.tags}, properties={self.properties})"
