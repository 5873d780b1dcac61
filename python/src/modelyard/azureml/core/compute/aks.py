"""``AksCompute``: a target that deployments name. Services run behind this installation's gateway; the target says where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ....compute import Cluster
from ...connection import warn_ignored
from .compute import ComputeTarget, ComputeTargetProvisioningConfiguration, _aks, put_cluster

if TYPE_CHECKING:
    from ..workspace import Workspace


class AksCompute(ComputeTarget):
    """A cluster kept for services."""

    _compute_type = "AKS"

    class ClusterPurpose:
        """What the cluster is for."""

        FAST_PROD = "FastProd"
        DEV_TEST = "DevTest"

    @staticmethod
    def provisioning_configuration(
        agent_count: Optional[int] = None,
        vm_size: Optional[str] = None,
        ssl_cname: Optional[str] = None,
        ssl_cert_pem_file: Optional[str] = None,
        ssl_key_pem_file: Optional[str] = None,
        location: Optional[str] = None,
        vnet_resourcegroup_name: Optional[str] = None,
        vnet_name: Optional[str] = None,
        subnet_name: Optional[str] = None,
        service_cidr: Optional[str] = None,
        dns_service_ip: Optional[str] = None,
        docker_bridge_cidr: Optional[str] = None,
        cluster_purpose: Optional[str] = None,
        load_balancer_type: Optional[str] = None,
        load_balancer_subnet: Optional[str] = None,
    ) -> "AksProvisioningConfiguration":
        """How the target is to be; addresses and certificates are the gateway's business here."""
        for name, value in {"ssl_cname": ssl_cname, "vnet_name": vnet_name, "load_balancer_type": load_balancer_type}.items():
            if value:
                warn_ignored(f"AksCompute.provisioning_configuration({name}=…)", "services answer behind this installation's gateway; it has no effect")
        return AksProvisioningConfiguration(agent_count or 3, vm_size or "Standard_D3_v2")

    def get_status(self) -> str:
        """``Succeeded``."""
        self.refresh_state()
        return self.provisioning_state

    @property
    def agent_count(self) -> int:
        return int(self._cluster.to_dict()["maxNodes"])

    @property
    def agent_vm_size(self) -> str:
        return str(self._cluster.to_dict()["size"])[len(_aks) :]

    def get_credentials(self) -> Any:
        raise NotImplementedError("There is no Kubernetes behind an AksCompute of Modelyard, so it has no credentials.")


class AksProvisioningConfiguration(ComputeTargetProvisioningConfiguration):
    """Number and size of the agents."""

    def __init__(self, agent_count: int, vm_size: str) -> None:
        self.agent_count = agent_count
        self.vm_size = vm_size

    def _create(self, workspace: "Workspace", name: str) -> Cluster:
        return put_cluster(workspace, name, size=f"{_aks}{self.vm_size}", min_nodes=0, max_nodes=max(1, self.agent_count), idle_seconds=120)
