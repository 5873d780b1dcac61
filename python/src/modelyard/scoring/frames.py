"""The bytes between gateway and worker.

A frame is a length (``u32``, little-endian) and that many bytes. A request frame holds items, each ``u32`` id, ``u8`` kind, ``f64`` event
time (milliseconds since the epoch), ``u16`` length and text of the request id, ``u32`` length and JSON of the request's head (none unless the model asks
for it), ``u32`` length and bytes of the body. A result frame holds items, each ``u32`` id, ``u16`` status, ``u16`` length and text of the content type
(further headers behind it, a line each), ``u32`` run time in microseconds, ``u32`` length and bytes of the body, ``u32`` length and JSON of the
exception that the script ended with (mostly none).
"""

from __future__ import annotations

import socket
import struct
from typing import Iterator, NamedTuple, Optional

_length = struct.Struct("<I")
_request = struct.Struct("<IBdH")
_result = struct.Struct("<IHH")
_run_and_length = struct.Struct("<II")

SCORE, INVOCATIONS, PREDICT, INFER = 0, 1, 2, 3


class Request(NamedTuple):
    """One prediction that is asked for. ``kind`` says by which protocol."""

    id: int
    kind: int
    request_id: str
    body: bytes
    event_time_ms: float = 0.0
    #: JSON of ``{method, url, headers}``.
    head: bytes = b""


class Result(NamedTuple):
    """The answer to one request."""

    id: int
    status: int
    content_type: str
    run_microseconds: int
    body: bytes
    exception: bytes = b""


class FrameReader:
    """Reads whole frames from a blocking socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def read(self) -> Optional[bytes]:
        """The next frame's bytes; ``None`` when the gateway closed the connection."""
        if not self._fill(4):
            return None
        (size,) = _length.unpack_from(self._buffer)
        if not self._fill(4 + size):
            return None
        frame = bytes(self._buffer[4 : 4 + size])
        del self._buffer[: 4 + size]
        return frame

    def _fill(self, size: int) -> bool:
        while len(self._buffer) < size:
            piece = self._connection.recv(max(65_536, size - len(self._buffer)))
            if not piece:
                return False
            self._buffer += piece
        return True


def requests_of(frame: bytes) -> Iterator[Request]:
    """The items of a request frame."""
    offset = 0
    while offset < len(frame):
        number, kind, event_time_ms, id_length = _request.unpack_from(frame, offset)
        offset += _request.size
        request_id = frame[offset : offset + id_length].decode("utf-8", "replace")
        offset += id_length
        (head_size,) = _length.unpack_from(frame, offset)
        offset += 4
        head = frame[offset : offset + head_size]
        offset += head_size
        (size,) = _length.unpack_from(frame, offset)
        offset += 4
        yield Request(number, kind, request_id, frame[offset : offset + size], event_time_ms, head)
        offset += size


def result_frame(results: "list[Result]") -> bytes:
    """A frame of answers."""
    parts: list[bytes] = [b""]
    for result in results:
        content_type = result.content_type.encode()
        parts.append(_result.pack(result.id, result.status, len(content_type)))
        parts.append(content_type)
        parts.append(_run_and_length.pack(min(result.run_microseconds, 0xFFFFFFFF), len(result.body)))
        parts.append(result.body)
        parts.append(_length.pack(len(result.exception)))
        parts.append(result.exception)
    payload = b"".join(parts)
    return _length.pack(len(payload)) + payload
