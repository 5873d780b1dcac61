"""``azureml.data.output_dataset_config``: what a step or run writes, kept and read as files."""

from __future__ import annotations

import re
from typing import Any, Optional

from ..connection import warn_ignored


class OutputFileDatasetConfig:
    """A folder that a step writes; among ``arguments`` it becomes the path, and it need not be repeated in ``outputs``.

    The folder exists before the step starts. ``as_input()`` lets a later step read it.
    """

    _is_output = True

    def __init__(self, name: Optional[str] = None, destination: Any = None, source: Optional[str] = None, partition_format: Optional[str] = None, **others: Any) -> None:
        if name is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", name):
            raise ValueError(f"{name!r} is no name of an output. Use letters, digits and underscores, the first a letter.")
        if source is not None:
            raise NotImplementedError("OutputFileDatasetConfig(source=…) is not supported on Modelyard: let the script write to the path it gets as argument.")
        if partition_format is not None:
            warn_ignored("partition_format", "it says how tables are read from paths; files are kept as they are")
        self.name = name
        self.destination = destination
        self._register_as: Optional[str] = None
        self._producer: Any = None

    @property
    def output_name(self) -> Optional[str]:
        return self.name

    def as_input(self, name: Optional[str] = None) -> "OutputDatasetInput":
        """The same folder, read by a later step."""
        return OutputDatasetInput(self, name)

    def register_on_complete(self, name: str, description: Optional[str] = None, tags: Any = None) -> "OutputFileDatasetConfig":
        """Registers the folder as the next version of a dataset when the step has succeeded."""
        self._register_as = name
        return self

    def as_mount(self, disable_metadata_cache: Optional[bool] = False) -> "OutputFileDatasetConfig":
        return self

    def as_upload(self, overwrite: bool = False, source_globs: Any = None) -> "OutputFileDatasetConfig":
        if source_globs:
            raise NotImplementedError("source_globs are not supported on Modelyard: everything in the folder is kept.")
        return self

    def read_delimited_files(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("An output cannot become a tabular dataset before it is written. Let the later step read the files that as_input() gives it.")

    read_parquet_files = read_delimited_files

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"

    def __repr__(self) -> str:
        return f"OutputFileDatasetConfig(name={self.name!r})"


class OutputDatasetInput:
    """A folder that an earlier step writes, as the input of a later one."""

    def __init__(self, source: OutputFileDatasetConfig, name: Optional[str]) -> None:
        self._source = source
        self._given = name

    @property
    def name(self) -> Optional[str]:
        return self._given or self._source.name

    def as_mount(self, path_on_compute: Optional[str] = None) -> "OutputDatasetInput":
        return self

    def as_download(self, path_on_compute: Optional[str] = None) -> "OutputDatasetInput":
        return self

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"
