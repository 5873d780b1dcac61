"""Modelyard: DevOps for data science on your own machines.

``Workspace`` is where everything begins::

    import modelyard
    workspace = modelyard.Workspace.get_or_create("demo")
    job = workspace.jobs.submit("pipeline.yml")
    job.wait()

Names are loaded when they are first used, so that ``import modelyard`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .automations import Loop as Loop
    from .automations import Trigger as Trigger
    from .automations import Webhook as Webhook
    from .compute import Cluster as Cluster
    from .connection import Connection as Connection
    from .data import DataAsset as DataAsset
    from .endpoints import Deployment as Deployment
    from .endpoints import Endpoint as Endpoint
    from .endpoints import Rollout as Rollout
    from .environments import Environment as Environment
    from .errors import ApiError as ApiError
    from .errors import ConflictError as ConflictError
    from .errors import GateRefused as GateRefused
    from .errors import InvalidInput as InvalidInput
    from .errors import JobCanceled as JobCanceled
    from .errors import JobFailed as JobFailed
    from .errors import ModelyardError as ModelyardError
    from .errors import NotAllowed as NotAllowed
    from .errors import NotFound as NotFound
    from .errors import ServerUnreachable as ServerUnreachable
    from .errors import WaitTimeout as WaitTimeout
    from .jobs import Job as Job
    from .jobs import Step as Step
    from .models import ModelVersion as ModelVersion
    from .monitors import Alert as Alert
    from .monitors import Monitor as Monitor
    from .pipelines import Pipeline as Pipeline
    from .runs import Run as Run
    from .schedules import Schedule as Schedule
    from .workspace import Workspace as Workspace

__version__ = "0.1.0"

_homes = {
    "Alert": "monitors",
    "ApiError": "errors",
    "Cluster": "compute",
    "ConflictError": "errors",
    "Connection": "connection",
    "DataAsset": "data",
    "Deployment": "endpoints",
    "Endpoint": "endpoints",
    "Environment": "environments",
    "GateRefused": "errors",
    "InvalidInput": "errors",
    "Job": "jobs",
    "JobCanceled": "errors",
    "JobFailed": "errors",
    "Loop": "automations",
    "ModelVersion": "models",
    "ModelyardError": "errors",
    "Monitor": "monitors",
    "NotAllowed": "errors",
    "NotFound": "errors",
    "Pipeline": "pipelines",
    "Rollout": "endpoints",
    "Run": "runs",
    "Schedule": "schedules",
    "ServerUnreachable": "errors",
    "Step": "jobs",
    "Trigger": "automations",
    "WaitTimeout": "errors",
    "Webhook": "automations",
    "Workspace": "workspace",
}

__all__ = sorted([*_homes, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _homes:
        raise AttributeError(f"module 'modelyard' has no attribute {name!r}")
    value = getattr(import_module(f".{_homes[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
