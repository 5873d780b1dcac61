"""Tables of pandas."""

from __future__ import annotations

import json
from typing import Any, Dict

from .abstract_parameter_type import AbstractParameterType, refuse, schema_of

_orients = ("split", "records", "index", "columns", "values", "table")


class PandasParameterType(AbstractParameterType):
    """A table like the sample.

    Args:
        sample_input: a ``DataFrame``.
        enforce_column_type: read columns as the sample's types.
        enforce_shape: refuse tables with another number of columns.
        apply_column_names: give columns the sample's names.
        orient: how the table lies in JSON, in the words of ``DataFrame.to_json``.
    """

    def __init__(self, sample_input: Any, enforce_column_type: bool = True, enforce_shape: bool = True, apply_column_names: bool = False, orient: str = "records") -> None:
        import pandas

        if not isinstance(sample_input, pandas.DataFrame):
            raise TypeError(f"the sample must be a DataFrame of pandas, not {type(sample_input).__name__}")
        if orient not in _orients:
            raise ValueError(f"orient must be one of {', '.join(_orients)}, not {orient!r}")
        super().__init__(pandas.DataFrame, sample_input)
        self.enforce_column_type, self.enforce_shape, self.apply_column_names, self.orient = enforce_column_type, enforce_shape, apply_column_names, orient

    def deserialize_input(self, input_data: Any) -> Any:
        import pandas

        if isinstance(input_data, pandas.DataFrame):
            return input_data
        if not isinstance(input_data, (list, dict)):
            raise refuse(f"a table must come as a list or an object, not as {type(input_data).__name__}")
        frame = self._read(input_data)
        columns = self.sample_input.columns
        if self.enforce_shape and len(frame.columns) != len(columns):
            raise refuse(f"the table has {len(frame.columns)} columns; the script takes {len(columns)}: {', '.join(map(str, columns))}")
        if self.apply_column_names or (self.orient == "values" and len(frame.columns) == len(columns)):
            frame.columns = list(columns)[: len(frame.columns)]
        if self.enforce_column_type:
            types = {name: kind for name, kind in self.sample_input.dtypes.items() if name in frame.columns}
            try:
                frame = frame.astype(types)
            except (ValueError, TypeError) as error:
                raise refuse(f"the table does not fit the sample's types: {error}") from None
        return frame

    def _read(self, data: Any) -> Any:
        import pandas

        try:
            if self.orient == "split":
                return pandas.DataFrame(data["data"], columns=data.get("columns"), index=data.get("index"))
            if self.orient == "index":
                return pandas.DataFrame.from_dict(data, orient="index")
            if self.orient == "table":
                rows = pandas.DataFrame(data["data"])
                return rows.drop(columns=[name for name in data.get("schema", {}).get("primaryKey", []) if name in rows.columns])
            return pandas.DataFrame(data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise refuse(f"the table cannot be read as `{self.orient}`: {type(error).__name__}: {error}") from None

    def input_to_swagger(self) -> "Dict[str, Any]":
        return schema_of(json.loads(self.sample_input.to_json(orient=self.orient, date_format="iso")))
