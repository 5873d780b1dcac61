"""Logging values to a run; what ``Run`` has of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional

from ..exceptions import UserErrorException
from ._metrics import column_name

_longest_name = 250


class RunLogging:
    """Every ``log_…``. A value is in the spool when the call returns."""

    def _number(self, name: str, value: Any, step: Optional[int] = None) -> None:
        raise NotImplementedError

    def _record(self, name: str, kind: str, value: Any) -> None:
        raise NotImplementedError

    def _keep(self, name: str, data: bytes) -> None:
        raise NotImplementedError

    def log(self, name: str, value: Any, description: str = "", step: Optional[int] = None) -> None:
        """Logs a number or a text. The same name again makes a series.

        Raises:
            UserErrorException: the value is a list or the like; ``log_list`` takes those.
        """
        kind = type(value)
        if kind is float or kind is int:
            self._number(_named(name), value, step)
            return
        value = _plain(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._number(_named(name), value, step)
        elif isinstance(value, (str, bool)) or value is None:
            self._record(_named(name), "text", value)
        elif isinstance(value, (list, tuple, set, range)) or hasattr(value, "__next__"):
            raise UserErrorException(f"run.log does not support {kind.__name__} type. Use run.log_list instead.")
        else:
            raise UserErrorException(f"run.log takes a number or a text, not {kind.__name__}. Use run.log_row or run.log_table for several values.")

    def log_list(self, name: str, value: Iterable[Any], description: str = "") -> None:
        """Logs the values of a list or of anything that gives them one after the other."""
        values = [_plain(item) for item in value]
        self._record(_named(name), "list", values)
        if all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in values):
            for item in values:
                self._number(name, item)

    def log_row(self, name: str, description: Optional[str] = None, **columns: Any) -> None:
        """Logs one row; the same name again adds rows to a table."""
        row = {column: _plain(value) for column, value in columns.items()}
        self._record(_named(name), "row", row)
        for column, value in row.items():
            self._column(name, column, [value])

    def log_table(self, name: str, value: Mapping[str, Any], description: str = "") -> None:
        """Logs a table, a dict of columns."""
        if not isinstance(value, Mapping):
            raise UserErrorException("run.log_table takes a dict of columns.")
        table = {column: [_plain(item) for item in items] if isinstance(items, (list, tuple)) or hasattr(items, "tolist") else _plain(items) for column, items in value.items()}
        self._record(_named(name), "table", table)
        for column, items in table.items():
            self._column(name, column, items if isinstance(items, list) else [items])

    def _column(self, name: str, column: str, values: list[Any]) -> None:
        metric = column_name(name, column)
        if len(metric) <= _longest_name and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in values):
            for item in values:
                self._number(metric, item)

    def log_image(self, name: str, path: Optional[str] = None, plot: Any = None, description: str = "") -> None:
        """Keeps a picture with the run: a file, or a figure (or ``matplotlib.pyplot``) that is saved now."""
        if (path is None) == (plot is None):
            raise UserErrorException("run.log_image takes either a path or a plot.")
        if path is not None:
            file = Path(path)
            if not file.is_file():
                raise UserErrorException(f"There is no picture at {file}.")
            kept, data = f"{_named(name)}{'' if name.endswith(file.suffix) else file.suffix}", file.read_bytes()
        else:
            buffer = io.BytesIO()
            plot.savefig(buffer, format="png", bbox_inches="tight")
            kept, data = f"{_named(name)}{'' if name.endswith('.png') else '.png'}", buffer.getvalue()
        self._keep(kept, data)
        self._record(name, "text", kept)

    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Keeps a confusion matrix: ``class_labels`` and ``matrix``."""
        self._chart(name, value, "confusion_matrix", ("class_labels", "matrix"))

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Keeps an accuracy table: true and false positives and negatives by threshold and class."""
        self._chart(name, value, "accuracy_table", ("class_labels",))

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Keeps a histogram of residuals: ``bin_edges`` and ``bin_counts``."""
        self._chart(name, value, "residuals", ("bin_edges", "bin_counts"))

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Keeps predictions against what was true: ``bin_averages``, ``bin_errors``, ``bin_counts``, ``bin_edges``."""
        self._chart(name, value, "predictions", ("bin_averages", "bin_errors", "bin_counts", "bin_edges"))

    def _chart(self, name: str, value: Any, kind: str, wanted: tuple[str, ...]) -> None:
        document = json.loads(value) if isinstance(value, str) else value
        if not isinstance(document, Mapping) or document.get("schema_type") != kind or not isinstance(document.get("data"), Mapping):
            raise UserErrorException(f"run.log_{kind} takes a dict or JSON with schema_type {kind!r}, schema_version and data.")
        missing = [key for key in wanted if key not in document["data"]]
        if missing:
            raise UserErrorException(f"run.log_{kind}: data lacks {', '.join(missing)}.")
        self._keep(f"{_named(name)}.json", json.dumps(document, default=_plain).encode())
        self._record(name, "text", f"{name}.json")


def _named(name: str) -> str:
    if type(name) is str and 0 < len(name) <= _longest_name:
        return name
    raise UserErrorException(f"A metric's name is a text of 1 to {_longest_name} characters, not {name!r:.100}.")


def _plain(value: Any) -> Any:
    """A number of numpy as Python's; an array as a list."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__float__"):
        return float(value)
    return value
