"""``azureml.core.conda_dependencies``: which packages an environment has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Iterable, Iterator, Optional

from ..exceptions import UserErrorException
from . import _conda_file

_defaults = ("azureml-defaults",)


class CondaDependencies:
    """Packages of conda and pip. They are installed with pip here; conda itself is not needed."""

    def __init__(self, conda_dependencies_file_path: Optional[str] = None, _underlying_structure: Optional[dict[str, Any]] = None) -> None:
        if conda_dependencies_file_path is not None:
            file = Path(conda_dependencies_file_path)
            if not file.is_file():
                raise UserErrorException(f"There is no conda file at {file}.")
            found = _conda_file.parse(file.read_text(encoding="utf-8"), str(file))
        else:
            found = _underlying_structure or {"dependencies": [{"pip": list(_defaults)}], "channels": ["conda-forge"]}
        self._name = str(found.get("name") or "project_environment")
        self._channels: list[str] = [str(channel) for channel in found.get("channels") or []]
        entries = found.get("dependencies") or []
        self._conda: list[str] = [str(entry) for entry in entries if not isinstance(entry, dict)]
        self._pip: list[str] = [str(package) for entry in entries if isinstance(entry, dict) for package in entry.get("pip") or []]

    @staticmethod
    def create(pip_indexurl: Optional[str] = None, pip_packages: Optional[Iterable[str]] = None, conda_packages: Optional[Iterable[str]] = None, python_version: Optional[str] = None, pin_sdk_version: bool = True) -> "CondaDependencies":
        """Dependencies of these packages."""
        made = CondaDependencies()
        if pip_packages is not None:
            made._pip = []
            for package in pip_packages:
                made.add_pip_package(package)
        for package in conda_packages or ():
            made.add_conda_package(package)
        if python_version is not None:
            made.set_python_version(python_version)
        if pip_indexurl is not None:
            made.set_pip_option(f"--index-url {pip_indexurl}")
        return made

    def add_pip_package(self, pip_package: str) -> None:
        """Adds a package of pip; one of that name is replaced."""
        self._pip = [package for package in self._pip if package.startswith("-") or _name_of(package) != _name_of(pip_package)] + [pip_package]

    def remove_pip_package(self, pip_package: str) -> None:
        self._pip = [package for package in self._pip if _name_of(package) != _name_of(pip_package)]

    def add_conda_package(self, conda_package: str) -> None:
        """Adds a package of conda; one of that name is replaced."""
        self._conda = [package for package in self._conda if _name_of(package) != _name_of(conda_package)] + [conda_package]

    def remove_conda_package(self, conda_package: str) -> None:
        self._conda = [package for package in self._conda if _name_of(package) != _name_of(conda_package)]

    def add_channel(self, channel: str) -> None:
        if channel not in self._channels:
            self._channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        self._channels = [other for other in self._channels if other != channel]

    def set_python_version(self, version: str) -> None:
        self.add_conda_package(f"python={version}")

    def get_python_version(self) -> Optional[str]:
        return next((package.partition("=")[2].lstrip("=") for package in self._conda if _name_of(package) == "python"), None)

    def set_pip_option(self, pip_option: str) -> None:
        """A line such as ``--extra-index-url …``."""
        option = pip_option.split(" ")[0]
        self._pip = [pip_option, *(package for package in self._pip if package.split(" ")[0] != option)]

    def set_pip_index_url(self, index_url: str) -> None:
        self.set_pip_option(f"--index-url {index_url}")

    @property
    def conda_packages(self) -> Iterator[str]:
        return iter(self._conda)

    @property
    def conda_channels(self) -> Iterator[str]:
        return iter(self._channels)

    @property
    def pip_packages(self) -> Iterator[str]:
        return iter(package for package in self._pip if not package.startswith("-"))

    @property
    def pip_options(self) -> Iterator[str]:
        return iter(package for package in self._pip if package.startswith("-"))

    def as_dict(self) -> dict[str, Any]:
        """The content of a conda file."""
        dependencies: list[Any] = [*self._conda, *([{"pip": list(self._pip)}] if self._pip else [])]
        return {"name": self._name, "channels": list(self._channels), "dependencies": dependencies}

    def serialize_to_string(self) -> str:
        """A conda file as text."""
        return _conda_file.serialize(self.as_dict())

    def save_to_file(self, base_directory: str, conda_file_path: Optional[str] = None) -> str:
        """Writes the conda file; returns its path below ``base_directory``."""
        name = conda_file_path or "conda_dependencies.yml"
        file = Path(base_directory) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.serialize_to_string(), encoding="utf-8")
        return name

    def save(self, path: Optional[str] = None) -> str:
        return self.save_to_file(".", path)

    def _has_own(self) -> bool:
        """Whether it asks for anything beyond what is there anyway."""
        return any(_name_of(package) not in ("python", "pip") for package in self._conda) or any(not _name_of(package).startswith("azureml") for package in self.pip_packages)

    def __repr__(self) -> str:
        return self.serialize_to_string()


def _name_of(package: str) -> str:
    """The name in a requirement, as pip compares names."""
    match = re.match(r"(?:[^:\s]+::)?([A-Za-z0-9._-]+)", package.strip())
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else package
