"""The ways to deploy that came before ``Model.deploy``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Iterable

if TYPE_CHECKING:
    from ..workspace import Workspace
    from .webservice import Webservice


class OlderDeployments:
    """Services of models and a ``ContainerImage`` configuration."""

    @staticmethod
    def deploy_from_model(workspace: "Workspace", name: str, models: "Iterable[Any]", image_config: Any, deployment_config: Any = None, deployment_target: Any = None, overwrite: bool = False) -> "Webservice":
        """The older way to ``Model.deploy``."""
        from ._deploying import deploy

        return deploy(workspace, name, [*models], image_config, deployment_config, deployment_target, overwrite)

    @staticmethod
    def deploy_from_image(workspace: "Workspace", name: str, image: Any, deployment_config: Any = None, deployment_target: Any = None, overwrite: bool = False) -> "Webservice":
        """Deploys what ``ContainerImage.create`` put together."""
        from ._deploying import deploy

        return deploy(workspace, name, image.models, image.image_config, deployment_config, deployment_target, overwrite)

    @staticmethod
    def deploy(workspace: "Workspace", name: str, model_paths: "Iterable[str]", image_config: Any, deployment_config: Any = None, deployment_target: Any = None, overwrite: bool = False) -> "Webservice":
        """Registers files, each under its own name, and deploys them."""
        from ..model import Model
        from ._deploying import deploy

        models = [Model.register(workspace, path, os.path.basename(os.path.normpath(path))) for path in model_paths]
        return deploy(workspace, name, models, image_config, deployment_config, deployment_target, overwrite)
