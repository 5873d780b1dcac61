"""What steps leave: where it is, and how it comes here."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Optional

from ....trees import download_tree

if TYPE_CHECKING:
    from .run import StepRun


class PortDataReference:
    """The place of an output: its files lie under ``path_on_datastore``, also where they are downloaded to."""

    def __init__(self, step_run: "StepRun", output: str) -> None:
        self._step_run = step_run
        self._output = output

    @property
    def name(self) -> str:
        return self._output

    @property
    def data_reference_name(self) -> str:
        return self._output

    @property
    def datastore_name(self) -> str:
        return "workspaceblobstore"

    @property
    def datastore(self) -> Any:
        return self._step_run._workspace.get_default_datastore()

    @property
    def path_on_datastore(self) -> str:
        return f"azureml/{self._step_run.id}/{self._output}"

    def download(self, local_path: "str | os.PathLike[str]", overwrite: Optional[bool] = None, show_progress: bool = True) -> int:
        """Writes the files below ``local_path``, in the folders of ``path_on_datastore``; answers how many."""
        count = self._step_run._download(self._output, os.path.join(local_path, *self.path_on_datastore.split("/")), bool(overwrite))
        if show_progress:
            print(f"Downloaded {count} files of {self._output} to {local_path}")
        return count

    def __repr__(self) -> str:
        return f"PortDataReference(name={self._output!r}, path_on_datastore={self.path_on_datastore!r})"


class StepRunOutput:
    """One output of a step's run."""

    def __init__(self, step_run: "StepRun", name: str) -> None:
        self._step_run = step_run
        self.name = name
        self.display_name = name

    @property
    def is_port(self) -> bool:
        return True

    @property
    def context_type(self) -> str:
        return "PortDataReference"

    def get_port_data_reference(self) -> PortDataReference:
        """Where the output is, to be downloaded."""
        return PortDataReference(self._step_run, self.name)

    def __repr__(self) -> str:
        return f"StepRunOutput(name={self.name!r})"


def download_output(own: Any, tree: str, local_path: str, overwrite: bool) -> int:
    """Writes a tree's files below a folder; files that are there stay unless they may be overwritten."""
    target = Path(local_path)
    target.mkdir(parents=True, exist_ok=True)
    if overwrite or not any(target.iterdir()):
        return len(download_tree(own.connection, own.name, tree, target))
    with TemporaryDirectory(dir=target.parent, prefix=".modelyard-") as staging:
        written = 0
        for file in download_tree(own.connection, own.name, tree, staging):
            place = target / file.relative_to(staging)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.replace(file, place)
                written += 1
    return written
