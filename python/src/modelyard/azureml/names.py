"""Names of the surface: loading them when they are asked for, and what to say of those that are not there."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Callable, Iterable, Mapping

from .finder import is_private, public_name


def lazy_names(module: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package whose names live in other modules.

    Args:
        module: the package's ``__name__``.
        homes: name → the module that has it, relative to the package (``".run"``); loaded at the first use.
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise missing_name(module, name)
        value = getattr(import_module(homes[name], module), name)
        setattr(sys.modules[module], name, value)
        return value

    return load, lambda: sorted(homes)


def missing_name(module: str, name: str) -> AttributeError:
    """The error for a name that the surface does not have."""
    if name.startswith("__"):
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    return AttributeError(missing_text(module, name), name=name)


def missing_text(module: str, name: str) -> str:
    """What is missing, and the nearest thing that is there."""
    import difflib

    known = public_names(module)
    near = difflib.get_close_matches(name, known, 1, 0.5) or _same_elsewhere(module, name)
    hint = f" The nearest is {near[0]}." if near else f" It has {', '.join(known)}." if known else ""
    return f"{public_name(module)} has no {name} on Modelyard.{hint} See docs/guide/from-azure-ml.md for what is covered."


def public_names(module: str) -> list[str]:
    """What a loaded module offers: its sub-modules, and its names without underscore that are not imports of the implementation."""
    found = sys.modules.get(module)
    if found is None:
        return []
    lazy = found.__dict__.get("__dir__")
    if callable(lazy):
        own: Iterable[str] = lazy()
    else:
        own = [name for name, value in vars(found).items() if getattr(value, "__module__", None) == module]
    return sorted({name for name in [*own, *_sub_modules(found)] if not name.startswith("_")})


def _sub_modules(found: Any) -> list[str]:
    import pkgutil

    names = (info.name for info in pkgutil.iter_modules(getattr(found, "__path__", [])))
    return [name for name in names if not is_private(f"{found.__name__}.{name}")]


def _same_elsewhere(module: str, name: str) -> list[str]:
    """The same name in another module that is loaded: a script of another version may import it from there."""
    root = module.split(".azureml", 1)[0] + ".azureml"
    for other in sorted(sys.modules):
        if other.startswith(f"{root}.") and other != module and name in public_names(other):
            return [f"{public_name(other)}.{name}"]
    return []
