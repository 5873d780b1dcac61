"""From a step's arguments to a command of our pipeline file."""

from __future__ import annotations

import re
import shlex
from typing import Any, Protocol

from .graph import PipelineParameter

# What scripts see of data in texts, such as `f"{data}/model.pkl"`.
_mention = re.compile(r"\$\{?AZUREML_DATAREFERENCE_([A-Za-z_][A-Za-z0-9_]*)\}?")


class Places(Protocol):
    """What a step's arguments may name."""

    def place_of(self, value: Any) -> str:
        """``inputs.NAME`` or ``outputs.NAME`` of a data object or parameter."""
        ...

    def named(self, name: str) -> "str | None":
        """The same for a name in a text."""
        ...

    def literal(self, text: str) -> str:
        """The place of a text that cannot stand in a command as it is."""
        ...


def words_of(arguments: list[Any], places: Places) -> list[str]:
    """Each argument as one word of the shell."""
    return [word_of(argument, places) for argument in arguments]


def word_of(argument: Any, places: Places) -> str:
    """A value quoted, a parameter or data object as the place where it will stand."""
    if isinstance(argument, (str, int, float)) or argument is None:
        return _text(str(argument), places)
    place = places.place_of(argument)
    if isinstance(argument, PipelineParameter) and argument.is_value and argument._type == "boolean":
        # Python writes its truth values with a capital, and so did the arguments that scripts were written for.
        return f'"${truth_variable(argument.name)}"'
    return expression(place)


def _text(text: str, places: Places) -> str:
    parts: list[str] = []
    end = 0
    for match in _mention.finditer(text):
        place = places.named(match[1])
        if place is None:
            continue
        parts += [_quoted(text[end : match.start()], places), expression(place)]
        end = match.end()
    parts.append(_quoted(text[end:], places))
    return "".join(part for part in parts if part) or "''"


def _quoted(text: str, places: Places) -> str:
    if "${{" in text or "$[[" in text:
        return expression(places.literal(text))
    return shlex.quote(text) if text else ""


def expand_mentions(command: str, places: Places) -> str:
    """A command that stays shell text, with its mentions of data as places."""

    def replace(match: "re.Match[str]") -> str:
        place = places.named(match[1])
        return match[0] if place is None else expression(place)

    return _mention.sub(replace, command)


def expression(place: str) -> str:
    return "${{" + place + "}}"


def truth_variable(name: str) -> str:
    """The shell variable that has a truth value as Python writes it."""
    return "modelyard_truth_" + re.sub(r"[^A-Za-z0-9_]", "_", name)


def truth_line(parameter: PipelineParameter, place: str) -> str:
    name = truth_variable(parameter.name)
    return f"{name}=False; if test {expression(place)} = true; then {name}=True; fi;"
