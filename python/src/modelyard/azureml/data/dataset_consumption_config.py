"""``azureml.data.dataset_consumption_config``: a dataset as the input of a run."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Optional

from ..exceptions import UserErrorException

if TYPE_CHECKING:
    from .abstract_dataset import AbstractDataset


class DatasetConsumptionConfig:
    """A dataset under the name by which a script asks for it. Among a script's arguments it becomes a path."""

    def __init__(self, name: str, dataset: "AbstractDataset", mode: str = "direct", path_on_compute: Optional[str] = None) -> None:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise UserErrorException(f"{name!r} is no name of an input. Use letters, digits and underscores, the first a letter.")
        self.name = name
        self.dataset = dataset
        self.mode = mode
        self.path_on_compute = path_on_compute

    def as_mount(self, path_on_compute: Optional[str] = None) -> "DatasetConsumptionConfig":
        """The script gets a folder (or a file) to read."""
        return DatasetConsumptionConfig(self.name, self.dataset, "mount", path_on_compute)

    def as_download(self, path_on_compute: Optional[str] = None) -> "DatasetConsumptionConfig":
        """As :meth:`as_mount`: files are laid out beside the script either way."""
        return DatasetConsumptionConfig(self.name, self.dataset, "download", path_on_compute)

    def as_hdfs(self) -> "DatasetConsumptionConfig":
        raise NotImplementedError("There is no HDFS on Modelyard: use as_mount() or as_download().")

    def _pipeline_asset(self) -> dict[str, Any]:
        dataset = self.dataset
        reference = f"azureml:{dataset.name}:{dataset.version}" if dataset._asset is not None else None
        kind = dataset._tree(dataset._server())[1]
        identity = ("dataset", reference or tuple(source.identity() for source in dataset._sources))
        return {"name": self.name, "type": kind, "identity": identity, "reference": reference, "upload": lambda workspace: dataset._tree(getattr(workspace, "_own", workspace))[0]}

    def _for_script(self) -> str:
        """What the script needs to have the dataset again, not only its path."""
        return json.dumps({"kind": self.dataset._kind, "mode": self.mode, "definition": self.dataset._definition, "name": self.dataset.name, "version": self.dataset.version})

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"

    def __repr__(self) -> str:
        return f"DatasetConsumptionConfig(name={self.name!r}, mode={self.mode!r}, dataset={self.dataset!r})"
