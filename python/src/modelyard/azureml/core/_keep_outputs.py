"""``python -m modelyard.azureml.core._keep_outputs``: after a submitted script, what it left in ``outputs`` and ``logs`` becomes files of its run."""

from __future__ import annotations

import os
from pathlib import Path

import modelyard

from ...connection import segment
from ._run_files import _files_below

folders = ("outputs", "logs")
_program = f"python -m {__name__}" if __name__ != "__main__" else ""


def keeping_outputs(command: str) -> str:
    """A command of the shell after which the folders are kept, whatever its exit code, which stays."""
    places = " ".join(folders)
    return f'mkdir -p {places}; {command}; code=$?; if [ "$(find {places} -type f | head -n 1)" ]; then {_program}; fi; exit $code'


def keep() -> None:
    own = modelyard.Workspace.get()
    path = f"{own.path}/runs/{segment(os.environ['MLFLOW_RUN_ID'])}/artifacts/content"
    for folder in folders:
        for file in _files_below(Path(folder)):
            with file.open("rb") as content:
                own.connection.call("PUT", path, query={"path": file.as_posix()}, data=content, size=file.stat().st_size)


if __name__ == "__main__":
    keep()
