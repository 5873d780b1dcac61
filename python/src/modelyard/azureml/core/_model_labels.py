"""Tags and properties of models, and finding versions by them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Union

from ...errors import NotFound
from ...models import ModelVersion
from ..connection import warn_ignored
from ..exceptions import WebserviceException
from ._refusals import refused
from .resource_configuration import ResourceConfiguration

if TYPE_CHECKING:
    from .workspace import Workspace

Labels = Optional[Iterable[Union[str, "list[str]", "tuple[str, str]"]]]
#: The tag that holds what our registry has no place for.
details = "azureml.model"
#: Tags of the surface's own.
hidden = "azureml."


def details_tag(properties: Optional[Mapping[str, Any]] = None, framework: Optional[str] = None, framework_version: Optional[str] = None, resources: Optional[ResourceConfiguration] = None, datasets: Any = None) -> "dict[str, str]":
    """The tag that holds what the registry has no place for; empty when there is nothing."""
    if framework_version is not None and framework is None:
        raise WebserviceException("model_framework_version needs model_framework.")
    if datasets:
        warn_ignored("datasets", "data is linked to a model by the run that made it")
    kept: "dict[str, Any]" = {}
    if properties:
        kept["properties"] = texts(properties)
    if framework is not None:
        kept.update(framework=framework, frameworkVersion=framework_version)
    if resources is not None:
        kept["resources"] = resources.serialize()
    return {details: json.dumps(kept)} if kept else {}


def texts(labels: Optional[Mapping[str, Any]]) -> "dict[str, str]":
    return {str(key): "" if value is None else str(value) for key, value in (labels or {}).items()}


def versions_of(workspace: "Workspace", name: Optional[str]) -> "list[ModelVersion]":
    own = workspace._own.models
    try:
        with refused():
            names = [name] if name is not None else [str(model["name"]) for model in own.list()]
            found = [version for each in names for version in own.versions(each)]
    except NotFound:
        return []
    return sorted(found, key=lambda version: (str(version.to_dict()["createdAt"]), int(version.version)), reverse=True)


def fits(found: ModelVersion, tags: Labels, properties: Labels, run_id: Optional[str], framework: Optional[str]) -> bool:
    document = found.to_dict()
    kept = json.loads(document["tags"].get(details, "{}"))
    return (
        has(document["tags"], tags)
        and has(kept.get("properties", {}), properties)
        and (run_id is None or document["lineage"]["runId"] == run_id)
        and (framework is None or kept.get("framework") == framework)
    )


def has(labels: "Mapping[str, str]", wanted: Labels) -> bool:
    """Each wanted one is a name, or a name and its value."""
    pairs = wanted.items() if isinstance(wanted, Mapping) else wanted or ()
    for pair in pairs:
        if isinstance(pair, str):
            if pair not in labels:
                return False
        elif labels.get(str(pair[0])) != str(pair[1]):
            return False
    return True
