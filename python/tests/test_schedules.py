"""Schedules of published pipelines."""

from __future__ import annotations

import unittest

import modelyard
from support import FolderCase, workspace


class Schedules(FolderCase):
    def test_a_schedule_is_made_shown_disabled_enabled_and_deleted(self) -> None:
        """From a document as well as from a file; a wrong one says where."""
        found = workspace("schedules")
        file = self.folder / "pipeline.yml"
        file.write_text("type: pipeline\njobs:\n  only: {type: command, command: 'true'}\n", encoding="utf-8")
        found.pipelines.publish("by-clock", file=file)
        document = {
            "name": "weekly",
            "trigger": {"type": "recurrence", "frequency": "week", "interval": 1, "time_zone": "Europe/Berlin", "schedule": {"hours": [6], "minutes": [30], "week_days": ["Monday", "Friday"]}},
            "create_job": {"type": "pipeline", "job": "azureml:by-clock"},
        }
        made = found.schedules.create(document)
        self.assertEqual((made.pipeline, made.enabled, len(made.next_times)), ("by-clock", True, 5))
        self.assertEqual(made.trigger["weekDays"], ["monday", "friday"])
        with self.assertRaises(modelyard.ConflictError):
            found.schedules.create(document)
        self.assertEqual(found.schedules.disable("weekly").next_times, [])
        self.assertEqual(found.schedules.enable("weekly").next_times, made.next_times)
        self.assertEqual([schedule.name for schedule in found.schedules.list(pipeline="by-clock")], ["weekly"])
        found.schedules.delete("weekly")
        with self.assertRaises(modelyard.NotFound):
            found.schedules.get("weekly")


if __name__ == "__main__":
    unittest.main()
