"""How a run ends: by its own word, with its process, or with its job."""

from __future__ import annotations

import atexit
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Mapping, Optional, Type

from ...errors import ServerUnreachable
from ..connection import translated
from ..exceptions import ActivityFailedException
from . import _run_documents as documents
from ._run_files import _files_below
from ._spool import Spool

if TYPE_CHECKING:
    from .workspace import Workspace

_open_runs: "list[RunEnd]" = []


class RunEnd:
    """What ``Run`` has of ending and waiting."""

    _workspace: "Workspace"
    _document: dict[str, Any]
    _data_id: str
    _outputs: Optional[Path]
    _submitted: bool
    _over: bool
    id: str

    if TYPE_CHECKING:

        def flush(self, timeout_seconds: float = 300) -> None: ...

        def _finish_spool(self) -> bool: ...

        def _log_tags(self, tags: Mapping[str, str]) -> None: ...

        def upload_file(self, name: str, path_or_stream: Any) -> dict[str, Any]: ...

        def get_details(self) -> dict[str, Any]: ...

        def get_portal_url(self) -> str: ...

    def complete(self, _set_status: bool = True) -> None:
        """Keeps the outputs folder and ends the run as completed; in a job the job's end is the run's."""
        self._end("finished")

    def fail(self, error_details: Any = None, error_code: Optional[str] = None, _set_status: bool = True) -> None:
        """Ends the run as failed."""
        if error_details is not None and not self._submitted:
            self._log_tags({f"{documents.property_tag}error": f"{error_code or 'UserError'}: {error_details}"[:5000]})
        self._end("failed")

    def cancel(self) -> None:
        """Ends the run as canceled; a job is asked to end."""
        if self._document["jobId"] and not self._submitted:
            with translated():
                self._workspace._own.jobs.get(self._document["jobId"]).cancel()
            return
        self._end("killed")

    def _end(self, status: str) -> None:
        if self._submitted or self._over:
            self.flush()
            return
        self._over = True
        if self in _open_runs:
            _open_runs.remove(self)
        try:
            self._upload_outputs()
            if self._finish_spool():
                self._document = documents.end_run(self._workspace._own, self.id, status)
                return
        except ServerUnreachable:
            pass
        self._leave_end(status)

    def _leave_end(self, status: str) -> None:
        """The server is away: the end waits with the values."""
        settings = self._workspace._own.connection.settings
        spool = Spool(settings.url, self._workspace.name, self._data_id, False)
        spool.end(status)
        spool.close()

    def _upload_outputs(self) -> None:
        if self._outputs is not None and self._outputs.is_dir():
            for file in _files_below(self._outputs):
                self.upload_file(f"{self._outputs.name}/{file.relative_to(self._outputs).as_posix()}", file)

    def wait_for_completion(self, show_output: bool = False, wait_post_processing: bool = False, raise_on_error: bool = True) -> dict[str, Any]:
        """Waits for the end.

        Args:
            show_output: print the log as it comes.
            raise_on_error: raise when the run failed.

        Raises:
            ActivityFailedException: it failed.
        """
        from ._waiting import wait_for_run

        wait_for_run(self, show_output)
        details = self.get_details()
        if raise_on_error and details["status"] == "Failed":
            error = details.get("error", {}).get("message", "")
            raise ActivityFailedException(f"Run {self.id} failed: {error}\nPage: {self.get_portal_url()}")
        return details

    def _log_text(self) -> str:
        job = self._document["jobId"]
        return self._workspace._own.jobs.get(job).logs(self._document["step"]) if job else ""

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        if kind is None:
            self.complete()
        else:
            self.fail(error_details=error, error_code=kind.__name__)


def end_with_process(run: RunEnd) -> None:
    """Sees to it that the run is over when the process is."""
    if not _open_runs:
        atexit.register(_end_open_runs)
    _open_runs.append(run)


def _end_open_runs() -> None:
    """At the end of the process: completed, or failed when the script ended with an error."""
    failed = getattr(sys, "last_value", None) is not None and not hasattr(sys, "ps1") and "ipykernel" not in sys.modules
    for run in list(_open_runs):
        try:
            run._end("failed" if failed else "finished")
        except Exception as error:  # The others still have to end.
            print(f"Run {run.id} could not be ended: {error}", file=sys.stderr)
