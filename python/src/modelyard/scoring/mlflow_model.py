"""An MLflow model without a script. Rows of waiting requests go into one prediction."""

from __future__ import annotations

import json
import math
import time
import traceback
import warnings
from typing import Any, Optional

from .failures import InputError, exception_document, problem
from .frames import INFER, INVOCATIONS, PREDICT, Request, Result
from .output import RequestLog
from .tables import Table, read_table, read_tensors

_json_type = "application/json"
_numeric = {"double", "float", "integer", "long"}


class MlflowModel:
    """Answers requests by ``python_function``, or straight by the scikit-learn estimator where the signature is all numbers."""

    batches = True

    def __init__(self, folder: str, name: str, version: str) -> None:
        import mlflow

        self._name, self._version = name, version
        #: What the request that was just answered ended with.
        self._exception = b""
        self._model = mlflow.pyfunc.load_model(folder)
        signature = self._model.metadata.signature
        schema = signature.inputs if signature is not None else None
        named = schema is not None and schema.has_input_names() and not schema.is_tensor_spec()
        self._columns: Optional[list[str]] = [str(column) for column in schema.input_names()] if schema is not None and named else None
        self._types = [column.type.name for column in schema.inputs] if schema is not None and named else []
        self._estimator = self._fast_estimator(folder, mlflow)
        self._schema = json.loads(json.dumps(schema.to_dict())) if schema is not None else None

    def _fast_estimator(self, folder: str, mlflow: Any) -> Any:
        """The estimator itself where a DataFrame adds nothing but time: named, all numeric, plain ``predict``."""
        flavors = self._model.metadata.flavors
        plain = flavors.get("python_function", {}).get("predict_fn", "predict") == "predict"
        if "sklearn" not in flavors or self._columns is None or not plain or not all(kind in _numeric for kind in self._types):
            return None
        estimator = getattr(self._model._model_impl, "sklearn_model", None)
        if estimator is None:
            estimator = mlflow.sklearn.load_model(folder)
        steps = [step for _, step in estimator.steps] if hasattr(estimator, "steps") else [estimator]
        # A transformer that picks columns by name needs the names.
        if any(type(step).__name__ in ("ColumnTransformer", "FunctionTransformer") for step in steps):
            return None
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        return estimator

    def schema(self) -> "dict[str, Any]":
        return {"kind": "mlflow", "inputs": self._schema}

    def answer(self, requests: "list[Request]") -> "list[Result]":
        started = time.perf_counter()
        parsed = [self._parse(request) for request in requests]
        good = [(request, table, extra) for request, (table, extra, failure) in zip(requests, parsed) if failure is None]
        values = self._predict_together([table for _, table, _ in good]) if len(good) > 1 else None
        results: list[Result] = []
        position = 0
        for request, (table, extra, failure) in zip(requests, parsed):
            if failure is not None:
                answer = failure
            elif values is not None:
                answer = self._encode(request, values[position], extra)
                position += 1
            else:
                answer = self._alone(request, table, extra)
            results.append(Result(request.id, answer[0], answer[1], int((time.perf_counter() - started) * 1e6), answer[2], self._exception))
            self._exception = b""
        return results

    def _parse(self, request: Request) -> "tuple[Table, dict[str, Any], Optional[tuple[int, str, bytes]]]":
        try:
            if request.kind == INFER:
                table, document = read_tensors(request.body)
                return self._arrange(table), document, None
            return self._arrange(read_table(request.body)), {}, None
        except InputError as error:
            return Table(None, []), {}, self._refusal(request, "request_invalid", str(error))
        except (ValueError, TypeError) as error:
            return Table(None, []), {}, self._refusal(request, "body_not_json", f"The body could not be read as JSON: {error}")

    def _arrange(self, table: Table) -> Table:
        """The columns in the order of the signature; a missing one is refused, further ones are left out."""
        if self._columns is None:
            return table
        if table.columns is None:
            for number, row in enumerate(table.rows):
                if not isinstance(row, list) or len(row) != len(self._columns):
                    found = len(row) if isinstance(row, list) else 1
                    raise InputError(f"row {number} has {found} values; the model takes {len(self._columns)}: {', '.join(self._columns)}")
            return Table(self._columns, table.rows)
        if table.columns == self._columns:
            return table
        positions = {column: number for number, column in enumerate(table.columns)}
        missing = [column for column in self._columns if column not in positions]
        if missing:
            raise InputError(f"these columns are missing: {', '.join(missing)}")
        order = [positions[column] for column in self._columns]
        return Table(self._columns, [[row[number] for number in order] for row in table.rows])

    def _predict_together(self, tables: "list[Table]") -> "Optional[list[Any]]":
        """One prediction for all; ``None`` when it cannot be: the requests are then run one by one, so that a bad one fails alone."""
        if any(table.columns != tables[0].columns for table in tables):
            return None
        try:
            values = self._predict(Table(tables[0].columns, [row for table in tables for row in table.rows]))
        except Exception:
            return None
        if len(values) != sum(len(table.rows) for table in tables):
            return None
        parts, start = [], 0
        for table in tables:
            parts.append(values[start : start + len(table.rows)])
            start += len(table.rows)
        return parts

    def _alone(self, request: Request, table: Table, extra: "dict[str, Any]") -> "tuple[int, str, bytes]":
        RequestLog.begin([request])
        try:
            return self._encode(request, self._predict(table), extra)
        except Exception as error:
            # A model that refuses values is a caller's mistake more often than not; MLflow says so as well.
            if isinstance(error, (ValueError, TypeError, KeyError)) or type(error).__name__ == "MlflowException":
                return self._refusal(request, "request_invalid", f"{type(error).__name__}: {error}")
            traceback.print_exc()
            self._exception = exception_document(error)
            return self._refusal(request, "scoring_failed", f"{type(error).__name__}: {error}")
        finally:
            RequestLog.end()

    def _predict(self, table: Table) -> "list[Any]":
        if self._estimator is not None:
            import numpy

            values = self._estimator.predict(numpy.array(table.rows, dtype=float))
        else:
            import pandas

            frame = pandas.DataFrame(table.rows, columns=table.columns)
            for column, kind in zip(self._columns or [], self._types):
                if kind in ("double", "float") and frame[column].dtype.kind in "iub":
                    frame[column] = frame[column].astype("float64" if kind == "double" else "float32")
                elif kind == "integer" and frame[column].dtype.kind == "i":
                    frame[column] = frame[column].astype("int32")
            values = self._model.predict(frame)
        return _to_list(values)

    def _encode(self, request: Request, values: Any, extra: "dict[str, Any]") -> "tuple[int, str, bytes]":
        if request.kind == INFER:
            return 200, _json_type, json.dumps(self._inference(values, extra)).encode()
        if request.kind in (INVOCATIONS, PREDICT):
            return 200, _json_type, json.dumps({"predictions": values}).encode()
        return 200, _json_type, json.dumps(values).encode()

    def _inference(self, values: "list[Any]", extra: "dict[str, Any]") -> "dict[str, Any]":
        wide = bool(values) and isinstance(values[0], list)
        flat = [value for row in values for value in row] if wide else values
        kind = "BOOL" if all(isinstance(value, bool) for value in flat) else "INT64" if all(isinstance(value, int) for value in flat) else "BYTES" if any(isinstance(value, str) for value in flat) else "FP64"
        shape = [len(values), len(values[0])] if wide else [len(values)]
        answer: dict[str, Any] = {"model_name": self._name, "model_version": self._version, "outputs": [{"name": "predict", "shape": shape, "datatype": kind, "data": flat}]}
        if "id" in extra:
            answer["id"] = extra["id"]
        return answer

    def _refusal(self, request: Request, code: str, detail: str) -> "tuple[int, str, bytes]":
        status, kind, body = problem(code, detail, request.request_id)
        if request.kind == INFER:
            return status, _json_type, json.dumps({"error": detail}).encode()
        if request.kind == INVOCATIONS:
            return status, _json_type, json.dumps({"error_code": "BAD_REQUEST" if status == 400 else "INTERNAL_ERROR", "message": detail}).encode()
        return status, kind, body


def _to_list(values: Any) -> "list[Any]":
    if hasattr(values, "to_dict") and hasattr(values, "columns"):
        return values.to_dict(orient="records")
    if hasattr(values, "tolist"):
        return values.tolist()
    return [value if not isinstance(value, float) or not math.isnan(value) else value for value in values]
