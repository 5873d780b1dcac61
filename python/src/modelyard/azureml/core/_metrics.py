"""Reading logged values back: a scalar where a name was logged once, a list where it was several times, a dict of columns for rows and tables."""

from __future__ import annotations

import json
from typing import Any, Iterator

from ...connection import Connection, segment
from ._shipping import values_folder

_words = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def read_metrics(connection: Connection, workspace: str, run_id: str) -> dict[str, Any]:
    """Every value that was logged to a run, by whichever client."""
    path = f"/workspaces/{segment(workspace)}/runs/{segment(run_id)}"
    found = {series["name"]: _series(connection, workspace, series) for series in connection.call("GET", f"{path}/metrics", query={"buckets": 10_000})}
    merged: dict[str, Any] = {name: values[0] if len(values) == 1 else values for name, values in found.items()}
    kinds: dict[str, list[dict[str, Any]]] = {}
    for record in _records(connection, path):
        kinds.setdefault(record["name"], []).append(record)
    for name, records in kinds.items():
        columns = {column for record in records if record["kind"] in ("row", "table") for column in record["value"]}
        for column in columns:
            merged.pop(column_name(name, column), None)
        merged[name] = _joined(records)
    return merged


def column_name(name: str, column: str) -> str:
    """The metric under which a numeric column of rows is kept, so that it is drawn."""
    return f"{name}/{column}"


def _joined(records: list[dict[str, Any]]) -> Any:
    last = records[-1]
    if last["kind"] == "row":
        columns: dict[str, list[Any]] = {}
        for record in records:
            for column, value in record["value"].items():
                columns.setdefault(column, []).append(value)
        return {column: values[0] if len(records) == 1 else values for column, values in columns.items()}
    if last["kind"] == "list":
        return [value for record in records for value in record["value"]]
    if last["kind"] == "table":
        return last["value"]
    values = [record["value"] for record in records]
    return values[0] if len(values) == 1 else values


def _records(connection: Connection, path: str) -> Iterator[dict[str, Any]]:
    for file in connection.call("GET", f"{path}/artifacts", query={"path": values_folder})["items"]:
        content = connection.open("GET", f"/api/v1{path}/artifacts/content", query={"path": file["path"]}).read()
        for line in content.splitlines():
            yield json.loads(line)


def _series(connection: Connection, workspace: str, series: dict[str, Any]) -> list[float]:
    if not series["sampled"]:
        return [_number(point["value"]) for point in series["points"]]
    return list(_history(connection, workspace, series["runId"], series["name"]))


def _history(connection: Connection, workspace: str, run_id: str, name: str) -> Iterator[float]:
    """All points of a long series; the other route draws it with fewer."""
    token = None
    while True:
        query = {"run_id": run_id, "metric_key": name, "max_results": 25_000, "page_token": token}
        answer = json.loads(connection.open("GET", f"/w/{segment(workspace)}/api/2.0/mlflow/metrics/get-history", query=query).read())
        for point in answer.get("metrics", []):
            yield _number(point["value"])
        token = answer.get("next_page_token")
        if not token:
            return


def _number(value: Any) -> Any:
    return _words.get(value, value) if isinstance(value, str) else value
