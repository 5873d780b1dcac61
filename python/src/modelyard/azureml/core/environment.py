"""``azureml.core.environment``: what a script runs in."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ...connection import segment
from ...errors import NotFound
from ..connection import translated, warn_ignored
from ..exceptions import UserErrorException
from .conda_dependencies import CondaDependencies

if TYPE_CHECKING:
    from .workspace import Workspace

DEFAULT_CPU_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04"
DEFAULT_GPU_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.1-cudnn8-ubuntu20.04"


class PythonSection:
    """Packages and the interpreter."""

    def __init__(self) -> None:
        self.conda_dependencies: Optional[CondaDependencies] = CondaDependencies()
        self.conda_dependencies_file: Optional[str] = None
        self.user_managed_dependencies = False
        self.interpreter_path = "python"


class ContainerRegistry:
    """Where an image comes from."""

    def __init__(self) -> None:
        self.address: Optional[str] = None
        self.username: Optional[str] = None
        self.password: Optional[str] = None


class DockerSection:
    """Docker's settings. Steps run as plain processes here; an image that is named is noted with a warning."""

    def __init__(self) -> None:
        self.enabled = False
        self.base_image: Optional[str] = DEFAULT_CPU_IMAGE
        self.base_dockerfile: Optional[str] = None
        self.base_image_registry = ContainerRegistry()
        self.shared_volumes = True
        self.shm_size: Optional[str] = None
        self.gpu_support = False
        self.arguments: list[str] = []
        self.platform: Any = None


class Environment:
    """Packages, variables and settings under a name."""

    def __init__(self, name: Optional[str] = None, **others: Any) -> None:
        self.name = name
        self.version: Optional[str] = None
        self.python = PythonSection()
        self.docker = DockerSection()
        self.environment_variables: dict[str, str] = {}
        self.inferencing_stack_version: Optional[str] = None
        self.spark: Any = None
        self.r: Any = None

    @staticmethod
    def from_conda_specification(name: str, file_path: str) -> "Environment":
        """An environment of a conda file."""
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies(file_path)
        return made

    @staticmethod
    def from_pip_requirements(name: str, file_path: str, pip_version: Optional[str] = None) -> "Environment":
        """An environment of a requirements file."""
        file = Path(file_path)
        if not file.is_file():
            raise UserErrorException(f"There is no requirements file at {file}.")
        made = Environment(name)
        lines = (line.split(" #")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
        made.python.conda_dependencies = CondaDependencies.create(pip_packages=[line for line in lines if line and not line.startswith("#")])
        return made

    @staticmethod
    def from_docker_image(name: str, image: str, container_registry: Any = None, conda_specification: Optional[str] = None, pip_requirements: Optional[str] = None) -> "Environment":
        """An environment over an image; packages are honoured, the image is noted with a warning."""
        if conda_specification is not None:
            made = Environment.from_conda_specification(name, conda_specification)
        elif pip_requirements is not None:
            made = Environment.from_pip_requirements(name, pip_requirements)
        else:
            made = Environment(name)
        made.docker.base_image = image
        return made

    @staticmethod
    def get(workspace: "Workspace", name: str, version: Optional[str] = None, label: Optional[str] = None) -> "Environment":
        """A registered environment. Names of the service's own (``AzureML-…``) are the default Python where nobody registered them.

        Raises:
            UserErrorException: there is none.
        """
        own = workspace._own
        path = f"{own.path}/environments/{segment(name)}/versions/{segment(version or 'latest')}"
        try:
            with translated():
                return Environment._of_document(own.connection.call("GET", path))
        except UserErrorException as error:
            if not isinstance(error.inner_exception, NotFound):
                raise
            if name.startswith("AzureML-"):
                warn_ignored(f"Environment {name}", "it is not registered in this workspace; scripts run in the default Python")
                return Environment(name)
            raise UserErrorException(f"Environment {name}{f' version {version}' if version else ''} is not registered in workspace {workspace.name}.", error) from error

    @staticmethod
    def list(workspace: "Workspace") -> "dict[str, Environment]":
        """The newest version of each environment, by name."""
        own = workspace._own
        with translated():
            names = [item["name"] for item in own.connection.pages(f"{own.path}/environments")]
        return {name: Environment.get(workspace, name) for name in names}

    def register(self, workspace: "Workspace") -> "Environment":
        """Registers it; the same content again is the version that has it."""
        if not self.name:
            raise UserErrorException("An environment needs a name to be registered.")
        own = workspace._own
        document = {"name": self.name, **self._body(), "tags": {"azureml.variables": json.dumps(self.environment_variables)}}
        body = {"source": {"name": f"{self.name}.yml", "text": json.dumps(document)}}
        with translated():
            found = own.connection.call("POST", f"{own.path}/environments", body=body)
        for warning in found.get("warnings", []):
            warn_ignored(f"Environment {self.name}", warning)
        self.version = found["version"]
        made = self.clone(self.name)
        made.version = found["version"]
        return made

    def clone(self, new_name: str) -> "Environment":
        """A copy under another name."""
        made = copy.deepcopy(self)
        made.name = new_name
        made.version = None
        return made

    def build(self, workspace: "Workspace", image_build_compute: Any = None) -> "Environment":
        """Registers it; it is built when the first step needs it."""
        return self.register(workspace)

    @classmethod
    def _of_document(cls, document: dict[str, Any]) -> "Environment":
        """From a registered version: its conda file is kept as what it amounts to."""
        made = cls(document["name"])
        made.version = document["version"]
        conda = [f"python={document['python']}"] if document["python"] else []
        made.python.conda_dependencies = CondaDependencies(_underlying_structure={"name": document["name"], "channels": document["channels"], "dependencies": [*conda, {"pip": document["requirements"]}]})
        if document["image"]:
            made.docker.base_image = document["image"]
        made.environment_variables = json.loads(document["tags"].get("azureml.variables", "{}"))
        return made

    @classmethod
    def _of_job(cls, workspace: "Workspace", job_id: Optional[str]) -> "Environment":
        """The environment that a submitted script said it wants."""
        if job_id is None:
            raise UserErrorException("A run of this process has no environment of its own: it runs in this Python.")
        own = workspace._own
        with translated():
            source = json.loads(own.connection.call("GET", f"{own.path}/jobs/{segment(job_id)}/source")["source"]["text"])
        wanted = source.get("environment")
        if isinstance(wanted, str):
            name, _, version = wanted.removeprefix("azureml:").partition(":")
            return cls.get(workspace, name, version or None)
        wanted = wanted or {}
        made = cls(source.get("tags", {}).get("azureml.environment") or wanted.get("name"))
        if "conda_file" in wanted:
            made.python.conda_dependencies = CondaDependencies(_underlying_structure=wanted["conda_file"])
        made.environment_variables = dict(source.get("environment_variables") or {})
        return made

    def _dependencies(self) -> CondaDependencies:
        if self.python.conda_dependencies_file:
            return CondaDependencies(self.python.conda_dependencies_file)
        return self.python.conda_dependencies or CondaDependencies(_underlying_structure={"dependencies": []})

    def _body(self) -> dict[str, Any]:
        """Packages and image in the shape of our environment file."""
        body: dict[str, Any] = {}
        if not self.python.user_managed_dependencies:
            body["conda_file"] = self._dependencies().as_dict()
        if self.docker.base_image not in (None, DEFAULT_CPU_IMAGE, DEFAULT_GPU_IMAGE):
            body["image"] = self.docker.base_image
        return body

    def _for_job(self) -> Any:
        """``environment`` of a step: ``None`` is the default Python, which has what nobody asked for by name."""
        if self.docker.base_dockerfile:
            warn_ignored(f"Environment {self.name}: base_dockerfile", "there is no Docker; scripts run as plain processes")
        if self.python.interpreter_path not in (None, "python"):
            warn_ignored(f"Environment {self.name}: interpreter_path", "the environment's own Python runs the script")
        if self.version and self.name:
            return f"azureml:{self.name}:{self.version}"
        if self.python.user_managed_dependencies or not self._dependencies()._has_own():
            return None
        return self._body()

    def __repr__(self) -> str:
        shown = {"name": self.name, "version": self.version, "environmentVariables": self.environment_variables, "python": {"userManagedDependencies": self.python.user_managed_dependencies, "condaDependencies": self._dependencies().as_dict()}, "docker": {"enabled": self.docker.enabled, "baseImage": self.docker.base_image}}
        return json.dumps(shown, indent=4)


__all__ = ["CondaDependencies", "ContainerRegistry", "DEFAULT_CPU_IMAGE", "DEFAULT_GPU_IMAGE", "DockerSection", "Environment", "PythonSection"]
