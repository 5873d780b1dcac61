"""Jobs: submissions of work, with their steps, logs and reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Union

from .connection import Connection, segment
from .documents import Document
from .errors import GateRefused, JobCanceled, JobFailed
from .trees import upload_tree
from .waiting import wait_until

Scalar = Union[str, int, float, bool, None]
ended = ("succeeded", "failed", "canceled")


class Step(Document):
    """One step of a job."""

    _shown = ("name", "status", "reused", "reason")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def status(self) -> str:
        """``pending``, ``queued``, ``running``, ``succeeded``, ``failed``, ``canceled`` or ``skipped``."""
        return str(self._document["status"])

    @property
    def reused(self) -> bool:
        return bool(self._document["reused"])

    @property
    def run_id(self) -> Optional[str]:
        return self._document.get("runId")

    @property
    def error(self) -> Optional[dict[str, Any]]:
        return self._document.get("error")

    @property
    def evidence(self) -> Optional[dict[str, Any]]:
        """What a gate decided and on what ground; ``None`` for other steps."""
        return self._document.get("evidence")


class Job(Document):
    """One submission of work."""

    _shown = ("id", "name", "status", "url")

    def __init__(self, document: dict[str, Any], connection: Connection, workspace: str) -> None:
        super().__init__(document)
        self._connection = connection
        self._path = f"/workspaces/{segment(workspace)}/jobs/{segment(document['id'])}"

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def status(self) -> str:
        """``queued``, ``running``, ``succeeded``, ``failed`` or ``canceled``."""
        return str(self._document["status"])

    @property
    def error(self) -> Optional[dict[str, Any]]:
        return self._document.get("error")

    @property
    def url(self) -> str:
        """The job's page."""
        return str(self._document["url"])

    @property
    def steps(self) -> list[Step]:
        return [Step(step) for step in self._document["steps"]]

    def step(self, name: str) -> Step:
        """The step of that name.

        Raises:
            KeyError: the job has none.
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(f"job {self.id} has no step {name!r}; it has {', '.join(step.name for step in self.steps)}")

    def refresh(self) -> "Job":
        """Reads the job anew."""
        self._document = self._connection.call("GET", self._path)
        return self

    def wait(self, timeout_seconds: Optional[float] = None, on_change: Optional[Callable[["Job"], None]] = None, raise_on_failure: bool = True, require_pass: bool = False) -> "Job":
        """Waits until the job ended. ``on_change`` is called whenever a step's status changed.

        Raises:
            JobFailed, JobCanceled: it ended so, and ``raise_on_failure`` is true.
            GateRefused: a gate did not pass, and ``require_pass`` is true.
            WaitTimeout: it did not end in time.
        """
        seen: Any = None

        def read() -> "Job":
            nonlocal seen
            if self.status not in ended:
                self.refresh()
            states = [(step.name, step.status) for step in self.steps]
            if on_change is not None and states != seen:
                on_change(self)
            seen = states
            return self

        wait_until(read, lambda job: job.status in ended, f"The end of job {self.id}", timeout_seconds)
        if raise_on_failure:
            self.raise_for_status()
        if require_pass:
            for step in self.steps:
                if step.evidence is not None and step.evidence["decision"] not in ("passed", "first"):
                    raise GateRefused(f"The gate '{step.name}' did not pass: {step.evidence['reason']}", self)
        return self

    def raise_for_status(self) -> None:
        """Raises when the job failed or was canceled, with the step, its error and the end of its log."""
        if self.status not in ("failed", "canceled"):
            return
        failed = next((step for step in self.steps if step.error), None)
        error = (failed.error if failed else self.error) or {}
        place = f" in the step '{failed.name}'" if failed else ""
        tail = "\n".join(f"  | {line}" for line in error.get("logTail", [])[-20:])
        text = f"Job {self.id} {self.status}{place}: {error.get('message', 'no message')}\n{tail}\nPage: {self.url}"
        raise (JobCanceled if self.status == "canceled" else JobFailed)(text, self)

    def cancel(self) -> "Job":
        """Asks the job to end; returns when that is recorded."""
        self._document = self._connection.call("POST", f"{self._path}/cancel")
        return self

    def why(self, step: Optional[str] = None) -> list[dict[str, Any]]:
        """Why each step ran or was reused: ``step``, ``reused``, ``reason``, ``changes``."""
        return list(self._connection.call("GET", f"{self._path}/why", query={"step": step}))

    def logs(self, step: Optional[str] = None) -> str:
        """The log so far; of one step, or of all, one after the other."""
        chunks = self._connection.call("GET", f"{self._path}/logs", query={"step": step, "limitBytes": 8_388_608})["chunks"]
        return "".join(chunk["text"] for chunk in chunks)


class JobCollection:
    """The jobs of a workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._path = f"/workspaces/{segment(workspace)}"

    def submit(self, file: "str | Path", *, set: Optional[Mapping[str, Scalar]] = None, force: bool = False, experiment: Optional[str] = None, tags: Optional[Mapping[str, str]] = None) -> Job:
        """Submits a pipeline or command file; the folders it names are uploaded first.

        Raises:
            InvalidInput: the file is not valid; ``places`` say where.
        """
        body = self.submission(file, set=set, force=force, experiment=experiment, tags=tags)
        return self._job(self._connection.call("POST", f"{self._path}/jobs", body=body))

    def submission(self, file: "str | Path", *, set: Optional[Mapping[str, Scalar]] = None, force: bool = False, experiment: Optional[str] = None, tags: Optional[Mapping[str, str]] = None) -> dict[str, Any]:
        """The body of a submission, its folders uploaded."""
        path = Path(file)
        source = {"name": path.name, "text": path.read_text(encoding="utf-8")}
        body: dict[str, Any] = {"source": source, "set": dict(set or {}), "code": {}, "force": force, "tags": dict(tags or {})}
        if experiment is not None:
            body["experiment"] = experiment
        plan = self._connection.call("POST", f"{self._path}/jobs/plan", body=body)
        body["code"] = {name: upload_tree(self._connection, self._workspace, path.parent / name) for name in plan["code"]}
        return body

    def get(self, job_id: str) -> Job:
        """One job.

        Raises:
            NotFound: there is none of that id.
        """
        return self._job(self._connection.call("GET", f"{self._path}/jobs/{segment(job_id)}"))

    def list(self, *, status: Optional[str] = None, pipeline: Optional[str] = None) -> Iterator[dict[str, Any]]:
        """Summaries of jobs, newest first."""
        return self._connection.pages(f"{self._path}/jobs", {"status": status, "pipeline": pipeline})

    def _job(self, document: dict[str, Any]) -> Job:
        return Job(document, self._connection, self._workspace)
