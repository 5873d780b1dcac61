"""Uploading files: bytes are sent once, under their SHA-256, and a folder is a list of them."""

from __future__ import annotations

import fnmatch
import hashlib
import os
from pathlib import Path
from typing import Iterator

from .connection import Connection, segment
from .errors import ModelyardError

_never = {".git", "__pycache__", "node_modules", ".venv", ".ipynb_checkpoints", ".modelyard", ".azureml", ".DS_Store"}
_ignore_files = (".modelyardignore", ".amlignore")
_chunk = 1 << 20


def upload_tree(connection: Connection, workspace: str, path: "str | Path") -> str:
    """Uploads a file or a folder and returns the digest of its tree; what the server already has is not sent again.

    Raises:
        ModelyardError: the path does not exist, or a link leaves the folder.
    """
    root = Path(path)
    if not root.exists():
        raise ModelyardError(f"There is no file or folder at {root}.")
    files = [(root.name, root)] if root.is_file() else list(_files_of(root))
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
    return str(connection.call("POST", f"{base}/trees", body={"entries": sorted(entries, key=lambda entry: str(entry["path"]))})["digest"])


def _files_of(root: Path) -> Iterator[tuple[str, Path]]:
    patterns = _ignore_patterns(root)
    real_root = root.resolve()
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in _never and not _ignored(Path(folder, name), root, patterns))
        for name in sorted(files):
            file = Path(folder, name)
            if name in _never or name in _ignore_files or _ignored(file, root, patterns):
                continue
            if file.is_symlink() and real_root not in file.resolve().parents:
                raise ModelyardError(f"{file} is a link that leads out of {root}; copy the file or exclude it in .modelyardignore.")
            if file.is_file():
                yield file.relative_to(root).as_posix(), file


def _ignore_patterns(root: Path) -> list[str]:
    for name in _ignore_files:
        file = root / name
        if file.is_file():
            lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
            return [line for line in lines if line and not line.startswith("#")]
    return []


def _ignored(path: Path, root: Path, patterns: list[str]) -> bool:
    relative = path.relative_to(root).as_posix()
    return any(fnmatch.fnmatch(relative, pattern.strip("/")) or fnmatch.fnmatch(path.name, pattern.strip("/")) for pattern in patterns)


def _digest_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_chunk):
            digest.update(chunk)
    return digest.hexdigest()
