"""HTTP to the server over kept-alive connections, one per thread."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import weakref
from typing import Any, BinaryIO, Iterator, Mapping, Optional, Union
from urllib.parse import quote, urlencode, urlsplit

from .discovery import Settings, find_settings
from .errors import ServerUnreachable, error_of

Body = Union[bytes, BinaryIO]

_idempotent = {"GET", "PUT", "DELETE"}


class Connection:
    """A signed-in way to a server.

    Args:
        settings: where to connect; found by the rules of :mod:`modelyard.discovery` when left out.
        timeout_seconds: how long one answer may take.
    """

    def __init__(self, settings: Optional[Settings] = None, timeout_seconds: float = 60.0) -> None:
        self.settings = settings or find_settings()
        self.timeout_seconds = timeout_seconds
        self._address = urlsplit(self.settings.url)
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        data: Optional[Body] = None,
        size: Optional[int] = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Any:
        """Sends a request below ``/api/v1`` and returns its JSON document (``None`` for an empty answer).

        Raises:
            ApiError: the server refused it.
            ServerUnreachable: nobody answered.
        """
        answer = self.open(method, f"/api/v1{path}", query=query, body=body, data=data, size=size, headers=headers)
        content = answer.read()
        if not content:
            return None
        return json.loads(content)

    def open(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        data: Optional[Body] = None,
        size: Optional[int] = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> http.client.HTTPResponse:
        """Like :meth:`call`, for any path of the server; returns the answer unread, failures raised."""
        content: Optional[Body] = json.dumps(body).encode() if body is not None else data
        if content is None and method in ("POST", "PUT", "PATCH"):
            content = b""
        target = (self._address.path.rstrip("/") + path) + (f"?{urlencode(_present(query))}" if query else "")
        answer = self._send(method, target, content, self._headers(content, body is not None, size, headers))
        if answer.status >= 400:
            raise error_of(answer.status, _problem(answer.read()))
        return answer

    def _headers(self, content: Optional[Body], is_json: bool, size: Optional[int], extra: Optional[Mapping[str, str]]) -> dict[str, str]:
        headers = {"accept": "application/json", "user-agent": "modelyard-python/0.1"}
        if self.settings.token:
            headers["authorization"] = f"Bearer {self.settings.token}"
        if content:
            headers["content-type"] = "application/json" if is_json else "application/octet-stream"
        if size is not None:
            headers["content-length"] = str(size)
        elif isinstance(content, bytes):
            headers["content-length"] = str(len(content))
        headers.update(extra or {})
        return headers

    def _send(self, method: str, target: str, content: Optional[Body], headers: dict[str, str]) -> http.client.HTTPResponse:
        reused = getattr(self._local, "connection", None)
        # A kept-alive connection may have been closed while it idled; only what is safe to repeat is sent again.
        repeatable = method in _idempotent and not hasattr(content, "read")
        try:
            return self._exchange(reused or self._connect(), method, target, content, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            if reused is None or not (repeatable or isinstance(error, http.client.RemoteDisconnected)):
                raise ServerUnreachable(f"The server at {self.settings.url} closed the connection.") from error
            return self._exchange(self._connect(), method, target, content, headers)

    def _exchange(self, connection: http.client.HTTPConnection, method: str, target: str, content: Optional[Body], headers: dict[str, str]) -> http.client.HTTPResponse:
        try:
            connection.request(method, target, body=content, headers=headers)
            return connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            raise
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ServerUnreachable(f"The server at {self.settings.url} does not answer ({error}). Start it with `modelyard up`, or check MODELYARD_URL.") from error

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._address.hostname or "127.0.0.1", self._address.port, timeout=self.timeout_seconds)
        try:
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise ServerUnreachable(f"No server answers at {self.settings.url} ({error}). Start it with `modelyard up`, or check MODELYARD_URL.") from error
        self._local.connection = connection
        # Nobody closes a workspace in a notebook: the socket goes with the object that opened it, in every thread.
        self._local.closing = weakref.finalize(self, connection.close)
        return connection

    def close(self) -> None:
        """Closes this thread's connection; the next call opens a new one."""
        if getattr(self._local, "connection", None) is not None:
            self._local.closing()
            self._local.connection = None

    def pages(self, path: str, query: Optional[Mapping[str, Any]] = None) -> Iterator[dict[str, Any]]:
        """Every item of a paged list."""
        token: Optional[str] = None
        while True:
            page = self.call("GET", path, query={**(query or {}), "pageToken": token})
            yield from page["items"]
            token = page.get("nextPageToken")
            if token is None:
                return


def segment(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")


def _present(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _problem(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        return {"detail": content[:500].decode("utf-8", "replace")}
    return document if isinstance(document, dict) else {"detail": str(document)}
