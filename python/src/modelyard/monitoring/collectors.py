"""The collectors that a scoring script uses."""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from typing import Any, Callable, Optional, Sequence

from ..scoring.output import RequestLog
from . import writer
from .tables import Table, table_of

_names = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")


class CorrelationContext:
    """What joins rows that belong together: the id of their request."""

    def __init__(self, id: "Optional[str]" = None) -> None:
        self.id = id or uuid.uuid4().hex

    def get_id(self) -> str:
        return self.id


class ModelDataCollector:
    """Keeps what a scoring script hands it, under one name, with the id of the request it belongs to.

    Args:
        model_name: the model's name, for the reader.
        designation: the name of the collection, such as ``inputs`` or ``predictions``; ``identifier`` is another word for it.
        feature_names: names of the columns of data that has none.
        sample_rate: the share of the requests that is kept. Collectors, and the gateway, keep the same ones.
    """

    def __init__(self, model_name: str, designation: "Optional[str]" = None, feature_names: "Optional[Sequence[str]]" = None, sample_rate: float = 1.0, *, identifier: "Optional[str]" = None) -> None:
        self.model_name = model_name
        self.designation = _checked(designation or identifier or "general")
        self._feature_names = list(feature_names) if feature_names is not None else None
        self._sample_rate = float(sample_rate)

    def collect(self, data: Any, user_correlation_id: "Optional[str]" = None) -> bool:
        """Takes rows: a list, a dictionary, an array, or a table. Never raises; false when they are not kept.

        Rows carry the id of the request. An id of the caller's own becomes the column ``correlation_id``; where no request runs, it is the request's.
        """
        try:
            return _collect(self.designation, data, self._feature_names, self._sample_rate, user_correlation_id or None)
        except Exception as error:
            writer.drop("unreadable", f"{self.designation}: {type(error).__name__}: {error}")
            return False


class Collector:
    """Keeps tables of pandas (or what else :class:`ModelDataCollector` takes); several calls are joined by the context that the first answers.

    Args:
        name: the name of the collection, such as ``model_inputs``.
        on_error: called with the exception when rows cannot be taken; without it, that is only counted.
    """

    def __init__(self, name: str, on_error: "Optional[Callable[[Exception], Any]]" = None, sample_rate: float = 1.0) -> None:
        self.name = _checked(name)
        self._on_error = on_error
        self._sample_rate = float(sample_rate)

    def collect(self, df: Any, context: "Optional[CorrelationContext]" = None) -> CorrelationContext:
        """Takes the rows of a table; answers the context for the tables that belong to it."""
        current = context or CorrelationContext(RequestLog.current_request or None)
        try:
            _collect(self.name, df, None, self._sample_rate, None, request_id=current.get_id() if context is not None else None, fallback=current.get_id())
        except Exception as error:
            writer.drop("unreadable", f"{self.name}: {type(error).__name__}: {error}")
            self._tell(error)
        return current

    def _tell(self, error: Exception) -> None:
        try:
            if self._on_error is not None:
                self._on_error(error)
        except Exception as second:
            writer.warn("on_error", f"{self.name}: on_error itself raised {type(second).__name__}: {second}")


def _checked(name: str) -> str:
    if not isinstance(name, str) or _names.match(name) is None:
        raise ValueError(f"{name!r} is no name of a collection: small letters, digits, '-' and '_', at most 63")
    return name


def _collect(label: str, data: Any, names: "Optional[Sequence[str]]", rate: float, own_id: "Optional[str]", request_id: "Optional[str]" = None, fallback: str = "") -> bool:
    table = table_of(data, names)
    if table is None:
        raise TypeError(f"data of the type {type(data).__name__} is not understood; give a list, a dictionary, an array or a table")
    at = RequestLog.current_event_time_ms
    event_time_ms = time.time() * 1000 if at is None else at
    together = RequestLog.current_requests
    if request_id is None and len(together) > 1:
        return _collect_together(label, table, together, rate, own_id, event_time_ms)
    chosen = request_id or RequestLog.current_request or own_id or fallback or uuid.uuid4().hex
    return _put(label, table, None, chosen, rate, own_id if own_id != chosen else None, event_time_ms)


def _collect_together(label: str, table: Table, requests: "Sequence[str]", rate: float, own_id: "Optional[str]", event_time_ms: float) -> bool:
    """In ``run_batch``: one row for each request, or nobody knows which row is whose."""
    if table.count != len(requests):
        writer.drop("ambiguous", f"{label}: {table.count} rows of {len(requests)} requests cannot be told apart; give a context or a correlation id")
        return False
    kept = [_put(label, table, number, request, rate, own_id, event_time_ms) for number, request in enumerate(requests)]
    return any(kept)


def _put(label: str, table: Table, row: "Optional[int]", request_id: str, rate: float, own_id: "Optional[str]", event_time_ms: float) -> bool:
    if rate < 1 and fraction_of(request_id) >= rate:
        return False
    hidden = _redacted()

    def document() -> "Optional[dict[str, Any]]":
        rows = table.rows() if row is None else table.rows()[row : row + 1]
        columns = table.columns
        if hidden:
            if columns is None:
                return None
            kept = [number for number, column in enumerate(columns) if column not in hidden]
            columns = [columns[number] for number in kept]
            rows = [[values[number] if number < len(values) else None for number in kept] for values in rows]
        if own_id is not None and columns is not None:
            columns = [*columns, "correlation_id"]
            rows = [[*values, own_id] for values in rows]
        return {"data": rows} if columns is None else {"dataframe_split": {"columns": columns, "data": rows}}

    return writer.put(writer.Rows(label, request_id, event_time_ms, 128 + table.size, document))


def _redacted() -> "set[str]":
    """Names of columns that must not reach a disk."""
    text = os.environ.get("MODELYARD_COLLECT_REDACT")
    return set(json.loads(text)) if text else set()


def fraction_of(text: str) -> float:
    """Where a text falls in [0, 1): as the gateway has it, so that both keep the same requests."""
    state = 0x811C9DC5
    for character in text:
        state = ((state ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return (state ^ (state >> 16)) / 2**32
