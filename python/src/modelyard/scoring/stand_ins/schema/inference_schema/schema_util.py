"""What the decorators of a function said."""

from __future__ import annotations

from typing import Any, Callable, Dict

from .parameter_types.abstract_parameter_type import AbstractParameterType


def is_schema_decorated(function: "Callable[..., Any]") -> bool:
    """Whether the function's input is described."""
    return bool(getattr(function, "__input_types__", None))


def get_input_schema(function: "Callable[..., Any]") -> Dict[str, Any]:
    """The body as a JSON schema."""
    types: "Dict[str, AbstractParameterType]" = getattr(function, "__input_types__", {})
    optional = getattr(function, "__optional_inputs__", ())
    schema: "Dict[str, Any]" = {"type": "object", "properties": {name: kind.input_to_swagger() for name, kind in types.items()}}
    required = [name for name in types if name not in optional]
    if required:
        schema["required"] = required
    schema["example"] = {name: found["example"] for name, found in schema["properties"].items() if "example" in found}
    return schema


def get_output_schema(function: "Callable[..., Any]") -> Dict[str, Any]:
    """The answer as a JSON schema; empty when nothing is said of it."""
    kind = getattr(function, "__output_type__", None)
    return {} if kind is None else dict(kind.input_to_swagger())


def get_schemas_dict(function: "Callable[..., Any]") -> Dict[str, Any]:
    return {"input": get_input_schema(function), "output": get_output_schema(function)}
