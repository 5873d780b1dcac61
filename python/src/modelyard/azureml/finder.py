"""Serves ``azureml.X.Y`` from ``modelyard.azureml.X.Y``.

A module path of the original is the same path here, so that a new module is a new file and no table. Where the real packages are installed they
win.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional, Sequence

_ours = __name__.rpartition(".")[0]
# Not part of the original's names, though their files lie in the same folders.
_private = {f"{_ours}.{name}" for name in ("connection", "finder", "install", "names", "startup")}


def our_name(public: str) -> str:
    """``azureml.core`` → ``modelyard.azureml.core``."""
    return _ours + public[len("azureml") :]


def is_private(ours: str) -> bool:
    """Whether a module is the surface's own machinery."""
    return ours in _private or ours.rpartition(".")[2].startswith("_")


def public_name(ours: str) -> str:
    """``modelyard.azureml.core`` → ``azureml.core``."""
    return "azureml" + ours[len(_ours) :] if ours.startswith(_ours) else ours


class SurfaceFinder:
    """Finds the original's module paths. It stands first: our packages have paths of their own, by which Python would load everything twice."""

    def find_spec(self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        if name == "azureml":
            return None if _is_installed() else self._alias(name)
        if name.startswith("azureml.") and sys.modules.get("azureml") is sys.modules[_ours]:
            return self._alias(name)
        return None

    def _alias(self, name: str) -> ModuleSpec:
        ours = our_name(name)
        if is_private(ours):
            raise ModuleNotFoundError(str(_missing(ours)), name=name)
        try:
            module = import_module(ours)
        except ImportError as error:
            if error.name != name:
                raise
            # What probes for the original with `except ModuleNotFoundError` must find its answer.
            raise ModuleNotFoundError(error.msg, name=name) from None
        return ModuleSpec(name, _AliasLoader(module), is_package=True)


class MissingFinder:
    """Stands last and answers for what is not there: ``from azureml.core import Missing`` ends as a search for a sub-module."""

    def find_spec(self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        if name.startswith(f"{_ours}.") and name.rpartition(".")[0] in sys.modules and not is_private(name):
            raise _missing(name)
        return None


def _missing(ours: str) -> ImportError:
    from .names import missing_text

    parent, _, last = ours.rpartition(".")
    # Not a ModuleNotFoundError: that one Python swallows after `from … import …` and says less than we know.
    return ImportError(missing_text(parent, last), name=public_name(ours))


def _is_installed() -> bool:
    """Whether the real packages are there; then they win."""
    others = (finder for finder in sys.meta_path if type(finder).__name__ not in ("SurfaceFinder", "MissingFinder"))
    return any(finder.find_spec("azureml", None) is not None for finder in others)


class _AliasLoader:
    """Hands out a module that is already loaded, under its public name."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        # Relative imports inside the module go by its own name, which the import system has just overwritten.
        module.__spec__ = self._spec
        # With a path Python asks the finder for a name that is missing; without one it would raise its own error.
        if not hasattr(module, "__path__"):
            module.__path__ = []
        if "__getattr__" not in vars(module):
            _answer_for_missing(module)


def _answer_for_missing(module: ModuleType) -> None:
    def absent(name: str) -> Any:
        from .names import missing_name

        raise missing_name(module.__name__, name)

    setattr(module, "__getattr__", absent)


def install() -> None:
    """Makes ``azureml`` importable; again and again is the same as once."""
    if not any(isinstance(finder, SurfaceFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, SurfaceFinder())  # type: ignore[arg-type]
        sys.meta_path.append(MissingFinder())  # type: ignore[arg-type]
