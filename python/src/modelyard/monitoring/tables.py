"""What a scoring script has in its hands, as columns and rows."""

from __future__ import annotations

import math
from typing import Any, Callable, NamedTuple, Optional, Sequence


class Table(NamedTuple):
    """Names of the columns where they are known, the number of rows, about how many bytes, and a function that makes the rows."""

    columns: "Optional[list[str]]"
    count: int
    size: int
    rows: "Callable[[], list[list[Any]]]"


def table_of(data: Any, names: "Optional[Sequence[str]]") -> Optional[Table]:
    """A snapshot of a list, a dictionary, a NumPy array, or a table or column of pandas; ``None`` for anything else.

    A flat list or array is one row. What the caller changes afterwards does not change the snapshot.
    """
    given = [str(name) for name in names] if names else None
    if hasattr(data, "itertuples") and hasattr(data, "columns"):
        frame = data.copy()
        columns = [str(column) for column in frame.columns]
        return Table(columns, len(frame), 24 * frame.size, lambda: [[_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)])
    if hasattr(data, "index") and hasattr(data, "to_list"):
        return _of_rows([data.to_list()], given or [str(name) for name in data.index])
    if hasattr(data, "ndim") and hasattr(data, "tolist"):
        return _of_array(data, given)
    if isinstance(data, dict):
        return _of_dict(data)
    if isinstance(data, (list, tuple)):
        return _of_list(list(data), given)
    return None


def _of_array(array: Any, names: "Optional[list[str]]") -> Table:
    snapshot = array.copy()
    if snapshot.ndim == 0:
        return _of_rows([[snapshot.tolist()]], names)
    matrix = snapshot.reshape(1, -1) if snapshot.ndim == 1 else snapshot.reshape(snapshot.shape[0], -1)
    return Table(names, matrix.shape[0], 24 * matrix.size, lambda: [[_cell(value) for value in row] for row in matrix.tolist()])


def _of_dict(data: "dict[Any, Any]") -> Table:
    columns = [str(column) for column in data]
    lists = [list(value) if _is_list(value) else None for value in data.values()]
    lengths = [len(values) for values in lists if values is not None]
    if not lengths:
        return _of_rows([list(data.values())], columns)
    count = max(lengths)
    rows = [[_at(values, number, value) for values, value in zip(lists, data.values())] for number in range(count)]
    return _of_rows(rows, columns)


def _at(values: "Optional[list[Any]]", number: int, alone: Any) -> Any:
    if values is None:
        return alone
    return values[number] if number < len(values) else None


def _of_list(data: "list[Any]", names: "Optional[list[str]]") -> Table:
    if data and all(isinstance(row, dict) for row in data):
        columns = list(dict.fromkeys(str(name) for row in data for name in row))
        return _of_rows([[row.get(column) for column in columns] for row in data], columns)
    if data and all(_is_list(row) for row in data):
        return _of_rows([list(row) for row in data], names)
    return _of_rows([data], names)


def _of_rows(rows: "list[list[Any]]", columns: "Optional[list[str]]") -> Table:
    cells = sum(len(row) for row in rows)
    return Table(columns, len(rows), 24 * cells + sum(len(cell) for row in rows for cell in row if isinstance(cell, (str, bytes))), lambda: [[_cell(cell) for cell in row] for row in rows])


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (hasattr(value, "tolist") and getattr(value, "ndim", 0) > 0)


def _cell(value: Any) -> Any:
    """A value as JSON has it. What is no number (not a number, infinite, missing) is null."""
    if hasattr(value, "item") and hasattr(value, "dtype"):
        value = value.item() if getattr(value, "ndim", 0) == 0 else value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return [_cell(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _cell(item) for key, item in value.items()}
    if hasattr(value, "isoformat"):
        # The missing time of pandas has this method, too, and says "NaT".
        text = value.isoformat()
        return None if text == "NaT" else text
    return None if type(value).__name__ == "NAType" else str(value)
