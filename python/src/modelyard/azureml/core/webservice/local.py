"""``azureml.core.webservice.local``: a service to try a script with."""

from __future__ import annotations

from typing import Any, Iterable, Optional
from urllib.parse import urlsplit

from ...exceptions import WebserviceException
from .._inference_config import InferenceConfig
from .._refusals import refused
from .configuration import WebserviceDeploymentConfiguration
from .webservice import Webservice

#: The scoring script of each local service, as it lies in the user's folder.
_sources: "dict[tuple[str, str, str], InferenceConfig]" = {}


class LocalWebserviceDeploymentConfiguration(WebserviceDeploymentConfiguration):
    """Settings of a :class:`LocalWebservice`."""

    _kind = "LOCAL"
    port: Optional[int]

    def _mistakes(self) -> "list[str]":
        if self.port is not None and (isinstance(self.port, bool) or not isinstance(self.port, int) or not 0 < self.port < 65_536):
            return [f"port must be a number from 1 to 65535, not {self.port!r}"]
        return []

    def _settings(self) -> "dict[str, Any]":
        return {"port": self.port, "appInsights": True, "collect": False, "replicas": 1, "timeoutMs": 60_000}


class LocalWebservice(Webservice):
    """A service without a key. It runs under the server's gateway, as all do; ``port``, where one was asked for, leads there while this process lives."""

    _kind = "LOCAL"
    _webservice_type = "LOCAL"

    @staticmethod
    def deploy_configuration(port: Optional[int] = None) -> LocalWebserviceDeploymentConfiguration:
        """Settings: any free port unless one is given."""
        return LocalWebserviceDeploymentConfiguration(None, None, None, {"port": port})

    @property
    def port(self) -> Optional[int]:
        """Where it answers on this machine."""
        return urlsplit(self.scoring_uri).port

    @property
    def scoring_uri(self) -> str:
        from ._local_port import open_port

        wanted = self._plan.settings.get("port")
        return super().scoring_uri if wanted is None else open_port(wanted, super().scoring_uri)

    def wait_for_deployment(self, show_output: bool = False, timeout_sec: Optional[float] = None) -> None:
        """Waits until it serves.

        Raises:
            WebserviceException: it failed; the text holds the traceback of ``init()``.
        """
        super().wait_for_deployment(show_output, timeout_sec)
        if show_output:
            print(f"Local webservice is running at {self.scoring_uri.rpartition('/')[0]}")

    def reload(self, wait: bool = False) -> None:
        """Takes up the scoring script as its files are now. It serves with the old one until the new one is there."""
        source = _sources.get(self._key())
        if source is None:
            raise WebserviceException("This process did not deploy the service and does not know where its script lies; call update(inference_config=…).")
        with refused():
            self._replace(self._plan.with_script(self.workspace._own, source))
        # A reload is over when it serves: what is asked next is answered by the new script.
        self.wait_for_deployment()

    def update(self, image: Any = None, models: "Optional[Iterable[Any]]" = None, inference_config: Optional[InferenceConfig] = None, deployment_config: Optional[WebserviceDeploymentConfiguration] = None, wait: bool = False, **others: Any) -> None:  # type: ignore[override]
        """Replaces models, scoring script or port."""
        super().update(image, models, inference_config, deployment_config=deployment_config, **others)
        if inference_config is not None:
            _sources[self._key()] = inference_config
        if wait:
            self.wait_for_deployment()

    def deploy_to_cloud(self, name: str, deployment_config: WebserviceDeploymentConfiguration, deployment_target: Any = None) -> Webservice:
        """Deploys the same models and script as a service of another target."""
        from ._deploying import deploy

        source = _sources.get(self._key())
        if source is None:
            raise WebserviceException("This process did not deploy the service and does not know where its script lies; use Model.deploy().")
        return deploy(self.workspace, name, self.models, source, deployment_config, deployment_target, False)

    def _remember(self, source: Optional[InferenceConfig]) -> None:
        if source is not None:
            _sources[self._key()] = source

    def _key(self) -> "tuple[str, str, str]":
        return self._connection.settings.url, self.workspace.name, self.name
