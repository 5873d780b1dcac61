"""Services by name, and of which class they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Optional

from ....endpoints import Endpoint
from ...exceptions import WebserviceException
from .._refusals import refused
from ._plan import read_plan

if TYPE_CHECKING:
    from ..workspace import Workspace
    from .webservice import Webservice


def find(workspace: "Workspace", name: str) -> Endpoint:
    try:
        with refused():
            found: Endpoint = workspace._own.endpoints.get(name)
            return found
    except WebserviceException as error:
        if error.status_code == 404:
            raise WebserviceException(f"WebserviceNotFound: Webservice with name {name} not found in workspace {workspace.name}.", 404) from error
        raise


def main_deployment(endpoint: Endpoint) -> "Optional[dict[str, Any]]":
    """The one that stands for the service: with the most traffic, else the newest."""
    deployments = endpoint.to_dict()["deployments"]
    return max(deployments, key=lambda item: (item["trafficPercent"], item["createdAt"]), default=None)


def class_of(endpoint: Endpoint) -> "type[Webservice]":
    from .aci import AciWebservice
    from .aks import AksWebservice
    from .aks_endpoint import AksEndpoint
    from .local import LocalWebservice

    deployment = main_deployment(endpoint)
    kind = read_plan(deployment).kind if deployment is not None else ""
    known: "dict[str, type[Webservice]]" = {"ACI": AciWebservice, "AKS": AksWebservice, "AKSENDPOINT": AksEndpoint, "LOCAL": LocalWebservice}
    return known.get(kind, AksWebservice if endpoint.to_dict()["authMode"] != "none" else AciWebservice)


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
