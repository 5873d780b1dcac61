"""What every kind of value can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Dict

from modelyard.scoring.failures import InputError

__all__ = ["AbstractParameterType", "InputError", "schema_of", "refuse"]


class AbstractParameterType(ABC):
    """A kind of value: read from JSON, and described as a JSON schema."""

    def __init__(self, sample_data_type: Any, sample_input: Any) -> None:
        self.sample_data_type = sample_data_type
        self.sample_input = sample_input
        self.sample_data_type_map: "Dict[str, Any]" = {}

    @abstractmethod
    def deserialize_input(self, input_data: Any) -> Any:
        """The value of what JSON has.

        Raises:
            InputError: it does not fit the sample.
        """

    @abstractmethod
    def input_to_swagger(self) -> Dict[str, Any]:
        """A JSON schema with the sample as its example."""


def refuse(what: str) -> InputError:
    """What does not fit a sample is the caller's mistake."""
    return InputError(what)


def schema_of(value: Any) -> "Dict[str, Any]":
    """The JSON schema of a sample as JSON has it."""
    if isinstance(value, bool):
        return {"type": "boolean", "example": value}
    if isinstance(value, int):
        return {"type": "integer", "format": "int64", "example": value}
    if isinstance(value, float):
        return {"type": "number", "format": "double", "example": value}
    if isinstance(value, str):
        return {"type": "string", "example": value}
    if isinstance(value, list):
        items = _without_example(schema_of(value[0])) if value else {"type": "object"}
        return {"type": "array", "items": items, "example": value}
    if isinstance(value, dict):
        properties = {str(name): _without_example(schema_of(member)) for name, member in value.items()}
        return {"type": "object", "properties": properties, "required": list(properties), "example": value}
    return {"type": "object"}


def _without_example(schema: "Dict[str, Any]") -> "Dict[str, Any]":
    return {name: member for name, member in schema.items() if name != "example"}
