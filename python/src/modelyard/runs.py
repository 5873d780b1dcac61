"""Runs: what was logged, and logging without any other client."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Iterator, Mapping, Optional, Type, Union

from .connection import Connection, segment
from .documents import Document

_words = {math.inf: "Infinity", -math.inf: "-Infinity"}


class Run(Document):
    """One run. As a context manager it ends itself: finished, or failed when an exception leaves the block."""

    _shown = ("id", "name", "experiment", "status", "url")

    def __init__(self, document: dict[str, Any], connection: Connection, path: str) -> None:
        super().__init__(document)
        self._connection = connection
        self._path = f"{path}/{segment(document['id'])}"

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def status(self) -> str:
        """``scheduled``, ``running``, ``finished``, ``failed`` or ``killed``."""
        return str(self._document["status"])

    @property
    def parameters(self) -> dict[str, str]:
        return dict(self._document["parameters"])

    @property
    def metrics(self) -> dict[str, Any]:
        """The latest value of each metric; ``NaN`` and infinities come as these words."""
        return {metric["name"]: metric["value"] for metric in self._document["metrics"]}

    def log(self, metrics: Optional[Mapping[str, float]] = None, *, step: int = 0, parameters: Optional[Mapping[str, Union[str, int, float, bool]]] = None, tags: Optional[Mapping[str, str]] = None) -> None:
        """Logs; returns when the server keeps it."""
        points = [{"name": name, "value": _number(value), "step": step} for name, value in (metrics or {}).items()]
        body = {"metrics": points, "parameters": {name: str(value) for name, value in (parameters or {}).items()}, "tags": dict(tags or {})}
        self._connection.call("POST", f"{self._path}/log", body=body)

    def metric(self, name: str) -> list[dict[str, Any]]:
        """The points of a metric: ``step``, ``at``, ``value``."""
        series = self._connection.call("GET", f"{self._path}/metrics", query={"name": name})
        return list(series[0]["points"]) if series else []

    def refresh(self) -> "Run":
        self._document = self._connection.call("GET", self._path)
        return self

    def end(self, status: str = "finished") -> "Run":
        """Ends the run as ``finished``, ``failed`` or ``killed``."""
        self._document = self._connection.call("POST", f"{self._path}/end", body={"status": status})
        return self

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self.end("finished" if kind is None else "failed")


class RunCollection:
    """The runs of a workspace."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = f"{path}/runs"

    def start(self, experiment: str = "Default", *, name: Optional[str] = None, tags: Optional[Mapping[str, str]] = None) -> Run:
        """Starts a run; the experiment is created when it is new."""
        body: dict[str, Any] = {"experiment": experiment, "tags": dict(tags or {})}
        if name is not None:
            body["name"] = name
        return Run(self._connection.call("POST", self._path, body=body), self._connection, self._path)

    def get(self, run_id: str) -> Run:
        """One run.

        Raises:
            NotFound: there is none of that id.
        """
        return Run(self._connection.call("GET", f"{self._path}/{segment(run_id)}"), self._connection, self._path)

    def search(self, filter: str = "", *, experiment: Optional[str] = None, order_by: Optional[str] = None) -> Iterator[Run]:
        """Runs by an expression such as ``metrics.mae < 1 and params.depth = '3'``, newest first unless ordered."""
        query = {"filter": filter or None, "experiment": experiment, "orderBy": order_by}
        for document in self._connection.pages(self._path, query):
            yield Run(document, self._connection, self._path)


def _number(value: float) -> Union[float, str]:
    number = float(value)
    return "NaN" if math.isnan(number) else _words.get(number, number)
