"""A submitted script in our file of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import modelyard

from ..pipeline.core._arguments import expand_mentions, expression, words_of
from ..pipeline.core._data import Asset, asset_of
from ._inputs import dataset_variable, path_variable
from ._keep_outputs import keeping_outputs

if TYPE_CHECKING:
    from .script_run_config import ScriptRunConfig


class ScriptDocument:
    """Collects the inputs while the command is written; what arguments may name is asked of it."""

    code = "./code"

    def __init__(self, config: "ScriptRunConfig") -> None:
        self._config = config
        self._assets: dict[str, Asset] = {}
        self._texts: dict[str, str] = {}
        self._variables: dict[str, str] = dict(config.run_config._variables())
        for name, given in {**config.run_config.data_references, **config.run_config.data}.items():
            self._declare(given, name)
        if config.command is not None:
            words = config.command if isinstance(config.command, (list, tuple)) else [config.command]
            parts = [expand_mentions(word, self) if isinstance(word, str) else words_of([word], self)[0] for word in words]
            self._command = " ".join(parts)
        else:
            self._command = " ".join(["python", *words_of([config.script, *config.arguments], self)])

    def place_of(self, value: Any) -> str:
        return self._declare(value, None)

    def named(self, name: str) -> "str | None":
        return f"inputs.{name}" if name in self._assets else None

    def literal(self, text: str) -> str:
        name = f"text_{len(self._texts) + 1}"
        self._texts[name] = text
        return f"inputs.{name}"

    def _declare(self, value: Any, name: "str | None") -> str:
        asset = asset_of(value)
        key = re.sub(r"[^A-Za-z0-9_]", "_", name or asset.name)
        self._assets[key] = asset
        describe = getattr(value, "_for_script", None)
        if callable(describe):
            self._variables[dataset_variable + key] = describe()
        return f"inputs.{key}"

    def upload(self, own: modelyard.Workspace) -> dict[str, str]:
        """Puts the data there that the server does not have; its digests by the paths in the file."""
        return {self._path(key): asset.upload(own) for key, asset in self._assets.items() if asset.reference is None}

    @staticmethod
    def _path(key: str) -> str:
        return f"./inputs/{key}"

    def document(self, name: str) -> dict[str, Any]:
        """The file."""
        run_config = self._config.run_config
        exports = [f"export {path_variable}{key}={expression(f'inputs.{key}')};" for key in self._assets]
        document: dict[str, Any] = {"type": "command", "display_name": name, "code": self.code, "command": " ".join([*exports, keeping_outputs(self._command)]), "compute": run_config._target_name()}
        inputs: dict[str, Any] = {key: {"type": asset.type, "path": asset.reference or self._path(key)} for key, asset in self._assets.items()}
        inputs.update({key: {"type": "string", "value": text} for key, text in self._texts.items()})
        environment = run_config.environment._for_job()
        if inputs:
            document["inputs"] = inputs
        if environment is not None:
            document["environment"] = environment
        if self._variables:
            document["environment_variables"] = self._variables
        if run_config.max_run_duration_seconds:
            document["limits"] = {"timeout": run_config.max_run_duration_seconds}
        return document
