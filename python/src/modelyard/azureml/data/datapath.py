"""``azureml.data.datapath``: a place in a datastore, and how a step gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .data_reference import DataReference, place_asset

if TYPE_CHECKING:
    from .azure_storage_datastore import AbstractDatastore


class DataPath:
    """A file or folder of a datastore. It need not exist yet."""

    def __init__(self, datastore: "Optional[AbstractDatastore]" = None, path_on_datastore: Optional[str] = None, name: Optional[str] = None) -> None:
        self._datastore = datastore
        self.path_on_datastore = (path_on_datastore or "").strip("/")
        self._name = name

    @property
    def datastore(self) -> "Optional[AbstractDatastore]":
        return self._datastore

    @property
    def datastore_name(self) -> Optional[str]:
        return None if self._datastore is None else self._datastore.name

    @property
    def name(self) -> str:
        return self._name or self.path_on_datastore.rpartition("/")[2] or "data"

    def create_data_reference(self, data_reference_name: Optional[str] = None, datapath_compute_binding: "Optional[DataPathComputeBinding]" = None) -> DataReference:
        if self._datastore is None:
            raise ValueError("This DataPath names no datastore.")
        mode = "mount" if datapath_compute_binding is None else datapath_compute_binding.mode
        return DataReference(self._datastore, data_reference_name, self.path_on_datastore, mode)

    def _pipeline_asset(self) -> dict[str, Any]:
        if self._datastore is None:
            raise ValueError("This DataPath names no datastore.")
        return place_asset(self.name, self._datastore, self.path_on_datastore)

    def __repr__(self) -> str:
        return f"DataPath(datastore={self.datastore_name!r}, path_on_datastore={self.path_on_datastore!r})"


class DataPathComputeBinding:
    """How a step gets a DataPath: files are laid out beside it, read-only, whatever the mode."""

    def __init__(self, mode: str = "mount", path_on_compute: Optional[str] = None, overwrite: bool = False) -> None:
        if mode not in ("mount", "download", "upload"):
            raise ValueError(f"{mode!r} is no mode of a DataPath; use mount, download or upload.")
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite
