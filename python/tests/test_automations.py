"""Triggers, loops and webhooks through the SDK, against a real server."""

from __future__ import annotations

import unittest

import modelyard
from support import FolderCase, workspace

pipeline = """type: pipeline
jobs:
  train:
    type: command
    command: python -c "import pathlib, sys; pathlib.Path(sys.argv[1], 'm.txt').write_text('m'); pathlib.Path(sys.argv[2], 'rows.csv').write_text('label,challenger\\n' + ''.join(f'{row},{row + 1}\\n' for row in range(150)))" ${{outputs.model}} ${{outputs.rows}}
    outputs: { model: { type: custom_model }, rows: { type: uri_folder } }
  gate:
    type: gate
    model: rides
    challenger: ${{parent.jobs.train.outputs.model}}
    rows: ${{parent.jobs.train.outputs.rows}}
    metric: mae
    goal: minimize
"""


class Automations(FolderCase):
    def test_a_trigger_is_fired_and_its_loop_tells_its_story(self) -> None:
        ws = workspace("automations")
        (self.folder / "pipeline.yml").write_text(pipeline)
        (self.folder / "trigger.yml").write_text("name: retrain\npipeline: rides\n")
        ws.pipelines.publish("rides", file=self.folder / "pipeline.yml")
        trigger = ws.triggers.create(self.folder / "trigger.yml")
        self.assertEqual([trigger.name], [item.name for item in ws.triggers.list()])
        loop = ws.loops.wait(ws.triggers.fire("retrain", "spring").id, timeout_seconds=60)
        self.assertEqual(("registered", True), (loop.status, loop.ended))
        self.assertEqual(["alert", "retrain", "gate", "deploy", "rollout", "promote"], [stage["name"] for stage in loop.stages])
        with self.assertRaisesRegex(modelyard.ConflictError, "rests for 24h"):
            ws.triggers.fire("retrain")
        self.assertIn("rests for 24h", ws.triggers.get("retrain").last_skip or "")
        self.assertEqual([loop.id], [item.id for item in ws.loops.list(trigger="retrain")])
        with self.assertRaises(modelyard.ConflictError):
            ws.loops.cancel(loop.id)
        ws.triggers.delete("retrain")
        with self.assertRaises(modelyard.NotFound):
            ws.triggers.get("retrain")

    def test_a_webhook_shows_its_secret_once(self) -> None:
        ws = workspace("automations")
        webhook = ws.webhooks.create("ci", "http://127.0.0.1:9/", events=["model.created"])
        self.assertTrue((webhook.secret or "").startswith("whsec_"))
        self.assertIsNone(ws.webhooks.get("ci").secret)
        self.assertEqual([], list(ws.webhooks.deliveries("ci")))
        with self.assertRaises(modelyard.InvalidInput):
            ws.webhooks.create("bad", "http://169.254.169.254/")
        ws.webhooks.delete("ci")
        self.assertEqual([], list(ws.webhooks.list()))


if __name__ == "__main__":
    unittest.main()
