"""``Model.deploy``: a service of ours for what the arguments say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Optional, Sequence

from ....endpoints import Endpoint
from ....errors import NotFound
from ...exceptions import WebserviceException
from .._inference_config import InferenceConfig
from .._refusals import refused
from ._plan import Plan, plain_name
from .configuration import WebserviceDeploymentConfiguration

if TYPE_CHECKING:
    from ..workspace import Workspace
    from .webservice import Webservice

_names = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")


def deploy(workspace: "Workspace", name: str, models: "Sequence[Any]", inference_config: Optional[InferenceConfig], config: Optional[WebserviceDeploymentConfiguration], target: Any, overwrite: bool) -> "Webservice":
    """Creates the service, or with ``overwrite`` replaces what runs under its name."""
    from .local import LocalWebservice
    from .webservice import Webservice

    _check_name(name)
    config = config if config is not None else _default_config(target)
    _check_target(config, target)
    own = workspace._own
    with refused():
        plan = plan_of(workspace, config, models, inference_config)
        existing = _existing(workspace, name)
        if existing is not None and not (overwrite or config._kind == "LOCAL"):
            raise WebserviceException(f"Error, there is already a service with name {name} found in workspace {workspace.name}. Pass overwrite=True to replace it.", 409)
        if existing is not None and not _fits(existing, plan, config):
            own.endpoints.delete(name)
            existing = None
        if existing is None:
            own.endpoints.create_from({"name": name, "auth_mode": config._auth_mode(), "description": config.description or ""})
        try:
            document, trees = plan.document(workspace, name, traffic=100 if existing is None else None)
            own.endpoints.deploy_from(name, document, trees=trees, update=None if existing is None else plan.deployment)
        except BaseException:
            # A service without a deployment is nothing that anyone asked for.
            if existing is None:
                own.endpoints.delete(name)
            raise
        service = Webservice._of(workspace, own.endpoints.get(name))
    if isinstance(service, LocalWebservice):
        service._remember(inference_config)
    return service


def plan_of(workspace: "Workspace", config: WebserviceDeploymentConfiguration, models: "Sequence[Any]", inference_config: Optional[InferenceConfig]) -> Plan:
    """The version that is to be deployed; its files are uploaded."""
    own = workspace._own
    plan = Plan(
        config._kind,
        getattr(config, "version_name", None) or plain_name,
        settings=config._settings(),
        tags={str(name): str(value) for name, value in config.tags.items()},
        properties={str(name): str(value) for name, value in config.properties.items()},
        is_default=True,
    ).with_models(own, models)
    if inference_config is not None:
        return plan.with_script(own, inference_config)
    if len(models) != 1 or models[0]._version.to_dict()["format"] != "mlflow":
        raise WebserviceException("Without an inference_config one MLflow model can be deployed; give a scoring script for anything else: InferenceConfig(entry_script=…).")
    return plan


def _check_name(name: str) -> None:
    if not 3 <= len(name) <= 32 or _names.match(name) is None:
        raise WebserviceException(f"{name!r} is no name of a service: 3 to 32 small letters, digits and -, beginning with a letter and ending with a letter or digit.")


def _default_config(target: Any) -> WebserviceDeploymentConfiguration:
    from .aci import AciWebservice
    from .aks import AksWebservice

    return AciWebservice.deploy_configuration() if target is None else AksWebservice.deploy_configuration()


def _check_target(config: WebserviceDeploymentConfiguration, target: Any) -> None:
    if target is None or config._kind in ("AKS", "AKSENDPOINT"):
        return
    raise WebserviceException(f"A deployment_target goes with AksWebservice.deploy_configuration(), not with {type(config).__name__}.")


def _existing(workspace: "Workspace", name: str) -> Optional[Endpoint]:
    try:
        found: Endpoint = workspace._own.endpoints.get(name)
        return found
    except NotFound:
        return None


def _fits(existing: Endpoint, plan: Plan, config: WebserviceDeploymentConfiguration) -> bool:
    """Whether the new version can take the place of the old one, without a failed request."""
    document = existing.to_dict()
    return document["authMode"] == config._auth_mode() and [item["name"] for item in document["deployments"]] == [plan.deployment]
