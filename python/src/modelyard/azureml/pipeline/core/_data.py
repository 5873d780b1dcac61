"""Data that is there before a pipeline starts: datasets, folders of a datastore, local files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional


@dataclass(frozen=True)
class Asset:
    """What an input of our pipeline file needs to know of a data object.

    Either ``reference`` names an asset that the server has, or ``upload(own)`` puts the data there and answers its digest.
    """

    name: str
    type: str
    identity: Any
    reference: Optional[str] = None
    upload: Callable[[Any], str] = lambda own: ""


def asset_of(value: Any) -> Asset:
    """The data of an object; objects of the surface say it by ``_pipeline_asset``.

    Raises:
        ValueError: the object is no data.
    """
    describe = getattr(value, "_pipeline_asset", None)
    if callable(describe):
        found = describe()
        return found if isinstance(found, Asset) else Asset(**found)
    raise ValueError(f"{value!r} is no data that a step can read. Use a dataset, a DataReference, a DataPath, PipelineData or OutputFileDatasetConfig.")
