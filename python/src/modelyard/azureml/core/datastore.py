"""``azureml.core.datastore``: finding datastores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import NotFound
from ..connection import translated, warn_ignored
from ..data import _storage
from ..data.azure_storage_datastore import AbstractDatastore, AzureBlobDatastore, AzureFileDatastore
from ..exceptions import DatastoreNotFoundException

if TYPE_CHECKING:
    from .workspace import Workspace

_default = "workspaceblobstore"
# Every workspace has these.
_always = {_default: AzureBlobDatastore, "workspacefilestore": AzureFileDatastore}


class Datastore:
    """``Datastore(workspace, name)`` is the datastore of that name."""

    def __new__(cls, workspace: "Workspace", name: "str | None" = None) -> AbstractDatastore:  # type: ignore[misc]
        if name is None:
            return cls.get_default(workspace)
        if name in _always:
            return _always[name](workspace, name)
        with translated(lambda error: _absent(workspace, name, error)):
            kind = workspace._own.data.get(_storage.asset_prefix + name).to_dict()["tags"].get("azureml.datastore", "AzureBlob")
        return AzureFileDatastore(workspace, name) if kind == "AzureFile" else AzureBlobDatastore(workspace, name)

    @staticmethod
    def get(workspace: "Workspace", datastore_name: str) -> AbstractDatastore:
        """The datastore of that name.

        Raises:
            DatastoreNotFoundException: there is none.
        """
        return Datastore(workspace, datastore_name)

    @staticmethod
    def get_default(workspace: "Workspace") -> AbstractDatastore:
        """``workspaceblobstore``."""
        return Datastore(workspace, _default)

    @staticmethod
    def _all(workspace: "Workspace") -> dict[str, AbstractDatastore]:
        return {name: Datastore(workspace, name) for name in dict.fromkeys([*_always, *_storage.names(workspace._own)])}

    @staticmethod
    def register_azure_blob_container(workspace: "Workspace", datastore_name: str, container_name: str, account_name: str, *arguments: Any, **others: Any) -> AbstractDatastore:
        """A datastore of that name on this server. Azure's container is not read; put its files here with ``upload``."""
        return _registered(workspace, AzureBlobDatastore(workspace, datastore_name), f"the container {container_name} of {account_name}")

    @staticmethod
    def register_azure_file_share(workspace: "Workspace", datastore_name: str, file_share_name: str, account_name: str, *arguments: Any, **others: Any) -> AbstractDatastore:
        """A datastore of that name on this server. Azure's share is not read; put its files here with ``upload``."""
        return _registered(workspace, AzureFileDatastore(workspace, datastore_name), f"the share {file_share_name} of {account_name}")


def _registered(workspace: "Workspace", datastore: AbstractDatastore, what: str) -> AbstractDatastore:
    warn_ignored(f"Datastore {datastore.name}", f"its files lie on the Modelyard server; {what} is not read")
    with translated():
        _storage.commit(workspace._own, datastore.name, [], {"azureml.datastore": datastore.datastore_type})
    return datastore


def _absent(workspace: "Workspace", name: str, error: NotFound) -> DatastoreNotFoundException:
    there = ", ".join(dict.fromkeys([*_always, *_storage.names(workspace._own)]))
    return DatastoreNotFoundException(f"There is no datastore {name} in the workspace {workspace.name}; it has {there}.", error)
