"""Failures as the gateway's clients see them: RFC 9457 problems with a code of the catalogue."""

from __future__ import annotations

import json
import traceback
from typing import Any

problem_type = "application/problem+json"

_titles = {
    "body_not_json": (400, "The body is not JSON", "Send a JSON body with `content-type: application/json`."),
    "request_invalid": (400, "The request is not valid", "Correct the fields named in `detail` and send it again."),
    "scoring_failed": (424, "The scoring script failed", "Read the traceback in the deployment's log by the request id."),
}


class InputError(Exception):
    """The caller's body does not fit the model."""


def problem(code: str, detail: str, request_id: str) -> "tuple[int, str, bytes]":
    """Status, content type and body of a failure."""
    status, title, remedy = _titles[code]
    document: dict[str, Any] = {
        "type": f"about:modelyard/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
        "retryable": False,
        "requestId": request_id,
    }
    return status, problem_type, json.dumps(document).encode()


def exception_document(error: BaseException) -> bytes:
    """An exception as the gateway keeps it: its type, its message, and the end of its traceback."""
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        message = str(error)
    except Exception:  # a script's own exception may fail at this as well
        message = ""
    return json.dumps({"type": type(error).__name__, "message": message[:2_000], "traceback": lines[-20_000:]}).encode()
