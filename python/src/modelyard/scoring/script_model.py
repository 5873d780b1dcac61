"""A scoring script: ``init()`` once, ``run(data)`` for each request, as Azure ML's scripts have them.

A script may take requests together: with ``run_batch(items)``, which gets a list of bodies (texts) and returns a list of answers of the same
length, waiting requests go into one call; when it raises, they are run again one by one, so that a bad one fails alone.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
import traceback
from types import ModuleType
from typing import Any, Callable, Optional

from . import surface
from .failures import InputError, exception_document, problem
from .frames import Request, Result
from .output import RequestLog
from .script_call import ScriptCall

_json_type = "application/json"
# The frame has two bytes for their length.
_longest_headers = 60_000


class ScriptModel:
    """Answers requests by a user's script."""

    def __init__(self, folder: str, script: str) -> None:
        path = os.path.join(folder, script)
        if not os.path.isfile(path):
            raise FileNotFoundError(f"there is no scoring script {script!r} in the code folder")
        os.chdir(folder)
        for entry in (folder, os.path.dirname(path)):
            if entry not in sys.path:
                sys.path.insert(0, entry)
        surface.install()
        self._module = _load(path)
        init = getattr(self._module, "init", None)
        if init is not None:
            init()
        run = getattr(self._module, "run", None)
        self._call: Optional[ScriptCall] = ScriptCall(run) if run is not None else None
        self._run_batch: Optional[Callable[[list[str]], list[Any]]] = getattr(self._module, "run_batch", None)

    @property
    def batches(self) -> bool:
        """Whether waiting requests may go into one call."""
        return self._run_batch is not None

    @property
    def wants_head(self) -> bool:
        """Whether the script reads method, address or headers of a request."""
        return self._call is not None and self._call.wants_head

    def schema(self) -> "dict[str, Any]":
        return {"kind": "script", **(self._call.schema() if self._call is not None else {})}

    def answer(self, requests: "list[Request]") -> "list[Result]":
        if self._run_batch is not None and len(requests) > 1:
            results = self._together(requests, self._run_batch)
            if results is not None:
                return results
        return [self._alone(request) for request in requests]

    def _together(self, requests: "list[Request]", run_batch: "Callable[[list[str]], list[Any]]") -> "Optional[list[Result]]":
        RequestLog.begin(requests)
        started = time.perf_counter()
        try:
            values = run_batch([request.body.decode("utf-8") for request in requests])
            if len(values) != len(requests):
                raise ValueError(f"run_batch got {len(requests)} items and answered {len(values)}")
            answers = [_encode(value) for value in values]
        except Exception:
            return None
        finally:
            RequestLog.end()
        elapsed = int((time.perf_counter() - started) * 1e6)
        return [Result(request.id, status, kind, elapsed, body) for request, (status, kind, body) in zip(requests, answers)]

    def _alone(self, request: Request) -> Result:
        RequestLog.begin([request])
        started = time.perf_counter()
        exception = b""
        try:
            if self._run_batch is not None:
                value = self._run_batch([request.body.decode("utf-8")])[0]
            else:
                assert self._call is not None
                value = self._call(request)
            status, kind, body = _encode(value)
        except InputError as error:
            status, kind, body = problem("request_invalid", str(error), request.request_id)
        except Exception as error:
            status, kind, body, exception = self._failure(request, error)
        finally:
            RequestLog.end()
        return Result(request.id, status, kind, int((time.perf_counter() - started) * 1e6), body, exception)

    def _failure(self, request: Request, error: Exception) -> "tuple[int, str, bytes, bytes]":
        # The script may be right to stumble: say so when the body is no JSON at all.
        try:
            json.loads(request.body)
        except ValueError as reason:
            return (*problem("body_not_json", f"The body could not be read as JSON: {reason}", request.request_id), b"")
        traceback.print_exc()
        return (*problem("scoring_failed", f"{type(error).__name__}: {error}", request.request_id), exception_document(error))


def _load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("modelyard_scoring_script", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["modelyard_scoring_script"] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, "run", None)) and not callable(getattr(module, "run_batch", None)):
        raise AttributeError("the scoring script has no function run(data)")
    if not hasattr(module, "run"):
        module.run = None  # type: ignore[attr-defined]
    return module


def _encode(value: Any) -> "tuple[int, str, bytes]":
    """A script's answer as bytes: text and bytes of a response object, JSON of anything else; ``None`` is an empty object."""
    if value is None:
        return 200, _json_type, b"{}"
    status = getattr(value, "status_code", None)
    if isinstance(status, int) and (hasattr(value, "get_data") or hasattr(value, "message")):
        return _encode_response(value, status)
    return 200, _json_type, json.dumps(value, default=_plain).encode()


def _encode_response(value: Any, status: int) -> "tuple[int, str, bytes]":
    if not 200 <= status <= 599:
        raise ValueError(f"the script answered with the status {status}; one from 200 to 599 is an answer")
    if hasattr(value, "get_data"):
        return status, _content_type_and_headers(value), bytes(value.get_data())
    message = value.message
    if isinstance(message, bytes):
        return status, "application/octet-stream", message
    if isinstance(message, str) and getattr(value, "json_str", False):
        return status, _json_type, message.encode()
    return status, _json_type, json.dumps(message, default=_plain).encode()


def _content_type_and_headers(value: Any) -> str:
    """The content type; headers of the script's own go behind it, a line each."""
    kind = str(getattr(value, "content_type", None) or _json_type)
    headers = getattr(value, "headers", None)
    pairs = [(str(name), str(text)) for name, text in headers.items()] if headers is not None else []
    lines = [line for line in (f"{name}: {text}" for name, text in pairs if name.lower() not in ("content-type", "content-length")) if "\n" not in line and "\r" not in line]
    found = "\n".join([kind, *lines])
    if len(found.encode()) > _longest_headers:
        raise ValueError(f"the script answered with more than {_longest_headers} bytes of headers")
    return found


def _plain(value: Any) -> Any:
    """Numbers and arrays of NumPy and tables of pandas as what JSON has."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "to_dict"):
        return value.to_dict(orient="records") if hasattr(value, "columns") else value.to_dict()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"an answer of the type {type(value).__name__} cannot be written as JSON")
