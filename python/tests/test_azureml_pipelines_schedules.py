"""Schedules of the v1 era on the server's own."""

from __future__ import annotations

import time

from test_azureml_pipelines_published import PublishedCase

from azureml.exceptions import UserErrorException
from azureml.pipeline.core import PipelineEndpoint, Schedule
from azureml.pipeline.core.schedule import ScheduleRecurrence


class Schedules(PublishedCase):
    def until(self, look: "object") -> None:
        assert callable(look)
        for _ in range(400):
            if look():
                return
            time.sleep(0.05)
        self.fail("it did not happen")

    def test_a_recurrence_starts_the_pipeline_and_is_changed(self) -> None:
        """The schedule notebook: created, listed, disabled, updated; without a start time it starts at once."""
        published = self.pipeline("scheduled").publish(name="for schedules")
        schedule = Schedule.create(workspace=self.workspace, name="My Schedule", pipeline_id=published.id, experiment_name="Schedule-run-sample", recurrence=ScheduleRecurrence(frequency="Hour", interval=2), pipeline_parameters={"pipeline_arg": 11}, wait_for_provisioning=True, description="Schedule Run")
        self.until(schedule.get_last_pipeline_run)
        run = schedule.get_last_pipeline_run()
        assert run is not None
        self.assertIn("['scheduled', '11']", self.log_of(run.id))
        self.assertEqual([each.id for each in schedule.get_pipeline_runs()], [run.id])
        (found,) = Schedule.list(self.workspace)
        self.assertEqual((found.id, found.name, found.status, found.pipeline_id, found.recurrence and found.recurrence.frequency), (schedule.id, "My Schedule", "Active", published.id, "Hour"))
        schedule.disable(wait_for_provisioning=True)
        self.assertEqual((Schedule.get(self.workspace, schedule.id).status, Schedule.list(self.workspace)), ("Disabled", []))
        schedule.update(name="Renamed", description="Updated", status="Disabled", recurrence=ScheduleRecurrence("Day", 1, hours=[22], minutes=[30]))
        found = Schedule.get(self.workspace, schedule.id)
        self.assertEqual((found.name, found.description, found.status, found.recurrence and found.recurrence.hours), ("Renamed", "Updated", "Disabled", [22]))
        found.update(status="Active")
        self.assertEqual((found.status, found.recurrence and found.recurrence.minutes), ("Active", [30]))
        self.assertEqual(len(Schedule.get_schedules_for_pipeline_id(self.workspace, published.id)), 1)
        with self.assertRaises(UserErrorException):
            Schedule.create(self.workspace, "s", published.id, "e")
        with self.assertRaises(NotImplementedError):
            Schedule.create(self.workspace, "s", published.id, "e", datastore=self.workspace.get_default_datastore(), data_path_parameter_name="p")

    def test_new_data_in_a_datastore_starts_the_pipeline(self) -> None:
        published = self.pipeline("by data").publish(name="for data")
        endpoint = PipelineEndpoint.publish(self.workspace, "behind", "", published)
        store = self.workspace.get_default_datastore()
        schedule = Schedule.create(self.workspace, "data schedule", published.id, "e", datastore=store)
        self.assertEqual((schedule.recurrence, schedule.datastore_name), (None, "workspaceblobstore"))
        self.write({"new/data.txt": "new"})
        store.upload("new", target_path="x", show_progress=False)
        self.until(schedule.get_last_pipeline_run)
        timed = Schedule.create_for_pipeline_endpoint(self.workspace, "endpoint schedule", endpoint.id, "e", recurrence=ScheduleRecurrence("Week", 1, start_time="2090-01-02T08:00:00", week_days=["Monday"], time_of_day="08:30"))
        self.assertEqual([each.id for each in Schedule.get_schedules_for_pipeline_endpoint_id(self.workspace, endpoint.id)], [timed.id])
