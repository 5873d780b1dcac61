"""A cluster that shrinks to nothing when there is no work."""

from azureml.core import Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException

name = "cpu-cluster"
ws = Workspace.from_config()

try:
    cluster = ComputeTarget(workspace=ws, name=name)
    print("Found", cluster.name)
except ComputeTargetException:
    configuration = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", min_nodes=0, max_nodes=2)
    cluster = ComputeTarget.create(ws, name, configuration)
    cluster.wait_for_completion(show_output=True)
    print("Created", cluster.name)
