"""``azureml.core.dataset``: registered datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

from ...errors import NotFound
from ..connection import translated
from ..data import _storage
from ..data.abstract_dataset import AbstractDataset
from ..data.dataset_factory import FileDatasetFactory, TabularDatasetFactory
from ..exceptions import DatasetNotFoundException

if TYPE_CHECKING:
    from .workspace import Workspace


class Dataset:
    """Making and finding datasets."""

    File = FileDatasetFactory
    Tabular = TabularDatasetFactory

    @staticmethod
    def get_by_name(workspace: "Workspace", name: str, version: Union[int, str] = "latest") -> Any:
        """A version of a registered dataset.

        Raises:
            DatasetNotFoundException: there is none.
        """

        def absent(error: NotFound) -> DatasetNotFoundException:
            return DatasetNotFoundException(f"Cannot find dataset registered with name \"{name}\" (version: {version}) in the workspace.", error)

        with translated(absent):
            return AbstractDataset._of_asset(workspace, workspace._own.data.get(name, str(version)))

    get = get_by_name

    @staticmethod
    def get_by_id(workspace: "Workspace", id: str, **others: Any) -> Any:
        """A version by its ``id``."""
        name, _, version = id.rpartition(":")
        return Dataset.get_by_name(workspace, name, version)

    @staticmethod
    def get_all(workspace: "Workspace") -> dict[str, Any]:
        """The newest version of each dataset, by name."""
        with translated():
            found = [item["name"] for item in workspace._own.data.list() if not item["name"].startswith(_storage.asset_prefix)]
        return {name: Dataset.get_by_name(workspace, name) for name in found}
