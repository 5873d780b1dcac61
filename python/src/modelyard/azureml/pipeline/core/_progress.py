"""Waiting for a pipeline run, and what is printed meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from .run import PipelineRun

_longest_pause = 0.5


def follow(run: "PipelineRun", show_output: bool, timeout_seconds: float, only: Optional[str] = None) -> None:
    """Waits for the end of the run, or of the step ``only``.

    Raises:
        TimeoutError: it did not come in time.
    """
    printer = _Printer(run, only) if show_output else None
    limit = time.monotonic() + timeout_seconds
    pause = 0.03
    while True:
        job = run._read()
        if printer is not None:
            printer.show(job)
        if _ended(job, only):
            break
        if time.monotonic() > limit:
            raise TimeoutError(f"{run.id} did not end within {timeout_seconds:g} s; it goes on.")
        time.sleep(pause)
        pause = min(_longest_pause, pause * 1.3)
    if printer is not None:
        printer.summary()


def _ended(job: Any, only: Optional[str]) -> bool:
    if only is None:
        return job["status"] not in ("queued", "running")
    step = next(each for each in job["steps"] if each["name"] == only)
    return step["status"] not in ("pending", "queued", "running")


class _Printer:
    """Says what changed since it last looked."""

    def __init__(self, run: "PipelineRun", only: Optional[str]) -> None:
        self._run = run
        self._only = only
        self._status: Optional[str] = None
        self._steps: dict[str, str] = {}
        if only is None:
            print(f"PipelineRunId: {run.id}")
            print(f"Link to the run's page: {run.get_portal_url()}")

    def show(self, job: Any) -> None:
        from ._graph_run import job_words, step_words

        status = job_words[job["status"]]
        if self._only is None and status != self._status and job["status"] in ("queued", "running"):
            print(f"PipelineRun Status: {status}")
        self._status = status
        for step in job["steps"]:
            if self._only in (None, step["name"]) and self._steps.get(step["name"]) != step["status"]:
                self._steps[step["name"]] = step["status"]
                self._show_step(step, step_words[step["status"]])

    def _show_step(self, step: Any, status: str) -> None:
        name = self._run._name_of(step["name"])
        if step["status"] in ("pending", "queued"):
            return
        if step["status"] == "running":
            print(f"\n\nStepRunId: {step['runId']}\nStepRun( {name} ) Status: Running")
            return
        if step["status"] == "skipped":
            print(f"\nStepRun( {name} ) Status: NotStarted ({step['reason']})")
            return
        if not step["reused"]:
            self._print_log(step["name"])
        print(f"\nStepRun( {name} ) Execution Summary\n" + "=" * (len(name) + 29))
        print(f"StepRun( {name} ) Status: {status}" + (" (reused)" if step["reused"] else ""))

    def _print_log(self, key: str) -> None:
        text = self._run._workspace._own.jobs.get(self._run.id).logs(key)
        if text:
            print(text, end="" if text.endswith("\n") else "\n")

    def summary(self) -> None:
        if self._only is None:
            print("\n\nPipelineRun Execution Summary\n==============================")
            print(f"PipelineRun Status: {self._status}")
            print(self._run.get_details())
