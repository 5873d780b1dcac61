"""Runs with their metrics, and models with their versions."""

from __future__ import annotations

import math

import modelyard
from support import FolderCase, workspace


class Runs(FolderCase):
    def test_what_is_logged_is_there_when_the_call_returned(self) -> None:
        """Parameters, tags, and every point of a metric in order."""
        with workspace("tracking").runs.start("demand", name="first", tags={"team": "rail"}) as run:
            for step in range(3):
                run.log({"mae": 1.0 / (step + 1)}, step=step)
            run.log(parameters={"depth": 3, "flat": True})
            points = run.metric("mae")
        self.assertEqual([(point["step"], point["value"]) for point in points], [(0, 1.0), (1, 0.5), (2, 1.0 / 3)])
        found = workspace("tracking").runs.get(run.id)
        self.assertEqual((found.status, found.parameters, found.metrics), ("finished", {"depth": "3", "flat": "True"}, {"mae": 1.0 / 3}))
        self.assertEqual(run.metric("other"), [])

    def test_an_exception_ends_the_run_as_failed_and_passes_on(self) -> None:
        """A crashed notebook cell must not look like a finished run."""
        with self.assertRaises(ZeroDivisionError), workspace("tracking").runs.start("demand") as run:
            1 / 0
        self.assertEqual(workspace("tracking").runs.get(run.id).status, "failed")

    def test_not_a_number_and_infinity_are_kept(self) -> None:
        """A diverged training is worth seeing as such; JSON has no word for it."""
        run = workspace("tracking").runs.start("diverged")
        run.log({"loss": math.nan, "up": math.inf, "down": -math.inf})
        self.assertEqual(run.refresh().metrics, {"loss": "NaN", "up": "Infinity", "down": "-Infinity"})

    def test_a_search_finds_by_value_and_orders(self) -> None:
        """The expression is evaluated by the server, over all runs of the experiment."""
        runs = workspace("tracking").runs
        for depth, mae in ((1, 3.0), (2, 1.0), (3, 2.0)):
            with runs.start("searched") as run:
                run.log({"mae": mae}, parameters={"depth": depth})
        found = runs.search("metrics.mae < 2.5", experiment="searched", order_by="metrics.mae ASC")
        self.assertEqual([run.parameters["depth"] for run in found], ["2", "3"])

    def test_an_expression_that_cannot_be_read_is_refused(self) -> None:
        """And says so by its own code."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            list(workspace("tracking").runs.search("metrics.mae <"))
        self.assertEqual(caught.exception.code, "filter_invalid")

    def test_a_parameter_keeps_its_value(self) -> None:
        """A run's parameters are what it was started with."""
        run = workspace("tracking").runs.start("fixed")
        run.log(parameters={"depth": 3})
        with self.assertRaises(modelyard.InvalidInput) as caught:
            run.log(parameters={"depth": 4})
        self.assertEqual(caught.exception.code, "parameter_changed")
        self.assertEqual(run.refresh().parameters, {"depth": "3"})


class Models(FolderCase):
    def test_versions_count_up_and_an_alias_moves(self) -> None:
        """``@champion`` is one version at a time."""
        models = workspace("tracking").models
        first = models.register("riders", self.write({"m/model.txt": "1"}).parent, metrics={"mae": 2.0}, tags={"by": "hand"})
        second = models.register("riders", self.write({"m/model.txt": "2"}).parent, description="better")
        self.assertEqual((first.version, second.version, first.metrics), ("1", "2", {"mae": 2.0}))
        models.set_alias("riders", "champion", "1")
        self.assertEqual(models.get("riders", "@champion").version, "1")
        self.assertEqual(models.set_alias("riders", "champion", "2").aliases, ["champion"])
        self.assertEqual(models.get("riders", "1").aliases, [])
        self.assertEqual(models.get("riders").version, "2")
        self.assertIn("riders", [item["name"] for item in models.list()])

    def test_find_answers_none_for_what_is_not_there(self) -> None:
        """The question a script asks first: is there a champion already?"""
        models = workspace("tracking").models
        self.assertIsNone(models.find("nobody"))
        models.register("found", self.write({"model.txt": "1"}))
        self.assertIsNone(models.find("found", "@champion"))
        self.assertIsNone(models.find("found", "7"))
        self.assertIsNotNone(models.find("found"))

    def test_a_version_knows_the_run_it_came_from(self) -> None:
        """Lineage is given with the registration and checked."""
        run = workspace("tracking").runs.start("lineage")
        version = workspace("tracking").models.register("with-run", self.write({"model.txt": "1"}), run_id=run.id)
        self.assertEqual(version.to_dict()["lineage"]["runId"], run.id)
        with self.assertRaises(modelyard.NotFound):
            workspace("tracking").models.register("with-run", self.folder / "model.txt", run_id="no-run")

    def test_an_alias_of_a_version_that_is_not_there(self) -> None:
        """Points nowhere, so it is refused and the old one stays."""
        models = workspace("tracking").models
        models.register("aliased", self.write({"model.txt": "1"}))
        models.set_alias("aliased", "champion", "1")
        with self.assertRaises(modelyard.NotFound):
            models.set_alias("aliased", "champion", "9")
        self.assertEqual(models.get("aliased", "@champion").version, "1")
