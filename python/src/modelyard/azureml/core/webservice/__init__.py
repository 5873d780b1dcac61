"""``azureml.core.webservice``: models as web services."""

from __future__ import annotations

from ...names import lazy_names

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "AciServiceDeploymentConfiguration": ".aci",
        "AciWebservice": ".aci",
        "AksEndpoint": ".aks_endpoint",
        "AksServiceDeploymentConfiguration": ".aks",
        "AksWebservice": ".aks",
        "LocalWebservice": ".local",
        "LocalWebserviceDeploymentConfiguration": ".local",
        "Webservice": ".webservice",
        "WebserviceDeploymentConfiguration": ".configuration",
        "WebserviceException": "...exceptions",
    },
)
