"""Services with several versions that share the traffic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Mapping, Optional

from ...exceptions import WebserviceException
from .._inference_config import InferenceConfig
from .._refusals import refused
from ._changes import changed_settings
from ._finding import find
from ._plan import plain_name, read_plan
from .aks import AksServiceDeploymentConfiguration, AksWebservice
from .webservice import Webservice


class AksEndpointDeploymentConfiguration(AksServiceDeploymentConfiguration):
    """Settings of an :class:`AksEndpoint`'s first version."""

    _kind = "AKSENDPOINT"
    version_name: Optional[str]
    traffic_percentile: Optional[int]

    def _mistakes(self) -> "list[str]":
        found = super()._mistakes()
        if self.traffic_percentile not in (None, 100):
            found.append("traffic_percentile of the first version is 100: there is nothing else")
        return found


class EndpointVersion(Webservice):
    """One version of an endpoint: a deployment with a share of the traffic."""

    _kind = "AKSENDPOINT"

    def _take_version(self, endpoint: "AksEndpoint", deployment: "dict[str, Any]") -> None:
        self._take(endpoint.workspace, endpoint._endpoint)
        self._deployment = deployment
        self._plan = read_plan(deployment)
        self.version_name: str = deployment["name"]
        self.traffic_percentile = int(deployment["trafficPercent"])
        self.is_default = deployment["name"] == endpoint._default_name()
        self.tags = dict(self._plan.tags)
        self.properties = dict(self._plan.properties)

    def update_deployment_state(self) -> None:
        """Looks again how it is."""
        endpoint = AksEndpoint._of(self.workspace, find(self.workspace, self.name))
        assert isinstance(endpoint, AksEndpoint)
        self._take_version(endpoint, endpoint._deployment_of(self.version_name))

    def run(self, input: Any = None, input_data: Any = None) -> Any:
        """Asks this version, whatever its share of the traffic."""
        return self._ask(input if input is not None else input_data, self.version_name)

    def delete(self) -> None:
        """Deletes this version."""
        AksEndpoint(self.workspace, self.name).delete_version(self.version_name)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"EndpointVersion(name={self.name}, version_name={self.version_name}, state={self._state()}, traffic_percentile={self.traffic_percentile}, is_default={self.is_default})"


class AksEndpoint(AksWebservice):
    """A service with versions. What no version has been given, the default version gets."""

    _kind = "AKSENDPOINT"
    _webservice_type = "AKSENDPOINT"

    @staticmethod
    def deploy_configuration(version_name: Optional[str] = None, traffic_percentile: Optional[int] = None, **settings: Any) -> AksEndpointDeploymentConfiguration:  # type: ignore[override]
        """Settings of the endpoint and its first version; further arguments as of ``AksWebservice.deploy_configuration``.

        Raises:
            WebserviceException: they do not go together; all reasons are in it.
        """
        plain = AksWebservice.deploy_configuration(**settings)
        given = {name: getattr(plain, name) for name in plain._names}
        return AksEndpointDeploymentConfiguration(plain.description, plain.tags, plain.properties, {**given, "version_name": version_name, "traffic_percentile": traffic_percentile})

    @property
    def versions(self) -> "dict[str, EndpointVersion]":
        """The versions by name."""
        self.update_deployment_state()
        return {item["name"]: self._version_of(item) for item in self._deployments()}

    def create_version(
        self,
        version_name: str,
        autoscale_enabled: Optional[bool] = None,
        models: "Iterable[Any]" = (),
        inference_config: Optional[InferenceConfig] = None,
        traffic_percentile: Optional[int] = None,
        is_default: Optional[bool] = None,
        is_control_version_type: Optional[bool] = None,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        description: Optional[str] = None,
        **settings: Any,
    ) -> None:
        """Deploys a version beside the others, waits until it serves, and gives it its share of the traffic.

        Raises:
            WebserviceException: the name is taken, the share is not there, or the version failed.
        """
        from ._deploying import plan_of

        self.update_deployment_state()
        if any(item["name"] == version_name for item in self._deployments()):
            raise WebserviceException(f"The endpoint {self.name} already has a version {version_name}.", 409)
        traffic = self._traffic_with(version_name, traffic_percentile or 0, version_name if is_default else self._default_name())
        config = AksEndpoint.deploy_configuration(version_name, autoscale_enabled=autoscale_enabled, tags=tags, properties=properties, description=description, **settings)
        with refused():
            plan = replace(plan_of(self.workspace, config, [*models], inference_config), is_default=bool(is_default))
            document, trees = plan.document(self.workspace, self.name, traffic=0)
            self._own.deploy_from(self.name, document, trees=trees)
        self.versions[version_name].wait_for_deployment()
        with refused():
            self._own.set_traffic(self.name, traffic)
        self.update_deployment_state()

    def update_version(
        self,
        version_name: str,
        models: "Optional[Iterable[Any]]" = None,
        inference_config: Optional[InferenceConfig] = None,
        traffic_percentile: Optional[int] = None,
        is_default: Optional[bool] = None,
        is_control_version_type: Optional[bool] = None,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        description: Optional[str] = None,
        **settings: Any,
    ) -> None:
        """Changes a version's models, script, settings, or its share of the traffic."""
        self.update_deployment_state()
        before = read_plan(self._deployment_of(version_name))
        own = self.workspace._own
        changes = changed_settings(settings, self._endpoint.to_dict()["authMode"])
        default = version_name if is_default else self._default_name()
        traffic = self._traffic_with(version_name, traffic_percentile, default) if traffic_percentile is not None or is_default else None
        plan = before.with_settings(changes)
        with refused():
            if models is not None:
                plan = plan.with_models(own, models)
            if inference_config is not None:
                plan = plan.with_script(own, inference_config)
            if tags is not None:
                plan = replace(plan, tags={str(name): str(value) for name, value in tags.items()})
            if properties is not None:
                plan = replace(plan, properties={**plan.properties, **{str(name): str(value) for name, value in properties.items()}})
            if is_default:
                self._only_default(version_name)
                plan = replace(plan, is_default=True)
            if plan != before:
                self._replace(plan)
                self.versions[version_name].wait_for_deployment()
            if traffic is not None:
                self._own.set_traffic(self.name, traffic)
        self.update_deployment_state()

    def delete_version(self, version_name: str) -> None:
        """Deletes a version; its traffic goes to the default version.

        Raises:
            WebserviceException: it is the default version.
        """
        self.update_deployment_state()
        self._deployment_of(version_name)
        default = self._default_name()
        if version_name == default:
            raise WebserviceException(f"{version_name} is the default version of {self.name}; make another one the default first, or delete the endpoint.")
        with refused():
            self._own.set_traffic(self.name, self._traffic_with(version_name, 0, default))
            self._own.delete_deployment(self.name, version_name)
        self.update_deployment_state()

    def _deployments(self) -> "list[dict[str, Any]]":
        return list(self._endpoint.to_dict()["deployments"])

    def _deployment_of(self, version_name: str) -> "dict[str, Any]":
        for item in self._deployments():
            if item["name"] == version_name:
                return dict(item)
        raise WebserviceException(f"The endpoint {self.name} has no version {version_name}; it has {', '.join(item['name'] for item in self._deployments())}.", 404)

    def _version_of(self, deployment: "dict[str, Any]") -> EndpointVersion:
        version = object.__new__(EndpointVersion)
        version._take_version(self, deployment)
        return version

    def _default_name(self) -> str:
        chosen = [item for item in self._deployments() if read_plan(item).is_default] or self._deployments()
        return str(max(chosen, key=lambda item: item["updatedAt"])["name"]) if chosen else plain_name

    def _traffic_with(self, version_name: str, percentile: Optional[int], default: str) -> "dict[str, int]":
        """The split when a version gets a share; what is left over is the default version's."""
        shares = {item["name"]: int(item["trafficPercent"]) for item in self._deployments() if item["name"] != default}
        if version_name != default:
            shares[version_name] = shares.get(version_name, 0) if percentile is None else percentile
        rest = 100 - sum(shares.values())
        if percentile is not None and not 0 <= percentile <= 100:
            raise WebserviceException(f"traffic_percentile must lie between 0 and 100, not {percentile}")
        if rest < 0:
            raise WebserviceException(f"The versions would have {100 - rest} % of the traffic together.")
        return {**shares, default: rest}

    def _only_default(self, version_name: str) -> None:
        for item in self._deployments():
            plan = read_plan(item)
            if plan.is_default and plan.deployment != version_name:
                document, trees = replace(plan, is_default=False).document(self.workspace, self.name)
                self._own.deploy_from(self.name, document, trees=trees, update=plan.deployment)
