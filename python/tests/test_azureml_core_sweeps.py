"""Sweeps: the same script with many settings."""

from __future__ import annotations

import modelyard.azureml.install  # noqa: F401
from azureml_core_support import SurfaceCase

train = """
import argparse
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float); parser.add_argument("--kind"); parser.add_argument("--fixed")
given = parser.parse_args()
run = Run.get_context()
for epoch in range(2): run.log("acc", given.rate + epoch / 100)
open("outputs/model.pkl", "w").write(f"{given.kind} {given.fixed}")
"""


class Sweeps(SurfaceCase):
    def test_the_best_of_a_sweep_is_a_run_with_files(self) -> None:
        from azureml.core import Experiment, ScriptRunConfig, Workspace
        from azureml.train.hyperdrive import GridParameterSampling
        from azureml.train.hyperdrive.parameter_expressions import choice
        from azureml.train.hyperdrive.run import PrimaryMetricGoal
        from azureml.train.hyperdrive.runconfig import HyperDriveConfig

        self.write({"src/train.py": train})
        workspace = Workspace.create("sweeps", show_output=False, exist_ok=True)
        script = ScriptRunConfig("src", "train.py", ["--fixed", "same"])
        space = {"--rate": choice(0.1, 0.5), "--kind": choice("it's one")}
        config = HyperDriveConfig(GridParameterSampling(space), "acc", PrimaryMetricGoal.MAXIMIZE, 4, run_config=script)
        run = Experiment(workspace, "sweep").submit(config)
        self.assertEqual(run.wait_for_completion()["status"], "Completed")
        rows = run.get_children_sorted_by_primary_metric()
        self.assertEqual([row["best_primary_metric"] for row in rows], [0.51, 0.11])
        self.assertEqual(rows[0]["hyperparameters"], '{"--rate": 0.5, "--kind": "it\'s one"}')
        best = run.get_best_run_by_primary_metric()
        self.assertEqual((best.id, best.get_metrics(), best.get_file_names()), (rows[0]["run_id"], {"acc": [0.5, 0.51]}, ["outputs/model.pkl"]))
        best.download_file("outputs/model.pkl", "got/")
        self.assertEqual((self.folder / "got" / "model.pkl").read_text(), "it's one same")
        self.assertEqual((run.get_status(), best.parent.id), ("Completed", run.id))

    def test_random_settings_differ_and_stay_in_their_space(self) -> None:
        from azureml.exceptions import UserErrorException
        from azureml.train.hyperdrive import GridParameterSampling, RandomParameterSampling, choice, quniform, uniform

        drawn = list(RandomParameterSampling({"a": choice(range(3)), "b": quniform(0, 1, 0.5)}, seed=1)._draws(50))
        self.assertEqual(len({(each["a"], each["b"]) for each in drawn}), len(drawn))
        self.assertTrue(all(each["a"] in (0, 1, 2) and each["b"] in (0, 0.5, 1) for each in drawn))
        self.assertEqual(len(list(RandomParameterSampling({"a": uniform(0, 1)})._draws(5))), 5)
        with self.assertRaises(UserErrorException):
            list(GridParameterSampling({"a": uniform(0, 1)})._draws(5))
