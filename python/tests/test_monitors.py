"""Monitors: predictions are kept without code, drift is named, labels say how right the model was."""

from __future__ import annotations

import json
import random
import urllib.request
from datetime import datetime, timedelta, timezone

import modelyard
from support import FolderCase, workspace

start = datetime(2026, 1, 5, tzinfo=timezone.utc)
script = "import json\ndef run(data):\n    return [row['a'] for row in json.loads(data)['data']]\n"
file = """\
name: watch
endpoint: watched
window: { size: 1d }
reference: { data: watched-train, label: y }
schedule: off
signals:
  inputs: { type: data_drift }
  accuracy: { type: model_performance, metrics: [mae], label: y }
"""


class Monitoring(FolderCase):
    def test_from_the_file_to_an_alert_that_is_acknowledged(self) -> None:
        """The whole way in Python: monitor, predictions, labels as rows and as a file, windows, alert, collected rows."""
        here = workspace("monitoring")
        chance = random.Random(1)
        lines = [f"{chance.gauss(0, 1)},{chance.gauss(0, 1)}" for _ in range(500)]
        here.data.create("watched-train", self.write({"train.csv": "a,y\n" + "\n".join(lines) + "\n"}))
        here.endpoints.create(self.write({"endpoint.yml": "name: watched\n"}))
        self.write({"code/score.py": script})
        here.endpoints.deploy("watched", self.write({"blue.yml": "name: blue\ncode_configuration: { code: ./code, scoring_script: score.py }\n"}), uploads=["./code"])
        monitor = here.monitors.create(self.write({"monitor.yml": file}))
        self.assertEqual((monitor.name, monitor.endpoint, monitor.windows, monitor.warnings), ("watch", "watched", [], []))
        with self.assertRaises(modelyard.ConflictError):
            here.monitors.create(self.folder / "monitor.yml")
        here.endpoints.wait_until_ready("watched", "blue", 60)
        endpoint = here.endpoints.get("watched")

        for day, shift in enumerate((0.0, 3.0)):
            rows = [{"a": chance.gauss(shift, 1)} for _ in range(200)]
            headers = {
                "authorization": f"Bearer {endpoint.primary_key}",
                "content-type": "application/json",
                "modelyard-event-time": (start + timedelta(days=day)).isoformat(),
                "x-request-id": f"day-{day}",
            }
            request = urllib.request.Request(endpoint.scoring_uri, json.dumps({"data": rows}).encode(), headers)
            with urllib.request.urlopen(request) as answer:
                predictions = json.load(answer)
            labels = [{"request_id": f"day-{day}", "row_index": index, "y": value + chance.gauss(0, 1)} for index, value in enumerate(predictions)]
            if day == 0:
                self.assertEqual(monitor.add_labels(labels)["matched"], 200)
            else:
                text = "request_id,row_index,y\n" + "".join(f"{row['request_id']},{row['row_index']},{row['y']}\n" for row in labels)
                self.assertEqual(monitor.add_labels(self.write({"labels.csv": text}))["added"], 200)

        monitor.run(distributions=True)
        self.assertEqual([(window["rows"], window["labels"]) for window in monitor.windows], [(200, 200), (200, 200)])
        self.assertEqual(monitor.window(start + timedelta(days=1))["rows"], 200)
        self.assertEqual(len(monitor.matrix()["windows"]), 2)
        alert = next(each for each in monitor.alerts if each.signal == "inputs")
        self.assertEqual((alert.status, alert.features, alert.since), ("firing", ["a"], "2026-01-06T00:00:00.000Z"))
        self.assertEqual(alert.acknowledge("known").status, "acknowledged")
        self.assertEqual(here.alerts.get(alert.id).status, "acknowledged")
        self.assertIn(alert.id, [each.id for each in here.alerts.list(monitor="watch")])
        self.assertEqual(alert.resolve().status, "resolved")
        with self.assertRaises(modelyard.ConflictError):
            alert.resolve()

        files = monitor.download(self.folder / "rows", start=start + timedelta(days=1))
        self.assertTrue(files and all(path.read_bytes()[:4] == b"PAR1" for path in files))
        self.assertIn("year=2026", files[0].parts)
        self.assertEqual([each.name for each in here.monitors.list()], ["watch"])
        here.monitors.delete("watch")
        with self.assertRaises(modelyard.NotFound):
            here.monitors.get("watch")
