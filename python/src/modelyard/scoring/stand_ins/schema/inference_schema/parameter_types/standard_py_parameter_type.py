"""Values of plain Python, and objects and lists made of other kinds."""

from __future__ import annotations

import datetime
from typing import Any, Callable, Dict

from .abstract_parameter_type import AbstractParameterType, refuse, schema_of

_readers: "Dict[type, Callable[[Any], Any]]" = {
    datetime.datetime: lambda value: datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00")),
    datetime.date: lambda value: datetime.date.fromisoformat(str(value)),
    datetime.time: lambda value: datetime.time.fromisoformat(str(value)),
    bytes: lambda value: str(value).encode(),
    bytearray: lambda value: bytearray(str(value).encode()),
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    range: lambda value: range(*value),
}


class StandardPythonParameterType(AbstractParameterType):
    """A value like the sample; parts of an object or a list may be of other kinds."""

    def __init__(self, sample_input: Any) -> None:
        super().__init__(type(sample_input), sample_input)

    def deserialize_input(self, input_data: Any) -> Any:
        return _read(self.sample_input, input_data, "the value")

    def input_to_swagger(self) -> "Dict[str, Any]":
        return _describe(self.sample_input)


def _read(sample: Any, value: Any, where: str) -> Any:
    if isinstance(sample, AbstractParameterType):
        return sample.deserialize_input(value)
    if isinstance(sample, dict):
        if not isinstance(value, dict):
            raise refuse(f"{where} must be an object, not {type(value).__name__}")
        return {name: _read(sample[name], member, f"`{name}`") if name in sample else member for name, member in value.items()}
    if isinstance(sample, list) and isinstance(value, list):
        inner = sample[0] if sample and isinstance(sample[0], (AbstractParameterType, dict)) else None
        return value if inner is None else [_read(inner, member, where) for member in value]
    for kind, read in _readers.items():
        if type(sample) is kind:
            return _converted(read, kind, value, where)
    if isinstance(sample, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if sample is not None and (not isinstance(value, type(sample)) or (isinstance(value, bool) and not isinstance(sample, bool))):
        raise refuse(f"{where} must be {type(sample).__name__}, not {type(value).__name__}")
    return value


def _converted(read: "Callable[[Any], Any]", kind: type, value: Any, where: str) -> Any:
    if isinstance(value, kind):
        return value
    try:
        return read(value)
    except (ValueError, TypeError) as error:
        raise refuse(f"{where} cannot be read as {kind.__name__}: {error}") from None


def _describe(sample: Any) -> "Dict[str, Any]":
    if isinstance(sample, AbstractParameterType):
        return sample.input_to_swagger()
    if isinstance(sample, dict):
        members = {str(name): _describe(member) for name, member in sample.items()}
        return {
            "type": "object",
            "properties": members,
            "required": list(members),
            "example": {name: member["example"] for name, member in members.items() if "example" in member},
        }
    if isinstance(sample, list) and sample and isinstance(sample[0], (AbstractParameterType, dict)):
        items = _describe(sample[0])
        return {"type": "array", "items": items, "example": [items["example"]] if "example" in items else []}
    if isinstance(sample, (datetime.datetime, datetime.date, datetime.time)):
        kind = {datetime.datetime: "date-time", datetime.date: "date", datetime.time: "time"}[type(sample)]
        return {"type": "string", "format": kind, "example": sample.isoformat()}
    if isinstance(sample, (bytes, bytearray)):
        return {"type": "string", "format": "binary", "example": sample.decode("utf-8", "replace")}
    if isinstance(sample, (tuple, set, frozenset, range)):
        return schema_of(list(sample))
    return schema_of(sample)
