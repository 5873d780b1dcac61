"""Uploading files: bytes are sent once, under their SHA-256, and a folder is a list of them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Iterator, Sequence

from .connection import Connection, segment
from .errors import ModelyardError
from .ignoring import create_ignore

_ignore_files = (".modelyardignore", ".amlignore")
# Scripts of the v1 era count on the second where the first is not there.
snapshot_ignore_files = (*_ignore_files, ".gitignore")
_chunk = 1 << 20


def upload_tree(connection: Connection, workspace: str, path: "str | Path", *, ignore_files: Sequence[str] = _ignore_files) -> str:
    """Uploads a file or a folder and returns the digest of its tree; what the server already has is not sent again.

    The first of ``ignore_files`` that lies in the folder says what is left out.

    Raises:
        ModelyardError: the path does not exist, or a link leaves the folder.
    """
    root = Path(path)
    if not root.exists():
        raise ModelyardError(f"There is no file or folder at {root}.")
    files = [(root.name, root)] if root.is_file() else list(_files_of(root, ignore_files))
    return store_entries(connection, workspace, upload_files(connection, workspace, files))


def upload_files(connection: Connection, workspace: str, files: "list[tuple[str, Path]]") -> "list[dict[str, Any]]":
    """Uploads files, each under a path of its own choice, and returns their entries."""
    entries = [
        {
            "path": name,
            "digest": _digest_of(file),
            "sizeBytes": file.stat().st_size,
            "mode": "executable" if os.access(file, os.X_OK) else "file",
        }
        for name, file in files
    ]
    base = f"/workspaces/{segment(workspace)}"
    by_digest = {str(entry["digest"]): file for entry, (_, file) in zip(entries, files)}
    digests = list(by_digest)
    for start in range(0, len(digests), 10_000):
        missing = connection.call("POST", f"{base}/blobs/missing", body={"digests": digests[start : start + 10_000]})["missing"]
        for digest in missing:
            file = by_digest[digest]
            with file.open("rb") as content:
                connection.call("PUT", f"{base}/blobs/{digest}", data=content, size=file.stat().st_size)
    return entries


def tree_entries(connection: Connection, workspace: str, digest: str) -> "list[dict[str, Any]]":
    """The files of a stored folder: ``path``, ``digest``, ``sizeBytes``, ``mode``."""
    return list(connection.call("GET", f"/workspaces/{segment(workspace)}/trees/{digest}")["entries"])


def store_entries(connection: Connection, workspace: str, entries: "list[dict[str, Any]]") -> str:
    """Stores a folder whose files the server already has; answers its digest."""
    body = {"entries": sorted(entries, key=lambda entry: str(entry["path"]))}
    return str(connection.call("POST", f"/workspaces/{segment(workspace)}/trees", body=body)["digest"])


def download_tree(connection: Connection, workspace: str, digest: str, folder: "str | Path") -> "list[Path]":
    """Writes the files of a stored folder below ``folder`` and returns their paths.

    Raises:
        ModelyardError: bytes came that are not the file's, or a path leads out of the folder.
    """
    root = Path(folder)
    written = []
    for entry in tree_entries(connection, workspace, digest):
        target = root / str(entry["path"])
        if ".." in target.parts or not target.is_relative_to(root):
            raise ModelyardError(f"The path {entry['path']!r} leads out of the folder.")
        target.parent.mkdir(parents=True, exist_ok=True)
        download_blob(connection, workspace, str(entry["digest"]), target, executable=entry.get("mode") == "executable")
        written.append(target)
    return written


def download_blob(connection: Connection, workspace: str, digest: str, target: Path, *, executable: bool = False) -> None:
    """Writes one stored file; it appears whole or not at all."""
    staged = target.with_name(f".{target.name}.{os.getpid()}.part")
    hashed = hashlib.sha256()
    try:
        with connection.open("GET", f"/api/v1/workspaces/{segment(workspace)}/blobs/{digest}") as answer, staged.open("wb") as file:
            while piece := answer.read(_chunk):
                hashed.update(piece)
                file.write(piece)
        if hashed.hexdigest() != digest:
            raise ModelyardError(f"What came for {target.name} is not what was asked for; try again.")
        if executable:
            staged.chmod(0o755)
        os.replace(staged, target)
    finally:
        staged.unlink(missing_ok=True)


def _files_of(root: Path, ignore_files: Sequence[str] = _ignore_files) -> Iterator[tuple[str, Path]]:
    ignored = create_ignore(_ignore_lines(root, ignore_files))
    real_root = root.resolve()
    for folder, names, files in os.walk(root):
        place = Path(folder).relative_to(root)
        names[:] = sorted(name for name in names if not ignored((place / name).as_posix(), True))
        for name in sorted(files):
            file, path = Path(folder, name), (place / name).as_posix()
            if path in _ignore_files or ignored(path, False):
                continue
            if file.is_symlink() and real_root not in file.resolve().parents:
                raise ModelyardError(f"{file} is a link that leads out of {root}; copy the file or exclude it in .modelyardignore.")
            if file.is_file():
                yield path, file


def _ignore_lines(root: Path, ignore_files: Sequence[str]) -> list[str]:
    """The first of the files that is there decides alone."""
    for name in ignore_files:
        file = root / name
        if file.is_file():
            return file.read_text(encoding="utf-8").splitlines()
    return []


def _digest_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_chunk):
            digest.update(chunk)
    return digest.hexdigest()
