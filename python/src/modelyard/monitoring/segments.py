"""The file in which rows wait until they become Parquet: the same format, in the same folder, as the gateway's own segments.

It begins with ``MYSEG001``; then records, little-endian: ``u32`` length of the rest, ``u32`` CRC-32 of the rest, and the rest: ``f64`` event time (ms
since the epoch), ``u8`` kind (1: rows of a collector), and request id, name of the collection, rows as JSON and an empty answer, each behind its
``u32`` length. ``*.open`` is being written, ``*.seg`` is closed.
"""

from __future__ import annotations

import itertools
import os
import struct
import time
import zlib

MAGIC = b"MYSEG001"
ROWS = 1

_head = struct.Struct("<II")
_fixed = struct.Struct("<dB")
_length = struct.Struct("<I")
_numbers = itertools.count(1)


def encode_record(event_time_ms: float, request_id: str, label: str, rows: bytes) -> bytes:
    """One record of rows."""
    parts = [_fixed.pack(event_time_ms, ROWS)]
    for part in (request_id.encode("utf-8", "replace"), label.encode("utf-8", "replace"), rows, b""):
        parts.append(_length.pack(len(part)))
        parts.append(part)
    rest = b"".join(parts)
    return _head.pack(len(rest), zlib.crc32(rest)) + rest


class SegmentFile:
    """One segment that is being written."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        name = f"{int(time.time() * 1000)}-{os.getpid()}-{next(_numbers)}"
        self._path = os.path.join(folder, name)
        self._descriptor = os.open(f"{self._path}.open", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.opened = time.monotonic()
        self._size = 0
        try:
            self.append(MAGIC)
        except OSError:
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Writes whole records. After a failure the file ends where it ended before."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)

    def close(self) -> None:
        """Gives the file its final name; one without a record goes."""
        try:
            if self._size > len(MAGIC):
                os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)
        if self._size > len(MAGIC):
            os.rename(f"{self._path}.open", f"{self._path}.seg")
        else:
            os.unlink(f"{self._path}.open")
