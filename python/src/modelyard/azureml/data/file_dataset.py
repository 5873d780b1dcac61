"""``azureml.data.file_dataset``: files, read as files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Optional

from ...trees import tree_entries
from ..connection import translated
from ..exceptions import UserErrorException
from .abstract_dataset import AbstractDataset
from .dataset_consumption_config import DatasetConsumptionConfig


class FileDataset(AbstractDataset):
    """Files of a datastore, of this machine, or behind addresses."""

    _kind = "File"

    def to_path(self) -> list[str]:
        """The files' paths, each beginning with ``/``."""
        own = self._server()
        digest, _ = self._tree(own)
        with translated():
            return [f"/{entry['path']}" for entry in tree_entries(own.connection, own.name, digest)]

    def download(self, target_path: Optional[str] = None, overwrite: bool = False, ignore_not_found: bool = True) -> list[str]:
        """Writes the files into a folder, a new one without ``target_path``; returns their paths."""
        folder = Path(target_path or tempfile.mkdtemp(prefix="modelyard-dataset-")).absolute()
        if not overwrite:
            there = [name for name in self.to_path() if (folder / name[1:]).exists()]
            if there:
                raise UserErrorException(f"{folder}{there[0]} is there already; pass overwrite=True to replace it.")
        folder.mkdir(parents=True, exist_ok=True)
        return [str(path) for path in self._download(folder)]

    def mount(self, mount_point: Optional[str] = None, **others: Any) -> "MountContext":
        """A context in which the files lie below ``mount_point``; they are copies."""
        return MountContext(self, mount_point)

    def as_mount(self, path_on_compute: Optional[str] = None) -> DatasetConsumptionConfig:
        """The dataset as an input that the script reads as a path."""
        return self.as_named_input(_input_name(self)).as_mount(path_on_compute)

    def as_download(self, path_on_compute: Optional[str] = None) -> DatasetConsumptionConfig:
        return self.as_named_input(_input_name(self)).as_download(path_on_compute)


class MountContext:
    """Files that are there while the context is."""

    def __init__(self, dataset: FileDataset, mount_point: Optional[str]) -> None:
        self._dataset = dataset
        self._made = mount_point is None
        self.mount_point = mount_point or tempfile.mkdtemp(prefix="modelyard-mount-")

    def start(self) -> None:
        self._dataset._download(self.mount_point)

    def stop(self) -> None:
        if self._made:
            shutil.rmtree(self.mount_point, ignore_errors=True)

    def __enter__(self) -> "MountContext":
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()


def _input_name(dataset: AbstractDataset) -> str:
    """A name for an input that was given none, the same for the same dataset."""
    import hashlib
    import re

    known = re.sub(r"[^A-Za-z0-9_]", "_", dataset.name or "")
    return f"input_{known}" if known else f"input_{hashlib.sha256(repr(dataset).encode()).hexdigest()[:8]}"
