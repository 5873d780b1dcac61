"""``azureml.data.dataset_factory``: making datasets."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Optional

from ..connection import warn_ignored
from ..exceptions import UserErrorException
from ._sources import check, sources_of
from .datapath import DataPath
from .file_dataset import FileDataset
from .tabular_dataset import TabularDataset


class DataType:
    """Types of columns; pandas finds them by itself here."""

    @staticmethod
    def to_bool(*_: Any, **__: Any) -> str:
        return "bool"

    @staticmethod
    def to_datetime(*_: Any, **__: Any) -> str:
        return "datetime"

    @staticmethod
    def to_float(*_: Any, **__: Any) -> str:
        return "float"

    @staticmethod
    def to_long(*_: Any, **__: Any) -> str:
        return "long"

    @staticmethod
    def to_string(*_: Any, **__: Any) -> str:
        return "string"


class FileDatasetFactory:
    """``Dataset.File``."""

    @staticmethod
    def from_files(path: Any, validate: bool = True, partition_format: Optional[str] = None, is_file: bool = False) -> FileDataset:
        """Files of a datastore, of this machine, or behind addresses."""
        _ignore(partition_format=partition_format)
        sources = sources_of(path)
        check(sources)
        return FileDataset(sources)

    @staticmethod
    def upload_directory(src_dir: str, target: Any, pattern: Optional[str] = None, overwrite: bool = False, show_progress: bool = True) -> FileDataset:
        """Puts a folder into a datastore; the dataset is what lies there then."""
        place = target if isinstance(target, DataPath) else DataPath(target[0], target[1]) if isinstance(target, tuple) else DataPath(target, "")
        if place.datastore is None:
            raise UserErrorException("upload_directory needs a target with a datastore.")
        folder = Path(src_dir)
        files = sorted(file for file in folder.glob(pattern or "**/*") if file.is_file())
        place.datastore.upload_files([str(file) for file in files], str(folder), place.path_on_datastore, overwrite, show_progress)
        return FileDatasetFactory.from_files(place)


class TabularDatasetFactory:
    """``Dataset.Tabular``."""

    @staticmethod
    def from_delimited_files(path: Any, validate: bool = True, include_path: bool = False, infer_column_types: bool = True, set_column_types: Any = None, separator: str = ",", header: Any = True, partition_format: Optional[str] = None, support_multi_line: bool = False, empty_as_string: bool = False, encoding: str = "utf8") -> TabularDataset:
        """Text files with separated columns."""
        _ignore(include_path=include_path, set_column_types=set_column_types, partition_format=partition_format)
        return _tabular(path, format="delimited", separator=separator, header=header not in (False, "NO_HEADERS"), encoding=encoding)

    @staticmethod
    def from_parquet_files(path: Any, validate: bool = True, include_path: bool = False, set_column_types: Any = None, partition_format: Optional[str] = None) -> TabularDataset:
        """Parquet files."""
        _ignore(include_path=include_path, set_column_types=set_column_types, partition_format=partition_format)
        return _tabular(path, format="parquet")

    @staticmethod
    def from_json_lines_files(path: Any, validate: bool = True, include_path: bool = False, set_column_types: Any = None, partition_format: Optional[str] = None, invalid_lines: str = "error", encoding: str = "utf8") -> TabularDataset:
        """Files with one JSON object a line."""
        _ignore(include_path=include_path, set_column_types=set_column_types, partition_format=partition_format)
        return _tabular(path, format="json_lines")

    @staticmethod
    def register_pandas_dataframe(dataframe: Any, target: Any, name: str, description: Optional[str] = None, tags: Any = None, show_progress: bool = True) -> TabularDataset:
        """Puts a data frame into a datastore as CSV and registers it."""
        place = target if isinstance(target, DataPath) else DataPath(target[0], target[1]) if isinstance(target, tuple) else DataPath(target, name)
        if place.datastore is None:
            raise UserErrorException("register_pandas_dataframe needs a target with a datastore.")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.csv"
            dataframe.to_csv(file, index=False)
            place.datastore.upload_files([str(file)], None, place.path_on_datastore, True, show_progress)
        dataset = TabularDatasetFactory.from_delimited_files(DataPath(place.datastore, f"{place.path_on_datastore}/{name}.csv"))
        registered: TabularDataset = dataset.register(place.datastore.workspace, name, description, tags, True)
        return registered


def _tabular(path: Any, **definition: Any) -> TabularDataset:
    sources = sources_of(path)
    check(sources)
    return TabularDataset(sources, definition)


def _ignore(**given: Any) -> None:
    for name, value in given.items():
        if value:
            warn_ignored(f"Dataset: {name}", "pandas reads the files as they are; it has no effect")
