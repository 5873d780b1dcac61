"""``.azureml/config.json``: where it lies, what stands in it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Iterator, NamedTuple, Optional

from ..exceptions import UserErrorException

_folders = (".azureml", "aml_config", "", ".modelyard")
_names = ("config.json", "project.json")
_keys = ("subscription_id", "resource_group", "workspace_name")
_scope = re.compile(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.MachineLearningServices/workspaces/([^/]+)/?", re.IGNORECASE)


class Config(NamedTuple):
    """What a configuration file says."""

    subscription_id: Optional[str]
    resource_group: Optional[str]
    workspace_name: str
    url: Optional[str]


def scope(subscription_id: str, resource_group: str, name: str) -> str:
    """The workspace's address in the form of the original."""
    return f"/subscriptions/{subscription_id}/resourceGroups/{resource_group}/providers/Microsoft.MachineLearningServices/workspaces/{name}"


def read(path: "str | os.PathLike[str] | None", file_name: Optional[str] = None) -> Config:
    """Reads the file at ``path``, or the nearest one in it (here, without a path) or above.

    Raises:
        UserErrorException: there is none, or it names no workspace.
    """
    start = Path(path) if path is not None else Path.cwd()
    file = start if start.is_file() else next(_candidates(start.resolve(), file_name), None)
    if file is None:
        wanted = file_name or "config.json"
        raise UserErrorException(f"There is no {wanted} in {start} or above it (looked in .azureml, aml_config and the folders themselves). Workspace.write_config() writes one.")
    return _parse(file)


def _candidates(start: Path, file_name: Optional[str]) -> Iterator[Path]:
    names = (file_name,) if file_name else _names
    for folder in _folders:
        for name in names:
            for place in (start, *start.parents):
                candidate = place / folder / name
                if candidate.is_file() and (folder or _is_config(candidate)):
                    yield candidate


def _is_config(file: Path) -> bool:
    """A plain `config.json` beside the script may be anything's; only one with our keys is taken."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and any(key in document for key in ("Scope", "workspace_name"))


def _parse(file: Path) -> Config:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserErrorException(f"{file} is no JSON file: {error}") from error
    if not isinstance(document, dict):
        raise UserErrorException(f"{file} is no JSON object.")
    url = document.get("url") or document.get("endpoint")
    if all(document.get(key) for key in _keys):
        return Config(*(str(document[key]) for key in _keys), url=url)  # type: ignore[misc]
    in_scope = _scope.fullmatch(str(document.get("Scope") or ""))
    if in_scope:
        return Config(*in_scope.groups(), url=url)  # type: ignore[misc]
    if document.get("workspace"):
        return Config(None, None, str(document["workspace"]), url)
    raise UserErrorException(f"{file} does not name a workspace: it needs the keys subscription_id, resource_group and workspace_name.")


def write(path: Optional[str], file_name: Optional[str], subscription_id: str, resource_group: str, name: str, url: str) -> Path:
    """Writes the file; a folder `aml_config` that is there, or a `project.json` in it, is used again."""
    place = Path(path) if path is not None else Path.cwd()
    older = place / "aml_config"
    folder = older if older.is_dir() else place / ".azureml"
    target = folder / (file_name or ("project.json" if (older / "project.json").is_file() else "config.json"))
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "Id": None,
        "Scope": scope(subscription_id, resource_group, name),
        "subscription_id": subscription_id,
        "resource_group": resource_group,
        "workspace_name": name,
        "endpoint": url,
        "url": url,
    }
    target.write_text(json.dumps(content, indent=4) + "\n", encoding="utf-8")
    return target
