"""Jobs and pipelines from their files, as a notebook submits them."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import modelyard
from support import FolderCase, server, workspace

two_steps = {
    "pipeline.yml": """\
type: pipeline
inputs: { factor: 2 }
jobs:
  make:
    type: command
    code: ./src
    command: python make.py ${{outputs.numbers}}
    outputs: { numbers: { type: uri_folder } }
  multiply:
    type: command
    code: ./src
    command: python multiply.py ${{inputs.numbers}} ${{inputs.factor}}
    inputs:
      numbers: ${{parent.jobs.make.outputs.numbers}}
      factor: ${{parent.inputs.factor}}
""",
    "src/make.py": "import pathlib, sys\n(pathlib.Path(sys.argv[1]) / 'n.txt').write_text('21')\nprint('made')\n",
    "src/multiply.py": "import pathlib, sys\nprint('product', int((pathlib.Path(sys.argv[1]) / 'n.txt').read_text()) * int(sys.argv[2]))\n",
}


def single(code: str) -> dict[str, str]:
    """A job of one step."""
    return {"job.yml": "type: command\ncode: ./src\ncommand: python step.py\n", "src/step.py": code}


class Submitting(FolderCase):
    def submit(self, files: dict[str, str], **options: Any) -> modelyard.Job:
        return workspace("jobs").jobs.submit(self.write(files), **options)

    def test_runs_steps_in_order_and_gives_their_logs(self) -> None:
        """The one path every user takes; each step has a run of its own."""
        seen: list[list[str]] = []
        job = self.submit(two_steps, tags={"team": "rail"}).wait(60, on_change=lambda now: seen.append([step.status for step in now.steps]))
        self.assertEqual((job.status, [step.status for step in job.steps]), ("succeeded", ["succeeded", "succeeded"]))
        self.assertEqual(seen[-1], ["succeeded", "succeeded"])
        self.assertIn("product 42", job.logs("multiply"))
        self.assertNotIn("product", job.logs("make"))
        self.assertIn("made", job.logs())
        run_id = job.step("make").run_id
        self.assertEqual(workspace("jobs").runs.get(str(run_id)).status, "finished")
        self.assertIn(job.id, [item["id"] for item in workspace("jobs").jobs.list(status="succeeded")])
        with self.assertRaisesRegex(KeyError, "make, multiply"):
            job.step("makes")

    def test_reuses_what_did_not_change_and_says_why(self) -> None:
        """Only what depends on the new value runs; ``force`` runs all."""
        self.submit(two_steps, set={"factor": 3}).wait(60)
        job = self.submit(two_steps, set={"factor": 4}).wait(60)
        self.assertEqual({step.name: step.reused for step in job.steps}, {"make": True, "multiply": False})
        self.assertIn("product 84", job.logs("multiply"))
        (why,) = job.why("multiply")
        self.assertFalse(why["reused"])
        self.assertEqual([(change["name"], change["before"], change["after"]) for change in why["changes"]], [("factor", "3", "4")])
        forced = self.submit(two_steps, set={"factor": 4}, force=True).wait(60)
        self.assertEqual([step.reused for step in forced.steps], [False, False])

    def test_a_changed_file_is_named_as_the_reason(self) -> None:
        """Which file of the code, not only that the code changed."""
        self.submit(two_steps, set={"factor": 5}).wait(60)
        changed = {**two_steps, "src/multiply.py": two_steps["src/multiply.py"] + "# a comment\n"}
        (why,) = self.submit(changed, set={"factor": 5}).wait(60).why("multiply")
        self.assertIn("multiply.py", json.dumps(why))

    def test_a_step_that_fails_raises_with_its_log(self) -> None:
        """The exception alone tells a notebook's user what happened; the last document is on it."""
        job = self.submit(single("import sys\nprint('the column date is missing')\nsys.exit(1)\n"))
        with self.assertRaises(modelyard.JobFailed) as caught:
            job.wait(60)
        self.assertIn("the column date is missing", str(caught.exception))
        self.assertIn(job.url, str(caught.exception))
        self.assertEqual(caught.exception.job.status, "failed")
        self.assertEqual(job.wait(1, raise_on_failure=False).status, "failed")

    def test_cancel_ends_a_running_job(self) -> None:
        """And ``wait`` says that it was canceled, not that it failed."""
        job = self.submit(single("import time\nprint('begun', flush=True)\ntime.sleep(600)\n"))
        while job.refresh().steps[0].status != "running":
            pass
        job.cancel()
        with self.assertRaises(modelyard.JobCanceled):
            job.wait(20)
        self.assertEqual(job.status, "canceled")

    def test_waiting_has_an_end_and_leaves_the_job_alone(self) -> None:
        """``WaitTimeout`` is about the waiting, not about the job."""
        job = self.submit(single("import time\ntime.sleep(600)\n# alone\n"))
        with self.assertRaises(modelyard.WaitTimeout):
            job.wait(0.2)
        self.assertIn(job.refresh().status, ("queued", "running"))
        job.cancel().wait(20, raise_on_failure=False)

    def test_a_step_knows_its_server_workspace_and_run(self) -> None:
        """A plain script in a job logs into its own run without a word of configuration."""
        job = self.submit(
            single(
                "import os, modelyard\nworkspace = modelyard.Workspace.get()\nrun = workspace.runs.get(os.environ['MLFLOW_RUN_ID'])\n"
                "run.log({'seen': 7})\nprint('in', workspace.name)\n"
            )
        ).wait(60)
        self.assertIn("in jobs", job.logs())
        self.assertEqual(workspace("jobs").runs.get(str(job.steps[0].run_id)).metrics, {"seen": 7})


class RefusedFiles(FolderCase):
    def test_each_mistake_is_named_with_its_line_before_a_job_exists(self) -> None:
        """Unknown key, cycle, missing script, unknown compute: the place and, where there is one, what was meant."""
        cycle = (
            "type: pipeline\njobs:\n"
            "  a: { type: command, command: echo, inputs: { x: '${{parent.jobs.b.outputs.o}}' }, outputs: { o: { type: uri_folder } } }\n"
            "  b: { type: command, command: echo, inputs: { x: '${{parent.jobs.a.outputs.o}}' }, outputs: { o: { type: uri_folder } } }\n"
        )
        files = {
            "unknown key": ("type: command\ncomand: python x.py\n", 2, "comand"),
            "cycle": (cycle, 3, "a"),
            "missing script": ("type: command\ncode: ./src\ncommand: python trian.py\n", 3, "trian.py"),
            "unknown compute": ("type: command\ncommand: echo\ncompute: gpu-cluster\n", 3, "gpu-cluster"),
        }
        jobs = workspace("refused-files").jobs
        for name, (text, line, word) in files.items():
            with self.subTest(name):
                file = self.write({"job.yml": text, "src/train.py": ""})
                with self.assertRaises(modelyard.InvalidInput) as caught:
                    jobs.submit(file)
                self.assertEqual(caught.exception.code, "document_invalid")
                named = [place for place in caught.exception.places if place["line"] == line]
                self.assertTrue(any(word in place["message"] for place in named), caught.exception.places)
                self.assertIn("job.yml", str(caught.exception))
        self.assertEqual(list(jobs.list()), [])

    def test_a_parameter_that_the_file_does_not_have(self) -> None:
        """A typo in ``set`` must not run the pipeline with the old value."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            workspace("refused-files").jobs.submit(self.write(two_steps), set={"facter": 3})
        self.assertIn("facter", str(caught.exception))


class Publishing(FolderCase):
    def test_a_file_is_published_run_by_name_and_by_a_post(self) -> None:
        """The POST is what other systems do with the endpoint's URL and nothing of ours."""
        found = workspace("pipelines")
        published = found.pipelines.publish("product", file=self.write(two_steps))
        self.assertEqual((published.name, published.version), ("product", 1))
        self.assertIn("product 63", found.pipelines.run("product", set={"factor": 3}).wait(60).logs("multiply"))
        body = json.dumps({"ExperimentName": "posted", "ParameterAssignments": {"factor": 10}}).encode()
        headers = {"authorization": f"Bearer {server()['token']}", "content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(published.endpoint, data=body, headers=headers)) as answer:
            posted = found.jobs.get(json.load(answer)["Id"]).wait(60)
        self.assertIn("product 210", posted.logs("multiply"))

    def test_a_job_is_published_as_it_ran_and_a_name_again_is_the_next_version(self) -> None:
        """What was tried is what is published, whatever the files are now."""
        found = workspace("pipelines")
        job = found.jobs.submit(self.write(two_steps)).wait(60)
        self.write({"src/multiply.py": "raise SystemExit('changed since')\n"})
        self.assertEqual(found.pipelines.publish("tried", job=job).version, 1)
        self.assertEqual(found.pipelines.publish("tried", job=job).version, 2)
        self.assertEqual(found.pipelines.get("tried").version, 2)
        self.assertIn("product 42", found.pipelines.run("tried", force=True).wait(60).logs("multiply"))
        self.assertIn("tried", [item.name for item in found.pipelines.list()])

    def test_publishing_nothing_is_a_mistake_of_the_call(self) -> None:
        """Neither a file nor a job."""
        with self.assertRaisesRegex(ValueError, "file or a job"):
            workspace("pipelines").pipelines.publish("nothing")
