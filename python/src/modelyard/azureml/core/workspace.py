"""``azureml.core.workspace``: finding and creating workspaces."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Mapping, Optional

import modelyard

from ...connection import segment
from ...errors import ConflictError, NotFound
from ..connection import connect, translated
from ..exceptions import WorkspaceException
from . import _workspace_config as config
from ._workspace_collections import WorkspaceCollections

if TYPE_CHECKING:
    from .run import Run

_label = "azureml."
_unlabelled = {"subscription_id": "local", "resource_group": "local", "location": "local", "sku": "basic"}


class Workspace(WorkspaceCollections):
    """A workspace that exists. Subscription and resource group are labels; any text that is not empty will do."""

    def __init__(
        self,
        subscription_id: str,
        resource_group: str,
        workspace_name: str,
        auth: Any = None,
        _location: Optional[str] = None,
        _disable_service_check: bool = False,
        _workspace_id: Optional[str] = None,
        sku: str = "basic",
        tags: Optional[Mapping[str, str]] = None,
        _cloud: str = "AzureCloud",
    ) -> None:
        own = _find(workspace_name, auth)
        self._take(own, auth, {"subscription_id": subscription_id, "resource_group": resource_group})

    def _take(self, own: modelyard.Workspace, auth: Any, given: Mapping[str, Optional[str]]) -> None:
        """Becomes the view of one of our workspaces; what the caller said wins over what is stored."""
        document = own.to_dict()
        stored = {name[len(_label) :]: value for name, value in document["tags"].items() if name.startswith(_label)}
        said = {name: value for name, value in given.items() if value}
        self._own = own
        self._auth = auth
        self._labels: dict[str, str] = {**_unlabelled, **stored, **said}

    @classmethod
    def _of(cls, own: modelyard.Workspace, auth: Any = None, **given: Optional[str]) -> "Workspace":
        workspace = cls.__new__(cls)
        workspace._take(own, auth, given)
        return workspace

    @classmethod
    def create(
        cls,
        name: str,
        auth: Any = None,
        subscription_id: Optional[str] = None,
        resource_group: Optional[str] = None,
        location: Optional[str] = None,
        create_resource_group: bool = True,
        sku: str = "basic",
        tags: Optional[Mapping[str, str]] = None,
        friendly_name: Optional[str] = None,
        storage_account: Optional[str] = None,
        key_vault: Optional[str] = None,
        app_insights: Optional[str] = None,
        container_registry: Optional[str] = None,
        adb_workspace: Any = None,
        primary_user_assigned_identity: Any = None,
        cmk_keyvault: Optional[str] = None,
        resource_cmk_uri: Optional[str] = None,
        hbi_workspace: bool = False,
        default_cpu_compute_target: Any = None,
        default_gpu_compute_target: Any = None,
        private_endpoint_config: Any = None,
        private_endpoint_auto_approval: bool = True,
        exist_ok: bool = False,
        show_output: bool = True,
        **others: Any,
    ) -> "Workspace":
        """Creates a workspace; with ``exist_ok`` finds the one that is there.

        Raises:
            WorkspaceException: the name is taken or not valid.
            AuthenticationException: you are not signed in or may not create workspaces.
        """
        labels = {"subscription_id": subscription_id, "resource_group": resource_group, "location": location, "sku": sku}
        kept = {f"{_label}{key}": value for key, value in labels.items() if value}
        connection = connect(auth, slug(name))
        body = {"name": slug(name), "displayName": friendly_name or name, "tags": {**{key: str(value) for key, value in (tags or {}).items()}, **kept}}
        with translated():
            try:
                document = connection.call("POST", "/workspaces", body=body)
            except ConflictError as error:
                if not exist_ok:
                    raise WorkspaceException(f"Workspace with name '{name}' already exists. Pass exist_ok=True to use it.", error) from error
                return cls._of(_find(name, auth), auth, subscription_id=subscription_id, resource_group=resource_group)
        if show_output:
            print(f"Created workspace {document['name']}.")
        return cls._of(modelyard.Workspace(document, connection), auth)

    @classmethod
    def get(
        cls,
        name: str,
        auth: Any = None,
        subscription_id: Optional[str] = None,
        resource_group: Optional[str] = None,
        location: Optional[str] = None,
        cloud: str = "AzureCloud",
        id: Optional[str] = None,
    ) -> "Workspace":
        """The workspace of that name.

        Raises:
            WorkspaceException: there is none.
        """
        return cls._of(_find(name, auth), auth, subscription_id=subscription_id, resource_group=resource_group)

    @staticmethod
    def list(subscription_id: Optional[str] = None, auth: Any = None, resource_group: Optional[str] = None) -> "dict[str, list[Workspace]]":
        """The workspaces that you can see, by name; labels that differ from what is asked for leave one out."""
        connection = connect(auth)
        with translated():
            documents = [*connection.pages("/workspaces")]
        found: dict[str, list[Workspace]] = {}
        for document in documents:
            workspace = Workspace._of(modelyard.Workspace(document, connect(auth, document["name"])), auth)
            labelled = f"{_label}subscription_id" in document["tags"]
            fits = not labelled or (subscription_id in (None, workspace.subscription_id) and resource_group in (None, workspace.resource_group))
            if fits:
                found.setdefault(document["name"], []).append(workspace)
        return found

    @classmethod
    def from_config(cls, path: "str | os.PathLike[str] | None" = None, auth: Any = None, _logger: Any = None, _file_name: Optional[str] = None) -> "Workspace":
        """The workspace that a configuration file names: here or above; ``MODELYARD_WORKSPACE`` goes first when no path is given.

        Raises:
            UserErrorException: there is no file, or it does not name a workspace.
        """
        named = os.environ.get("MODELYARD_WORKSPACE")
        if path is None and named:
            return cls._of(_find(named, auth), auth)
        found = config.read(path, _file_name)
        url = os.environ.get("MODELYARD_URL") or found.url
        own = _find(found.workspace_name, auth, url)
        return cls._of(own, auth, subscription_id=found.subscription_id, resource_group=found.resource_group)

    def write_config(self, path: Optional[str] = None, file_name: Optional[str] = None) -> None:
        """Writes ``.azureml/config.json``, by which scripts here and below find this workspace. It holds no token."""
        config.write(path, file_name, self.subscription_id, self.resource_group, self.name, self._own.connection.settings.url)

    @property
    def name(self) -> str:
        return self._own.name

    @property
    def subscription_id(self) -> str:
        return self._labels["subscription_id"]

    @property
    def resource_group(self) -> str:
        return self._labels["resource_group"]

    @property
    def location(self) -> str:
        return self._labels["location"]

    @property
    def sku(self) -> str:
        return self._labels["sku"]

    @property
    def tags(self) -> dict[str, str]:
        return {name: value for name, value in self._own.to_dict()["tags"].items() if not name.startswith(_label)}

    @property
    def discovery_url(self) -> str:
        return self._own.connection.settings.url

    @property
    def service_context(self) -> "Workspace":
        return self

    def get_details(self) -> dict[str, Any]:
        """The workspace's document with the keys of the v1 SDK; what does not exist here is ``None``."""
        document = self._own.to_dict()
        absent = ("containerRegistry", "keyVault", "applicationInsights", "identityPrincipalId", "identityTenantId", "identityType", "storageAccount", "resourceCmkUri", "imageBuildCompute")
        return {
            "id": config.scope(self.subscription_id, self.resource_group, self.name),
            "name": self.name,
            "location": self.location,
            "type": "Microsoft.MachineLearningServices/workspaces",
            "tags": self.tags,
            "workspaceid": self.name,
            "description": document["description"],
            "friendlyName": document["displayName"],
            "creationTime": document["createdAt"],
            **{key: None for key in absent},
            "sku": self.sku,
            "hbiWorkspace": False,
            "systemDatastoresAuthMode": "identity",
        }

    def get_run(self, run_id: str) -> "Run":
        """The run of that id, of whatever experiment."""
        from .run import Run

        return Run._find(self, run_id)

    def get_mlflow_tracking_uri(self) -> str:
        """What ``mlflow.set_tracking_uri`` takes, without any plug-in. The client finds our token in ``MLFLOW_TRACKING_TOKEN``."""
        token = self._own.connection.settings.token
        if token:
            os.environ.setdefault("MLFLOW_TRACKING_TOKEN", token)
        return self._own.tracking_uri

    def delete(self, delete_dependent_resources: bool = False, no_wait: bool = False) -> None:
        """Deletes the workspace and all in it."""
        with translated():
            self._own.delete()

    def __repr__(self) -> str:
        return f"Workspace.create(name={self.name!r}, subscription_id={self.subscription_id!r}, resource_group={self.resource_group!r})"

    def _repr_html_(self) -> str:
        from .._display import html_table

        rows = [(self.name, self.subscription_id, self.resource_group, self.location, self._own.url)]
        return html_table(("Name", "Subscription", "Resource group", "Location", "Page"), rows)


def slug(name: str) -> str:
    """A workspace's name as ours are written: lower case, ``-`` for ``_``."""
    found = name.strip().lower().replace("_", "-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", found):
        raise WorkspaceException(f"{name!r} is no workspace name. Use 2 to 33 letters, digits, - and _, the first a letter or digit.")
    return found


def _find(name: str, auth: Any, url: Optional[str] = None) -> modelyard.Workspace:
    connection = connect(auth, slug(name), url)

    def absent(error: NotFound) -> WorkspaceException:
        return WorkspaceException(f"WorkspaceNotFound: there is no workspace '{name}', or you have no role in it.", error)

    with translated(absent):
        return modelyard.Workspace(connection.call("GET", f"/workspaces/{segment(slug(name))}"), connection)


