"""How a script finds its server and workspace."""

from __future__ import annotations

import json
import os
from unittest import mock

import modelyard
from modelyard.discovery import find_settings
from support import FolderCase, server, workspace


class Finding(FolderCase):
    def test_a_config_file_above_is_found_from_a_sub_folder(self) -> None:
        """A script below the folder where ``write_config`` ran needs to say nothing but its token."""
        config = workspace("found").write_config(self.folder)
        self.assertEqual(config, self.folder / ".modelyard" / "config.json")
        below = self.folder / "notebooks" / "deep"
        below.mkdir(parents=True)
        os.chdir(below)
        os.environ["MODELYARD_TOKEN"] = server()["token"]
        self.assertEqual(modelyard.Workspace.get().name, "found")
        self.assertEqual(modelyard.Workspace.from_config().name, "found")

    def test_a_config_file_holds_no_token(self) -> None:
        """It is committed with the code."""
        text = workspace("found").write_config(self.folder).read_text(encoding="utf-8")
        self.assertEqual(json.loads(text), {"url": server()["url"], "workspace": "found"})

    def test_a_config_file_may_be_named(self) -> None:
        """``from_config(PATH)`` takes the file, or the folder it lies in; another path is said to have none."""
        file = workspace("found").write_config(self.folder / "elsewhere")
        os.environ["MODELYARD_TOKEN"] = server()["token"]
        self.assertEqual(modelyard.Workspace.from_config(file).name, "found")
        self.assertEqual(modelyard.Workspace.from_config(self.folder / "elsewhere").name, "found")
        with self.assertRaisesRegex(modelyard.ModelyardError, "write_config"):
            modelyard.Workspace.from_config(self.folder / "nowhere")

    def test_a_config_file_of_azure_names_the_workspace(self) -> None:
        """A project that was written for Azure ML keeps its file."""
        self.write({".azureml/config.json": '{"subscription_id": "s", "resource_group": "g", "workspace_name": "from-azure"}'})
        self.assertEqual(find_settings(url="http://127.0.0.1:1").workspace, "from-azure")

    def test_arguments_beat_the_environment_and_that_beats_files_each_key_by_itself(self) -> None:
        """The order that every client of the product keeps."""
        self.write({".modelyard/config.json": '{"url": "http://file:1", "workspace": "of-file"}'})
        self.assertEqual(find_settings().url, "http://file:1")
        with mock.patch.dict(os.environ, {"MODELYARD_WORKSPACE": "of-environment"}):
            self.assertEqual((find_settings().url, find_settings().workspace), ("http://file:1", "of-environment"))
            self.assertEqual(find_settings(workspace="of-argument").workspace, "of-argument")
        with mock.patch.dict(os.environ, {"MODELYARD_URL": "http://environment:1/"}):
            self.assertEqual((find_settings().url, find_settings().workspace), ("http://environment:1", "of-file"))

    def test_the_running_server_of_the_home_is_the_last_place(self) -> None:
        """On a laptop with ``modelyard up`` nothing is configured at all."""
        os.environ["MODELYARD_HOME"] = server()["home"]
        self.assertEqual(modelyard.Workspace.get().name, "default")
        os.environ["MODELYARD_WORKSPACE"] = "found"
        self.assertEqual(workspace("found").name, modelyard.Workspace.get().name)

    def test_the_token_of_the_running_server_goes_to_no_other(self) -> None:
        """A config file in a cloned repository must not be able to collect it."""
        os.environ["MODELYARD_HOME"] = server()["home"]
        self.write({".modelyard/config.json": '{"url": "http://collector.example"}'})
        self.assertIsNone(find_settings().token)
        self.assertEqual(find_settings(url=server()["url"] + "/").token, server()["token"])

    def test_a_broken_config_file_is_passed_over(self) -> None:
        """Half a file, or a list, is no configuration."""
        self.write({".modelyard/config.json": '{"url": ', ".azureml/config.json": '["url"]'})
        with self.assertRaisesRegex(modelyard.ServerUnreachable, "modelyard up"):
            find_settings()
