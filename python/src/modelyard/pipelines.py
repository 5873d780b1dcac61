"""Published pipelines: started by name, with parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

from .connection import Connection, segment
from .documents import Document
from .jobs import Job, JobCollection, Scalar


class Pipeline(Document):
    """A published pipeline."""

    _shown = ("name", "version", "enabled", "endpoint")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def version(self) -> int:
        return int(self._document["version"])

    @property
    def endpoint(self) -> str:
        """The URL that a ``POST`` with ``{"ParameterAssignments": {…}}`` starts it at."""
        return str(self._document["endpoint"])


class PipelineCollection:
    """The published pipelines of a workspace."""

    def __init__(self, connection: Connection, jobs: JobCollection) -> None:
        self._connection = connection
        self._jobs = jobs
        self._path = f"{jobs._path}/pipelines"

    def publish(self, name: str, *, file: "str | Path | None" = None, job: Optional[Job] = None, description: str = "") -> Pipeline:
        """Publishes a file, or what a job ran, under a name; the name again makes its next version."""
        body: dict[str, Any] = {"name": name, "description": description}
        if job is not None:
            body["jobId"] = job.id
        elif file is not None:
            body["submission"] = self._jobs.submission(file)
        else:
            raise ValueError("publish() needs a file or a job")
        return Pipeline(self._connection.call("POST", self._path, body=body))

    def get(self, name: str) -> Pipeline:
        """The newest version.

        Raises:
            NotFound: there is none of that name.
        """
        return Pipeline(self._connection.call("GET", f"{self._path}/{segment(name)}"))

    def run(self, name: str, *, set: Optional[Mapping[str, Scalar]] = None, force: bool = False) -> Job:
        """Starts a published pipeline."""
        document = self._connection.call("POST", f"{self._path}/{segment(name)}/jobs", body={"set": dict(set or {}), "force": force})
        return self._jobs.get(document["id"])

    def list(self) -> Iterator[Pipeline]:
        """Newest first."""
        return (Pipeline(document) for document in self._connection.pages(self._path))
