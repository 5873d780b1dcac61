"""Sending spools: in batches, in order, again and again until the server has them. A point that arrives twice is stored once."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any, Iterator, Optional

from ...connection import Connection, segment
from ...discovery import Settings, same_address
from ...errors import ApiError, ModelyardError, NotAllowed
from ._spool import Spool, fcntl, spool_folder

values_folder = "logged-values"
_batch = 5000
_pause = 0.2
_longest_pause = 5.0


class Shipment:
    """One spool file on its way to the server."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path = path
        self._connection = connection
        self._mark = path.with_suffix(".sent")
        self._read = 0
        self._records: list[dict[str, Any]] = []
        self._records_sent = 0
        self._records_due = 0.0
        self.ended: Optional[str] = None
        self._end_sent = False
        self._skip = _number_in(self._mark)
        with path.open("rb") as file:
            line = file.readline()
            header = json.loads(line)
        self._read = len(line)
        self.interactive = bool(header["interactive"])
        self._values = str(header["values"])
        self._path = f"/workspaces/{segment(header['workspace'])}/runs/{segment(header['run'])}"

    def send(self, last: bool = False) -> None:
        """Sends what was written since; with ``last`` also what is collected for fewer, larger requests. Nothing moves on before the server has it."""
        while True:
            lines, position = self._take()
            if not lines:
                break
            found = [json.loads(line) for line in lines]
            # Up to the mark whoever died had sent the numbers; the other kinds are needed from the beginning.
            if position > self._skip:
                self._post([_point(record) for record in found if "m" in record])
            self._records += [record["x"] for record in found if "x" in record]
            self.ended = next((record["end"] for record in found if "end" in record), self.ended)
            self._read = position
            if position > self._skip:
                self._mark.write_text(str(position))
        self._send_records(last)
        if self.ended is not None and not self._end_sent:
            self.end_run(self.ended)
            self._end_sent = True

    def end_run(self, status: str) -> None:
        self._connection.call("POST", f"{self._path}/end", body={"status": status})

    def _take(self) -> tuple[list[bytes], int]:
        """The next lines and where they end; one that is not whole yet waits."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            data = file.read(1 << 20)
            whole = data.rfind(b"\n") + 1
            if whole == 0 and len(data) == 1 << 20:
                data += file.readline()
                whole = len(data) if data.endswith(b"\n") else 0
        return data[:whole].splitlines(), self._read + whole

    def _post(self, points: list[dict[str, Any]]) -> None:
        for start in range(0, len(points), _batch):
            self._connection.call("POST", f"{self._path}/log", body={"metrics": points[start : start + _batch]})

    def _send_records(self, last: bool) -> None:
        """Texts, lists and tables are one file of the run that is written anew; the longer it is, the less often."""
        if len(self._records) == self._records_sent or (not last and time.monotonic() < self._records_due):
            return
        started = time.monotonic()
        content = "".join(json.dumps(record) + "\n" for record in self._records).encode()
        self._connection.call("PUT", f"{self._path}/artifacts/content", query={"path": f"{values_folder}/{self._values}.jsonl"}, data=content, size=len(content))
        self._records_sent = len(self._records)
        self._records_due = time.monotonic() + max(1.0, 20 * (time.monotonic() - started))

    def remove(self) -> None:
        """Forgets the file: all of it arrived."""
        for path in (self.path, self._mark):
            path.unlink(missing_ok=True)

    def refuse(self, reason: str) -> None:
        """Keeps what the server does not take where a person finds it."""
        self.path.rename(self.path.with_suffix(".refused"))
        self._mark.unlink(missing_ok=True)
        import warnings

        warnings.warn(f"Logged values of {self._path} were not taken by the server ({reason}). They lie in {self.path.with_suffix('.refused')}.", stacklevel=2)


# As Python writes them into a line → as the API takes them.
_words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _point(record: dict[str, Any]) -> dict[str, Any]:
    value = record["v"]
    return {"name": record["m"], "value": _words.get(value, value) if isinstance(value, str) else value, "step": record["s"], "timestampMs": record["t"]}


class Shipper:
    """The thread of this process that sends its spools."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._ways: dict[Spool, Shipment] = {}
        self._thread: Optional[threading.Thread] = None
        self._process = os.getpid()

    def add(self, spool: Spool, connection: Connection) -> None:
        with self._lock:
            self._ways[spool] = Shipment(spool.path, connection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="modelyard-shipper", daemon=True)
                self._thread.start()

    def flush(self, spool: Spool, timeout_seconds: float) -> bool:
        """Sends all of a spool from the caller's thread; false when the server is away for longer than ``timeout_seconds``."""
        if os.getpid() != self._process or spool not in self._ways:
            return True
        limit = time.monotonic() + timeout_seconds
        pause = 0.05
        while True:
            try:
                self._send(spool, True)
                return True
            except (ModelyardError, OSError) as error:
                if isinstance(error, ApiError) and (_is_final(error) or isinstance(error, NotAllowed)):
                    raise
                if time.monotonic() + pause > limit:
                    return False
            time.sleep(pause)
            pause = min(1.0, pause * 2)

    def finish(self, spool: Spool, timeout_seconds: float) -> bool:
        """Sends the rest and forgets the spool; when the server is away the file stays for whoever comes next."""
        try:
            done = self.flush(spool, timeout_seconds)
        except ApiError as error:
            if _is_final(error):
                self._give_up(spool, str(error))
            done = False
        with self._lock:
            way = self._ways.pop(spool, None)
        with self._turn:
            spool.close()
            if done and way is not None:
                way.remove()
        return done

    def _send(self, spool: Spool, last: bool) -> None:
        with self._turn:
            way = self._ways.get(spool)
            if way is not None and not spool.closed:
                way.send(last)

    def _run(self) -> None:
        pause = _pause
        while True:
            time.sleep(pause)
            pause = _pause
            for spool in list(self._ways):
                try:
                    self._send(spool, False)
                except ApiError as error:
                    if _is_final(error):
                        self._give_up(spool, str(error))
                    pause = _longest_pause
                except (ModelyardError, OSError):
                    pause = _longest_pause

    def _give_up(self, spool: Spool, reason: str) -> None:
        with self._lock:
            way = self._ways.pop(spool, None)
        if way is not None:
            way.refuse(reason)

    def forget_in_child(self) -> None:
        """After a fork: the parent's thread sends what the child logs, since both write to the same files."""
        for spool in self._ways:
            spool._lock = threading.Lock()
        self._ways = {}
        self._thread = None
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._process = os.getpid()


shipper = Shipper()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shipper.forget_in_child)


def ship_left_behind(settings: Settings, prefix: str = "") -> bool:
    """Sends the spools of processes that are gone to their server, when that is ``settings``'; true when none is left.

    A run whose process died without a word is ended as failed.
    """
    clean = True
    for path in sorted(spool_folder().glob(f"{prefix}*.jsonl")):
        for _ in _taken(path):
            clean = _ship_file(path, settings) and clean
    return clean


def _ship_file(path: Path, settings: Settings) -> bool:
    try:
        with path.open("rb") as file:
            header = json.loads(file.readline())
        if not same_address(header["url"], settings.url):
            return True
        way = Shipment(path, Connection(Settings(settings.url, settings.token, header["workspace"])))
        way.send(True)
        if way.interactive and way.ended is None:
            way.end_run("failed")
        way.remove()
        return True
    except ApiError as error:
        if _is_final(error):
            way.refuse(str(error))
        return _is_final(error)
    except (ModelyardError, OSError, ValueError):
        return False


def _is_final(error: ApiError) -> bool:
    """Whether trying again cannot help: the run is gone, or the server does not take it."""
    return 400 <= error.status < 500 and error.status not in (401, 403, 408, 429)


def _taken(path: Path) -> Iterator[None]:
    """Yields once when nobody else has the file."""
    if fcntl is None:
        return
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.exists():
            yield
    except BlockingIOError:
        return
    finally:
        os.close(file)


def _number_in(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0


def ship_others(settings: Settings) -> None:
    """Sends in the background what earlier processes left."""
    if any(spool_folder().glob("*.jsonl")):
        threading.Thread(target=ship_left_behind, args=(settings,), name="modelyard-left-behind", daemon=True).start()
