"""Monitors: whether a model is still right, and the labels that tell."""

from __future__ import annotations

import io
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Optional, Union

from .connection import Connection, segment
from .documents import Document
from .errors import ModelyardError

Time = Union[str, datetime]

# Years of collected rows are read and compared in one go the first time.
_longest_run_seconds = 1800.0

_formats = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


class Alert(Document):
    """One signal of a monitor that is beyond its limit."""

    _shown = ("id", "status", "monitor", "signal", "since", "features", "summary")

    def __init__(self, document: dict[str, Any], connection: Connection, path: str) -> None:
        super().__init__(document)
        self._connection = connection
        self._path = f"{path}/alerts/{segment(self.id)}"

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def status(self) -> str:
        """``pending``, ``firing``, ``acknowledged`` or ``resolved``."""
        return str(self._document["status"])

    @property
    def monitor(self) -> str:
        return str(self._document["monitor"])

    @property
    def signal(self) -> str:
        return str(self._document["signal"])

    @property
    def since(self) -> str:
        """Start of the first window that fired."""
        return str(self._document["since"])

    @property
    def features(self) -> list[str]:
        """Strongest first."""
        return list(self._document["features"])

    @property
    def summary(self) -> str:
        """Since when, which features, how much, and what it cost in accuracy."""
        return str(self._document["summary"])

    def acknowledge(self, note: str = "") -> "Alert":
        """Says that somebody looks after it; it notifies no more.

        Raises:
            ConflictError: it is acknowledged or resolved already.
        """
        self._document = self._connection.call("POST", f"{self._path}/acknowledge", body={"note": note})
        return self

    def resolve(self, note: str = "") -> "Alert":
        """Closes it by hand; it fires anew when a later window does.

        Raises:
            ConflictError: it is resolved already.
        """
        self._document = self._connection.call("POST", f"{self._path}/resolve", body={"note": note})
        return self


class Monitor(Document):
    """What is watched of an endpoint, with its windows and alerts."""

    _shown = ("name", "endpoint", "reference", "baseline", "lastRunAt", "lastError")

    def __init__(self, document: dict[str, Any], connection: Connection, path: str) -> None:
        super().__init__(document)
        self._connection = connection
        self._workspace_path = path
        self._path = f"{path}/monitors/{segment(self.name)}"

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def endpoint(self) -> str:
        return str(self._document["endpoint"])

    @property
    def url(self) -> str:
        """The monitor's page."""
        return str(self._document["url"])

    @property
    def windows(self) -> list[dict[str, Any]]:
        """Oldest first, each with ``start``, ``end``, ``rows``, ``labels`` and ``results``."""
        return list(self._document["windows"])

    @property
    def alerts(self) -> list[Alert]:
        """Newest first."""
        return [Alert(document, self._connection, self._workspace_path) for document in self._document["alerts"]]

    @property
    def warnings(self) -> list[str]:
        """What the file asks for that is done otherwise here."""
        return list(self._document["warnings"])

    def run(self, *, windows: int = 100, distributions: bool = False) -> "Monitor":
        """Collects what the gateway holds, computes what is due, and reads the monitor again.

        Raises:
            ApiError: the reference cannot be read, or the gateway does not answer; its text says what to do.
        """
        patient = Connection(self._connection.settings, _longest_run_seconds)
        self._document = patient.call("POST", f"{self._path}/run", query=_shown(windows, distributions))
        patient.close()
        return self

    def refresh(self, *, windows: int = 100, distributions: bool = False) -> "Monitor":
        """Reads the monitor again; computes nothing."""
        self._document = self._connection.call("GET", self._path, query=_shown(windows, distributions))
        return self

    def matrix(self, *, windows: int = 100) -> dict[str, Any]:
        """Feature by window, and accuracy by model version."""
        return dict(self._connection.call("GET", f"{self._path}/matrix", query={"windows": windows}))

    def window(self, start: Time) -> dict[str, Any]:
        """One window with its results and distributions.

        Raises:
            NotFound: no window begins at that time.
        """
        return dict(self._connection.call("GET", f"{self._path}/windows/{segment(_timestamp(start))}"))

    def add_labels(self, labels: "str | Path | Iterable[Mapping[str, Any]]") -> dict[str, Any]:
        """Adds what really happened: a file (CSV, JSON lines, Parquet), or rows as dictionaries.

        Each has ``request_id`` (and ``row_index``, 0 when absent) or the monitor's key columns, and the label's column. Repeated and late labels are fine,
        the newest wins.

        Raises:
            InvalidInput: they cannot be read; the text says where.
        """
        return add_labels(self._connection, self._workspace_path, self.endpoint, labels, monitor=self.name)

    def download(self, folder: "str | Path", *, start: Optional[Time] = None, end: Optional[Time] = None) -> list[Path]:
        """Writes the collected rows of the endpoint below ``folder`` as Parquet, the folders of the partitions kept; returns the files."""
        path = f"{self._workspace_path}/endpoints/{segment(self.endpoint)}/collected"
        period = {"from": _timestamp(start) if start is not None else None, "to": _timestamp(end) if end is not None else None}
        root = Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        written = []
        for item in self._connection.call("GET", path, query=period)["items"]:
            target = root.joinpath(*_safe_parts(str(item["path"])))
            target.parent.mkdir(parents=True, exist_ok=True)
            answer = self._connection.open("GET", f"/api/v1{path}/file", query={"path": item["path"]})
            with target.open("wb") as file:
                while chunk := answer.read(1 << 20):
                    file.write(chunk)
            written.append(target)
        return written


class MonitorCollection:
    """The monitors of a workspace."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._workspace_path = path
        self._path = f"{path}/monitors"

    def create(self, file: "str | Path") -> Monitor:
        """Creates a monitor from its file; Azure's schedule with ``create_monitor`` is read, too.

        Raises:
            ConflictError: the name is taken. InvalidInput: the file is not valid. NotFound: there is no such endpoint or data asset.
        """
        return self._monitor(self._connection.call("POST", self._path, body={"source": _source(file)}))

    def update(self, name: str, file: "str | Path") -> Monitor:
        """Replaces a monitor's file; its windows are computed again."""
        return self._monitor(self._connection.call("PUT", f"{self._path}/{segment(name)}", body={"source": _source(file)}))

    def get(self, name: str, *, windows: int = 100, distributions: bool = False) -> Monitor:
        """One monitor with its newest windows and its alerts.

        Raises:
            NotFound: there is none of that name.
        """
        return self._monitor(self._connection.call("GET", f"{self._path}/{segment(name)}", query=_shown(windows, distributions)))

    def list(self) -> Iterator[Monitor]:
        return (self._monitor(document) for document in self._connection.pages(self._path))

    def delete(self, name: str) -> None:
        """Deletes a monitor with its windows and alerts; collected rows stay."""
        self._connection.call("DELETE", f"{self._path}/{segment(name)}")

    def _monitor(self, document: dict[str, Any]) -> Monitor:
        return Monitor(document, self._connection, self._workspace_path)


class AlertCollection:
    """The alerts of a workspace."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._workspace_path = path
        self._path = f"{path}/alerts"

    def get(self, alert_id: str) -> Alert:
        """One alert.

        Raises:
            NotFound: there is none of that id.
        """
        return Alert(self._connection.call("GET", f"{self._path}/{segment(alert_id)}"), self._connection, self._workspace_path)

    def list(self, *, status: Optional[str] = None, monitor: Optional[str] = None, endpoint: Optional[str] = None) -> Iterator[Alert]:
        """Alerts, newest first."""
        query = {"status": status, "monitor": monitor, "endpoint": endpoint}
        return (Alert(document, self._connection, self._workspace_path) for document in self._connection.pages(self._path, query))


def add_labels(connection: Connection, workspace_path: str, endpoint: str, labels: "str | Path | Iterable[Mapping[str, Any]]", *, monitor: Optional[str] = None) -> dict[str, Any]:
    """Adds labels to the predictions of an endpoint; with ``monitor`` its key columns and label name hold."""
    path = f"{workspace_path}/endpoints/{segment(endpoint)}/labels"
    if isinstance(labels, (str, Path)):
        file = Path(labels)
        kind = _formats.get(file.suffix.lower())
        if kind is None:
            raise ModelyardError(f"{file.name} is neither CSV, nor JSON lines, nor Parquet by its name.")
        with file.open("rb") as content:
            return dict(connection.call("POST", path, query={"format": kind, "monitor": monitor}, data=content, size=file.stat().st_size))
    lines = "".join(json.dumps(dict(row), default=str) + "\n" for row in labels).encode()
    return dict(connection.call("POST", path, query={"format": "jsonl", "monitor": monitor}, data=io.BytesIO(lines), size=len(lines)))


def _shown(windows: int, distributions: bool) -> dict[str, Any]:
    return {"windows": windows, "distributions": "true" if distributions else "false"}


def _source(file: "str | Path") -> dict[str, str]:
    path = Path(file)
    return {"name": path.name, "text": path.read_text(encoding="utf-8")}


def _timestamp(time: Time) -> str:
    if isinstance(time, str):
        return time
    moment = time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _safe_parts(path: str) -> list[str]:
    """The parts of a path of the server's list; it must stay below the folder it is written to."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\\" in part for part in parts):
        raise ModelyardError(f"The server names a file that is not written: {path[:200]}")
    return parts
