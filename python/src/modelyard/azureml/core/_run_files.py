"""Files of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Iterator, Optional, Sequence, Union

from ...errors import NotFound
from ..connection import translated
from ..exceptions import UserErrorException
from ._shipping import values_folder

if TYPE_CHECKING:
    from .workspace import Workspace


class RunFiles:
    """Uploading and downloading; what ``Run`` has of it."""

    _workspace: "Workspace"
    _data_id: str

    def upload_file(self, name: str, path_or_stream: "Union[str, os.PathLike[str], BinaryIO]", datastore_name: Optional[str] = None) -> dict[str, Any]:
        """Keeps a file with the run under ``name``.

        Raises:
            UserErrorException: there is no such file.
        """
        if hasattr(path_or_stream, "read"):
            content = path_or_stream.read()  # type: ignore[union-attr]
            data = content.encode() if isinstance(content, str) else content
            return self._put(name, data, len(data))
        path = Path(path_or_stream)  # type: ignore[arg-type]
        if not path.is_file():
            raise UserErrorException(f"There is no file at {path}, so it was not kept as {name}.")
        with path.open("rb") as file:
            return self._put(name, file, path.stat().st_size)

    def upload_files(self, names: Sequence[str], paths: Sequence[str], return_artifacts: bool = False, timeout_seconds: Optional[float] = None, datastore_name: Optional[str] = None) -> Optional[dict[str, Any]]:
        """Keeps several files, the n-th under the n-th name."""
        if len(names) != len(paths):
            raise UserErrorException(f"There are {len(names)} names for {len(paths)} files.")
        kept = {name: self.upload_file(name, path) for name, path in zip(names, paths)}
        return kept if return_artifacts else None

    def upload_folder(self, name: str, path: "str | os.PathLike[str]", datastore_name: Optional[str] = None) -> None:
        """Keeps a folder's files below ``name``."""
        folder = Path(path)
        if not folder.is_dir():
            raise UserErrorException(f"There is no folder at {folder}, so it was not kept as {name}.")
        for file in _files_below(folder):
            below = file.relative_to(folder).as_posix()
            self.upload_file(f"{name}/{below}" if name else below, file)

    def get_file_names(self) -> list[str]:
        """The names of the run's files, sorted."""
        return sorted(name for name in self._names("") if not name.startswith(f"{values_folder}/"))

    def download_file(self, name: str, output_file_path: Optional[str] = None, _validate_checksum: bool = False) -> None:
        """Writes a file of the run to ``output_file_path`` (a folder: into it), else under its own name here.

        Raises:
            UserErrorException: the run has no such file.
        """
        target = Path(output_file_path) if output_file_path is not None else Path(name).parent / Path(name).name
        if output_file_path is not None and (target.is_dir() or output_file_path.endswith("/")):
            target = target / Path(name).name

        def absent(error: NotFound) -> UserErrorException:
            return UserErrorException(f"File with path {name} was not found. Available files are: {', '.join(self.get_file_names())}", error)

        with translated(absent):
            answer = self._open(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                while chunk := answer.read(1 << 20):
                    file.write(chunk)

    def download_files(self, prefix: Optional[str] = None, output_directory: Optional[str] = None, output_paths: Optional[Sequence[str]] = None, batch_size: int = 100, append_prefix: bool = True, timeout_seconds: Optional[float] = None) -> None:
        """Writes the files whose names begin with ``prefix`` below ``output_directory``."""
        names = [name for name in self.get_file_names() if name.startswith(prefix or "")]
        for position, name in enumerate(names):
            below = name if append_prefix or not prefix else name[len(prefix) :].lstrip("/")
            target = output_paths[position] if output_paths else os.path.join(output_directory or ".", below)
            self.download_file(name, target)

    def _names(self, folder: str) -> Iterator[str]:
        with translated():
            items = self._workspace._own.connection.call("GET", f"{self._files_path}/artifacts", query={"path": folder})["items"]
        for item in items:
            if item["isFolder"]:
                yield from self._names(item["path"])
            else:
                yield item["path"]

    def _open(self, name: str) -> Any:
        return self._workspace._own.connection.open("GET", f"/api/v1{self._files_path}/artifacts/content", query={"path": name})

    def _put(self, name: str, data: Any, size: int) -> dict[str, Any]:
        with translated():
            return dict(self._workspace._own.connection.call("PUT", f"{self._files_path}/artifacts/content", query={"path": name.strip("/")}, data=data, size=size))

    @property
    def _files_path(self) -> str:
        return f"{self._workspace._own.path}/runs/{self._data_id}"


def _files_below(folder: Path) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        names.sort()
        yield from (Path(place, name) for name in sorted(files))
