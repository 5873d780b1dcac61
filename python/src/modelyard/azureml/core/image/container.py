"""``azureml.core.image.container``: a scoring script with what it needs. No image is built; services run as processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

import modelyard

from ....trees import store_entries, tree_entries, upload_tree
from ...connection import warn_ignored
from ...exceptions import ImageException, WebserviceException
from .._inference_config import InferenceConfig

if TYPE_CHECKING:
    from ..workspace import Workspace


class ContainerImageConfig(InferenceConfig):
    """The scoring script, with files and folders beside it."""

    def __init__(self, execution_script: str, runtime: str, conda_file: Optional[str], dependencies: "Iterable[str]", tags: Optional[Mapping[str, Any]], properties: Optional[Mapping[str, Any]], description: Optional[str], base_image: Optional[str]) -> None:
        self.dependencies = [*dependencies]
        self.tags, self.properties = dict(tags or {}), dict(properties or {})
        super().__init__(execution_script, runtime=runtime, conda_file=conda_file, description=description, base_image=base_image)
        missing = [name for name in self.dependencies if not os.path.exists(name)]
        if missing:
            raise WebserviceException(f"dependencies are not there: {', '.join(missing)}")

    def _upload(self, own: modelyard.Workspace) -> "tuple[str, str]":
        entries = {}
        for path, prefix in [(self.entry_script, ""), *((name, _folder_of(name)) for name in self.dependencies)]:
            for entry in tree_entries(own.connection, own.name, upload_tree(own.connection, own.name, path)):
                name = f"{prefix}{entry['path']}"
                entries[name] = {**entry, "path": name}
        return store_entries(own.connection, own.name, [*entries.values()]), Path(self.entry_script).name


class Image:
    """A described service: models and scoring script together. It lives as long as this process."""

    def __init__(self, workspace: "Workspace", name: str, models: "list[Any]", image_config: ContainerImageConfig) -> None:
        self.workspace, self.name, self.models, self.image_config = workspace, name, models, image_config
        self.version, self.id = 1, f"{name}:1"
        self.creation_state = "Succeeded"
        self.tags, self.properties, self.description = image_config.tags, image_config.properties, image_config.description

    @staticmethod
    def create(workspace: "Workspace", name: str, models: "Iterable[Any]", image_config: ContainerImageConfig) -> "Image":
        """Puts models and scoring script together for ``Webservice.deploy_from_image``."""
        if not isinstance(image_config, ContainerImageConfig):
            raise ImageException("image_config comes from ContainerImage.image_configuration().")
        return ContainerImage(workspace, name, [*models], image_config)

    def wait_for_creation(self, show_output: bool = False) -> None:
        """Nothing is built, so nothing is waited for."""
        if show_output:
            print('Image creation operation finished for image "{}", operation "Succeeded"'.format(self.id))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(workspace={self.workspace!r}, name={self.name}, id={self.id})"


class ContainerImage(Image):
    """An :class:`Image` with a scoring script in Python."""

    @staticmethod
    def image_configuration(
        execution_script: str,
        runtime: str = "python",
        conda_file: Optional[str] = None,
        docker_file: Optional[str] = None,
        schema_file: Optional[str] = None,
        dependencies: "Optional[Iterable[str]]" = None,
        enable_gpu: Optional[bool] = None,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        description: Optional[str] = None,
        base_image: Optional[str] = None,
        base_image_registry: Any = None,
        allow_absolute_path: Optional[bool] = None,
        cuda_version: Optional[str] = None,
    ) -> ContainerImageConfig:
        """The scoring script, what it needs from PyPI, and files that go beside it."""
        if docker_file is not None:
            warn_ignored("docker_file", "services run as processes without a Docker image")
        files = [*(dependencies or []), *([schema_file] if schema_file is not None else [])]
        return ContainerImageConfig(execution_script, runtime, conda_file, files, tags, properties, description, base_image)


def _folder_of(path: str) -> str:
    """A folder keeps its name, and a file the folder it lies in, below the script's."""
    relative = os.path.relpath(path)
    if relative.startswith(".."):
        relative = os.path.basename(os.path.abspath(path))
    folder = relative if os.path.isdir(path) else os.path.dirname(relative)
    return "" if folder in ("", ".") else f"{Path(folder).as_posix()}/"
