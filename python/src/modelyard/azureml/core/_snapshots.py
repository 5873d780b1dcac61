"""A run's code: kept when it starts, restored when somebody asks for it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ...connection import segment
from ...trees import _files_of, upload_tree
from ..connection import translated
from ..exceptions import SnapshotException
from ._run_documents import snapshot_tag

if TYPE_CHECKING:
    import modelyard

    from .run import Run

_most_bytes = 300 * 2**20
_most_files = 2000


def keep(own: "modelyard.Workspace", folder: Path) -> str:
    """Uploads a folder and returns its id.

    Raises:
        SnapshotException: it is larger than a snapshot may be.
    """
    problem = problem_with(folder)
    if problem is not None:
        raise SnapshotException(problem)
    with translated():
        return upload_tree(own.connection, own.name, folder)


def keep_if_small(own: "modelyard.Workspace", folder: Path) -> dict[str, str]:
    """The tags of a run whose code is ``folder``; a folder that is too large is left out, and a line says so."""
    problem = problem_with(folder)
    if problem is None:
        return {snapshot_tag: keep(own, folder), **git_tags(folder)}
    print(f"The run keeps no copy of its code: {problem}")
    return git_tags(folder)


def problem_with(folder: Path) -> Optional[str]:
    """Why a folder is no snapshot."""
    size = count = 0
    for name, file in _files_of(folder) if folder.is_dir() else [(folder.name, folder)]:
        size += file.stat().st_size
        count += 1
        if size > _most_bytes or count > _most_files:
            limit = "300 MB" if size > _most_bytes else f"{_most_files} files"
            return f"{folder} has more than {limit} (the last looked at was {name}). Leave out what is not code in a file .amlignore."
    return None


def git_tags(folder: Path) -> dict[str, str]:
    """Commit, branch and origin, read from the repository's files."""
    for place in (folder.resolve(), *folder.resolve().parents):
        head = place / ".git" / "HEAD"
        if head.is_file():
            return _git_of(place / ".git", head.read_text(encoding="utf-8").strip())
    return {}


def _git_of(git: Path, head: str) -> dict[str, str]:
    if not head.startswith("ref: "):
        return {"mlflow.source.git.commit": head}
    ref = head[5:]
    loose, packed = git / ref, git / "packed-refs"
    commit = loose.read_text(encoding="utf-8").strip() if loose.is_file() else ""
    if not commit and packed.is_file():
        commit = next((line.split(" ")[0] for line in packed.read_text(encoding="utf-8").splitlines() if line.endswith(f" {ref}")), "")
    found = {"mlflow.source.git.commit": commit, "mlflow.source.git.branch": ref.removeprefix("refs/heads/")}
    return {key: value for key, value in found.items() if value}


def digest_of(run: "Run") -> Optional[str]:
    """The run's own snapshot, or the code of its job."""
    job = run._document["jobId"]
    if job is None:
        found = run._document["tags"].get(snapshot_tag)
        return None if found is None else str(found)
    own = run._workspace._own
    with translated():
        code = own.connection.call("GET", f"{own.path}/jobs/{segment(job)}/source")["code"]
    return next(iter(code.values()), None)


def restore(run: "Run", snapshot_id: Optional[str], path: Optional[str]) -> str:
    """Writes the code as ``<id>.zip``."""
    digest = snapshot_id or digest_of(run)
    if digest is None:
        raise SnapshotException(f"Run {run.id} has no snapshot.")
    own = run._workspace._own
    target = Path(path or ".").absolute()
    if target.suffix != ".zip":
        target = target / f"{digest[:16]}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    with translated(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in own.connection.call("GET", f"{own.path}/trees/{segment(digest)}")["entries"]:
            archive.writestr(_info(entry), own.connection.open("GET", f"/api/v1{own.path}/blobs/{entry['digest']}").read())
    return os.fspath(target)


def _info(entry: dict[str, Any]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry["path"])
    info.external_attr = (0o755 if entry.get("mode") == "executable" else 0o644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
