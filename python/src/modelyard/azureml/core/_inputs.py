"""The inputs of a submitted script, from inside and from outside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .run import Run

path_variable = "AZUREML_DATAREFERENCE_"
dataset_variable = "AZUREML_DATASET_"


def input_datasets(run: "Run") -> dict[str, Any]:
    """In the script: a path for what was mounted or downloaded, a dataset for the rest. Outside: what the run read."""
    if not run._submitted:
        return {data["name"]: data for data in run._document["inputs"]}
    return {name[len(path_variable) :]: _given(name[len(path_variable) :], path) for name, path in os.environ.items() if name.startswith(path_variable)}


def _given(name: str, path: str) -> Any:
    described = json.loads(os.environ.get(dataset_variable + name, "{}"))
    if described.get("mode", "mount") != "direct":
        return path
    from ..data._sources import LocalSource
    from ..data.abstract_dataset import AbstractDataset

    kinds = {kind._kind: kind for kind in AbstractDataset._kinds()}
    files = sorted(str(file) for file in Path(path).rglob("*") if file.is_file()) if os.path.isdir(path) else [path]
    definition = {**described["definition"], **({"files": files} if described["kind"] == "Tabular" else {})}
    return kinds[described["kind"]]([LocalSource(path)], definition)
