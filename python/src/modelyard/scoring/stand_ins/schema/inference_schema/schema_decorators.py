"""The decorators of ``run``."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable

from .parameter_types.abstract_parameter_type import AbstractParameterType

Function = Callable[..., Any]


def input_schema(param_name: str, param_type: AbstractParameterType, convert_to_provided_type: bool = True, optional: bool = False) -> "Callable[[Function], Function]":
    """Says of one parameter what it is.

    Args:
        param_name: the parameter's name, which is the name of the body's member.
        param_type: a parameter type, made from a sample.
        convert_to_provided_type: hand the value over as the sample's type and not as JSON has it.
        optional: the member may be left out.
    """
    _checked(param_type, "param_type")

    def decorate(function: Function) -> Function:
        names = list(inspect.signature(function).parameters)
        if param_name not in names:
            raise ValueError(f"run() has no parameter {param_name!r}; it has {', '.join(names)}")
        place = names.index(param_name)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if convert_to_provided_type:
                if param_name in kwargs:
                    kwargs[param_name] = param_type.deserialize_input(kwargs[param_name])
                elif place < len(args):
                    args = (*args[:place], param_type.deserialize_input(args[place]), *args[place + 1 :])
            return function(*args, **kwargs)

        types = {param_name: param_type, **getattr(function, "__input_types__", {})}
        wrapper.__input_types__ = types  # type: ignore[attr-defined]
        wrapper.__optional_inputs__ = {*getattr(function, "__optional_inputs__", ()), *([param_name] if optional else [])}  # type: ignore[attr-defined]
        return wrapper

    return decorate


def output_schema(output_type: AbstractParameterType) -> "Callable[[Function], Function]":
    """Says what ``run`` answers."""
    _checked(output_type, "output_type")

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        wrapper.__output_type__ = output_type  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _checked(kind: Any, name: str) -> None:
    if not isinstance(kind, AbstractParameterType):
        raise TypeError(f"{name} must be a parameter type such as NumpyParameterType(sample), not {type(kind).__name__}")
