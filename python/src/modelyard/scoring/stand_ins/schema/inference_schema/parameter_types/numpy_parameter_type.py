"""Arrays of NumPy."""

from __future__ import annotations

from typing import Any, Dict

from .abstract_parameter_type import AbstractParameterType, refuse, schema_of


class NumpyParameterType(AbstractParameterType):
    """An array like the sample.

    Args:
        sample_input: an array.
        enforce_column_type: read values as the sample's type.
        enforce_shape: refuse arrays whose shape differs behind the first dimension.
    """

    def __init__(self, sample_input: Any, enforce_column_type: bool = True, enforce_shape: bool = True) -> None:
        import numpy

        if not isinstance(sample_input, numpy.ndarray):
            raise TypeError(f"the sample must be an array of NumPy, not {type(sample_input).__name__}")
        super().__init__(numpy.ndarray, sample_input)
        self.enforce_column_type, self.enforce_shape = enforce_column_type, enforce_shape

    def deserialize_input(self, input_data: Any) -> Any:
        import numpy

        if isinstance(input_data, numpy.ndarray):
            return input_data
        if not isinstance(input_data, list):
            raise refuse(f"an array must come as a list, not as {type(input_data).__name__}")
        sample = self.sample_input
        try:
            if sample.dtype.names is not None:
                rows = [tuple(row[name] for name in sample.dtype.names) if isinstance(row, dict) else tuple(row) for row in input_data]
                array = numpy.array(rows, dtype=sample.dtype)
            else:
                array = numpy.array(input_data, dtype=sample.dtype if self.enforce_column_type else None)
        except (ValueError, TypeError, KeyError) as error:
            raise refuse(f"the list is no array of {sample.dtype}: {error}") from None
        if self.enforce_shape and (array.ndim != sample.ndim or array.shape[1:] != sample.shape[1:]):
            raise refuse(f"the array has the shape {list(array.shape)}; the script takes {['n', *sample.shape[1:]] if sample.ndim else []}".replace("'", ""))
        return array

    def input_to_swagger(self) -> "Dict[str, Any]":
        sample = self.sample_input
        if sample.dtype.names is not None:
            return schema_of([dict(zip(sample.dtype.names, row.tolist())) for row in sample])
        return schema_of(sample.tolist())
