"""Where a dataset's files come from: a place in a datastore, local files, an address, or a version that is registered."""

from __future__ import annotations

import fnmatch
import glob
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Sequence, Union
from urllib.parse import unquote, urlsplit

from ...trees import tree_entries, upload_files
from ..connection import translated
from ..exceptions import UserErrorException
from . import _storage
from .data_reference import DataReference
from .datapath import DataPath

if TYPE_CHECKING:
    import modelyard

Entry = dict[str, Any]
_wild = "*?["


@dataclass(frozen=True)
class Found:
    """Files of one source, and whether it is one file by itself."""

    entries: list[Entry]
    is_file: bool


@dataclass(frozen=True)
class StoredSource:
    """Files of a datastore that fit a path, which may have wildcards."""

    datastore: Any
    path: str

    def identity(self) -> Any:
        return ("datastore", self.datastore.workspace.name, self.datastore.name, self.path)

    def find(self, own: "modelyard.Workspace") -> Found:
        entries = _storage.read(self.datastore.workspace._own, self.datastore.name)
        wanted = self.path.strip("/")
        single = [entry for entry in entries if entry["path"] == wanted]
        if single:
            return Found([{**single[0], "path": wanted.rpartition("/")[2]}], True)
        base = _plain_part(wanted)
        pattern = wanted if any(sign in wanted for sign in _wild) else f"{wanted}/**".lstrip("/")
        fitting = [entry for entry in entries if _fits(entry["path"], pattern)]
        return Found([{**entry, "path": entry["path"][len(base) :].lstrip("/")} for entry in fitting], False)


@dataclass(frozen=True)
class LocalSource:
    """Files of this machine."""

    path: str

    def identity(self) -> Any:
        return ("local", os.path.abspath(self.path))

    def find(self, own: "modelyard.Workspace") -> Found:
        path = Path(self.path)
        if path.is_file():
            return Found(upload_files(own.connection, own.name, [(path.name, path)]), True)
        files = [Path(name) for name in sorted(glob.glob(self.path if not path.is_dir() else str(path / "**"), recursive=True)) if os.path.isfile(name)]
        base = path if path.is_dir() else Path(_plain_part(self.path) or ".")
        return Found(upload_files(own.connection, own.name, [(Path(os.path.relpath(file, base)).as_posix(), file) for file in files]), False)


@dataclass(frozen=True)
class WebSource:
    """A file behind an address. It is fetched once, when the dataset is first used."""

    url: str

    def identity(self) -> Any:
        return ("web", self.url)

    def find(self, own: "modelyard.Workspace") -> Found:
        import shutil
        import urllib.request

        name = unquote(urlsplit(self.url).path).rpartition("/")[2] or "data"
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / name
            try:
                with urllib.request.urlopen(self.url, timeout=60) as answer, target.open("wb") as file:
                    shutil.copyfileobj(answer, file)
            except OSError as error:
                raise UserErrorException(f"{self.url} could not be fetched: {error}", error) from error
            return Found(upload_files(own.connection, own.name, [(name, target)]), True)


@dataclass(frozen=True)
class TreeSource:
    """Files that the server has as a folder already."""

    digest: str
    is_file: bool

    def identity(self) -> Any:
        return ("tree", self.digest)

    def find(self, own: "modelyard.Workspace") -> Found:
        with translated():
            return Found(tree_entries(own.connection, own.name, self.digest), self.is_file)


Source = Union[StoredSource, LocalSource, WebSource, TreeSource]


def sources_of(path: Any) -> list[Source]:
    """The sources of a ``path`` argument: a place in a datastore, a tuple of datastore and path, a local path, an address, or a list of these."""
    if isinstance(path, (list, set)):
        return [source for part in path for source in sources_of(part)]
    if isinstance(path, (DataPath, DataReference)):
        return [StoredSource(path.datastore, path.path_on_datastore)]
    if isinstance(path, tuple) and len(path) == 2:
        return [StoredSource(path[0], part) for part in ([path[1]] if isinstance(path[1], str) else path[1])]
    if isinstance(path, (str, os.PathLike)):
        text = os.fspath(path)
        if text.startswith(("http://", "https://")):
            return [WebSource(text)]
        return [LocalSource(text.removeprefix("file://"))]
    raise UserErrorException(f"{path!r} is no path of a dataset. Use a DataPath, (datastore, 'path'), an http address or a local path.")


def check(sources: Sequence[Source]) -> None:
    """Raises when a local source is not there, while the script's line is still known."""
    for source in sources:
        if isinstance(source, LocalSource) and not glob.glob(source.path, recursive=True):
            raise UserErrorException(f"There is no file or folder at {source.path}.")


def _plain_part(path: str) -> str:
    """The folders of a path before the first wildcard."""
    plain: list[str] = []
    for part in path.split("/"):
        if any(sign in part for sign in _wild):
            break
        plain.append(part)
    return "/".join(plain)


def _fits(path: str, pattern: str) -> bool:
    """Wildcards as in dataset paths: ``**`` crosses folders, ``*`` does not."""
    if "**" in pattern:
        loose = pattern.replace("**/", "*").replace("**", "*")
        return fnmatch.fnmatchcase(path, loose)
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)
