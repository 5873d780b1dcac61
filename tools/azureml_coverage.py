"""Prints ``docs/azureml-coverage.md``: which names of Azure ML's SDK v1 ``modelyard.azureml`` has. Says only what can be seen in the modules.

``tools/generate-azureml-coverage.ts`` runs it. The names to look for stand in ``azureml_names.txt``; what is accepted with a warning and what is refused is read from the calls in the
modules' own source.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Iterator, NamedTuple, Optional

here = Path(__file__).resolve().parent
package = here.parent / "python" / "src" / "modelyard" / "azureml"
sys.path.insert(0, str(package.parents[1]))


class Finding(NamedTuple):
    """What was seen of one name."""

    name: str
    state: str
    detail: str = ""


def look(line: str) -> Finding:
    """Whether a name of the list can be imported or reached, and takes its arguments."""
    name, _, inside = line.partition("(")
    arguments = [word.strip() for word in inside.rstrip(")").split(",") if word.strip()]
    owner, value, rest = _reach(name)
    if len(rest) > 1 or (rest and not (inspect.isclass(owner) and rest[0] in _attributes(owner))):
        return Finding(name, "missing")
    if rest or not callable(value):
        return Finding(name, "there")
    untaken = [argument for argument in arguments if not _takes(value, argument)]
    return Finding(name, "partly", ", ".join(untaken)) if untaken else Finding(name, "there")


def _reach(name: str) -> "tuple[Any, Any, list[str]]":
    """The object that the name leads to with its owner, and what is left of the name where no object is found."""
    parts = name.split(".")
    owner: Any = None
    value: Any = import_module("modelyard.azureml")
    for index, part in enumerate(parts[1:], 1):
        following = _step(value, part)
        if following is None:
            return value, None, parts[index:]
        owner, value = value, following[0]
    return owner, value, []


def _step(value: Any, part: str) -> "Optional[tuple[Any]]":
    try:
        return (getattr(value, part),)
    except AttributeError:
        pass
    if not inspect.ismodule(value):
        return None
    try:
        return (import_module(f"{value.__name__}.{part}"),)
    except ImportError:
        return None


@cache
def _attributes(owner: type) -> "frozenset[str]":
    """Names that objects of a class get: annotations, and what its methods write to ``self``."""
    found: "set[str]" = set()
    for each in owner.__mro__[:-1]:
        found |= set(vars(each).get("__annotations__", {}))
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(each)))
        except (OSError, TypeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self":
                found.add(node.attr)
    return frozenset(found)


def _takes(value: Any, argument: str) -> bool:
    try:
        parameters = inspect.signature(value).parameters
    except (TypeError, ValueError):
        return True
    return argument in parameters or any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())


def detached() -> "list[tuple[str, str]]":
    """Step classes that can be imported, and say on construction that their engine is not attached."""
    steps = import_module("modelyard.azureml.pipeline.steps")
    found = []
    for name in dir(steps):
        value = getattr(steps, name)
        try:
            value()
        except NotImplementedError as error:
            found.append((f"azureml.pipeline.steps.{name}", str(error)))
        except (TypeError, ValueError):
            pass
    return found


def calls(wanted: "tuple[str, ...]") -> "Iterator[tuple[str, ast.Call]]":
    """Calls of functions or exceptions of these names, with where they stand (public module, class, function)."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        module = [part for part in ("azureml", *parts) if part != "__init__"]
        yield from _calls_in(ast.parse(path.read_text(encoding="utf-8")), module, wanted)


def _calls_in(node: ast.AST, place: "list[str]", wanted: "tuple[str, ...]") -> "Iterator[tuple[str, ast.Call]]":
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in wanted and child.args:
            yield ".".join(place), child
        inside_class = any(part[:1].isupper() for part in place)
        # A function of a module is the implementation's; scripts know classes and their methods.
        named = isinstance(child, ast.ClassDef) or (isinstance(child, ast.FunctionDef) and inside_class)
        yield from _calls_in(child, [*place, child.name] if named else place, wanted)  # type: ignore[attr-defined]


def _text(node: ast.AST) -> str:
    """A text of the source as a reader sees it; what is only known when it runs is ``…``."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) for value in node.values)
    return "…"


def warned() -> "list[tuple[str, str, str]]":
    """What is accepted and has no effect: where it is said, of what, and why."""
    found = []
    for place, call in calls(("warn_ignored", "warn_of")):
        if len(call.args) == 2:
            found.append((_public(place), _text(call.args[0]), _text(call.args[1])))
        elif call.keywords:
            found.append((_public(place), ", ".join(str(keyword.arg) for keyword in call.keywords), _text(call.args[0])))
    # The function that others say it by hands on words that are not its own.
    return [*dict.fromkeys(row for row in found if row[1:] != ("…", "…"))]


def refused() -> "list[tuple[str, str]]":
    """What raises ``NotImplementedError`` with a reason, apart from the steps that :func:`detached` has."""
    rows = ((_public(place), _text(call.args[0])) for place, call in calls(("NotImplementedError",)))
    return [*dict.fromkeys(row for row in rows if ".engines" not in row[0])]


def _public(place: str) -> str:
    """A place by the names that scripts know: without modules and functions of the implementation."""
    kept = []
    for part in place.split("."):
        if part == "__init__":
            continue
        if part.startswith("_"):
            break
        kept.append(part)
    return ".".join(kept)


def page() -> str:
    """The whole page."""
    lines = [line.strip() for line in (here / "azureml_names.txt").read_text(encoding="utf-8").splitlines()]
    findings = [look(line) for line in lines if line and not line.startswith("#")]
    by_state = {state: [each for each in findings if each.state == state] for state in ("there", "partly", "missing")}
    return f"""# Names of Azure ML's SDK v1

Generated by `npm run generate` from the modules of `modelyard.azureml`; do not edit. The list of names is that of public scripts of the time, in
`tools/azureml_names.txt`. "There" means that the name can be imported or reached, and takes the arguments that those scripts give it, by name or among
`**others`. How it behaves is what the tests of `python/tests/test_azureml_*.py` are for. [How to bring a script here](guide/from-azure-ml.md).

Of {len(findings)} names {len(by_state["there"])} are there, {len(by_state["partly"])} lack an argument, {len(by_state["missing"])} are missing.

## Missing

{_table(("name",), [(f"`{each.name}`",) for each in by_state["missing"]])}
## There without some arguments

{_table(("name", "arguments that it does not take"), [(f"`{each.name}`", each.detail) for each in by_state["partly"]])}
## Engines that are not attached

These can be imported; making one raises `NotImplementedError`.

{_table(("name", "what it says"), [(f"`{name}`", text) for name, text in detached()])}
## Accepted with a warning

A warning says once per process that this has no effect, or another one. `…` is a value of the script.

{_table(("where", "what", "why"), [(f"`{place}`", what, why) for place, what, why in warned()])}
## Refused with a reason

This raises `NotImplementedError`.

{_table(("where", "what it says"), [(f"`{place}`", text) for place, text in refused()])}
## There

{_grouped([each.name for each in by_state["there"]])}"""


def _table(heads: "tuple[str, ...]", rows: "list[tuple[str, ...]]") -> str:
    if not rows:
        return "None.\n"
    body = "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)
    return f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n{body}"


def _grouped(names: "list[str]") -> str:
    """Names under their class, or under their module where they stand alone."""
    groups: "dict[str, list[str]]" = {}
    for name in names:
        owner, _, last = name.rpartition(".")
        groups.setdefault(owner, []).append(f"`{last}`")
    return _table(("of", "names"), [(f"`{owner}`", ", ".join(sorted(found))) for owner, found in sorted(groups.items())])


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page())
