"""What can go wrong, by who can do something about it."""

from __future__ import annotations

from typing import Any


class ModelyardError(Exception):
    """The base of every error of this package."""


class ServerUnreachable(ModelyardError):
    """No server answers at the address. Start one with ``modelyard up``, or set ``MODELYARD_URL``."""


class ApiError(ModelyardError):
    """The server refused a request.

    Attributes:
        status: the HTTP status.
        code: the word of the error catalogue, for instance ``job_not_found``.
        detail: what happened, and why.
        remedy: what to do about it.
        places: for a file, the wrong places: ``path``, ``line``, ``column``, ``message``, ``suggestion``.
        request_id: names the request in the server's log.
    """

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        self.remedy = str(problem.get("remedy", ""))
        self.places: list[dict[str, Any]] = list(problem.get("errors") or [])
        self.request_id = str(problem.get("requestId", ""))
        text = f"{self.detail} [{self.code}]"
        super().__init__(f"{text}\n{self.remedy}" if self.remedy else text)


class InvalidInput(ApiError):
    """The request or a file is not valid (400, 413, 415, 422)."""


class NotAllowed(ApiError):
    """Not signed in, or the role does not allow it (401, 403)."""


class NotFound(ApiError):
    """There is no such thing, or none that you can see (404)."""


class ConflictError(ApiError):
    """The name is taken, or the object is in another state (409)."""


class WaitTimeout(ModelyardError):
    """What was waited for did not happen in time."""


class JobFailed(ModelyardError):
    """A job ended as failed; ``job`` is its last document."""

    def __init__(self, message: str, job: Any) -> None:
        super().__init__(message)
        self.job = job


class JobCanceled(JobFailed):
    """A job was canceled."""


class GateRefused(JobFailed):
    """The job succeeded, but its gate did not pass."""


def error_of(status: int, problem: dict[str, Any]) -> ApiError:
    """The error class of an HTTP status."""
    if status in (401, 403):
        return NotAllowed(status, problem)
    if status == 404:
        return NotFound(status, problem)
    if status == 409:
        return ConflictError(status, problem)
    if 400 <= status < 500:
        return InvalidInput(status, problem)
    return ApiError(status, problem)
