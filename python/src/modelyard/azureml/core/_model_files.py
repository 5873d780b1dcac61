"""A model's files: how they lie in a version, and where a script finds them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Iterable, Optional

import modelyard

from ...trees import download_tree, store_entries, tree_entries, upload_tree
from ..exceptions import ModelNotFoundException, WebserviceException

folder_name = "azureml-models"


def upload(own: modelyard.Workspace, path: str, child_paths: "Optional[Iterable[str]]" = None) -> str:
    """Uploads a file or a folder under its own name and returns the digest.

    An MLflow model stays what it is, with ``MLmodel`` at the top: it is served without a script.
    """
    root = Path(path)
    if not root.exists():
        raise WebserviceException(f"Error, provided model path \"{path}\" cannot be found")
    digest = upload_tree(own.connection, own.name, root)
    if root.is_file():
        return digest
    entries = tree_entries(own.connection, own.name, digest)
    if child_paths is not None:
        entries = _chosen(entries, list(child_paths), path)
    return store_entries(own.connection, own.name, under(root.resolve().name, entries))


def under(name: str, entries: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
    """A folder's files below the folder's name, unless it is an MLflow model."""
    if any(entry["path"] == "MLmodel" for entry in entries):
        return entries
    return [{**entry, "path": f"{name}/{entry['path']}"} for entry in entries]


def _chosen(entries: "list[dict[str, Any]]", wanted: "list[str]", path: str) -> "list[dict[str, Any]]":
    names = [os.path.normpath(name).replace(os.sep, "/") for name in wanted]
    kept = [entry for entry in entries if any(entry["path"] == name or str(entry["path"]).startswith(f"{name}/") for name in names)]
    if not kept:
        raise WebserviceException(f"None of child_paths ({', '.join(wanted)}) is in {path}.")
    return kept


def combined(own: modelyard.Workspace, versions: "Iterable[Any]") -> str:
    """One folder with ``NAME/VERSION/…`` of several models; nothing is uploaded again."""
    entries = [{**entry, "path": f"{version.model}/{version.version}/{entry['path']}"} for version in versions for entry in tree_entries(own.connection, own.name, version.tree)]
    return store_entries(own.connection, own.name, entries)


def download(own: modelyard.Workspace, tree: str, folder: Path, exist_ok: bool) -> str:
    """Writes a version's files into a folder; returns the file, or the folder that holds them all."""
    entries = tree_entries(own.connection, own.name, tree)
    top = sorted({str(entry["path"]).split("/", 1)[0] for entry in entries})
    taken = [name for name in top if (folder / name).exists()]
    if taken and not exist_ok:
        raise WebserviceException(f"There is already {folder / taken[0]}. Pass exist_ok=True to write over it.")
    download_tree(own.connection, own.name, tree, folder)
    return str(folder / top[0]) if len(top) == 1 else str(folder)


def path_of(name: str, version: Optional[int], own: Optional[modelyard.Workspace]) -> str:
    """Where a script finds a model: below the scoring process's model folder, fetched into a job, or beside the script.

    Raises:
        ModelNotFoundException: it is nowhere.
    """
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise WebserviceException(f"version must be a whole number, not {version!r}")
    found = _in_scoring(name, version)
    if found is not None:
        return found
    if own is not None or os.environ.get("MODELYARD_JOB_ID"):
        return _fetched(own or modelyard.Workspace.get(), name, version)
    roots = [os.environ.get("AML_APP_ROOT"), os.getcwd()]
    for root in [Path(part) for part in roots if part]:
        local = _in_layout(root / folder_name, name, version)
        if local is not None:
            return local
    if os.path.exists(name):
        return name
    raise ModelNotFoundException(f"Model {name} not found: it is neither in {folder_name}/{name} nor at ./{name}. In a notebook, give the workspace: Model(workspace, name).download().")


def _in_scoring(name: str, version: Optional[int]) -> Optional[str]:
    text = os.environ.get("MODELYARD_SCORING")
    if not text:
        return None
    settings = json.loads(text)
    folder = settings.get("model")
    if folder is None:
        return None
    if settings.get("name"):
        fits = settings["name"] == name and (version is None or str(version) == settings["version"])
        return _single(Path(folder)) if fits else None
    return _in_layout(Path(folder), name, version)


def _in_layout(root: Path, name: str, version: Optional[int]) -> Optional[str]:
    folder = root / name
    if not folder.is_dir():
        return None
    numbers = sorted(int(part.name) for part in folder.iterdir() if part.name.isdigit())
    chosen = version if version is not None else (numbers[-1] if numbers else None)
    if chosen not in numbers:
        return None
    return _single(folder / str(chosen))


def _single(folder: Path) -> str:
    entries = sorted(folder.iterdir())
    return str(entries[0]) if len(entries) == 1 else str(folder)


def _fetched(own: modelyard.Workspace, name: str, version: Optional[int]) -> str:
    found = own.models.find(name, "latest" if version is None else str(version))
    if found is None or found.tree is None:
        raise ModelNotFoundException(f"Model {name}{'' if version is None else f':{version}'} not found in the workspace {own.name}.")
    folder = Path(folder_name) / name / found.version
    return download(own, found.tree, folder, exist_ok=True)
