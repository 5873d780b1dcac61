"""``azureml.data.tabular_dataset``: files, read as a table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Sequence, Union

from ..exceptions import UserErrorException
from .abstract_dataset import AbstractDataset

if TYPE_CHECKING:
    from .file_dataset import FileDataset


class TabularDataset(AbstractDataset):
    """Delimited, Parquet or JSON-lines files as one table, which pandas reads."""

    _kind = "Tabular"

    def to_pandas_dataframe(self, on_error: str = "null", out_of_range_datetime: str = "null") -> Any:
        """The table as a pandas data frame."""
        # Scripts that read tables bring pandas; the surface itself needs nothing.
        pandas = import_module("pandas")
        files = self._definition.get("files")
        paths = [Path(path) for path in files] if files else self._download()
        frames = [self._read(pandas, path) for path in sorted(paths)]
        frame = frames[0] if len(frames) == 1 else pandas.concat(frames, ignore_index=True)
        return self._cut(frame)

    def _read(self, pandas: Any, path: Path) -> Any:
        how = self._definition.get("format", "delimited")
        if how == "parquet":
            return pandas.read_parquet(path)
        if how == "json_lines":
            return pandas.read_json(path, lines=True)
        header = 0 if self._definition.get("header", True) else None
        return pandas.read_csv(path, sep=self._definition.get("separator", ","), header=header, encoding=self._definition.get("encoding", "utf-8"))

    def _cut(self, frame: Any) -> Any:
        for step in self._definition.get("steps", []):
            kind, value = step["do"], step["with"]
            if kind == "take":
                frame = frame.head(value)
            elif kind == "skip":
                frame = frame.iloc[value:].reset_index(drop=True)
            elif kind == "keep":
                frame = frame[value]
            elif kind == "drop":
                frame = frame.drop(columns=value)
        return frame

    def _then(self, kind: str, value: Any) -> "TabularDataset":
        changed: TabularDataset = self._changed(steps=[*self._definition.get("steps", []), {"do": kind, "with": value}])
        return changed

    def take(self, count: int) -> "TabularDataset":
        """The first rows."""
        return self._then("take", int(count))

    def skip(self, count: int) -> "TabularDataset":
        """All but the first rows."""
        return self._then("skip", int(count))

    def keep_columns(self, columns: Union[str, Sequence[str]], validate: bool = False) -> "TabularDataset":
        """Only these columns."""
        return self._then("keep", [columns] if isinstance(columns, str) else list(columns))

    def drop_columns(self, columns: Union[str, Sequence[str]]) -> "TabularDataset":
        """All columns but these."""
        return self._then("drop", [columns] if isinstance(columns, str) else list(columns))

    def random_split(self, percentage: float, seed: Any = None) -> "tuple[TabularDataset, TabularDataset]":
        raise UserErrorException("random_split is not covered on Modelyard: split the data frame of to_pandas_dataframe().")

    def to_csv_files(self, separator: str = ",") -> "FileDataset":
        """The same files as a file dataset."""
        from .file_dataset import FileDataset

        return FileDataset(self._sources, None, None, self._workspace)
