"""What a scoring script's ``run`` wants to be called with: the body's text, the members of a JSON object, or the request itself."""

from __future__ import annotations

import inspect
import json
import sys
from importlib import import_module
from typing import Any, Callable

from .failures import InputError
from .frames import Request
from .raw_request import AMLRequest, Headers, is_raw

_headers_name = "request_headers"
_schemas = "inference_schema.schema_util"
_plain_kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class ScriptCall:
    """Calls ``run`` as Azure's inference server would."""

    def __init__(self, run: "Callable[..., Any]") -> None:
        self._run = run
        self._parameters = _parameters_of(run)
        self._with_headers = _headers_name in self._parameters
        self._raw = is_raw(run)
        self._decorated = not self._raw and _is_decorated(run)
        self._names = [name for name in self._parameters if name != _headers_name]

    @property
    def wants_head(self) -> bool:
        """Whether it needs more of a request than its body."""
        return self._raw or self._with_headers

    def __call__(self, request: Request) -> Any:
        if self._raw:
            return self._run(AMLRequest(request.head, request.body), **self._headers(request))
        if self._decorated:
            return self._run(**self._members(request.body), **self._headers(request))
        return self._run(request.body.decode("utf-8"), **self._headers(request))

    def schema(self) -> "dict[str, Any]":
        """``request`` and ``response`` as JSON schemas, where the script's decorators say them."""
        if not self._decorated:
            return {}
        module = import_module(_schemas)
        found = {"request": module.get_input_schema(self._run), "response": module.get_output_schema(self._run)}
        return {name: json.loads(json.dumps(schema, default=str)) for name, schema in found.items() if schema}

    def _headers(self, request: Request) -> "dict[str, Any]":
        if not self._with_headers:
            return {}
        head = json.loads(request.head) if request.head else {}
        return {_headers_name: Headers(head.get("headers", {}))}

    def _members(self, body: bytes) -> "dict[str, Any]":
        try:
            document = json.loads(body)
        except ValueError as error:
            raise InputError(f"the body could not be read as JSON: {error}") from None
        if not isinstance(document, dict):
            raise InputError(f"the body must be an object with {_listed(self._names)}")
        missing = [name for name in self._names if name not in document and self._parameters[name].default is inspect.Parameter.empty and not _is_optional(self._run, name)]
        if missing:
            raise InputError(f"the body lacks {_listed(missing)}")
        unknown = [str(name) for name in document if name not in self._names]
        if unknown:
            raise InputError(f"the body has {_listed(unknown)}; the script takes {_listed(self._names)}")
        return document


def _parameters_of(run: "Callable[..., Any]") -> "dict[str, inspect.Parameter]":
    try:
        parameters = inspect.signature(run).parameters
    except (TypeError, ValueError):
        return {}
    for parameter in parameters.values():
        if parameter.kind not in _plain_kinds and parameter.kind is not inspect.Parameter.POSITIONAL_ONLY and _is_decorated(run):
            raise TypeError(f"run() may not have *{parameter.name}: its parameters are the members of the body")
    return dict(parameters)


def _is_decorated(run: "Callable[..., Any]") -> bool:
    # The package is ours or the real one; a script that did not load it cannot have used it.
    return "inference_schema" in sys.modules and bool(import_module(_schemas).is_schema_decorated(run))


def _is_optional(run: "Callable[..., Any]", name: str) -> bool:
    return name in getattr(run, "__optional_inputs__", ())


def _listed(names: "list[str]") -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
