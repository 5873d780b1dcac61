"""Waiting for a state of the server."""

from __future__ import annotations

import time
from typing import Callable, Optional, TypeVar

from .errors import WaitTimeout

Found = TypeVar("Found")


def wait_until(read: Callable[[], Found], done: Callable[[Found], bool], what: str, timeout_seconds: Optional[float]) -> Found:
    """Reads until ``done``; asks often at first, then twice a second.

    Raises:
        WaitTimeout: ``timeout_seconds`` went by.
    """
    started = time.monotonic()
    pause = 0.03
    while True:
        found = read()
        if done(found):
            return found
        if timeout_seconds is not None and time.monotonic() - started > timeout_seconds:
            raise WaitTimeout(f"{what} did not happen within {timeout_seconds:g} s; it may still.")
        time.sleep(pause)
        pause = min(0.5, pause * 1.3)
