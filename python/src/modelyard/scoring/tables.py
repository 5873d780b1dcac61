"""The ways a table comes in as JSON, read into columns and rows."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Optional

from .failures import InputError


class Table(NamedTuple):
    """Rows as lists; ``columns`` is ``None`` when the body named none."""

    columns: Optional[list[str]]
    rows: list[list[Any]]


def read_table(body: bytes) -> Table:
    """A table out of any of the forms ``data``, ``inputs``, ``instances``, ``input_data``, ``dataframe_split``, ``dataframe_records``.

    Raises:
        ValueError: the body is no JSON.
        InputError: it is none of the forms.
    """
    document = json.loads(body)
    if isinstance(document, list):
        return _of_rows(document, "the body")
    if not isinstance(document, dict):
        raise InputError("the body must be an object or a list")
    for name in ("data", "inputs", "instances", "dataframe_records"):
        if name in document:
            return _of_value(document[name], name)
    for name in ("input_data", "dataframe_split"):
        if name in document:
            return _of_split(document[name], name)
    raise InputError("the body has none of `data`, `inputs`, `instances`, `input_data`, `dataframe_split`, `dataframe_records`")


def _of_value(value: Any, name: str) -> Table:
    if isinstance(value, dict):
        return _of_columns(value, name)
    if not isinstance(value, list):
        raise InputError(f"`{name}` must be a list of rows")
    return _of_rows(value, name)


def _of_rows(rows: "list[Any]", name: str) -> Table:
    if rows and isinstance(rows[0], dict):
        columns = list(rows[0])
        try:
            return Table(columns, [[row[column] for column in columns] for row in rows])
        except (KeyError, TypeError):
            raise InputError(f"the rows of `{name}` do not all have the columns {', '.join(columns)}") from None
    if rows and not isinstance(rows[0], list):
        return Table(None, [[value] for value in rows])
    return Table(None, rows)


def _of_columns(value: "dict[str, Any]", name: str) -> Table:
    columns = list(value)
    lists = [value[column] if isinstance(value[column], list) else [value[column]] for column in columns]
    if len({len(values) for values in lists}) > 1:
        raise InputError(f"the columns of `{name}` have different lengths")
    return Table(columns, [list(row) for row in zip(*lists)])


def _of_split(value: Any, name: str) -> Table:
    if isinstance(value, list):
        return _of_rows(value, name)
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        raise InputError(f"`{name}` must have `data`, a list of rows")
    columns = value.get("columns")
    return Table([str(column) for column in columns] if isinstance(columns, list) else None, value["data"])


def read_tensors(body: bytes) -> "tuple[Table, dict[str, Any]]":
    """A table out of an inference request of the Open Inference Protocol: one two-dimensional tensor, or one tensor a column."""
    document = json.loads(body)
    if not isinstance(document, dict) or not isinstance(document.get("inputs"), list) or not document["inputs"]:
        raise InputError("`inputs` must be a list of tensors")
    tensors = document["inputs"]
    for tensor in tensors:
        if not isinstance(tensor, dict) or "name" not in tensor or not isinstance(tensor.get("shape"), list) or not isinstance(tensor.get("data"), list):
            raise InputError("every tensor needs `name`, `shape`, `datatype` and `data`")
    if len(tensors) == 1 and len(tensors[0]["shape"]) == 2:
        count, width = tensors[0]["shape"]
        flat = _flatten(tensors[0]["data"])
        if len(flat) != count * width:
            raise InputError(f"the tensor `{tensors[0]['name']}` has {len(flat)} values, not {count} × {width}")
        return Table(None, [flat[row * width : (row + 1) * width] for row in range(count)]), document
    columns = {str(tensor["name"]): _flatten(tensor["data"]) for tensor in tensors}
    return _of_columns(columns, "inputs"), document


def _flatten(values: "list[Any]") -> "list[Any]":
    flat: list[Any] = []
    for value in values:
        if isinstance(value, list):
            flat.extend(_flatten(value))
        else:
            flat.append(value)
    return flat
