"""``examples/article``: its scripts in order, each a whole process, and what must be true on the server after each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from functools import cached_property
from typing import Any, Callable

import modelyard
from support import FolderCase, repository, server

name = "article-example"


class ArticleExample(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        shutil.copytree(repository / "examples" / "article", self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("outputs", ".azureml", "__pycache__"))

    @cached_property
    def own(self) -> modelyard.Workspace:
        """The workspace that the first script makes; finding it is the first thing that is asserted."""
        return modelyard.Workspace.get(name, url=server()["url"], token=server()["token"])

    def run_script(self, script: str) -> str:
        """Runs one script unchanged and answers its last line."""
        environment = {**os.environ, "MODELYARD_URL": server()["url"], "MODELYARD_TOKEN": server()["token"], "WORKSPACE_NAME": name}
        ended = subprocess.run([sys.executable, "-m", "modelyard.compat", script], capture_output=True, text=True, env=environment, cwd=self.folder, timeout=60)
        self.assertEqual(ended.returncode, 0, f"{script}\n{ended.stdout}{ended.stderr}")
        return ended.stdout.splitlines()[-1]

    def test_from_an_empty_server_to_a_watched_service(self) -> None:
        """One test: each script goes on from what the one before has left."""
        for script in self.folder.rglob("*.py"):
            self.assertNotIn("modelyard", script.read_text(encoding="utf-8"), script.name)
        self._workspace_and_compute()
        self._pipeline()
        self._trigger()
        self._track_and_register()
        self._deploy()

    def _workspace_and_compute(self) -> None:
        self.assertEqual(self.run_script("workspace.py"), f"Created {name}")
        self.assertEqual(self.own.name, name)
        self.assertEqual(self.run_script("workspace.py"), f"Found {name}")
        written = json.loads((self.folder / ".azureml" / "config.json").read_text(encoding="utf-8"))
        self.assertEqual((written["workspace_name"], written["resource_group"]), (name, "bikes"))
        self.assertEqual(self.run_script("compute.py"), "Created cpu-cluster")
        self.assertEqual(self.run_script("compute.py"), "Found cpu-cluster")

    def _pipeline(self) -> None:
        """The order is that of the data, not of the list; what is published is one version."""
        published = self.run_script("pipeline.py").removeprefix("Published ")
        (job,) = self._jobs()
        self.assertEqual((job["status"], job["experiment"]), ("succeeded", "bike_pipeline"))
        ended = {step["name"]: step for step in job["steps"]}
        order = [ended[each] for each in ("extract_step", "train_step", "compare_step")]
        for before, after in zip(order, order[1:]):
            self.assertLessEqual(before["endedAt"], after["startedAt"])
        versions = [*self.own.connection.pages(f"{self.own.path}/pipeline-versions", {})]
        self.assertEqual([(each["id"], each["name"]) for each in versions], [(published, "Bike pipeline")])

    def _trigger(self) -> None:
        """The POST's parameter reaches its step; the steps that it does not concern are reused."""
        started = self.run_script("trigger.py").removeprefix("Started ")
        job = self._jobs()[0]
        self.assertEqual((job["id"], job["status"], job["experiment"]), (started, "succeeded", "bike_trigger"))
        self.assertEqual({step["name"]: step["reused"] for step in job["steps"]}, {"extract_step": True, "train_step": True, "compare_step": False})

    def _track_and_register(self) -> None:
        """A model that is not better is not registered again."""
        self.assertEqual(self.run_script("track_and_register.py"), "Registered bike model 1")
        self.assertEqual(self.run_script("track_and_register.py"), "Kept bike model 1")
        runs = [*self.own.runs.search(experiment="bike_tracking")]
        self.assertEqual([run.status for run in runs], ["finished", "finished"])

    def _deploy(self) -> None:
        """Twenty requests are answered rightly, and every one is kept by both collectors."""
        answered = float(self.run_script("deploy.py").removeprefix("Answered "))
        # The table's own rule: 40 + 2·hour + 3·temperature - 8·rain, with noise.
        self.assertAlmostEqual(answered, 40 + 2 * 19 + 3 * 15 - 8 * 0.5, delta=4)
        base = f"{self.own.path}/endpoints/bike-service"

        def rows() -> "dict[str, int]":
            files = self.own.connection.call("GET", f"{base}/collected")["items"]
            return {kind: sum(item["rows"] for item in files if f"/collector-{kind}/" in f"/{item['path']}") for kind in ("inputs", "predictions")}

        self._until(rows, {"inputs": 20, "predictions": 20})

    def _jobs(self) -> "list[dict[str, Any]]":
        """Newest first, with their steps."""
        return [self.own.connection.call("GET", f"{self.own.path}/jobs/{job['id']}") for job in self.own.connection.pages(f"{self.own.path}/jobs", {})]

    def _until(self, look: Callable[[], Any], wanted: Any) -> None:
        for _ in range(100):
            found = look()
            if found == wanted:
                return
            time.sleep(0.1)
        self.assertEqual(found, wanted)
