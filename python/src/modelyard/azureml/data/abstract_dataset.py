"""``azureml.data.abstract_dataset``: what file and tabular datasets share."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence

import modelyard

from ...data import DataAsset
from ...trees import download_tree, store_entries
from ..connection import translated
from ..exceptions import UserErrorException
from ._sources import Source, TreeSource
from .dataset_consumption_config import DatasetConsumptionConfig

if TYPE_CHECKING:
    from ..core.workspace import Workspace

kind_tag = "azureml.dataset"
definition_tag = "azureml.dataset.definition"


class AbstractDataset:
    """Files under a name and a version, or not yet registered."""

    _kind = ""

    def __init__(self, sources: Sequence[Source], definition: Optional[Mapping[str, Any]] = None, asset: Optional[DataAsset] = None, workspace: "Optional[Workspace]" = None) -> None:
        self._sources = list(sources)
        self._definition = dict(definition or {})
        self._asset = asset
        self._workspace = workspace
        self._found: "Optional[tuple[str, str, str]]" = None

    @classmethod
    def _of_asset(cls, workspace: "Workspace", asset: DataAsset) -> "AbstractDataset":
        document = asset.to_dict()
        kind = document["tags"].get(kind_tag, "File")
        target = next((other for other in cls._kinds() if other._kind == kind), cls._kinds()[0])
        source = TreeSource(document["digest"], document["type"] == "uri_file")
        return target([source], json.loads(document["tags"].get(definition_tag, "{}")), asset, workspace)

    @staticmethod
    def _kinds() -> "list[type[AbstractDataset]]":
        from .file_dataset import FileDataset
        from .tabular_dataset import TabularDataset

        return [FileDataset, TabularDataset]

    def _changed(self, **definition: Any) -> Any:
        """The same files, read otherwise."""
        other = type(self)(self._sources, {**self._definition, **definition}, None, self._workspace)
        other._found = self._found
        return other

    # What is registered

    @property
    def name(self) -> Optional[str]:
        return None if self._asset is None else self._asset.name

    @property
    def version(self) -> Optional[int]:
        return None if self._asset is None else int(self._asset.version)

    @property
    def id(self) -> Optional[str]:
        return None if self._asset is None else f"{self._asset.name}:{self._asset.version}"

    @property
    def description(self) -> Optional[str]:
        return None if self._asset is None else str(self._asset.to_dict()["description"])

    @property
    def tags(self) -> dict[str, str]:
        tags = {} if self._asset is None else self._asset.to_dict()["tags"]
        return {key: value for key, value in tags.items() if not key.startswith("azureml.")}

    @property
    def data_changed_time(self) -> Optional[str]:
        return None if self._asset is None else self._asset.to_dict()["createdAt"]

    def register(self, workspace: "Workspace", name: str, description: Optional[str] = None, tags: Optional[Mapping[str, str]] = None, create_new_version: bool = False) -> Any:
        """Registers the dataset; with ``create_new_version`` as the next version of a name that is there.

        Raises:
            UserErrorException: the name is taken by other content.
        """
        own = workspace._own
        digest, kind = self._tree(own)
        known = {item["name"] for item in own.data.list()}
        if name in known and not create_new_version:
            latest = own.data.get(name)
            if latest.to_dict()["digest"] != digest:
                raise UserErrorException(f"There is already a dataset registered under name {name}. Specify create_new_version=True to register the dataset as a new version.")
        kept = {kind_tag: self._kind, definition_tag: json.dumps(self._definition)}
        body = {"name": name, "type": kind, "digest": digest, "description": description or "", "tags": {**{key: str(value) for key, value in (tags or {}).items()}, **kept}}
        with translated():
            asset = DataAsset(own.connection.call("POST", f"{own.path}/data", body=body))
        return AbstractDataset._of_asset(workspace, asset)

    # How a run gets it

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        """The dataset as an input of a run, under a name."""
        return DatasetConsumptionConfig(name, self)

    def _pipeline_asset(self) -> dict[str, Any]:
        return self.as_named_input(self.name or "dataset")._pipeline_asset()

    def _tree(self, own: modelyard.Workspace) -> tuple[str, str]:
        """Digest and type of the files on a server; sources are read once."""
        key = f"{own.connection.settings.url} {own.name}"
        if self._found is None or self._found[0] != key:
            found = [source.find(own) for source in self._sources]
            entries = {entry["path"]: entry for one in found for entry in one.entries}
            single = len(found) == 1 and found[0].is_file
            if not entries:
                raise UserErrorException("The dataset has no files: nothing fits its paths.")
            with translated():
                digest = found_tree(self._sources) or store_entries(own.connection, own.name, list(entries.values()))
            self._found = (key, digest, "uri_file" if single else "uri_folder")
        return self._found[1], self._found[2]

    def _server(self) -> modelyard.Workspace:
        """The workspace to read from: the dataset's, else that of its datastore, else the one that is found."""
        if self._workspace is not None:
            return self._workspace._own
        for source in self._sources:
            datastore = getattr(source, "datastore", None)
            if datastore is not None:
                return datastore.workspace._own  # type: ignore[no-any-return]
        return modelyard.Workspace.get()

    def _download(self, folder: "str | Path | None" = None) -> list[Path]:
        own = self._server()
        digest, _ = self._tree(own)
        with translated():
            return download_tree(own.connection, own.name, digest, folder or tempfile.mkdtemp(prefix="modelyard-dataset-"))

    def __repr__(self) -> str:
        shown = {"name": self.name, "version": self.version, "source": [source.identity()[1:] for source in self._sources]}
        return f"{type(self).__name__}({json.dumps({key: value for key, value in shown.items() if value is not None}, default=str)})"


def found_tree(sources: Sequence[Source]) -> Optional[str]:
    """The folder itself when a registered version is all there is."""
    return sources[0].digest if len(sources) == 1 and isinstance(sources[0], TreeSource) else None
