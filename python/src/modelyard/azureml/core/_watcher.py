"""``python -m modelyard.azureml.core._watcher OWNER URL``: waits for the end of the process that holds the other end of stdin, then sends what it left.

A process that is killed cannot send its last values itself. This one is started beside it, sleeps until then, and tries for a quarter of an hour.
"""

from __future__ import annotations

import os
import sys
import time

_tries_for = 900.0
_held: "int | None" = None


def start_watcher(owner: str, url: str, token: "str | None") -> None:
    """Starts the watcher of this process, once; not in a job, whose processes end together."""
    global _held
    if _held is not None or "MODELYARD_ATTEMPT_ID" in os.environ or not hasattr(os, "posix_spawn"):
        return
    source = os.path.abspath(__file__)
    for _ in range(4):
        source = os.path.dirname(source)
    environment = {**os.environ, "PYTHONPATH": source, **({"MODELYARD_TOKEN": token} if token else {})}
    reading, writing = os.pipe()
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    arguments = [sys.executable, "-S", "-m", __name__, owner, url]
    os.posix_spawn(sys.executable, arguments, environment, file_actions=[(os.POSIX_SPAWN_DUP2, reading, 0), *quiet], setsid=True)
    os.close(reading)
    # Never written to and never closed: its end is the end of this process.
    _held = writing


def watch(owner: str, url: str) -> None:
    os.chdir("/")
    sys.stdin.buffer.read()
    from ...discovery import find_settings
    from ._shipping import ship_left_behind
    from ._spool import spool_folder

    limit = time.monotonic() + _tries_for
    pause = 0.1
    while any(spool_folder().glob(f"{owner}-*.jsonl")) and not ship_left_behind(find_settings(url), f"{owner}-") and time.monotonic() < limit:
        time.sleep(pause)
        pause = min(5.0, pause * 2)


if __name__ == "__main__":
    watch(sys.argv[1], sys.argv[2])
