"""A run's code and environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, NoReturn, Optional

from . import _run_documents as documents

if TYPE_CHECKING:
    from .environment import Environment
    from .run import Run
    from .workspace import Workspace


class RunCode:
    """What ``Run`` has of snapshots and environments."""

    _workspace: "Workspace"
    _document: dict[str, Any]

    if TYPE_CHECKING:

        def _log_tags(self, tags: Mapping[str, str]) -> None: ...

    def take_snapshot(self, file_or_folder_path: str) -> str:
        """Keeps a folder as the run's code and returns its id."""
        from ._snapshots import keep

        digest = keep(self._workspace._own, Path(file_or_folder_path))
        self._log_tags({documents.snapshot_tag: digest})
        return digest

    def get_snapshot_id(self) -> Optional[str]:
        from ._snapshots import digest_of

        return digest_of(self)

    def restore_snapshot(self, snapshot_id: Optional[str] = None, path: Optional[str] = None) -> str:
        """Writes the run's code as a zip file into ``path`` and returns where it is."""
        from ._snapshots import restore

        return restore(self, snapshot_id, path)

    def get_environment(self) -> "Environment":
        """The environment that the script was submitted with."""
        from .environment import Environment

        return Environment._of_job(self._workspace, self._document["jobId"])

    def get_secret(self, name: str) -> NoReturn:
        """There is no store of secrets yet; the error says what to do instead."""
        self._workspace.get_default_keyvault()
