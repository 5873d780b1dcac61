"""What runs of pipelines and of their steps have in common, and the words that these have for their states."""

from __future__ import annotations

from typing import Any

from ...core.run import Run

# A plain run says Completed; a pipeline's run and its steps say Finished.
job_words = {"queued": "NotStarted", "running": "Running", "succeeded": "Finished", "failed": "Failed", "canceled": "Canceled"}
step_words = {**job_words, "pending": "NotStarted", "queued": "Queued", "skipped": "NotStarted"}


class GraphRun(Run):
    """What runs of pipelines and of steps have in common: the server ends them, the script does not."""

    def complete(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError(f"A {type(self).__name__} ends with its work; cancel() ends it before.")

    def fail(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError(f"A {type(self).__name__} ends with its work; cancel() ends it before.")

    def child_run(self, *_: Any, **__: Any) -> Run:
        raise NotImplementedError(f"A {type(self).__name__} has the children that its pipeline gives it.")
