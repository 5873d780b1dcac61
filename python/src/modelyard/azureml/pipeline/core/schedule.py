"""``azureml.pipeline.core.schedule``: published pipelines started by the clock, or when a datastore changes."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, Mapping, Optional

from ...connection import translated, warn_ignored
from ...exceptions import UserErrorException
from ._recurrence import ScheduleRecurrence

if TYPE_CHECKING:
    from .run import PipelineRun

__all__ = ["Schedule", "ScheduleRecurrence"]

# What our schedules have no field for stands in their tags.
_name_tag, _pipeline_tag, _endpoint_tag, _path_tag = "azureml.name", "azureml.pipelineId", "azureml.pipelineEndpointId", "azureml.pathOnDatastore"


class Schedule:
    """A schedule of a workspace; made by ``create`` and found by ``get`` and ``list``."""

    def __init__(self, workspace: Any, document: Mapping[str, Any]) -> None:
        self._workspace = workspace
        self._document = dict(document)

    @staticmethod
    def create(
        workspace: Any,
        name: str,
        pipeline_id: str,
        experiment_name: str,
        recurrence: Optional[ScheduleRecurrence] = None,
        description: Optional[str] = None,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,
        polling_interval: int = 5,
        data_path_parameter_name: Optional[str] = None,
        continue_on_step_failure: Optional[bool] = None,
        path_on_datastore: Optional[str] = None,
        **others: Any,
    ) -> "Schedule":
        """Starts a published pipeline by a recurrence, or whenever files come into a datastore.

        Raises:
            UserErrorException: neither or both of recurrence and datastore are given, or there is no such pipeline.
        """
        tags = {_pipeline_tag: pipeline_id}
        return _create(workspace, name, pipeline_id, experiment_name, recurrence, description, pipeline_parameters, datastore, data_path_parameter_name, continue_on_step_failure, path_on_datastore, tags)

    @staticmethod
    def create_for_pipeline_endpoint(
        workspace: Any,
        name: str,
        pipeline_endpoint_id: str,
        experiment_name: str,
        recurrence: Optional[ScheduleRecurrence] = None,
        description: Optional[str] = None,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,
        polling_interval: int = 5,
        data_path_parameter_name: Optional[str] = None,
        continue_on_step_failure: Optional[bool] = None,
        path_on_datastore: Optional[str] = None,
        **others: Any,
    ) -> "Schedule":
        """As :meth:`create`, for what is the default version of an endpoint now."""
        from .pipeline_endpoint import PipelineEndpoint

        warn_ignored("Schedule.create_for_pipeline_endpoint", "it starts what is the endpoint's default version now; make the schedule anew when the default changes")
        pipeline_id = PipelineEndpoint.get(workspace, id=pipeline_endpoint_id).get_pipeline().id
        tags = {_pipeline_tag: pipeline_id, _endpoint_tag: pipeline_endpoint_id}
        return _create(workspace, name, pipeline_id, experiment_name, recurrence, description, pipeline_parameters, datastore, data_path_parameter_name, continue_on_step_failure, path_on_datastore, tags)

    @staticmethod
    def get(workspace: Any, id: str, **others: Any) -> "Schedule":
        """The schedule of that id.

        Raises:
            UserErrorException: there is none.
        """
        with translated():
            return Schedule(workspace, workspace._own.schedules.get(id).to_dict())

    @staticmethod
    def list(workspace: Any, active_only: bool = True, pipeline_id: Optional[str] = None, pipeline_endpoint_id: Optional[str] = None, **others: Any) -> "list[Schedule]":
        """The schedules of a workspace, or those of one pipeline or endpoint."""
        with translated():
            found = [Schedule(workspace, schedule.to_dict()) for schedule in workspace._own.schedules.list()]
        wanted = {"pipeline_id": pipeline_id, "pipeline_endpoint_id": pipeline_endpoint_id}
        fits = [schedule for schedule in found if all(value in (None, getattr(schedule, key)) for key, value in wanted.items())]
        return [schedule for schedule in fits if schedule.status == "Active" or not active_only]

    @staticmethod
    def get_all(workspace: Any, active_only: bool = True, pipeline_id: Optional[str] = None, pipeline_endpoint_id: Optional[str] = None, **others: Any) -> "list[Schedule]":
        return Schedule.list(workspace, active_only, pipeline_id, pipeline_endpoint_id)

    @staticmethod
    def get_schedules_for_pipeline_id(workspace: Any, pipeline_id: str, **others: Any) -> "list[Schedule]":
        return Schedule.list(workspace, False, pipeline_id)

    @staticmethod
    def get_schedules_for_pipeline_endpoint_id(workspace: Any, pipeline_endpoint_id: str, **others: Any) -> "list[Schedule]":
        return Schedule.list(workspace, False, None, pipeline_endpoint_id)

    @property
    def id(self) -> str:
        return str(self._document["name"])

    @property
    def name(self) -> str:
        return str(self._document["tags"].get(_name_tag, self.id))

    @property
    def description(self) -> str:
        return str(self._document["description"])

    @property
    def status(self) -> str:
        """``Active`` or ``Disabled``."""
        return "Active" if self._document["enabled"] else "Disabled"

    @property
    def pipeline_id(self) -> Optional[str]:
        return self._document["tags"].get(_pipeline_tag)

    @property
    def pipeline_endpoint_id(self) -> Optional[str]:
        return self._document["tags"].get(_endpoint_tag)

    @property
    def schedule_type(self) -> str:
        return "DataStore" if self._document["trigger"]["type"] == "data" else "Recurrence"

    @property
    def recurrence(self) -> Optional[ScheduleRecurrence]:
        """When it starts; ``None`` for one that waits for data."""
        trigger = self._document["trigger"]
        return ScheduleRecurrence._of(trigger) if trigger["type"] == "recurrence" else None

    @property
    def datastore_name(self) -> Optional[str]:
        from ...data._storage import asset_prefix

        trigger = self._document["trigger"]
        return trigger["data"][len(asset_prefix) :] if trigger["type"] == "data" else None

    @property
    def path_on_datastore(self) -> Optional[str]:
        return self._document["tags"].get(_path_tag)

    def enable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """It starts its pipeline again; what was missed is not made up for."""
        self._set(True)

    def disable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        self._set(False)

    def _set(self, enabled: bool) -> None:
        schedules = self._workspace._own.schedules
        with translated():
            self._document = (schedules.enable if enabled else schedules.disable)(self.id).to_dict()

    def update(
        self,
        name: Optional[str] = None,
        description: Optional[str] = None,
        recurrence: Optional[ScheduleRecurrence] = None,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        status: Optional[str] = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,
        polling_interval: Optional[int] = None,
        data_path_parameter_name: Optional[str] = None,
        continue_on_step_failure: Optional[bool] = None,
        path_on_datastore: Optional[str] = None,
    ) -> None:
        """Changes what is given; the rest stays."""
        if status not in (None, "Active", "Disabled"):
            raise UserErrorException(f"The status {status!r} is neither 'Active' nor 'Disabled'.")
        _refuse_binding(data_path_parameter_name, continue_on_step_failure)
        before = self._document
        tags = {**before["tags"], _name_tag: name or self.name}
        trigger = _trigger_of(recurrence, datastore, path_on_datastore, tags) if recurrence is not None or datastore is not None else _again(before["trigger"])
        version = before["pipelineVersion"]
        job: dict[str, Any] = {"job": before["pipeline"] + ("" if version is None else f":{version}"), "inputs": dict(before["parameters"] if pipeline_parameters is None else pipeline_parameters)}
        if before["experiment"] is not None:
            job["experiment_name"] = before["experiment"]
        file = {"name": self.id, "description": self.description if description is None else description, "tags": tags, "trigger": trigger, "create_job": job}
        enabled = before["enabled"] if status is None else status == "Active"
        with translated():
            self._document = self._workspace._own.schedules.create(file, replace=True).to_dict()
        if self._document["enabled"] != enabled:
            self._set(enabled)

    def load_last_pipeline_run(self) -> "Optional[PipelineRun]":
        return self.get_last_pipeline_run()

    def get_last_pipeline_run(self) -> "Optional[PipelineRun]":
        """The run that it started last; ``None`` before the first."""
        from .run import PipelineRun

        last = Schedule.get(self._workspace, self.id)._document["lastJobId"]
        return None if last is None else PipelineRun.get(self._workspace, last)

    def get_pipeline_runs(self) -> "list[PipelineRun]":
        """The runs that it started, newest first."""
        from .run import PipelineRun

        own = self._workspace._own
        with translated():
            jobs = [job["id"] for job in own.jobs.list(pipeline=self._document["pipeline"]) if job["tags"].get("ScheduleId") == self.id]
        return [PipelineRun.get(self._workspace, job) for job in jobs]

    def __repr__(self) -> str:
        return f"Schedule(Name: {self.name},\nId: {self.id},\nStatus: {self.status},\nPipeline Id: {self.pipeline_id},\nRecurrence Details: {self.recurrence})"


def _create(
    workspace: Any,
    name: str,
    pipeline_id: str,
    experiment_name: str,
    recurrence: Optional[ScheduleRecurrence],
    description: Optional[str],
    parameters: Optional[Mapping[str, Any]],
    datastore: Any,
    data_path_parameter_name: Optional[str],
    continue_on_step_failure: Optional[bool],
    path_on_datastore: Optional[str],
    tags: "dict[str, str]",
) -> Schedule:
    from .published_pipeline import PublishedPipeline

    if (recurrence is None) == (datastore is None):
        raise UserErrorException("A schedule has either a recurrence or a datastore.")
    _refuse_binding(data_path_parameter_name, continue_on_step_failure)
    published = PublishedPipeline.get(workspace, pipeline_id)
    tags = {**tags, _name_tag: name}
    trigger = _trigger_of(recurrence, datastore, path_on_datastore, tags)
    # Several schedules may have one name; what tells them apart is the id.
    id = f"{re.sub(r'[^A-Za-z0-9._-]+', '_', name).strip('._-')[:90] or 'schedule'}-{uuid.uuid4().hex[:12]}"
    job = {"job": f"{published.name}:{published._document['version']}", "inputs": dict(parameters or {}), "experiment_name": experiment_name}
    file = {"name": id, "description": description or "", "tags": tags, "trigger": trigger, "create_job": job}
    with translated():
        return Schedule(workspace, workspace._own.schedules.create(file).to_dict())


def _refuse_binding(data_path_parameter_name: Optional[str], continue_on_step_failure: Optional[bool]) -> None:
    if data_path_parameter_name is not None:
        raise NotImplementedError("data_path_parameter_name is not supported on Modelyard: a start by new data does not set a parameter to the file that came. Let the script look for new files.")
    if continue_on_step_failure is not None:
        warn_ignored("Schedule(continue_on_step_failure=…)", "the published pipeline's own setting holds")


def _trigger_of(recurrence: Optional[ScheduleRecurrence], datastore: Any, path_on_datastore: Optional[str], tags: "dict[str, str]") -> "dict[str, Any]":
    from ...data._storage import asset_prefix, commit, read

    if recurrence is not None:
        return recurrence._trigger()
    if path_on_datastore:
        warn_ignored("Schedule(path_on_datastore=…)", "it starts whenever anything in the datastore changes")
        tags[_path_tag] = path_on_datastore
    own = datastore.workspace._own
    if not read(own, datastore.name):
        # What is watched must exist.
        commit(own, datastore.name, [], {"azureml.datastore": datastore.datastore_type})
    return {"type": "data", "data": f"{asset_prefix}{datastore.name}"}


def _again(trigger: Mapping[str, Any]) -> "dict[str, Any]":
    """A stored trigger as it stands in a file."""
    if trigger["type"] == "data":
        return {"type": "data", "data": trigger["data"]}
    if trigger["type"] == "cron":
        return {"type": "cron", "expression": trigger["expression"], "start_time": trigger["startTime"], "time_zone": trigger["timeZone"]}
    return ScheduleRecurrence._of(trigger)._trigger()


