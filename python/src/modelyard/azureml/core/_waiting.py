"""Waiting for a run's end, its log printed as it comes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..connection import translated
from ._run_documents import ended

if TYPE_CHECKING:
    from .run import Run


def wait_for_run(run: "Run", show_output: bool) -> None:
    """Returns when the run is over."""
    if show_output:
        print(f"RunId: {run.id}\nWeb View: {run.get_portal_url()}\n")
    log = _Log(run)
    pause = 0.05
    while True:
        status = run.get_status()
        if show_output:
            log.print_new()
        if status in ended:
            break
        time.sleep(pause)
        pause = min(0.5, pause * 1.3)
    if show_output:
        print(f"\nExecution Summary\n=================\nRunId: {run.id}\nWeb View: {run.get_portal_url()}\n")


class _Log:
    """The log of a job, read on from where it was."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._offset = 0
        self._attempt = 0

    def print_new(self) -> None:
        job = self._run._document["jobId"]
        if job is None:
            return
        with translated():
            chunks = self._chunks(job)
        for chunk in chunks:
            if chunk["attempt"] != self._attempt:
                self._attempt, self._offset = chunk["attempt"], chunk["offset"]
            end = chunk["offset"] + len(chunk["text"].encode())
            if end > self._offset:
                print(chunk["text"], end="", flush=True)
                self._offset = end

    def _chunks(self, job: str) -> list[dict[str, Any]]:
        own = self._run._workspace._own
        step = self._run._document["step"] or next((step.name for step in own.jobs.get(job).steps), None)
        return list(own.connection.call("GET", f"{own.path}/jobs/{job}/logs", query={"step": step, "offset": self._offset})["chunks"])
