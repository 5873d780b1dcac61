"""``azureml.core.webservice.aks``: services with a key and several instances."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from ...names import lazy_names
from .configuration import WebserviceDeploymentConfiguration, longest_timeout_ms, or_default, positive, warn_of
from .webservice import Webservice


class AksServiceDeploymentConfiguration(WebserviceDeploymentConfiguration):
    """Settings of an :class:`AksWebservice`."""

    _kind = "AKS"

    autoscale_enabled: Optional[bool]
    autoscale_min_replicas: Optional[int]
    autoscale_max_replicas: Optional[int]
    autoscale_refresh_seconds: Optional[int]
    autoscale_target_utilization: Optional[int]
    collect_model_data: Optional[bool]
    auth_enabled: Optional[bool]
    token_auth_enabled: Optional[bool]
    cpu_cores: Optional[float]
    cpu_cores_limit: Optional[float]
    memory_gb: Optional[float]
    memory_gb_limit: Optional[float]
    gpu_cores: Optional[int]
    enable_app_insights: Optional[bool]
    scoring_timeout_ms: Optional[int]
    replica_max_concurrent_requests: Optional[int]
    max_request_wait_time: Optional[int]
    num_replicas: Optional[int]
    primary_key: Optional[str]
    secondary_key: Optional[str]
    namespace: Optional[str]
    compute_target_name: Optional[str]

    def _mistakes(self) -> "list[str]":
        found: "list[str]" = []
        positive(
            found,
            cpu_cores=self.cpu_cores,
            memory_gb=self.memory_gb,
            autoscale_min_replicas=self.autoscale_min_replicas,
            autoscale_max_replicas=self.autoscale_max_replicas,
            autoscale_refresh_seconds=self.autoscale_refresh_seconds,
            scoring_timeout_ms=self.scoring_timeout_ms,
            replica_max_concurrent_requests=self.replica_max_concurrent_requests,
            num_replicas=self.num_replicas,
        )
        if self.num_replicas is not None and self.autoscale_enabled:
            found.append("num_replicas cannot be given while autoscale_enabled is True")
        limits = {"autoscale_min_replicas": self.autoscale_min_replicas, "autoscale_max_replicas": self.autoscale_max_replicas}
        given = [name for name, value in limits.items() if value is not None]
        if given and (self.autoscale_enabled is False or self.num_replicas is not None):
            found.append(f"{' and '.join(given)} need autoscaling, which is off")
        if not found and self.autoscale_min_replicas and self.autoscale_max_replicas and self.autoscale_min_replicas > self.autoscale_max_replicas:
            found.append("autoscale_min_replicas is greater than autoscale_max_replicas")
        if self.autoscale_target_utilization is not None and not 0 < self.autoscale_target_utilization <= 100:
            found.append("autoscale_target_utilization must lie between 1 and 100")
        if self.auth_enabled and self.token_auth_enabled:
            found.append("auth_enabled and token_auth_enabled cannot both be True")
        if self.primary_key or self.secondary_key:
            found.append("primary_key and secondary_key are made by the server here; read them with get_keys()")
        for request, limit, name in ((self.cpu_cores, self.cpu_cores_limit, "cpu_cores"), (self.memory_gb, self.memory_gb_limit, "memory_gb")):
            if request is not None and limit is not None and limit < request:
                found.append(f"{name}_limit is below {name}")
        if not found:
            self._warn()
        return found

    def _warn(self) -> None:
        if (self.autoscale_max_replicas or 0) > (self.autoscale_min_replicas or 1):
            warn_of(f"a service runs {self.autoscale_min_replicas or 1} instances all the time and does not scale by itself", autoscale_max_replicas=True)
        if (self.scoring_timeout_ms or 0) > longest_timeout_ms:
            warn_of(f"a request may take {longest_timeout_ms} ms at most, and that is what it gets", scoring_timeout_ms=True)
        warn_of("services run as processes on this machine", namespace=self.namespace, gpu_cores=self.gpu_cores)

    def _auth_mode(self) -> str:
        if self.token_auth_enabled:
            return "token"
        return "none" if self.auth_enabled is False else "key"

    def _settings(self) -> "dict[str, Any]":
        autoscale = or_default(self.autoscale_enabled, self.num_replicas is None)
        return {
            "cpu": or_default(self.cpu_cores, 0.1),
            "memoryGb": or_default(self.memory_gb, 0.5),
            "gpu": or_default(self.gpu_cores, 0),
            "appInsights": bool(self.enable_app_insights),
            "collect": bool(self.collect_model_data),
            "autoscale": autoscale,
            "minReplicas": or_default(self.autoscale_min_replicas, 1) if autoscale else None,
            "maxReplicas": or_default(self.autoscale_max_replicas, 10) if autoscale else None,
            "replicas": or_default(self.autoscale_min_replicas, 1) if autoscale else or_default(self.num_replicas, 1),
            "timeoutMs": min(or_default(self.scoring_timeout_ms, 60_000), longest_timeout_ms),
            "concurrency": or_default(self.replica_max_concurrent_requests, 1),
            "queueWaitMs": or_default(self.max_request_wait_time, 500),
        }


class AksWebservice(Webservice):
    """A service with a key, unless said otherwise, and as many instances as wanted."""

    _kind = "AKS"
    _webservice_type = "AKS"

    @staticmethod
    def deploy_configuration(
        autoscale_enabled: Optional[bool] = None,
        autoscale_min_replicas: Optional[int] = None,
        autoscale_max_replicas: Optional[int] = None,
        autoscale_refresh_seconds: Optional[int] = None,
        autoscale_target_utilization: Optional[int] = None,
        collect_model_data: Optional[bool] = None,
        auth_enabled: Optional[bool] = None,
        cpu_cores: Optional[float] = None,
        memory_gb: Optional[float] = None,
        enable_app_insights: Optional[bool] = None,
        scoring_timeout_ms: Optional[int] = None,
        replica_max_concurrent_requests: Optional[int] = None,
        max_request_wait_time: Optional[int] = None,
        num_replicas: Optional[int] = None,
        primary_key: Optional[str] = None,
        secondary_key: Optional[str] = None,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        description: Optional[str] = None,
        gpu_cores: Optional[int] = None,
        period_seconds: Optional[int] = None,
        initial_delay_seconds: Optional[int] = None,
        timeout_seconds: Optional[int] = None,
        success_threshold: Optional[int] = None,
        failure_threshold: Optional[int] = None,
        namespace: Optional[str] = None,
        token_auth_enabled: Optional[bool] = None,
        compute_target_name: Optional[str] = None,
        cpu_cores_limit: Optional[float] = None,
        memory_gb_limit: Optional[float] = None,
        blobfuse_enabled: Optional[bool] = None,
    ) -> AksServiceDeploymentConfiguration:
        """Settings: a key, one instance, 60 s for a request unless said otherwise.

        Raises:
            WebserviceException: they do not go together; all reasons are in it.
        """
        given = dict(locals())
        return AksServiceDeploymentConfiguration(given.pop("description"), given.pop("tags"), given.pop("properties"), given)

    def get_access_token(self) -> Any:
        """The token that signs you in here; a service with token authentication takes it."""
        from ._access_token import AksServiceAccessToken

        return AksServiceAccessToken(*self.get_token())


__getattr__, __dir__ = lazy_names(__name__.rpartition(".")[0], {"AksEndpoint": ".aks_endpoint"})
