"""``azureml.core.webservice.aci``: services that need no key unless one is asked for."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from .configuration import WebserviceDeploymentConfiguration, or_default, positive, warn_of
from .webservice import Webservice


class AciServiceDeploymentConfiguration(WebserviceDeploymentConfiguration):
    """Settings of an :class:`AciWebservice`."""

    _kind = "ACI"

    cpu_cores: Optional[float]
    memory_gb: Optional[float]
    auth_enabled: Optional[bool]
    ssl_enabled: Optional[bool]
    ssl_cert_pem_file: Optional[str]
    ssl_key_pem_file: Optional[str]
    ssl_cname: Optional[str]
    enable_app_insights: Optional[bool]
    collect_model_data: Optional[bool]
    dns_name_label: Optional[str]
    primary_key: Optional[str]
    secondary_key: Optional[str]
    vnet_name: Optional[str]
    subnet_name: Optional[str]

    def _mistakes(self) -> "list[str]":
        found: "list[str]" = []
        positive(found, cpu_cores=self.cpu_cores, memory_gb=self.memory_gb)
        if self.ssl_enabled and not (self.ssl_cert_pem_file and self.ssl_key_pem_file and self.ssl_cname):
            found.append("ssl_enabled needs ssl_cert_pem_file, ssl_key_pem_file and ssl_cname")
        if not self.ssl_enabled and (self.ssl_cert_pem_file or self.ssl_key_pem_file or self.ssl_cname):
            found.append("ssl_cert_pem_file, ssl_key_pem_file and ssl_cname need ssl_enabled=True")
        if self.primary_key or self.secondary_key:
            found.append("primary_key and secondary_key are made by the server here; read them with get_keys()")
        if bool(self.vnet_name) != bool(self.subnet_name):
            found.append("vnet_name and subnet_name go together")
        if self.ssl_enabled and not found:
            warn_of("services answer over http; put a proxy with the certificate before the gateway", ssl_enabled=True)
        warn_of("a service's address comes from its name", dns_name_label=self.dns_name_label)
        warn_of("services run on this machine", vnet_name=self.vnet_name)
        return found

    def _auth_mode(self) -> str:
        return "key" if self.auth_enabled else "none"

    def _settings(self) -> "dict[str, Any]":
        return {
            "cpu": or_default(self.cpu_cores, 0.1),
            "memoryGb": or_default(self.memory_gb, 0.5),
            "appInsights": bool(self.enable_app_insights),
            "collect": bool(self.collect_model_data),
            "replicas": 1,
            "timeoutMs": 60_000,
        }


class AciWebservice(Webservice):
    """A service of one instance."""

    _kind = "ACI"
    _webservice_type = "ACI"

    @staticmethod
    def deploy_configuration(
        cpu_cores: Optional[float] = None,
        memory_gb: Optional[float] = None,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        description: Optional[str] = None,
        location: Optional[str] = None,
        auth_enabled: Optional[bool] = None,
        ssl_enabled: Optional[bool] = None,
        enable_app_insights: Optional[bool] = None,
        ssl_cert_pem_file: Optional[str] = None,
        ssl_key_pem_file: Optional[str] = None,
        ssl_cname: Optional[str] = None,
        dns_name_label: Optional[str] = None,
        primary_key: Optional[str] = None,
        secondary_key: Optional[str] = None,
        collect_model_data: Optional[bool] = None,
        cmk_vault_base_url: Optional[str] = None,
        cmk_key_name: Optional[str] = None,
        cmk_key_version: Optional[str] = None,
        vnet_name: Optional[str] = None,
        subnet_name: Optional[str] = None,
    ) -> AciServiceDeploymentConfiguration:
        """Settings: 0.1 cores, 0.5 GB and no key unless said otherwise.

        Raises:
            WebserviceException: they do not go together; all reasons are in it.
        """
        return AciServiceDeploymentConfiguration(
            description,
            tags,
            properties,
            {
                "cpu_cores": cpu_cores,
                "memory_gb": memory_gb,
                "location": location,
                "auth_enabled": auth_enabled,
                "ssl_enabled": ssl_enabled,
                "enable_app_insights": enable_app_insights,
                "ssl_cert_pem_file": ssl_cert_pem_file,
                "ssl_key_pem_file": ssl_key_pem_file,
                "ssl_cname": ssl_cname,
                "dns_name_label": dns_name_label,
                "primary_key": primary_key,
                "secondary_key": secondary_key,
                "collect_model_data": collect_model_data,
                "cmk_vault_base_url": cmk_vault_base_url,
                "cmk_key_name": cmk_key_name,
                "cmk_key_version": cmk_key_version,
                "vnet_name": vnet_name,
                "subnet_name": subnet_name,
            },
        )
