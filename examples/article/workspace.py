"""Finds the workspace that the environment names, or creates it, and writes its configuration for the other scripts."""

import os

from azureml.core import Workspace
from azureml.exceptions import WorkspaceException

subscription_id = os.getenv("SUBSCRIPTION_ID", default="own-machines")
resource_group = os.getenv("RESOURCE_GROUP", default="bikes")
workspace_name = os.getenv("WORKSPACE_NAME", default="bike-counts")
workspace_region = os.getenv("WORKSPACE_REGION", default="here")

try:
    ws = Workspace(subscription_id=subscription_id, resource_group=resource_group, workspace_name=workspace_name)
    print("Found", ws.name)
except WorkspaceException:
    ws = Workspace.create(
        name=workspace_name,
        subscription_id=subscription_id,
        resource_group=resource_group,
        location=workspace_region,
        create_resource_group=True,
        exist_ok=True,
    )
    print("Created", ws.name)

ws.write_config()
