"""The scoring script of a deployment and what it runs in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Optional

import modelyard

from ...trees import upload_tree
from ..connection import warn_ignored
from ..exceptions import WebserviceException

_runtimes = ("python", "spark-py", "python-slim")


class InferenceConfig:
    """Scoring script and environment.

    Args:
        entry_script: the file with ``init()`` and ``run(data)``; relative to ``source_directory`` where that is given.
        source_directory: the folder that goes with it; without it, the script alone.
        environment: what the script needs, an ``Environment``.
        conda_file: a conda specification, for what has no ``environment``; relative to ``source_directory``, too.
    """

    def __init__(
        self,
        entry_script: str,
        runtime: Optional[str] = None,
        conda_file: Optional[str] = None,
        extra_docker_file_steps: Optional[str] = None,
        source_directory: Optional[str] = None,
        enable_gpu: Optional[bool] = None,
        description: Optional[str] = None,
        base_image: Optional[str] = None,
        base_image_registry: Any = None,
        cuda_version: Optional[str] = None,
        environment: Any = None,
    ) -> None:
        self.entry_script, self.runtime, self.conda_file = entry_script, runtime, conda_file
        self.extra_docker_file_steps, self.source_directory = extra_docker_file_steps, source_directory
        self.enable_gpu, self.description, self.base_image = enable_gpu, description, base_image
        self.base_image_registry, self.cuda_version, self.environment = base_image_registry, cuda_version, environment
        self.validate_configuration()

    def validate_configuration(self) -> None:
        """Looks whether it can be deployed as it is.

        Raises:
            WebserviceException: every reason why not.
        """
        wrong = []
        if self.source_directory is not None and not os.path.isdir(self.source_directory):
            wrong.append(f"source_directory {self.source_directory!r} is no folder")
        elif not self._script_path().is_file():
            wrong.append(f"entry_script {self.entry_script!r} is not {'in ' + repr(self.source_directory) if self.source_directory else 'a file'}")
        if self.runtime is not None and self.runtime.lower() not in _runtimes:
            wrong.append(f"runtime must be one of {', '.join(_runtimes)}, not {self.runtime!r}")
        if self.environment is not None and (self.conda_file is not None or self.runtime is not None):
            wrong.append("environment goes with neither runtime nor conda_file")
        if self.conda_file is not None and not self._below(self.conda_file).is_file():
            wrong.append(f"conda_file {self.conda_file!r} is no file")
        if wrong:
            raise WebserviceException("The inference configuration is not valid: " + "; ".join(wrong) + ".")
        for name, value in (("extra_docker_file_steps", self.extra_docker_file_steps), ("base_image", self.base_image), ("cuda_version", self.cuda_version)):
            if value is not None:
                warn_ignored(name, "services run as processes without a Docker image; the script's Python packages are what counts")

    def _below(self, name: str) -> Path:
        return Path(self.source_directory or ".") / name

    def _script_path(self) -> Path:
        return self._below(self.entry_script) if self.source_directory is not None else Path(self.entry_script)

    def _upload(self, own: modelyard.Workspace) -> "tuple[str, str]":
        """Uploads the code as it is now; the digest, and the script's path in it."""
        if self.source_directory is None:
            path = self._script_path()
            return upload_tree(own.connection, own.name, path), path.name
        return upload_tree(own.connection, own.name, self.source_directory), Path(os.path.normpath(self.entry_script)).as_posix()

    def _environment(self) -> Any:
        """The ``Environment`` that the script runs in; ``None`` for the server's own."""
        if self.environment is not None or self.conda_file is None:
            return self.environment
        from .environment import Environment

        return Environment.from_conda_specification("inference", str(self._below(self.conda_file)))

    def _packages(self) -> Optional[str]:
        """The conda specification of what the script needs; ``None`` when it runs in the server's own Python."""
        if self.conda_file is not None:
            return self._below(self.conda_file).read_text(encoding="utf-8")
        python = getattr(self.environment, "python", None)
        dependencies = getattr(python, "conda_dependencies", None)
        if dependencies is None or getattr(python, "user_managed_dependencies", False):
            return None
        return str(dependencies.serialize_to_string())

    def __repr__(self) -> str:
        return f"InferenceConfig(entry_script={self.entry_script}, runtime={self.runtime}, conda_file={self.conda_file}, source_directory={self.source_directory}, environment={self.environment!r})"
