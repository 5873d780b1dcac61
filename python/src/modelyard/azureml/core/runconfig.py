"""``azureml.core.runconfig``: where and in what a script runs."""

from __future__ import annotations

from typing import Any, Iterable, Optional

from .conda_dependencies import CondaDependencies
from .environment import DEFAULT_CPU_IMAGE, DEFAULT_GPU_IMAGE, ContainerRegistry, Environment


class DockerConfiguration:
    """Docker's settings for a run. Scripts run as plain processes here, with or without it."""

    def __init__(self, use_docker: bool = False, shared_volumes: bool = True, arguments: Optional[Iterable[str]] = None, shm_size: Optional[str] = None) -> None:
        self.use_docker = use_docker
        self.shared_volumes = shared_volumes
        self.arguments = list(arguments or [])
        self.shm_size = shm_size


class HistoryConfiguration:
    """What is kept of a run."""

    def __init__(self) -> None:
        self.output_collection = True
        self.snapshot_project = True
        self.directories_to_watch = ["logs"]


class MpiConfiguration:
    """Several processes on a node. One process runs the script here."""

    def __init__(self, process_count_per_node: int = 1, node_count: int = 1) -> None:
        self.process_count_per_node = process_count_per_node
        self.node_count = node_count


class RunConfiguration:
    """Target, environment and variables of a script."""

    def __init__(self, script: Optional[str] = None, arguments: Optional[Iterable[Any]] = None, framework: Optional[str] = None, communicator: Optional[str] = None, conda_dependencies: Optional[CondaDependencies] = None, _history_enabled: Optional[bool] = None, _path: Optional[str] = None, _name: Optional[str] = None) -> None:
        self.script = script
        self.arguments = list(arguments or [])
        self.command: Any = None
        self.framework = framework or "Python"
        self.communicator = communicator or "None"
        self.environment = Environment("project")
        if conda_dependencies is not None:
            self.environment.python.conda_dependencies = conda_dependencies
        self.target: Any = "local"
        self.docker = DockerConfiguration()
        self.history = HistoryConfiguration()
        self.mpi = MpiConfiguration()
        self.data: dict[str, Any] = {}
        self.data_references: dict[str, Any] = {}
        self.environment_variables: dict[str, str] = {}
        self.max_run_duration_seconds: Optional[float] = None
        self.node_count = 1
        self.auto_prepare_environment = True
        self.priority: Any = None

    def _target_name(self) -> str:
        return target_name(self.target)

    def _variables(self) -> dict[str, str]:
        return {key: str(value) for key, value in {**self.environment.environment_variables, **self.environment_variables}.items()}

    def __repr__(self) -> str:
        return f"RunConfiguration(target={self._target_name()!r}, script={self.script!r}, environment={self.environment.name!r})"


def target_name(target: Any) -> str:
    """The name of a compute target that is given as object, name or pair of name and type."""
    if target is None:
        return "local"
    if isinstance(target, tuple):
        target = target[0]
    return str(getattr(target, "name", target))


__all__ = ["CondaDependencies", "ContainerRegistry", "DEFAULT_CPU_IMAGE", "DEFAULT_GPU_IMAGE", "DockerConfiguration", "Environment", "HistoryConfiguration", "MpiConfiguration", "RunConfiguration"]
