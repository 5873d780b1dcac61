"""``azureml.pipeline.core.module``: scripts that are published once and used as steps of many pipelines."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ....trees import snapshot_ignore_files, store_entries, tree_entries, upload_tree
from ...connection import translated
from ...exceptions import UserErrorException
from . import _stored
from .graph import InputPortDef, OutputPortDef

_prefix = "module-"


class ModuleVersion:
    """One version of a module: a script with its folder, its ports and its parameters."""

    def __init__(self, module: "Module", document: Mapping[str, Any], entries: "list[dict[str, Any]]") -> None:
        self._module = module
        self._document = dict(document)
        self._entries = entries

    @property
    def version(self) -> str:
        return str(self._document["version"])

    @property
    def description(self) -> str:
        return str(self._document["description"])

    @property
    def params(self) -> "dict[str, Any]":
        return dict(self._document["params"])

    @property
    def script_name(self) -> str:
        return str(self._document["scriptName"])

    def _upload(self, own: Any) -> str:
        """The digest of the code; its files are on the server already."""
        with translated():
            return store_entries(own.connection, own.name, self._entries)

    def __repr__(self) -> str:
        return f"ModuleVersion(module={self._module.name!r}, version={self.version!r})"


class Module:
    """A module of a workspace; made by ``create`` and found by ``get``."""

    def __init__(self, workspace: Any, name: str) -> None:
        self._workspace = workspace
        self._asset = _stored.asset_name(_prefix, name)
        self._document, _, _ = _stored.load(workspace._own, self._asset)

    @staticmethod
    def create(workspace: Any, name: str, description: str, _workflow_provider: Any = None) -> "Module":
        """A new module without a version.

        Raises:
            UserErrorException: the name is taken.
        """
        asset = _stored.asset_name(_prefix, name)
        if asset[len(_prefix) :] in set(_stored.names(workspace._own, _prefix)):
            raise UserErrorException(f"There is a module {name} in the workspace {workspace.name} already; Module.get finds it.")
        _stored.save(workspace._own, asset, {"name": name, "description": description, "default": None, "versions": []})
        return Module(workspace, name)

    @staticmethod
    def get(workspace: Any, module_id: Optional[str] = None, name: Optional[str] = None, _workflow_provider: Any = None) -> "Module":
        """The module of that id or name.

        Raises:
            UserErrorException: there is none.
        """
        wanted = module_id or name
        if not wanted:
            raise ValueError("Name the module by its id or its name.")
        return Module(workspace, wanted)

    @property
    def id(self) -> str:
        return self._asset[len(_prefix) :]

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def description(self) -> str:
        return str(self._document["description"])

    @property
    def default_version(self) -> Optional[str]:
        return None if self._document["default"] is None else str(self._document["default"])

    def publish_python_script(
        self,
        script_name: str,
        description: str,
        inputs: Optional[Sequence[InputPortDef]] = None,
        outputs: Optional[Sequence[OutputPortDef]] = None,
        params: Optional[Mapping[str, Any]] = None,
        create_data_types: bool = True,
        version: Optional[str] = None,
        is_default: bool = False,
        source_directory: Optional[str] = None,
        hash_paths: Any = None,
        category: Optional[str] = None,
        arguments: Optional[Sequence[Any]] = None,
    ) -> ModuleVersion:
        """Publishes a script with its folder as a version; the first one is the default.

        Raises:
            UserErrorException: there is no such script, or the version is there already.
        """
        from pathlib import Path

        folder = source_directory or "."
        if not Path(folder, script_name).is_file():
            raise UserErrorException(f"There is no script at {Path(folder, script_name).resolve()}.")
        self._document, _, _ = _stored.load(self._workspace._own, self._asset)
        known = [each["version"] for each in self._document["versions"]]
        label = str(version) if version is not None else str(len(known) + 1)
        if label in known:
            raise UserErrorException(f"The module {self.name} has a version {label} already.")
        own = self._workspace._own
        with translated():
            entries = tree_entries(own.connection, own.name, upload_tree(own.connection, own.name, folder, ignore_files=snapshot_ignore_files))
        document = {
            "version": label,
            "description": description,
            "scriptName": Path(script_name).as_posix(),
            "inputs": [port.name for port in inputs or []],
            "outputs": [port.name for port in outputs or []],
            "params": dict(params or {}),
            "arguments": [argument if isinstance(argument, (str, int, float)) else str(argument) for argument in arguments or []],
        }
        stored = _stored.save(own, f"{self._asset}.{_stored.asset_name('', label)}", document, entries)
        listed = [*self._document["versions"], {"version": label, "stored": stored}]
        default = label if is_default or self._document["default"] is None else self._document["default"]
        self._document = {**self._document, "versions": listed, "default": default}
        _stored.save(own, self._asset, self._document)
        return ModuleVersion(self, document, entries)

    def module_version(self, version: Optional[str] = None) -> ModuleVersion:
        """A version, or the default.

        Raises:
            UserErrorException: there is none.
        """
        label = str(version) if version is not None else self.default_version
        for each in self._document["versions"]:
            if each["version"] == label:
                document, entries, _ = _stored.load(self._workspace._own, f"{self._asset}.{_stored.asset_name('', label)}", each["stored"])
                return ModuleVersion(self, document, entries)
        raise UserErrorException(f"The module {self.name} has no version {label}; it has {', '.join(each['version'] for each in self._document['versions']) or 'none'}.")

    def get_default(self) -> ModuleVersion:
        return self.module_version()

    def get_default_version(self) -> Optional[str]:
        return self.default_version

    def get_versions(self) -> "dict[str, ModuleVersion]":
        return {each["version"]: self.module_version(each["version"]) for each in self._document["versions"]}

    def set_default_version(self, version_id: str) -> None:
        self.module_version(version_id)
        self._document = {**self._document, "default": str(version_id)}
        _stored.save(self._workspace._own, self._asset, self._document)

    def __repr__(self) -> str:
        return f"Module(name={self.name!r}, default_version={self.default_version!r})"
