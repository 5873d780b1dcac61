"""Values of a run: on their way to the server, and read back."""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING, Any, Iterator, Optional

from ..connection import translated
from ._run_logging import RunLogging
from ._shipping import shipper
from ._spool import Spool

if TYPE_CHECKING:
    from .run import Run
    from .workspace import Workspace

_away_seconds = 5.0


class RunValues(RunLogging):
    """What ``Run`` has of the spool and of reading values."""

    _workspace: "Workspace"
    _document: dict[str, Any]
    _data_id: str
    _spool: Optional[Spool]
    _interactive: bool
    id: str

    if TYPE_CHECKING:

        def _data(self) -> str: ...

        def get_children(self) -> "Iterator[Run]": ...

        def _put(self, name: str, data: Any, size: int) -> dict[str, Any]: ...

    def _number(self, name: str, value: Any, step: Optional[int] = None) -> None:
        (self._spool or self._open_spool()).number(name, value, step)

    def _record(self, name: str, kind: str, value: Any) -> None:
        (self._spool or self._open_spool()).record(name, kind, value)

    def _keep(self, name: str, data: bytes) -> None:
        self._put(name, data, len(data))

    def _open_spool(self) -> Spool:
        from ._watcher import start_watcher
        from ._spool import owner

        own = self._workspace._own
        settings = own.connection.settings
        steps = {metric["name"]: metric["step"] + 1 for metric in self._document["metrics"]}
        self._spool = Spool(settings.url, own.name, self._data_id, self._interactive, steps)
        shipper.add(self._spool, own.connection)
        start_watcher(owner, settings.url, settings.token)
        if not self._interactive:
            atexit.register(self._finish_spool)
        return self._spool

    def _finish_spool(self) -> bool:
        spool, self._spool = self._spool, None
        if spool is None or spool.closed:
            return True
        done = shipper.finish(spool, _away_seconds)
        if not done:
            print(f"The server is away: values of run {self.id} lie in {spool.path} and are sent when it answers again.", file=sys.stderr)
        return done

    def flush(self, timeout_seconds: float = 300) -> None:
        """Returns when the server has all that was logged."""
        if self._spool is not None and not shipper.flush(self._spool, timeout_seconds):
            raise TimeoutError(f"The server did not take the values of run {self.id} within {timeout_seconds:g} s. They are kept in {self._spool.path}.")

    def get_metrics(self, name: Optional[str] = None, recursive: bool = False, run_type: Any = None, populate: bool = False) -> dict[str, Any]:
        """What was logged: a number where a name was logged once, a list where several times, columns for rows and tables.

        With ``recursive`` a dict of the run and of all below it, by their ids.
        """
        from ._metrics import read_metrics

        self.flush()
        with translated():
            found = read_metrics(self._workspace._own.connection, self._workspace.name, self._data())
        chosen = {key: value for key, value in found.items() if name in (None, key)}
        if not recursive:
            return chosen
        return {self.id: chosen, **{key: value for child in self.get_children() for key, value in child.get_metrics(name, recursive=True).items()}}
