"""Submitted scripts, their environments, and the data they read."""

from __future__ import annotations

import http.server
import json
import threading
import unittest
import warnings
from functools import partial
from typing import Any

import modelyard.azureml.install  # noqa: F401
from azureml_core_support import SurfaceCase

train = """
import argparse, os
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--data"); parser.add_argument("--folder"); parser.add_argument("--rate", type=float); parser.add_argument("--text")
given = parser.parse_args()
run = Run.get_context(allow_offline=False)
run.log("rate", given.rate)
for value in (0.1, 0.2): run.log("acc", value)
run.tag("from", "inside")
run.log_row("seen", file=open(given.data).read(), folder=",".join(sorted(os.listdir(given.folder))), text=given.text, variable=os.environ["MINE"], id=run.id)
run.log_list("inputs", sorted(run.input_datasets))
open("outputs/model.pkl", "w").write("model")
print("a line of the log")
run.complete()
"""


class ScriptCase(SurfaceCase):
    def setUp(self) -> None:
        super().setUp()
        from azureml.core import Experiment, Workspace

        self.workspace = Workspace.create("scripts", show_output=False, exist_ok=True)
        self.experiment = Experiment(self.workspace, self.id().rpartition(".")[2])


class Submitting(ScriptCase):
    def test_a_script_is_one_run_inside_and_outside(self) -> None:
        """One id for both, data as paths, outputs and tags of the script on the run that people know."""
        from azureml.core import Dataset, Environment, ScriptRunConfig
        from azureml.core.runconfig import DockerConfiguration

        self.write({"src/train.py": train, "one.csv": "a,b\n1,2\n", "two.csv": "c\n3\n"})
        datastore = self.workspace.get_default_datastore()
        datastore.upload_files(["two.csv"], target_path="submitting", overwrite=True, show_progress=False)
        environment = Environment("mine")
        environment.docker.enabled = True
        environment.environment_variables = {"MINE": "a value"}
        data = Dataset.File.from_files("one.csv").as_named_input("one").as_mount()
        config = ScriptRunConfig("src", "train.py", ["--data", data, "--folder", datastore.path("submitting").as_mount(), "--rate", 0.5, "--text", "it's ${{ odd }} $HOME"], compute_target="local", environment=environment, docker_runtime_config=DockerConfiguration(use_docker=True))
        run = self.experiment.submit(config, tags={"kind": "test"})
        details = run.wait_for_completion()
        row = run.get_metrics()["seen"]
        self.assertEqual((row["file"], row["folder"], row["text"], row["variable"], row["id"]), ("a,b\n1,2\n", "two.csv", "it's ${{ odd }} $HOME", "a value", run.id))
        self.assertEqual((run.get_metrics()["rate"], run.get_metrics()["acc"], run.get_metrics()["inputs"]), (0.5, [0.1, 0.2], ["one", "workspaceblobstore_submitting"]))
        self.assertEqual((details["status"], details["target"], details["runId"]), ("Completed", "local", run.id))
        self.assertEqual((run.get_file_names(), run.get_tags()), (["outputs/model.pkl"], {"kind": "test", "from": "inside"}))
        self.assertIn("a line of the log", "".join(run.get_details_with_logs()["logFiles"].values()))
        self.assertEqual(run.register_model("of-a-script", "outputs/model.pkl").version, 1)
        self.assertEqual([[each.id for each in self.experiment.get_runs(tags=tags)] for tags in (None, "from", {"kind": "test"})], [[run.id]] * 3)

    def test_a_script_that_fails_fails_the_wait(self) -> None:
        from azureml.core import ScriptRunConfig
        from azureml.exceptions import ActivityFailedException, UserErrorException

        self.write({"bad.py": "import os\nopen('outputs/before.txt', 'w').write('kept')\nraise SystemExit('it broke')\n"})
        run = self.experiment.submit(ScriptRunConfig(".", "bad.py"))
        with self.assertRaisesRegex(ActivityFailedException, run.id):
            run.wait_for_completion()
        self.assertEqual((run.wait_for_completion(raise_on_error=False)["status"], run.get_file_names()), ("Failed", ["outputs/before.txt"]))
        with self.assertRaisesRegex(UserErrorException, "absent.py"):
            self.experiment.submit(ScriptRunConfig(".", "absent.py"))
        with self.assertRaisesRegex(UserErrorException, "dict cannot be submitted"):
            self.experiment.submit({})

    def test_a_command_runs_as_it_is_written(self) -> None:
        from azureml.core import ScriptRunConfig

        self.write({"src/a.py": "import sys; from azureml.core.run import Run; Run.get_context().log('n', len(sys.argv))\n"})
        run = self.experiment.submit(ScriptRunConfig("src", command=["python", "a.py", "x", "&&", "python", "a.py"]))
        self.assertEqual((run.wait_for_completion()["status"], run.get_metrics()), ("Completed", {"n": [2, 1]}))

    def test_cancelling(self) -> None:
        from azureml.core import ScriptRunConfig

        self.write({"long.py": "import time; time.sleep(600)\n"})
        run = self.experiment.submit(ScriptRunConfig(".", "long.py"))
        run.cancel()
        self.assertEqual(run.wait_for_completion()["status"], "Canceled")

    def test_a_widget_is_text_here(self) -> None:
        from azureml.widgets import RunDetails

        with self.experiment.start_logging(snapshot_directory=None) as run:
            run.log("v", 1)
            self.assertIn(f"Run: {run.id}", RunDetails(run).text())
            RunDetails(run).show()


class Data(ScriptCase):
    def test_a_datastore_keeps_and_gives_files(self) -> None:
        from azureml.core import Datastore
        from azureml.exceptions import UserErrorException

        self.write({"in/a.txt": "a", "in/deep/b.txt": "b"})
        store = Datastore(self.workspace, "workspaceblobstore")
        reference = store.upload("in", "up", overwrite=True, show_progress=False)
        self.assertEqual((reference.path_on_datastore, store.name), ("up", "workspaceblobstore"))
        self.write({"in/a.txt": "changed"})
        store.upload("in", "up", overwrite=False, show_progress=False)
        self.assertEqual((store.download("out", prefix="up", show_progress=False), (self.folder / "out" / "up" / "a.txt").read_text()), (2, "a"))
        store.upload("in", "up", overwrite=True, show_progress=False)
        store.download("out", prefix="up", overwrite=True, show_progress=False)
        self.assertEqual((self.folder / "out" / "up" / "a.txt").read_text(), "changed")
        self.write({"in/a.txt": "a"})
        store.upload("in", "up", overwrite=True, show_progress=False)
        store.download("out", prefix="up", overwrite=True, show_progress=False)
        self.assertEqual((self.folder / "out" / "up" / "a.txt").read_text(), "a", "what was there once before is the newest again")
        with self.assertRaisesRegex(UserErrorException, "workspaceblobstore"):
            Datastore.get(self.workspace, "absent")

    def test_two_that_upload_at_once_both_get_theirs_in(self) -> None:
        from azureml.core import Datastore

        store = Datastore(self.workspace, "workspacefilestore")
        for number in range(4):
            self.write({f"race-{number}.txt": str(number)})
        threads = [threading.Thread(target=store.upload_files, args=([f"race-{number}.txt"],), kwargs={"target_path": "race", "show_progress": False}) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(store.download("raced", prefix="race", show_progress=False), 4)

    def test_datasets_have_versions(self) -> None:
        from azureml.core import Dataset
        from azureml.exceptions import UserErrorException

        self.write({"d/x.csv": "a,b\n1,2\n3,4\n", "d/deep/y.csv": "a,b\n5,6\n"})
        store = self.workspace.get_default_datastore()
        store.upload("d", "sets", overwrite=True, show_progress=False)
        first = Dataset.File.from_files((store, "sets/*.csv")).register(self.workspace, "some-files", description="d", tags={"t": "1"})
        self.assertEqual((first.version, first.to_path(), first.tags, first.description), (1, ["/x.csv"], {"t": "1"}, "d"))
        every = Dataset.File.from_files((store, "sets/**"))
        with self.assertRaisesRegex(UserErrorException, "create_new_version=True"):
            every.register(self.workspace, "some-files")
        self.assertEqual(every.register(self.workspace, "some-files", create_new_version=True).version, 2)
        self.assertEqual([len(Dataset.get_by_name(self.workspace, "some-files", version).to_path()) for version in (1, 2, "latest")], [1, 2, 2])
        self.assertEqual(sorted(path.rpartition("/")[2] for path in every.download("got")), ["x.csv", "y.csv"])
        self.assertIn("some-files", self.workspace.datasets)

    def test_a_file_behind_an_address_is_one_file(self) -> None:
        from azureml.core import Dataset

        self.write({"web/far.csv": "a\n1\n"})
        handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(self.folder / "web"))
        handler.func.log_message = lambda *_: None  # type: ignore[attr-defined]
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
            threading.Thread(target=web.serve_forever, daemon=True).start()
            found = Dataset.File.from_files(f"http://127.0.0.1:{web.server_address[1]}/far.csv").register(self.workspace, "far")
            web.shutdown()
        self.assertEqual((found.to_path(), found._tree(self.workspace._own)[1]), (["/far.csv"], "uri_file"))

    def test_a_place_that_is_empty_yet_is_an_empty_folder(self) -> None:
        from azureml.data.datapath import DataPath

        asset = DataPath(self.workspace.get_default_datastore(), "not/there/yet")._pipeline_asset()
        self.assertEqual((asset["type"], len(asset["upload"](self.workspace._own))), ("uri_folder", 64))

    def test_a_table_is_a_data_frame(self) -> None:
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is not installed")
        from azureml.core import Dataset

        self.write({"t.csv": "a;b\n1;2\n3;4\n"})
        table = Dataset.Tabular.from_delimited_files("t.csv", separator=";").register(self.workspace, "a-table")
        self.assertEqual(table.take(1).to_pandas_dataframe().to_dict("records"), [{"a": 1, "b": 2}])
        again = Dataset.get_by_name(self.workspace, "a-table")
        self.assertEqual(again.keep_columns("b").to_pandas_dataframe()["b"].tolist(), [2, 4])


class Environments(ScriptCase):
    def test_conda_files_are_read_and_written(self) -> None:
        from azureml.core.conda_dependencies import CondaDependencies
        from azureml.core.environment import Environment

        self.write({"conda.yml": "name: mine  # a name\nchannels: [defaults, conda-forge]\ndependencies:\n  - python=3.10\n  - scikit-learn\n  - pip:\n    - 'azureml-defaults'\n    - joblib>=1.0\n"})
        found = Environment.from_conda_specification("e", "conda.yml").python.conda_dependencies
        found.add_conda_package("numpy")
        found.add_pip_package("joblib==1.3")
        self.assertEqual(found.as_dict(), {"name": "mine", "channels": ["defaults", "conda-forge"], "dependencies": ["python=3.10", "scikit-learn", "numpy", {"pip": ["azureml-defaults", "joblib==1.3"]}]})
        self.write({"again.yml": found.serialize_to_string()})
        self.assertEqual(CondaDependencies("again.yml").as_dict(), found.as_dict())
        self.assertEqual(found.get_python_version(), "3.10")
        made = CondaDependencies.create(conda_packages=["pip"], pip_packages=["azureml-sdk"])
        self.assertEqual((list(made.pip_packages), made._has_own()), (["azureml-sdk"], False))

    def test_what_is_not_asked_for_needs_no_environment(self) -> None:
        """Docker with packages that are here anyway runs in the default Python, at once."""
        from azureml.core import Environment, RunConfiguration

        run_config = RunConfiguration()
        run_config.environment.docker.enabled = True
        self.assertIsNone(run_config.environment._for_job())
        environment = Environment("with-packages")
        environment.python.conda_dependencies.add_pip_package("six==1.16.0")
        self.assertIn("six==1.16.0", json.dumps(environment._for_job()))

    def test_environments_are_registered_with_versions(self) -> None:
        from azureml.core import Environment
        from azureml.exceptions import UserErrorException

        environment = Environment("kept")
        environment.python.conda_dependencies.add_pip_package("six==1.16.0")
        environment.environment_variables = {"A": "1"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kept = environment.register(self.workspace)
        again: Any = Environment.get(self.workspace, "kept")
        self.assertEqual((again.version, again.environment_variables), (kept.version, {"A": "1"}))
        self.assertIn("six==1.16.0", list(again.python.conda_dependencies.pip_packages))
        self.assertIn("kept", Environment.list(self.workspace))
        with self.assertRaisesRegex(UserErrorException, "not registered"):
            Environment.get(self.workspace, "never")


if __name__ == "__main__":
    unittest.main()
