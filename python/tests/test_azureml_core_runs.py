"""Runs: listing 6 of the article as a whole process, every way of logging, files, models, and what survives a kill or an absent server."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from typing import Any

import modelyard
from azureml_core_support import SurfaceCase, package
from support import server

logging_listing = '''
from azureml.core import Workspace, Experiment
ws = Workspace.from_config()
exp = Experiment(workspace=ws, name='test_experiment')
run = exp.start_logging()
run.log("test-val", 10)
print(run.id)
'''


def wait_for(read: Any, wanted: Any) -> Any:
    """What other processes do soon; the limit is only there to end a test that failed."""
    limit = time.monotonic() + 20
    found = read()
    while found != wanted and time.monotonic() < limit:
        time.sleep(0.05)
        found = read()
    return found


class TheArticle(SurfaceCase):
    def test_what_is_logged_is_there_when_the_process_ended(self) -> None:
        """Listing 6: nothing completes the run but the end of the process; a script that fails fails its run."""
        from azureml.core import Workspace

        Workspace.create("logging", show_output=False, exist_ok=True).write_config()
        self.write({"listing.py": logging_listing, "fails.py": logging_listing + "1 / 0\n", "exits.py": logging_listing + "import sys; sys.exit(2)\n"})
        for script, status in (("listing.py", "Completed"), ("fails.py", "Failed"), ("exits.py", "Failed")):
            with self.subTest(script):
                done = self.run_script(script)
                run = Workspace.from_config().get_run(done.stdout.strip())
                self.assertEqual((run.get_metrics(), run.get_status()), ({"test-val": 10}, status), done.stderr)
        self.assertTrue((self.folder / "outputs").is_dir())


class RunCase(SurfaceCase):
    def setUp(self) -> None:
        super().setUp()
        from azureml.core import Experiment, Workspace

        self.workspace = Workspace.create("runs", show_output=False, exist_ok=True)
        self.experiment = Experiment(self.workspace, self.id().rpartition(".")[2])

    def tearDown(self) -> None:
        """The end of this process is later than the server's."""
        from modelyard.azureml.core import _run_end

        for run in list(_run_end._open_runs):
            run.complete()
        super().tearDown()


class Values(RunCase):
    def test_one_value_is_a_number_several_are_a_list(self) -> None:
        with self.experiment.start_logging(snapshot_directory=None) as run:
            run.log("once", 10)
            for value in (0.5, 0.25, float("nan"), math.inf):
                run.log("often", value)
            run.log("text", "hello")
            run.log("huge", 10**400)
            metrics = run.get_metrics()
            self.assertEqual((metrics["once"], metrics["text"], metrics["huge"]), (10, "hello", math.inf))
            self.assertEqual(metrics["often"][:2] + metrics["often"][3:], [0.5, 0.25, math.inf])
            self.assertTrue(math.isnan(metrics["often"][2]))
            self.assertEqual(run.get_metrics("once"), {"once": 10})

    def test_lists_rows_and_tables(self) -> None:
        with self.experiment.start_logging(snapshot_directory=None) as run:
            run.log_list("list", (value for value in (1, 2, 3)))
            run.log_list("single", [7])
            run.log_row("row", "its description", angle=0.0, cos=1.0)
            for angle in (0, 1):
                run.log_row("rows", angle=angle, word=str(angle))
            run.log_table("table", {"x": [1, 2], "y": [3, 4]})
            self.assertEqual(run.get_metrics(), {"list": [1, 2, 3], "single": [7], "row": {"angle": 0.0, "cos": 1.0}, "rows": {"angle": [0, 1], "word": ["0", "1"]}, "table": {"x": [1, 2], "y": [3, 4]}})
        # Numeric columns are drawn as series, too.
        self.assertEqual(modelyard.Workspace.get("runs").runs.get(run.id).metrics["table/y"], 4)

    def test_what_cannot_be_logged_says_what_can(self) -> None:
        from azureml.exceptions import UserErrorException

        with self.experiment.start_logging(snapshot_directory=None) as run:
            for value in ([1], (1,), range(2), (x for x in "a")):
                with self.assertRaisesRegex(UserErrorException, r"run.log does not support \w+ type. Use run.log_list instead."):
                    run.log("wrong", value)
            with self.assertRaises(UserErrorException):
                run.log("", 1)
            with self.assertRaisesRegex(UserErrorException, "class_labels"):
                run.log_confusion_matrix("m", {"schema_type": "confusion_matrix", "schema_version": "1.0.0", "data": {}})

    def test_a_long_series_reads_back_whole(self) -> None:
        """The page's route draws ten thousand points at most; nothing of a series is lost to a reader."""
        with self.experiment.start_logging(snapshot_directory=None) as run:
            for value in range(12_000):
                run.log("long", value)
            self.assertEqual(run.get_metrics()["long"], list(range(12_000)))

    def test_pictures_and_charts_are_files(self) -> None:
        class Figure:
            def savefig(self, target: Any, **_: Any) -> None:
                target.write(b"picture")

        chart = {"schema_type": "residuals", "schema_version": "1.0.0", "data": {"bin_edges": [0, 1], "bin_counts": [5]}}
        with self.experiment.start_logging(snapshot_directory=None) as run:
            run.log_image("roc", plot=Figure())
            run.log_residuals("errors", chart)
            self.assertEqual(run.get_file_names(), ["errors.json", "roc.png"])
            run.download_file("errors.json", "here/")
            self.assertEqual(json.loads((self.folder / "here" / "errors.json").read_text()), chart)

    def test_another_process_goes_on_where_the_series_was(self) -> None:
        """Steps would start at 0 again, and points of the same step would stand beside each other."""
        from azureml.core import Run

        run = self.experiment.start_logging(snapshot_directory=None)
        run.log("v", 1)
        run.complete()
        again = Run(self.experiment, run.id)
        again.log("v", 2)
        self.assertEqual(again.get_metrics(), {"v": [1, 2]})
        self.assertEqual(again.get_status(), "Completed")
        again.complete()


class TagsAndChildren(RunCase):
    def test_tags_and_properties(self) -> None:
        from azureml.exceptions import UserErrorException

        run = self.experiment.start_logging(snapshot_directory=None)
        run.tag("quality", "great")
        run.tag("alone")
        self.assertEqual(run.get_tags(), {"quality": "great", "alone": None})
        run.add_properties({"author": "me"})
        with self.assertRaisesRegex(UserErrorException, "author"):
            run.add_properties({"author": "you"})
        self.assertEqual(run.get_properties(), {"author": "me"})
        other = self.experiment.start_logging(snapshot_directory=None)
        found = {"name": [each.id for each in self.experiment.get_runs(tags="quality")], "wrong": [*self.experiment.get_runs(tags={"quality": "bad"})], "property": [each.id for each in self.experiment.get_runs(properties={"author": "me"})]}
        self.assertEqual(found, {"name": [run.id], "wrong": [], "property": [run.id]})
        self.assertEqual([each.id for each in self.experiment.get_runs()], [other.id, run.id])
        run.complete()
        other.cancel()
        self.assertEqual((run.get_status(), other.get_status()), ("Completed", "Canceled"))

    def test_children(self) -> None:
        with self.experiment.start_logging(snapshot_directory=None) as run:
            with run.child_run("kid") as kid:
                kid.log("k", 1)
            with self.assertRaises(ZeroDivisionError), run.child_run("broken"):
                raise ZeroDivisionError
            for child in run.create_children(tag_key="fold", tag_values=[1, 2]):
                child.complete()
            children = {child.name: child.get_status() for child in run.get_children()}
            self.assertEqual((children["kid"], children["broken"], len(children)), ("Completed", "Failed", 4))
            self.assertEqual(run.get_metrics(recursive=True)[kid.id], {"k": 1})
            self.assertEqual([child.get_tags() for child in run.get_children(tags={"fold": 2})], [{"fold": "2"}])
            self.assertEqual(kid.parent.id, run.id)
        self.assertEqual([each.id for each in self.experiment.get_runs()], [run.id])

    def test_a_run_shows_itself(self) -> None:
        """Cells of notebooks end with these objects."""
        with self.experiment.start_logging(snapshot_directory=None) as run:
            self.assertIn(run.id, repr(run))
            self.assertIn(run.get_portal_url(), run._repr_html_())
            self.assertIn(self.experiment.name, repr(self.experiment) + self.experiment._repr_html_())
            self.assertEqual(run.number, 1)


class FilesAndModels(RunCase):
    def test_outputs_are_kept_and_are_where_a_model_is_looked_for(self) -> None:
        """The notebook that registers `outputs/model.pkl` never uploads it."""
        from azureml.exceptions import ModelPathNotFoundException

        run = self.experiment.start_logging(snapshot_directory=None)
        (self.folder / "outputs" / "model.pkl").write_text("model")
        model = run.register_model(model_name="super cool model")
        self.assertEqual((model.name, model.version, model.run_id), ("super cool model", 1, run.id))
        self.assertEqual((self.folder / model.download("got")).read_text(), "model")
        self.assertEqual(run.register_model("super cool model", model_path="outputs/model.pkl").version, 2)
        with self.assertRaisesRegex(ModelPathNotFoundException, "outputs/model.pkl"):
            run.register_model("other", model_path="nothing.pkl")
        (self.folder / "outputs" / "late.txt").write_text("late")
        run.complete()
        self.assertEqual(run.get_file_names(), ["outputs/late.txt", "outputs/model.pkl"])

    def test_files_and_folders(self) -> None:
        from azureml.exceptions import UserErrorException

        self.write({"in/a.txt": "a", "in/deep/b.txt": "b"})
        with self.experiment.start_logging(snapshot_directory=None) as run:
            run.upload_folder("data", "in")
            run.upload_file("single.txt", "in/a.txt")
            self.assertEqual(run.get_file_names(), ["data/a.txt", "data/deep/b.txt", "single.txt"])
            run.download_files("data", "out")
            self.assertEqual((self.folder / "out" / "data" / "deep" / "b.txt").read_text(), "b")
            with self.assertRaisesRegex(UserErrorException, "single.txt"):
                run.download_file("absent.txt")
            with self.assertRaisesRegex(UserErrorException, "nothing.txt"):
                run.upload_file("x", "nothing.txt")

    def test_the_code_is_kept_and_comes_back(self) -> None:
        import zipfile

        self.write({"code/train.py": "print(1)\n"})
        with self.experiment.start_logging(snapshot_directory="code") as run:
            with zipfile.ZipFile(run.restore_snapshot(path="back")) as archive:
                self.assertEqual(archive.read("train.py"), b"print(1)\n")
            self.assertEqual(run.get_properties()["ContentSnapshotId"], run.get_snapshot_id())


class WhatSurvives(RunCase):
    def values(self, run_id: str) -> Any:
        from azureml.core import Run

        run = Run(self.experiment, run_id)
        return len(run.get_metrics().get("v", [])), run.get_metrics().get("word"), run.get_status()

    def test_a_killed_process_loses_nothing(self) -> None:
        """What `log` returned from is in a file; the process that watches sends it and ends the run."""
        self.write({"killed.py": f"import os, signal\nfrom azureml.core import Workspace, Experiment\nrun = Experiment(Workspace.get('runs'), {self.experiment.name!r}).start_logging(snapshot_directory=None)\nprint(run.id, flush=True)\nfor i in range(3000): run.log('v', i)\nrun.log('word', 'last')\nos.kill(os.getpid(), signal.SIGKILL)\n"})
        done = self.run_script("killed.py")
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        self.assertEqual(wait_for(lambda: self.values(done.stdout.strip()), (3000, "last", "Failed")), (3000, "last", "Failed"))

    def test_values_wait_for_a_server_that_is_away(self) -> None:
        """They lie in the spool, with the end of the run, until a process finds the server again."""
        from modelyard.azureml.core import _shipping, _spool
        from modelyard.discovery import Settings

        run = self.experiment.start_logging(snapshot_directory=None)
        settings = Settings(server()["url"], server()["token"], "runs")
        away = modelyard.Connection(Settings("http://127.0.0.1:9", server()["token"], "runs"))
        spool = _spool.Spool(settings.url, "runs", run.id, True)
        shipper = _shipping.Shipper()
        shipper.add(spool, away)
        for value in range(50):
            spool.number("v", value)
        spool.record("word", "text", "last")
        self.assertFalse(shipper.flush(spool, 0.2))
        self.assertFalse(shipper.finish(spool, 0.2))
        self.assertEqual(self.values(run.id), (0, None, "Running"))
        # Another server's spools are left alone.
        self.assertTrue(_shipping.ship_left_behind(Settings("http://127.0.0.1:9", None, "runs"), spool.path.stem))
        self.assertTrue(spool.path.exists())
        self.assertTrue(_shipping.ship_left_behind(settings, spool.path.stem))
        self.assertEqual(self.values(run.id), (50, "last", "Failed"))
        self.assertFalse(spool.path.exists())

    def test_what_a_dead_process_had_sent_is_not_there_twice(self) -> None:
        """The mark of what was sent may be older than the last batch; a point sent again is the same point."""
        from modelyard.azureml.core import _shipping, _spool
        from modelyard.discovery import Settings

        run = self.experiment.start_logging(snapshot_directory=None)
        settings = Settings(server()["url"], server()["token"], "runs")
        spool = _spool.Spool(settings.url, "runs", run.id, False)
        for value in range(20):
            spool.number("v", value)
        way = _shipping.Shipment(spool.path, modelyard.Connection(settings))
        way.send(True)
        spool.path.with_suffix(".sent").unlink()
        spool.number("v", 20)
        spool.close()
        self.assertTrue(_shipping.ship_left_behind(settings, spool.path.stem))
        self.assertEqual(run.get_metrics(), {"v": list(range(21))})

    def test_the_spool_is_private_and_gone_when_all_arrived(self) -> None:
        from modelyard.azureml.core import _spool

        with self.experiment.start_logging(snapshot_directory=None) as run:
            run.log("v", 1)
            path = run._spool.path
            self.assertEqual((path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777), (0o600, 0o700))
            self.assertNotIn(server()["token"], path.read_text())
        self.assertEqual(list(_spool.spool_folder().iterdir()), [])

    def test_a_forked_process_logs_to_the_same_run(self) -> None:
        self.write({"forks.py": f"import os\nfrom azureml.core import Workspace, Experiment\nrun = Experiment(Workspace.get('runs'), {self.experiment.name!r}).start_logging(snapshot_directory=None)\nrun.log('v', 1)\nchild = os.fork()\nif child == 0:\n    run.log('child', 2)\n    os._exit(0)\nos.waitpid(child, 0)\nrun.complete()\nprint(run.get_metrics())\n"})
        done = self.run_script("forks.py")
        self.assertEqual(done.stdout.strip(), "{'child': 2, 'v': 1}", done.stderr)


class OutsideAJob(SurfaceCase):
    def test_the_same_script_prints_what_it_logs(self) -> None:
        code = "import modelyard.azureml.install\nfrom azureml.core import Run\nrun = Run.get_context()\nrun.log('acc', 0.5)\nrun.log_row('r', a=1)\nrun.complete()\nprint(run.id[:11], run is Run.get_context())\n"
        done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(package)}, capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines()[:2], ["Attempted to log scalar metric acc:", "0.5"], done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "OfflineRun_ True")

    def test_who_wants_no_such_run_is_told(self) -> None:
        from azureml.core import Run
        from azureml.exceptions import RunEnvironmentException

        with self.assertRaises(RunEnvironmentException):
            Run.get_context(allow_offline=False)
