"""``azureml.data.data_reference``: a place in a datastore, as a script sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Optional

from . import _storage

if TYPE_CHECKING:
    from .azure_storage_datastore import AbstractDatastore


class DataReference:
    """A file or folder of a datastore, given to a script as a path. It need not exist yet."""

    def __init__(self, datastore: "AbstractDatastore", data_reference_name: Optional[str] = None, path_on_datastore: Optional[str] = None, mode: str = "mount", path_on_compute: Optional[str] = None, overwrite: bool = False) -> None:
        self.datastore = datastore
        self.path_on_datastore = (path_on_datastore or "").strip("/")
        self.data_reference_name = data_reference_name or re.sub(r"[^A-Za-z0-9_]", "_", f"{datastore.name}_{self.path_on_datastore}".rstrip("_"))
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    @property
    def name(self) -> str:
        return self.data_reference_name

    def path(self, path: Optional[str] = None, data_reference_name: Optional[str] = None) -> "DataReference":
        """A place below this one."""
        below = "/".join(part for part in (self.path_on_datastore, (path or "").strip("/")) if part)
        return DataReference(self.datastore, data_reference_name, below, self.mode, self.path_on_compute, self.overwrite)

    def as_mount(self) -> "DataReference":
        return self._in_mode("mount")

    def as_download(self, path_on_compute: Optional[str] = None, overwrite: bool = False) -> "DataReference":
        return self._in_mode("download")

    def as_upload(self, path_on_compute: Optional[str] = None, overwrite: bool = False) -> "DataReference":
        return self._in_mode("upload")

    def _in_mode(self, mode: str) -> "DataReference":
        return DataReference(self.datastore, self.data_reference_name, self.path_on_datastore, mode, self.path_on_compute, self.overwrite)

    def to_config(self) -> "DataReference":
        return self

    def _pipeline_asset(self) -> dict[str, Any]:
        return place_asset(self.data_reference_name, self.datastore, self.path_on_datastore)

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.data_reference_name}"

    def __repr__(self) -> str:
        return f"DataReference(datastore={self.datastore.name!r}, path_on_datastore={self.path_on_datastore!r}, data_reference_name={self.data_reference_name!r})"


def place_asset(name: str, datastore: "AbstractDatastore", path: str) -> dict[str, Any]:
    """What a job's input needs to know of a place in a datastore; the files are those of the moment of submission."""
    own = datastore.workspace._own
    digest, kind = _storage.tree_below(own, datastore.name, path)
    return {"name": name, "type": kind, "identity": ("datastore", own.name, datastore.name, path), "upload": lambda workspace: digest}
