"""The spool of a run's values: ``Run.log`` writes one line to a file and returns; the lines are sent in the background.

A file per run and process lies in ``<home>/spool`` (mode 0700). What is in it survives the process: the page cache keeps it when the process is killed, the
file when the server is away. Who sends it: this process's thread; at its end :mod:`._watcher`; else the next process that uses the surface.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from pathlib import Path
from typing import Any, Optional, Union

from ...discovery import home_folder

try:
    import fcntl
except ImportError:  # No such locks on this system: a file is then never taken over while its owner may live.
    fcntl = None  # type: ignore[assignment]

# Files of one process begin alike, so that its watcher finds them.
owner = f"{os.getpid()}-{os.urandom(4).hex()}"

# Beyond it a whole number is no longer exact in JSON as everybody reads it.
_exact = 2**53


def spool_folder() -> Path:
    """Where spools lie; made when it is not there. Where the home cannot be written, a private folder among the temporary files."""
    try:
        return _private(home_folder() / "spool")
    except OSError:
        import tempfile

        return _private(Path(tempfile.gettempdir()) / f"modelyard-spool-{os.getuid()}")


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Fails for a folder that somebody else put there.
    os.chmod(folder, 0o700)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written.")
    return folder


class Spool:
    """What one process logged to one run."""

    def __init__(self, url: str, workspace: str, run_id: str, interactive: bool, steps: Optional[dict[str, int]] = None) -> None:
        self.url, self.workspace, self.run_id, self.interactive = url, workspace, run_id, interactive
        self.path = spool_folder() / f"{owner}-{os.urandom(6).hex()}.jsonl"
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        if fcntl is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._steps: dict[str, int] = dict(steps or {})
        self._keys: dict[str, str] = {}
        self._lock = threading.Lock()
        self.closed = False
        self.written = 0
        self._write(json.dumps({"url": url, "workspace": workspace, "run": run_id, "interactive": interactive, "values": self.path.stem}))

    def number(self, name: str, value: Union[int, float], step: Optional[int] = None) -> None:
        """One point of a metric."""
        if type(value) is int and not -_exact < value < _exact:
            value = _as_float(value)
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = json.dumps(name)
        # The lock is for the count of steps and of bytes; the write itself is one call.
        with self._lock:
            if step is None:
                step = self._steps.get(name, 0)
            self._steps[name] = step + 1
            text = f'"{value}"' if isinstance(value, float) and not math.isfinite(value) else repr(value)
            self._write(f'{{"m":{key},"v":{text},"s":{step},"t":{int(time.time() * 1000)}}}')

    def record(self, name: str, kind: str, value: Any) -> None:
        """A value that is no single number: a text, a list, a row, a table."""
        with self._lock:
            self._write(json.dumps({"x": {"name": name, "kind": kind, "value": value}}))

    def end(self, status: str) -> None:
        """The run's end, kept until the server answers again."""
        with self._lock:
            self._write(json.dumps({"end": status}))

    def _write(self, line: str) -> None:
        data = line.encode() + b"\n"
        os.write(self._file, data)
        self.written += len(data)

    def close(self) -> None:
        """Gives the file free; it is not deleted."""
        if not self.closed:
            self.closed = True
            os.close(self._file)


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
