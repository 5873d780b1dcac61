"""What a workspace has, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ..exceptions import UserErrorException

if TYPE_CHECKING:
    from .compute import ComputeTarget
    from .datastore import AbstractDatastore
    from .experiment import Experiment
    from .workspace import Workspace


class WorkspaceCollections:
    """What ``Workspace`` has of collections; each module is loaded when it is asked for."""

    @property
    def compute_targets(self: "Workspace") -> "dict[str, ComputeTarget]":
        from .compute import ComputeTarget

        return {target.name: target for target in ComputeTarget.list(self)}

    @property
    def experiments(self: "Workspace") -> "dict[str, Experiment]":
        from .experiment import Experiment

        return {experiment.name: experiment for experiment in Experiment.list(self)}

    @property
    def models(self: "Workspace") -> dict[str, Any]:
        from .model import Model

        return {model.name: model for model in Model.list(self, latest=True)}

    @property
    def webservices(self: "Workspace") -> dict[str, Any]:
        from .webservice import Webservice

        return {service.name: service for service in Webservice.list(self)}

    @property
    def datastores(self: "Workspace") -> "dict[str, AbstractDatastore]":
        from .datastore import Datastore

        return Datastore._all(self)

    @property
    def environments(self: "Workspace") -> dict[str, Any]:
        from .environment import Environment

        return Environment.list(self)

    @property
    def datasets(self: "Workspace") -> dict[str, Any]:
        from .dataset import Dataset

        return Dataset.get_all(self)

    def get_default_datastore(self: "Workspace") -> "AbstractDatastore":
        """``workspaceblobstore``, which every workspace has."""
        from .datastore import Datastore

        return Datastore.get_default(self)

    def set_default_datastore(self: "Workspace", name: str) -> None:
        from .datastore import Datastore

        Datastore(self, name).set_as_default()

    def get_default_keyvault(self: "Workspace") -> NoReturn:
        """There is no store of secrets yet.

        Raises:
            UserErrorException: always; it says what to do instead.
        """
        raise UserErrorException("Modelyard keeps no secrets. Give them to a script as environment variables of the machine that runs it.")
