"""``azureml.pipeline.core.graph``: what graphs are described with."""

from __future__ import annotations

import re
from typing import Any, Optional

_scalars = (bool, int, float, str)


class PipelineParameter:
    """A value that a start of the pipeline may set; among a step's arguments, ``params`` or inputs.

    Args:
        name: letters, digits and underscores.
        default_value: a number, text, truth value, ``DataPath`` or dataset.
    """

    def __init__(self, name: str, default_value: Any) -> None:
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,127}", name):
            raise ValueError(f"{name!r} is no name of a parameter. Use letters, digits and underscores, the first a letter.")
        if isinstance(default_value, (list, tuple, dict, set)) or default_value is None:
            raise ValueError(f"The parameter {name} cannot be a {type(default_value).__name__}; use a number, a text, a truth value, a DataPath or a dataset.")
        if isinstance(default_value, str) and ("\n" in default_value or "\r" in default_value):
            raise ValueError(f"The text of the parameter {name} has several lines; one is taken.")
        self.name = name
        self.default_value = default_value

    @property
    def is_value(self) -> bool:
        """Whether it is a value; otherwise it stands for data."""
        return isinstance(self.default_value, _scalars)

    @property
    def _type(self) -> str:
        value = self.default_value
        return "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "string"

    def __repr__(self) -> str:
        return f"PipelineParameter(name={self.name!r}, default_value={self.default_value!r})"


class InputPortBinding:
    """Something a step reads, under another name."""

    def __init__(self, name: Optional[str] = None, bind_object: Any = None, bind_mode: str = "mount", path_on_compute: Optional[str] = None, overwrite: Optional[bool] = None, is_resource: bool = False, additional_transformations: Any = None, **others: Any) -> None:
        if bind_object is None:
            raise ValueError("InputPortBinding needs a bind_object: the data it binds.")
        self.name = name or getattr(bind_object, "name", None)
        self.bind_object = bind_object
        self.bind_mode = bind_mode

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"


class OutputPortBinding:
    """Something a step writes, that other steps read."""

    def __init__(self, name: str, datastore: Any = None, output_name: Optional[str] = None, bind_mode: str = "mount", path_on_compute: Optional[str] = None, is_directory: Optional[bool] = None, overwrite: Optional[bool] = None, data_type: Any = None, pipeline_output_name: Optional[str] = None, **others: Any) -> None:
        self.name = name
        self.datastore = datastore
        self.output_name = output_name or name
        self.is_directory = is_directory
        self.pipeline_output_name = pipeline_output_name

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.output_name}"


class InputPortDef:
    """An input of a module."""

    def __init__(self, name: str, default_datastore_mode: str = "mount", default_path_on_compute: Optional[str] = None, default_overwrite: bool = False, data_types: Any = None, is_resource: bool = False, is_optional: bool = False, default_data_reference_name: Optional[str] = None, label: Optional[str] = None, **others: Any) -> None:
        self.name = name
        self.is_optional = is_optional
        self.default_datastore_mode = default_datastore_mode
        self.default_data_reference_name = default_data_reference_name or name
        self.label = label

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"


class OutputPortDef:
    """An output of a module."""

    def __init__(self, name: str, default_datastore_name: Optional[str] = None, default_datastore_mode: str = "mount", default_path_on_compute: Optional[str] = None, default_overwrite: Optional[bool] = None, data_type: Any = None, is_directory: Optional[bool] = None, label: Optional[str] = None, **others: Any) -> None:
        self.name = name
        self.default_datastore_name = default_datastore_name
        self.is_directory = is_directory
        self.label = label

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"
