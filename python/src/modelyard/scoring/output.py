"""What a scoring script prints goes to the deployment's log, each line with the request it belongs to."""

from __future__ import annotations

import io
import os
import sys

from .frames import Request


class RequestLog(io.TextIOBase):
    """A text stream that writes whole lines to a file descriptor, prefixed by the current request's id."""

    current_request = ""
    current_event_time_ms: "float | None" = None
    #: The ids of all requests that run in one call; more than one only with ``run_batch``.
    current_requests: "tuple[str, ...]" = ()

    @classmethod
    def begin(cls, requests: "list[Request]") -> None:
        """What is printed and collected from now on belongs to these requests."""
        cls.current_request = requests[0].request_id
        cls.current_event_time_ms = requests[0].event_time_ms
        cls.current_requests = tuple(request.request_id for request in requests)

    @classmethod
    def end(cls) -> None:
        cls.current_request, cls.current_event_time_ms, cls.current_requests = "", None, ()

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = ""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> int:
        self._rest += text
        if "\n" in self._rest:
            lines, _, self._rest = self._rest.rpartition("\n")
            self._emit(lines)
        return len(text)

    def flush(self) -> None:
        if self._rest:
            self._emit(self._rest)
            self._rest = ""

    def _emit(self, lines: str) -> None:
        prefix = f"[{RequestLog.current_request}] " if RequestLog.current_request else ""
        data = "".join(f"{prefix}{line}\n" for line in lines.split("\n")).encode("utf-8", "replace")
        try:
            os.write(self._descriptor, data)
        except OSError:
            pass  # a full disk must not fail a prediction


def install() -> None:
    """Replaces the standard streams of this process."""
    sys.stdout = RequestLog(1)
    sys.stderr = RequestLog(2)
