"""The coverage page's script sees what is there and what is not, and the guide runs every command that its table names."""

from __future__ import annotations

import re
import sys
import unittest

from support import repository

sys.path.insert(0, str(repository / "tools"))
import azureml_coverage  # type: ignore[import-not-found]  # noqa: E402


class Coverage(unittest.TestCase):
    def test_each_state_is_told_from_the_others(self) -> None:
        states = {
            "azureml.core.Workspace.create(name, exist_ok)": ("there", ""),
            "azureml.core.Model.version": ("there", ""),
            "azureml.core.Experiment.get_runs(tags, colour)": ("partly", "colour"),
            "azureml.core.Workspace.paint": ("missing", ""),
            "azureml.core.Workspace.paint.dry": ("missing", ""),
            "azureml.core.Painting": ("missing", ""),
            "azureml.painting.Brush": ("missing", ""),
        }
        for line, wanted in states.items():
            self.assertEqual(azureml_coverage.look(line)[1:], wanted, line)

    def test_engines_that_are_not_attached_say_so_and_real_steps_do_not(self) -> None:
        names = [name for name, text in azureml_coverage.detached() if "attached" in text]
        self.assertIn("azureml.pipeline.steps.DatabricksStep", names)
        self.assertNotIn("azureml.pipeline.steps.PythonScriptStep", names)

    def test_the_page_is_that_of_the_modules_as_they_are(self) -> None:
        self.assertEqual((repository / "docs" / "azureml-coverage.md").read_text(encoding="utf-8"), azureml_coverage.page(), "stale; run: npm run generate")

    def test_the_guide_runs_every_command_of_its_table(self) -> None:
        guide = (repository / "docs" / "guide" / "from-azure-ml.md").read_text(encoding="utf-8")
        rows = [line.split("|") for line in guide.splitlines() if line.startswith("|")][2:]
        ours = [command for row in rows for command in re.findall(r"`([^`]+)`", row[3])]
        ran = "\n".join(re.findall(r"^```sh\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)).splitlines()
        self.assertGreater(len(ours), 15)
        self.assertEqual([command for command in ours if not any(line == command or line.startswith(f"{command} |") for line in ran)], [])
