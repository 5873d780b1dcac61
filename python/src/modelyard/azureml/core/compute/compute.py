"""``ComputeTarget``: finding and creating compute targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Optional

from ....compute import Cluster
from ....errors import NotFound
from ...connection import translated
from ...exceptions import ComputeTargetException

if TYPE_CHECKING:
    from ..run import Run
    from ..workspace import Workspace

_aks = "aks:"


class ComputeTarget:
    """A compute target; ``ComputeTarget(workspace, name)`` is an object of the class that fits it."""

    _compute_type = "Compute"

    def __new__(cls, workspace: "Workspace", name: str, *rest: Any, **others: Any) -> "ComputeTarget":
        def absent(error: NotFound) -> ComputeTargetException:
            return ComputeTargetException(f"ComputeTargetNotFound: Compute Target with name {name} not found in provided workspace", error)

        with translated(absent):
            found = workspace._own.compute.get(name)
        target = super().__new__(_class_of(found) if cls is ComputeTarget else cls)
        target._take(workspace, found)
        return target

    def __init__(self, workspace: "Workspace", name: str) -> None:
        """Everything happened in ``__new__``: the class itself depends on what the server says."""

    def _take(self, workspace: "Workspace", found: Cluster) -> None:
        self.workspace = workspace
        self._cluster = found

    @classmethod
    def _of(cls, workspace: "Workspace", found: Cluster) -> "ComputeTarget":
        target = object.__new__(_class_of(found))
        target._take(workspace, found)
        return target

    @staticmethod
    def create(workspace: "Workspace", name: str, provisioning_configuration: "ComputeTargetProvisioningConfiguration") -> "ComputeTarget":
        """Creates a compute target; one of that name takes the new settings.

        Raises:
            ComputeTargetException: the settings do not fit together.
        """
        provisioning_configuration.validate_configuration()
        return ComputeTarget._of(workspace, provisioning_configuration._create(workspace, name))

    @staticmethod
    def attach(workspace: "Workspace", name: str, attach_configuration: Any) -> "ComputeTarget":
        """Machines are not attached one by one here: a cluster's nodes come by themselves."""
        raise ComputeTargetException("Modelyard attaches no machines of other services. Create a cluster: ComputeTarget.create(ws, name, AmlCompute.provisioning_configuration(...)).")

    @staticmethod
    def list(workspace: "Workspace", ignore_error: bool = False) -> "list[ComputeTarget]":
        """The compute targets of a workspace, without the built-in ``local``."""
        with translated():
            return [ComputeTarget._of(workspace, found) for found in workspace._own.compute.list() if not found.to_dict()["builtIn"]]

    @property
    def name(self) -> str:
        return self._cluster.name

    @property
    def type(self) -> str:
        return self._compute_type

    @property
    def location(self) -> str:
        return self.workspace.location

    @property
    def provisioning_state(self) -> str:
        """``Succeeded``: a target is usable as soon as it is there."""
        return "Succeeded"

    @property
    def provisioning_errors(self) -> Optional[Any]:
        return None

    def refresh_state(self) -> None:
        """Reads the target anew."""
        with translated():
            self._cluster = self.workspace._own.compute.get(self.name)

    def get_active_runs(self, type: Optional[str] = None, tags: Any = None, properties: Any = None, status: Optional[str] = None) -> "Iterator[Run]":
        """The runs that its nodes work on now."""
        self.refresh_state()
        for node in self._cluster.nodes:
            for attempt in node["attempts"]:
                yield self.workspace.get_run(attempt["jobId"])

    def delete(self) -> None:
        """Deletes the target. Its nodes go as soon as they are free."""
        with translated():
            self.workspace._own.compute.delete(self.name)

    def detach(self) -> None:
        raise ComputeTargetException(f"{type(self).__name__} is not detached: use delete().")

    def wait_for_completion(self, show_output: bool = False, timeout_in_minutes: float = 25, is_delete_operation: bool = False) -> None:
        """Returns at once: the target is there."""
        if show_output:
            print(f'Provisioning operation finished, operation "{self.provisioning_state}"')

    def serialize(self) -> dict[str, Any]:
        """The target as a document."""
        document = self._cluster.to_dict()
        return {"name": self.name, "location": self.location, "type": self.type, "provisioningState": self.provisioning_state, "created": document["createdAt"], "properties": document}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(workspace={self.workspace!r}, name={self.name}, type={self.type}, provisioning_state={self.provisioning_state}, location={self.location})"


class ComputeTargetProvisioningConfiguration:
    """How a compute target is to be."""

    def validate_configuration(self) -> None:
        """Raises what does not fit together."""

    def _create(self, workspace: "Workspace", name: str) -> Cluster:
        raise NotImplementedError


def put_cluster(workspace: "Workspace", name: str, *, size: str, min_nodes: int, max_nodes: int, idle_seconds: float) -> Cluster:
    """Creates a cluster, or gives the one of that name these settings."""
    from ....errors import ConflictError

    own = workspace._own.compute
    with translated():
        try:
            return own.create(name, size=size, min_nodes=min_nodes, max_nodes=max_nodes, idle_seconds=idle_seconds)
        except ConflictError:
            return own.update(name, size=size, min_nodes=min_nodes, max_nodes=max_nodes, idle_seconds=idle_seconds)


def _class_of(found: Cluster) -> "type[ComputeTarget]":
    if str(found.to_dict()["size"]).startswith(_aks):
        from .aks import AksCompute

        return AksCompute
    from .amlcompute import AmlCompute

    return AmlCompute
