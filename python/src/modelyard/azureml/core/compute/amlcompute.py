"""``AmlCompute``: clusters of nodes that follow the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional

from ....compute import Cluster
from ....waiting import wait_until
from ....errors import WaitTimeout
from ...connection import translated, warn_ignored
from ...exceptions import ComputeTargetException
from .compute import ComputeTarget, ComputeTargetProvisioningConfiguration, put_cluster

if TYPE_CHECKING:
    from ..workspace import Workspace

_default_size = "STANDARD_D2_V2"
_default_max = 4
_default_idle = 1800
# Sizes by their public names: cores, memory in GB, GPUs. A node is a process here; the size is a label that people know.
_sizes = {
    "Standard_DS1_v2": (1, 3.5, 0),
    "Standard_D1_v2": (1, 3.5, 0),
    "Standard_D2_v2": (2, 7.0, 0),
    "Standard_DS2_v2": (2, 7.0, 0),
    "Standard_D3_v2": (4, 14.0, 0),
    "Standard_DS3_v2": (4, 14.0, 0),
    "Standard_D4_v2": (8, 28.0, 0),
    "Standard_DS4_v2": (8, 28.0, 0),
    "Standard_D12_v2": (4, 28.0, 0),
    "Standard_DS12_v2": (4, 28.0, 0),
    "Standard_F4s_v2": (4, 8.0, 0),
}


class AmlCompute(ComputeTarget):
    """A cluster that grows with its queue and shrinks when nodes idle."""

    _compute_type = "AmlCompute"

    @staticmethod
    def provisioning_configuration(
        vm_size: str = "",
        vm_priority: str = "dedicated",
        min_nodes: int = 0,
        max_nodes: Optional[int] = None,
        idle_seconds_before_scaledown: Optional[float] = _default_idle,
        admin_username: Optional[str] = None,
        admin_user_password: Optional[str] = None,
        admin_user_ssh_key: Optional[str] = None,
        vnet_resourcegroup_name: Optional[str] = None,
        vnet_name: Optional[str] = None,
        subnet_name: Optional[str] = None,
        tags: Optional[Mapping[str, str]] = None,
        description: Optional[str] = None,
        remote_login_port_public_access: str = "NotSpecified",
        identity_type: Optional[str] = None,
        identity_id: Any = None,
        location: Optional[str] = None,
        enable_node_public_ip: bool = True,
    ) -> "AmlComputeProvisioningConfiguration":
        """How a cluster is to be.

        Raises:
            ComputeTargetException: the numbers of nodes do not fit together.
        """
        given = {
            "vnet_name": vnet_name,
            "subnet_name": subnet_name,
            "admin_username": admin_username,
            "identity_type": identity_type,
            "tags": tags,
            "description": description,
        }
        for name, value in given.items():
            if value:
                warn_ignored(f"AmlCompute.provisioning_configuration({name}=…)", "nodes are processes of this installation; it has no effect")
        configuration = AmlComputeProvisioningConfiguration(vm_size or _default_size, vm_priority, min_nodes, _default_max if max_nodes is None else max_nodes, _default_idle if idle_seconds_before_scaledown is None else idle_seconds_before_scaledown)
        configuration.validate_configuration()
        return configuration

    @staticmethod
    def supported_vmsizes(workspace: "Workspace", location: Optional[str] = None) -> "list[dict[str, Any]]":
        """Sizes whose names are known; any other name is taken, too."""
        return [{"name": name, "vCPUs": cores, "gpus": gpus, "memoryGB": memory, "maxResourceVolumeGB": None} for name, (cores, memory, gpus) in _sizes.items()]

    @property
    def vm_size(self) -> str:
        return str(self._cluster.to_dict()["size"])

    @property
    def scale_settings(self) -> "ScaleSettings":
        return _scale_of(self._cluster)

    def get_status(self) -> "AmlComputeStatus":
        """The cluster as it is now."""
        self.refresh_state()
        return AmlComputeStatus(self._cluster)

    @property
    def status(self) -> "AmlComputeStatus":
        return AmlComputeStatus(self._cluster)

    def list_nodes(self) -> "list[dict[str, Any]]":
        """Its nodes: ``nodeId``, ``nodeState``, ``runId`` of the job that runs there."""
        self.refresh_state()
        return [
            {"nodeId": node["id"], "port": None, "publicIpAddress": None, "privateIpAddress": node["hostname"], "nodeState": node["state"], "runId": next((attempt["jobId"] for attempt in node["attempts"]), None)}
            for node in self._cluster.nodes
        ]

    def update(self, min_nodes: Optional[int] = None, max_nodes: Optional[int] = None, idle_seconds_before_scaledown: Optional[float] = None) -> None:
        """Changes the scaling; what is left out stays."""
        with translated():
            self._cluster = self.workspace._own.compute.update(self.name, min_nodes=min_nodes, max_nodes=max_nodes, idle_seconds=idle_seconds_before_scaledown)

    def wait_for_completion(self, show_output: bool = False, min_node_count: Optional[int] = None, timeout_in_minutes: float = 25, is_delete_operation: bool = False) -> None:
        """Waits until as many nodes are there as are asked for: ``min_node_count``, else the cluster's minimum."""
        wanted = self.scale_settings.minimum_node_count if min_node_count is None else min_node_count

        def read() -> int:
            self.refresh_state()
            return AmlComputeStatus(self._cluster).current_node_count

        if show_output:
            print(self.provisioning_state)
        try:
            wait_until(read, lambda count: count >= wanted, f"{wanted} nodes of {self.name}", timeout_in_minutes * 60)
        except WaitTimeout:
            if show_output:
                print(f"Wait timeout has been reached\nCurrent provisioning state of AmlCompute is \"{self.provisioning_state}\" and current node count is \"{self.status.current_node_count}\"")
            return
        if show_output:
            print("AmlCompute wait for completion finished\n\nMinimum number of nodes requested have been provisioned")


class AmlComputeProvisioningConfiguration(ComputeTargetProvisioningConfiguration):
    """Size and scaling of a cluster."""

    def __init__(self, vm_size: str, vm_priority: str, min_nodes: int, max_nodes: int, idle_seconds: float) -> None:
        self.vm_size = vm_size
        self.vm_priority = vm_priority
        self.min_nodes = min_nodes
        self.max_nodes = max_nodes
        self.idle_seconds_before_scaledown = idle_seconds

    def validate_configuration(self) -> None:
        if self.min_nodes < 0 or self.max_nodes < 1:
            raise ComputeTargetException(f"min_nodes ({self.min_nodes}) may not be below 0, nor max_nodes ({self.max_nodes}) below 1.")
        if self.min_nodes > self.max_nodes:
            raise ComputeTargetException(f"min_nodes ({self.min_nodes}) is greater than max_nodes ({self.max_nodes}).")
        if self.vm_priority.lower() not in ("dedicated", "lowpriority"):
            raise ComputeTargetException(f"vm_priority is {self.vm_priority!r}; use dedicated or lowpriority.")

    def _create(self, workspace: "Workspace", name: str) -> Cluster:
        return put_cluster(workspace, name, size=self.vm_size, min_nodes=self.min_nodes, max_nodes=self.max_nodes, idle_seconds=self.idle_seconds_before_scaledown)


class ScaleSettings:
    """Between how many nodes a cluster moves, and after how much idleness it shrinks."""

    def __init__(self, minimum_node_count: int, maximum_node_count: int, idle_seconds_before_scaledown: float) -> None:
        self.minimum_node_count = minimum_node_count
        self.maximum_node_count = maximum_node_count
        self.idle_seconds_before_scaledown = idle_seconds_before_scaledown

    def serialize(self) -> dict[str, Any]:
        return {"minNodeCount": self.minimum_node_count, "maxNodeCount": self.maximum_node_count, "nodeIdleTimeBeforeScaleDown": f"PT{self.idle_seconds_before_scaledown:g}S"}


class AmlComputeStatus:
    """A cluster at one moment."""

    def __init__(self, cluster: Cluster) -> None:
        document = cluster.to_dict()
        counts = document["nodeCounts"]
        self.allocation_state = "Steady" if document["state"] == "steady" else "Resizing"
        self.node_state_counts = {
            "preparingNodeCount": sum(counts.get(state, 0) for state in ("requested", "provisioning", "preparing")),
            "runningNodeCount": counts.get("running", 0),
            "idleNodeCount": counts.get("idle", 0),
            "unusableNodeCount": counts.get("unusable", 0),
            "leavingNodeCount": counts.get("leaving", 0) + counts.get("draining", 0),
            "preemptedNodeCount": counts.get("preempted", 0),
        }
        self.current_node_count = sum(self.node_state_counts[f"{state}NodeCount"] for state in ("running", "idle", "leaving"))
        self.target_node_count = sum(self.node_state_counts[f"{state}NodeCount"] for state in ("preparing", "running", "idle"))
        self.provisioning_state = "Succeeded"
        self.creation_time = document["createdAt"]
        self.errors = [{"error": {"code": "NodeUnusable", "message": node["reason"]}} for node in cluster.nodes if node["state"] == "unusable"]
        self.scale_settings = _scale_of(cluster)
        self.vm_size = document["size"]
        self.vm_priority = "Dedicated"

    def serialize(self) -> dict[str, Any]:
        """The status as a document; the keys are those of the wire."""
        return {
            "currentNodeCount": self.current_node_count,
            "targetNodeCount": self.target_node_count,
            "nodeStateCounts": self.node_state_counts,
            "allocationState": self.allocation_state,
            "errors": self.errors or None,
            "creationTime": self.creation_time,
            "provisioningState": self.provisioning_state,
            "scaleSettings": self.scale_settings.serialize(),
            "vmPriority": self.vm_priority,
            "vmSize": self.vm_size,
        }

    def __repr__(self) -> str:
        return repr(self.serialize())


def _scale_of(cluster: Cluster) -> ScaleSettings:
    document = cluster.to_dict()
    return ScaleSettings(document["minNodes"], document["maxNodes"], document["idleSeconds"])
