"""``azureml.data.azure_storage_datastore``: datastores. Their files lie on the Modelyard server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Sequence

from ..exceptions import UserErrorException
from . import _storage
from .data_reference import DataReference

if TYPE_CHECKING:
    from ..core.workspace import Workspace


class AbstractDatastore:
    """A datastore of a workspace."""

    datastore_type = "AzureBlob"

    def __init__(self, workspace: "Workspace", name: str, datastore_type: Optional[str] = None) -> None:
        self.workspace = workspace
        self.name = name
        self.datastore_type = datastore_type or type(self).datastore_type

    @property
    def is_default(self) -> bool:
        return bool(self.name == "workspaceblobstore")

    def upload(self, src_dir: str, target_path: Optional[str] = None, overwrite: bool = False, show_progress: bool = True) -> DataReference:
        """Puts a folder's files into the datastore; without ``overwrite`` those that are there stay."""
        folder = Path(src_dir)
        if not folder.is_dir():
            raise UserErrorException(f"There is no folder at {folder}.")
        found = [Path(place, name) for place, _, names in os.walk(folder) for name in sorted(names)]
        return self._put({file.relative_to(folder).as_posix(): file for file in found}, target_path, overwrite, show_progress)

    def upload_files(self, files: Sequence[str], relative_root: Optional[str] = None, target_path: Optional[str] = None, overwrite: bool = False, show_progress: bool = True) -> DataReference:
        """Puts files into the datastore, under their names or their paths below ``relative_root``."""
        chosen: dict[str, Path] = {}
        for text in files:
            file = Path(text)
            if not file.is_file():
                raise UserErrorException(f"There is no file at {file}.")
            name = file.name if relative_root is None else file.resolve().relative_to(Path(relative_root).resolve()).as_posix()
            if name in chosen:
                raise UserErrorException(f"Two of the files are called {name}; pass relative_root to keep their folders.")
            chosen[name] = file
        return self._put(chosen, target_path, overwrite, show_progress)

    def _put(self, files: dict[str, Path], target_path: Optional[str], overwrite: bool, show_progress: bool) -> DataReference:
        prefix = (target_path or "").strip("/")
        placed = {f"{prefix}/{name}" if prefix else name: file for name, file in files.items()}
        count = _storage.add(self.workspace._own, self.name, placed, {"azureml.datastore": self.datastore_type}, overwrite)
        if show_progress:
            print(f"Uploaded {count} files" + (f", {len(placed) - count} were there already" if count < len(placed) else ""))
        return self.path(prefix)

    def download(self, target_path: str, prefix: Optional[str] = None, overwrite: bool = False, show_progress: bool = True) -> int:
        """Writes the files below ``prefix`` into a folder, under their whole paths; returns how many."""
        wanted = (prefix or "").strip("/")
        count = 0
        for entry in _storage.read(self.workspace._own, self.name):
            target = Path(target_path) / entry["path"]
            if not entry["path"].startswith(wanted) or (target.exists() and not overwrite):
                continue
            _storage.download(self.workspace._own, entry, target)
            count += 1
        if show_progress:
            print(f"Downloaded {count} files")
        return count

    def path(self, path: Optional[str] = None, data_reference_name: Optional[str] = None) -> DataReference:
        """A place in the datastore."""
        return DataReference(self, data_reference_name, path)

    def as_mount(self) -> DataReference:
        return self.path().as_mount()

    def as_download(self, path_on_compute: Optional[str] = None) -> DataReference:
        return self.path().as_download(path_on_compute)

    def as_upload(self, path_on_compute: Optional[str] = None) -> DataReference:
        return self.path().as_upload(path_on_compute)

    def set_as_default(self) -> None:
        if not self.is_default:
            raise UserErrorException("The default datastore is workspaceblobstore; name another one where you use it.")

    def _as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "datastore_type": self.datastore_type}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, workspace={self.workspace.name!r}, datastore_type={self.datastore_type!r})"


class AzureBlobDatastore(AbstractDatastore):
    """A datastore that scripts know as a blob container."""

    @property
    def container_name(self) -> str:
        return self.name

    @property
    def account_name(self) -> str:
        """The server: there is no storage account."""
        return "modelyard"


class AzureFileDatastore(AzureBlobDatastore):
    """A datastore that scripts know as a file share."""

    datastore_type = "AzureFile"
