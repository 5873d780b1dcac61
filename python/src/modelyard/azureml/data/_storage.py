"""A datastore's files: one folder that the server keeps as the versions of a data asset, changed by adding to it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping

from ...connection import segment
from ...errors import NotFound
from ...trees import _digest_of, store_entries, tree_entries, upload_files
from ..connection import translated

if TYPE_CHECKING:
    import modelyard

Entry = dict[str, Any]
asset_prefix = "datastore-"
# A file that is new in every version: the same content as once before would otherwise be that old version.
_mark = ".datastore/"


def read(own: "modelyard.Workspace", name: str, version: str = "latest") -> list[Entry]:
    """The files of a datastore; none when nothing was ever put there."""
    with translated():
        try:
            asset = own.data.get(asset_prefix + name, version)
        except NotFound:
            return []
        entries = tree_entries(own.connection, own.name, asset.to_dict()["digest"])
    return [entry for entry in entries if not entry["path"].startswith(_mark)]


def add(own: "modelyard.Workspace", name: str, files: Mapping[str, Path], tags: Mapping[str, str], overwrite: bool) -> int:
    """Puts files into a datastore, those that are there replaced or left alone; returns how many were put.

    Two that add at once both get theirs in: who was overtaken merges and adds again.
    """
    with translated():
        there = {entry["path"] for entry in read(own, name)}
        chosen = [(path, file) for path, file in files.items() if overwrite or path not in there]
        commit(own, name, upload_files(own.connection, own.name, chosen), tags)
    return len(chosen)


def commit(own: "modelyard.Workspace", name: str, added: list[Entry], tags: Mapping[str, str]) -> None:
    """Makes the datastore's next version, with files that the server has already."""
    base = _newest(own, name)
    merged = {entry["path"]: entry for entry in read(own, name)}
    while True:
        merged.update({entry["path"]: entry for entry in added})
        digest = store_entries(own.connection, own.name, [*merged.values(), _new_mark(own)])
        body = {"name": asset_prefix + name, "type": "uri_folder", "digest": digest, "tags": dict(tags)}
        made = int(own.connection.call("POST", f"{own.path}/data", body=body)["version"])
        if made == base + 1:
            return
        for overtaking in range(base + 1, made):
            merged.update({entry["path"]: entry for entry in read(own, name, str(overtaking))})
        base = made


def tree_below(own: "modelyard.Workspace", name: str, path: str) -> tuple[str, str]:
    """Digest and type of what lies at a path: a file, or a folder, which is empty when nothing was put there."""
    entries = read(own, name)
    wanted = path.strip("/")
    single = [{**entry, "path": wanted.rpartition("/")[2]} for entry in entries if wanted and entry["path"] == wanted]
    below = single or [{**entry, "path": entry["path"][len(wanted) + 1 :] if wanted else entry["path"]} for entry in entries if not wanted or entry["path"].startswith(f"{wanted}/")]
    with translated():
        return store_entries(own.connection, own.name, below), "uri_file" if single else "uri_folder"


def names(own: "modelyard.Workspace") -> list[str]:
    """Datastores that files were put into."""
    with translated():
        return [item["name"][len(asset_prefix) :] for item in own.data.list() if item["name"].startswith(asset_prefix)]


def download(own: "modelyard.Workspace", entry: Entry, target: Path) -> None:
    """Writes one file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with translated():
        answer = own.connection.open("GET", f"/api/v1{own.path}/blobs/{segment(entry['digest'])}")
        with target.open("wb") as file:
            while chunk := answer.read(1 << 20):
                file.write(chunk)


def _newest(own: "modelyard.Workspace", name: str) -> int:
    try:
        return int(own.data.get(asset_prefix + name).version)
    except NotFound:
        return 0


def _new_mark(own: "modelyard.Workspace") -> Entry:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mark"
        file.write_text(uuid.uuid4().hex)
        return upload_files(own.connection, own.name, [(f"{_mark}{_digest_of(file)[:16]}", file)])[0]
