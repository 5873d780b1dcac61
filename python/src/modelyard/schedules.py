"""Schedules: published pipelines started by the clock, or when a data asset changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Union

from .connection import Connection, segment
from .documents import Document


class Schedule(Document):
    """When a published pipeline is started."""

    _shown = ("name", "pipeline", "enabled", "nextTimes", "lastJobId", "lastError")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def pipeline(self) -> str:
        return str(self._document["pipeline"])

    @property
    def enabled(self) -> bool:
        return bool(self._document["enabled"])

    @property
    def trigger(self) -> "dict[str, Any]":
        """``type`` is ``recurrence``, ``cron`` or ``data``."""
        return dict(self._document["trigger"])

    @property
    def next_times(self) -> "list[str]":
        """The next five; empty when it is disabled, over, or waits for data."""
        return list(self._document["nextTimes"])

    @property
    def last_job_id(self) -> Optional[str]:
        return self._document.get("lastJobId")

    @property
    def last_error(self) -> Optional[str]:
        """Why the last start was refused; ``None`` when it was not."""
        return self._document.get("lastError")


class ScheduleCollection:
    """The schedules of a workspace."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = f"{path}/schedules"

    def create(self, source: "Union[str, Path, Mapping[str, Any]]", *, replace: bool = False) -> Schedule:
        """Creates a schedule from its file, or from what the file would say.

        Raises:
            InvalidInput: it cannot be read; ``places`` say where.
            NotFound: there is no such published pipeline.
            ConflictError: the name is taken and ``replace`` is false.
        """
        if isinstance(source, Mapping):
            # JSON is YAML.
            file = {"name": "schedule.yml", "text": json.dumps(source)}
        else:
            file = {"name": Path(source).name, "text": Path(source).read_text(encoding="utf-8")}
        return Schedule(self._connection.call("POST", self._path, body={"source": file, "replace": replace}))

    def get(self, name: str) -> Schedule:
        """One schedule.

        Raises:
            NotFound: there is none of that name.
        """
        return Schedule(self._connection.call("GET", f"{self._path}/{segment(name)}"))

    def list(self, *, pipeline: Optional[str] = None) -> Iterator[Schedule]:
        """By name."""
        return (Schedule(document) for document in self._connection.pages(self._path, {"pipeline": pipeline}))

    def enable(self, name: str) -> Schedule:
        """Starts by it again; what was missed is not made up for."""
        return self._set(name, True)

    def disable(self, name: str) -> Schedule:
        """Starts nothing by it any more."""
        return self._set(name, False)

    def delete(self, name: str) -> None:
        """Deletes it; its jobs stay."""
        self._connection.call("DELETE", f"{self._path}/{segment(name)}")

    def _set(self, name: str, enabled: bool) -> Schedule:
        return Schedule(self._connection.call("PATCH", f"{self._path}/{segment(name)}", body={"enabled": enabled}))
