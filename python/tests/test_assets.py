"""Workspaces, compute targets, data assets and the upload of folders."""

from __future__ import annotations

import unittest

import modelyard
from modelyard.trees import upload_tree
from support import FolderCase, server, workspace


class Workspaces(unittest.TestCase):
    def connect(self) -> "dict[str, str]":
        return {"url": server()["url"], "token": server()["token"]}

    def test_get_or_create_creates_once(self) -> None:
        """The first line of a notebook may be run again and again."""
        first = modelyard.Workspace.get_or_create("twice", **self.connect())
        again = modelyard.Workspace.get_or_create("twice", **self.connect())
        self.assertEqual(first.to_dict(), again.to_dict())

    def test_create_says_when_the_name_is_taken(self) -> None:
        """Unless it is told that this is fine."""
        modelyard.Workspace.create("taken", description="first", **self.connect())
        with self.assertRaises(modelyard.ConflictError) as caught:
            modelyard.Workspace.create("taken", **self.connect())
        self.assertEqual(caught.exception.code, "already_exists")
        self.assertEqual(modelyard.Workspace.create("taken", exist_ok=True, **self.connect()).to_dict()["description"], "first")

    def test_delete_takes_it_away_and_never_the_default(self) -> None:
        """``default`` always exists."""
        modelyard.Workspace.create("short-lived", **self.connect()).delete()
        with self.assertRaises(modelyard.NotFound):
            modelyard.Workspace.get("short-lived", **self.connect())
        with self.assertRaises(modelyard.ConflictError) as caught:
            modelyard.Workspace.get("default", **self.connect()).delete()
        self.assertEqual(caught.exception.code, "workspace_protected")

    def test_a_document_shows_itself_in_a_notebook_as_text_not_as_markup(self) -> None:
        """A description with tags in it must not run in somebody's notebook."""
        found = modelyard.Workspace.create("shown", description="<script>x</script>", **self.connect())
        self.assertIn("name='shown'", repr(found))
        self.assertIn("&lt;script&gt;", found._repr_html_())
        self.assertNotIn("<script>", found._repr_html_())


class Compute(unittest.TestCase):
    def test_a_cluster_is_found_or_created_as_it_was_asked_for(self) -> None:
        """The second call changes nothing about the first one's numbers."""
        compute = workspace("assets").compute
        made = compute.get_or_create("small", min_nodes=0, max_nodes=2, idle_seconds=5)
        again = compute.get_or_create("small", max_nodes=9)
        self.assertEqual((again.name, again.to_dict()["maxNodes"], again.to_dict()["idleSeconds"]), ("small", 2, 5))
        self.assertEqual((made.node_count, made.nodes), (0, []))
        with self.assertRaises(modelyard.ConflictError):
            compute.create("small")

    def test_local_is_always_there_and_stays(self) -> None:
        """What a step without ``compute`` runs on."""
        compute = workspace("assets").compute
        self.assertIn("local", [target.name for target in compute.list()])
        with self.assertRaises(modelyard.ConflictError) as caught:
            compute.delete("local")
        self.assertEqual(caught.exception.code, "compute_target_protected")

    def test_numbers_that_make_no_cluster_are_refused_with_their_place(self) -> None:
        """``places`` names the field."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            workspace("assets").compute.create("wrong", max_nodes=-1)
        self.assertIn("maxNodes", caught.exception.places[0]["path"])


class Data(FolderCase):
    def test_the_same_content_is_the_same_version_and_other_content_the_next(self) -> None:
        """A script that registers its input at every start makes no version at every start."""
        data = workspace("assets").data
        file = self.write({"days.csv": "a\n1\n"})
        first = data.create("days", file)
        self.assertEqual(data.create("days", file).version, first.version)
        file.write_text("a\n2\n")
        second = data.create("days", file)
        self.assertNotEqual(second.version, first.version)
        self.assertEqual(data.get("days").version, second.version)
        self.assertEqual(data.get("days", first.version).reference, f"azureml:days:{first.version}")
        self.assertIn("days", [item["name"] for item in data.list()])

    def test_a_file_and_a_folder_say_what_they_are(self) -> None:
        """The type is seen from the path."""
        file = self.write({"folder/one.txt": "1", "folder/deep/two.txt": "22"})
        data = workspace("assets").data
        folder = data.create("folder", self.folder / "folder").to_dict()
        self.assertEqual((folder["type"], folder["fileCount"], folder["sizeBytes"]), ("uri_folder", 2, 3))
        self.assertEqual(data.create("file", file).to_dict()["type"], "uri_file")

    def test_a_path_that_does_not_exist_is_named(self) -> None:
        """Before anything is sent."""
        with self.assertRaisesRegex(modelyard.ModelyardError, "missing.csv"):
            workspace("assets").data.create("missing", self.folder / "missing.csv")

    def test_what_an_ignore_file_names_and_caches_are_not_uploaded(self) -> None:
        """The digest of a folder must not change because somebody imported a module in it."""
        self.write({"code/train.py": "print(1)"})
        connection = workspace("assets").connection
        plain = upload_tree(connection, "assets", self.folder / "code")
        self.write({"code/__pycache__/train.pyc": "x", "code/.git/HEAD": "x", "code/big.bin": "x", "code/.amlignore": "# big\n*.bin\n"})
        self.assertEqual(upload_tree(connection, "assets", self.folder / "code"), plain)
        self.write({"code/train.py": "print(2)"})
        self.assertNotEqual(upload_tree(connection, "assets", self.folder / "code"), plain)

    def test_a_link_out_of_the_folder_is_refused(self) -> None:
        """A cloned project must not upload its user's files."""
        self.write({"outside.txt": "secret", "code/in.txt": "1"})
        (self.folder / "code" / "link").symlink_to(self.folder / "outside.txt")
        with self.assertRaisesRegex(modelyard.ModelyardError, "leads out"):
            workspace("assets").data.create("linked", self.folder / "code")
