"""How many predictions a worker has answered, in a file that outlives it."""

from __future__ import annotations

import mmap
import os
import struct
from typing import Optional

_number = struct.Struct("<Q")
_page = b"\0" * mmap.PAGESIZE


class AnswerCounter:
    """A number in a file that is mapped into memory: adding to it costs no system call, and a killed process leaves it as it was.

    A worker whose file cannot be made (a full disk, a folder that cannot be written) answers all the same and does not count.
    """

    def __init__(self, path: Optional[str]) -> None:
        self._map = _map(path) if path is not None else None
        self._count = 0

    def add(self, answers: int) -> None:
        """Adds to the number; a negative one takes back what could not be sent."""
        self._count += answers
        if self._map is not None:
            _number.pack_into(self._map, 0, self._count)


def _map(path: str) -> Optional[mmap.mmap]:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Written and not only made long: the page must have its place on the disk, or storing into the map could kill the process.
            if os.write(descriptor, _page) < len(_page):
                return None
            return mmap.mmap(descriptor, len(_page))
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return None
