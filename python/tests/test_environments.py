"""Environments: registering, finding, and running a step in one."""

from __future__ import annotations

import unittest

import modelyard
from support import FolderCase, workspace


class Environments(FolderCase):
    def test_a_conda_file_becomes_a_version_and_the_same_content_is_the_same_version(self) -> None:
        """What conda has and pip has not is said, not dropped in silence."""
        (self.folder / "conda.yml").write_text("dependencies:\n- python=3.6\n- cudatoolkit\n- iniconfig=2.0\n- pip:\n  - six\n", encoding="utf-8")
        environments = workspace("environments").environments
        first = environments.create("training", conda_file=self.folder / "conda.yml")
        self.assertEqual((first.version, first.requirements), ("1", ["iniconfig==2.0.*", "six"]))
        self.assertIn("cudatoolkit", "\n".join(first.warnings))
        again = environments.create("training", conda_file={"dependencies": ["python=3.6", "cudatoolkit", "iniconfig=2.0", {"pip": ["six"]}]})
        self.assertEqual(again.version, "1")
        second = environments.create("training", pip=["iniconfig==2.0.0"])
        self.assertEqual([version.version for version in environments.versions("training")], ["2", "1"])
        self.assertEqual((second.reference, environments.get("training").version), ("azureml:training:2", "2"))
        with self.assertRaises(modelyard.ConflictError):
            environments.create("training", pip=["six"], version="1")
        with self.assertRaises(modelyard.NotFound):
            environments.get("training", "9")

    def test_a_step_runs_in_it_and_what_was_installed_is_known(self) -> None:
        """The lock is what was installed, not what was asked for."""
        found = workspace("environments")
        made = found.environments.create("small", pip=["iniconfig"])
        self.assertIsNone(made.packages)
        file = self.folder / "job.yml"
        file.write_text("type: command\ncommand: python -c 'import iniconfig'\nenvironment: azureml:small@latest\n", encoding="utf-8")
        found.jobs.submit(file).wait(120)
        packages = found.environments.get("small").packages
        assert packages is not None
        self.assertRegex("\n".join(packages), r"(?m)^iniconfig==\d")

    def test_a_line_that_cannot_be_taken_is_refused_with_its_place(self) -> None:
        """Paths of this machine mean nothing on another one."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            workspace("environments").environments.create("wrong", pip=["six", "./package"])
        self.assertEqual(caught.exception.places[0]["path"], "pip.1")


if __name__ == "__main__":
    unittest.main()
