"""Run documents of the server: reading and changing them, and the words of the v1 SDK for what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

from ...connection import segment
from ...errors import NotFound
from ..connection import translated
from ..exceptions import UserErrorException

if TYPE_CHECKING:
    import modelyard

property_tag = "azureml.property."
snapshot_tag = "azureml.snapshot"
script_tag = "azureml.scriptrun"
hidden_tags = ("mlflow.", "azureml.", "modelyard.")
_statuses = {"scheduled": "Queued", "running": "Running", "finished": "Completed", "failed": "Failed", "killed": "Canceled"}
_job_statuses = {"queued": "Queued", "running": "Running", "succeeded": "Completed", "failed": "Failed", "canceled": "Canceled"}
ended = ("Completed", "Failed", "Canceled")


def get_run(own: "modelyard.Workspace", run_id: str) -> dict[str, Any]:
    """A run's document.

    Raises:
        UserErrorException: there is none.
    """

    def absent(error: NotFound) -> UserErrorException:
        return UserErrorException(f"RunNotFound: run {run_id} not found in workspace {own.name}.", error)

    with translated(absent):
        return dict(own.connection.call("GET", f"{own.path}/runs/{segment(run_id)}"))


def create_run(own: "modelyard.Workspace", experiment: str, name: Optional[str], parent: Optional[str], tags: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {"experiment": experiment, "tags": dict(tags)}
    if name is not None:
        body["name"] = name
    if parent is not None:
        body["parentRunId"] = parent
    with translated():
        return dict(own.connection.call("POST", f"{own.path}/runs", body=body))


def end_run(own: "modelyard.Workspace", run_id: str, status: str) -> dict[str, Any]:
    with translated():
        return dict(own.connection.call("POST", f"{own.path}/runs/{segment(run_id)}/end", body={"status": status}))


def search(own: "modelyard.Workspace", experiment: Optional[str], text: Optional[str]) -> Iterator[dict[str, Any]]:
    """Runs by a filter, newest first."""
    with translated():
        yield from own.connection.pages(f"{own.path}/runs", {"experiment": experiment, "filter": text})


def children_of(own: "modelyard.Workspace", run_id: str) -> Iterator[dict[str, Any]]:
    return search(own, None, f"tags.`mlflow.parentRunId` = '{run_id}'")


def number_of(own: "modelyard.Workspace", document: Mapping[str, Any]) -> int:
    """A run's place among the top-level runs of its experiment, from 1."""
    older = (run for run in search(own, document["experiment"], None) if run["parentRunId"] is None)
    return sum(1 for run in older if (run["startedAt"], run["id"]) <= (document["startedAt"], document["id"]))


def is_script(document: Mapping[str, Any]) -> bool:
    """Whether it is the run of a job that one submitted script is all of."""
    return document["id"] == document["jobId"] and script_tag in document["tags"]


def data_id(document: Mapping[str, Any]) -> str:
    """The run that has the values and files: a submitted script logs to its step's."""
    children = document.get("children") or []
    return str(children[0]["id"]) if is_script(document) and children else str(document["id"])


def status_of(own: "modelyard.Workspace", document: Mapping[str, Any]) -> str:
    if document["jobId"] != document["id"]:
        return _statuses[document["status"]]
    with translated():
        job = own.jobs.get(document["jobId"])
    if job.status in ("queued", "running") and job.to_dict()["cancelRequestedAt"]:
        return "CancelRequested"
    # A job counts as running from its first step's lease; the script itself may still wait for a node.
    if is_script(document) and job.status == "running" and job.steps[0].status in ("pending", "queued"):
        return "Queued"
    return _job_statuses[job.status]


def details_of(own: "modelyard.Workspace", document: Mapping[str, Any]) -> dict[str, Any]:
    """A run in the keys of ``Run.get_details()``, without its properties."""
    job = own.jobs.get(document["jobId"]) if document["jobId"] else None
    target = next((step.to_dict()["computeTarget"] for step in job.steps), "local") if job else "local"
    error = next((step.error for step in job.steps if step.error), job.error) if job else None
    found: dict[str, Any] = {
        "runId": document["id"],
        "target": target,
        "status": status_of(own, document),
        "startTimeUtc": document["startedAt"],
        "endTimeUtc": document["endedAt"],
        "inputDatasets": [{"dataset": {"id": data["digest"]}, "consumptionDetails": {"type": "RunInput", "inputName": data["name"]}} for data in document["inputs"]],
        "outputDatasets": [],
        "runDefinition": _definition_of(own, document),
        "logFiles": {"user_logs/std_log.txt": f"{own.connection.settings.url}/api/v1{own.path}/jobs/{document['jobId']}/logs"} if job else {},
        "submittedBy": document["createdBy"],
    }
    return {**found, "error": error} if error else found


def _definition_of(own: "modelyard.Workspace", document: Mapping[str, Any]) -> Optional[dict[str, Any]]:
    text = document["tags"].get("azureml.definition")
    return None if text is None else dict(json.loads(text))


def fits(document: Mapping[str, Any], tags: Any, properties: Any) -> bool:
    """Whether a run has tags and properties: a dict of them, or one's name."""
    return _has(document["tags"], tags, "") and _has(document["tags"], properties, property_tag)


def _has(found: Mapping[str, str], wanted: Any, prefix: str) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return prefix + wanted in found
    return all(found.get(prefix + key) == ("" if value is None else str(value)) for key, value in wanted.items())


def mlflow(own: "modelyard.Workspace", method: str, route: str, body: Mapping[str, Any]) -> Any:
    """A call of the tracking protocol, for what our own API has no route for."""
    answer = own.connection.open(method, f"/w/{segment(own.name)}/api/2.0/mlflow/{route}", body=dict(body)).read()
    return json.loads(answer) if answer else {}
