"""``azureml.widgets.RunDetails``: a run as text, or as a table in a notebook that follows it."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from ..core._run_documents import ended


class RunDetails:
    """Shows a run, its children and its last values."""

    def __init__(self, run_instance: Any) -> None:
        self._run = run_instance

    def show(self, render_lib: Any = None, widget_settings: Any = None) -> None:
        """Prints the run now; in a notebook the table follows the run until its end, without holding up the cell."""
        shell = _notebook()
        if shell is None:
            print(self.text())
            return
        handle = shell.display(self, display_id=True)
        threading.Thread(target=self._follow, args=(handle,), name="modelyard-run-details", daemon=True).start()

    def _follow(self, handle: Any) -> None:
        while self._run.get_status() not in (*ended, "Finished"):
            time.sleep(1)
            handle.update(self)

    def text(self) -> str:
        """The run in lines."""
        return "\n".join([f"{name}: {value}" for name, value in self._rows()])

    def _rows(self) -> list[tuple[str, Any]]:
        run = self._run
        rows: list[tuple[str, Any]] = [("Run", run.id), ("Name", run.name), ("Status", run.get_status()), ("Page", run.get_portal_url())]
        rows += [(f"  {child.name}", child.get_status()) for child in run.get_children()]
        return rows + [(f"  {name}", _short(value)) for name, value in run.get_metrics().items()]

    def get_widget_data(self) -> dict[str, Any]:
        """What is shown, as a document."""
        return {"status": self._run.get_status(), "run_id": self._run.id, "run_metrics": self._run.get_metrics()}

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from .._display import html_table

        return html_table(("", ""), self._rows())


def _short(value: Any) -> Any:
    return f"{len(value)} values, the last {value[-1]}" if isinstance(value, list) and value else value


def _notebook() -> Any:
    """IPython's display functions, when this is a notebook's process."""
    if "ipykernel" not in sys.modules:
        return None
    import importlib

    return importlib.import_module("IPython.display")
