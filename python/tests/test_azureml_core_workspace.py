"""Workspaces and compute targets: listings 1 and 2 of the article as whole processes, and what scripts rely on beside them."""

from __future__ import annotations

import json
import os

import modelyard
from azureml_core_support import SurfaceCase
from support import server

workspace_listing = '''
import os
from azureml.core import Workspace
subscription_id = os.getenv("SUBSCRIPTION_ID", default="xprt-1234-xprt-1234")
resource_group = os.getenv("RESOURCE_GROUP", default="mlpipeline")
workspace_name = os.getenv("WORKSPACE_NAME", default="magazine9-mlpipeline")
workspace_region = os.getenv("WORKSPACE_REGION", default="westeurope")
try:
    ws = Workspace(subscription_id=subscription_id, resource_group=resource_group, workspace_name=workspace_name)
    ws.write_config()
except:
    ws = Workspace.create(name=workspace_name, subscription_id=subscription_id, resource_group=resource_group,
                          location=workspace_region, create_resource_group=True, exist_ok=True)
    ws.get_details()
    ws.write_config()
'''
compute_listing = '''
from azureml.core import Workspace
from azureml.core.compute import ComputeTarget, AmlCompute
from azureml.core.compute_target import ComputeTargetException
ws = Workspace.from_config()
cpu_cluster_name = "cpu-cluster"
try:
    cpu_cluster = ComputeTarget(workspace=ws, name=cpu_cluster_name)
    print("Found existing cpu-cluster")
except ComputeTargetException:
    print("Creating new cpu-cluster")
    compute_config = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", min_nodes=0, max_nodes=4)
    cpu_cluster = ComputeTarget.create(ws, cpu_cluster_name, compute_config)
    cpu_cluster.wait_for_completion(show_output=True)
'''

class TheArticle(SurfaceCase):
    def test_the_workspace_is_created_once_and_found_again(self) -> None:
        """Listing 1, as two processes; the file works below, elsewhere, and with only the keys that the portal writes."""
        self.write({"listing.py": workspace_listing})
        for _ in range(2):
            done = self.run_script("listing.py", environment={"WORKSPACE_NAME": "article-one"})
            self.assertEqual(done.returncode, 0, done.stderr)
        config = json.loads((self.folder / ".azureml" / "config.json").read_text())
        self.assertEqual((config["subscription_id"], config["resource_group"], config["workspace_name"]), ("xprt-1234-xprt-1234", "mlpipeline", "article-one"))
        self.assertNotIn(server()["token"], json.dumps(config))

        from azureml.core import Workspace

        self.assertEqual([len(found) for name, found in Workspace.list().items() if name.startswith("article-one")], [1])
        below = self.folder / "deep" / "er"
        below.mkdir(parents=True)
        os.chdir(below)
        found = Workspace.from_config()
        self.assertEqual((found.name, found.location, found.resource_group), ("article-one", "westeurope", "mlpipeline"))
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        keys = {name: config[name] for name in ("subscription_id", "resource_group", "workspace_name")}
        (elsewhere / "mine.json").write_text(json.dumps(keys))
        self.assertEqual(Workspace.from_config(str(elsewhere / "mine.json")).name, "article-one")

    def test_the_cluster_is_created_then_found(self) -> None:
        """Listing 2, as two processes."""
        self.write({"workspace.py": workspace_listing, "listing.py": compute_listing})
        self.assertEqual(self.run_script("workspace.py", environment={"WORKSPACE_NAME": "article-two"}).returncode, 0)
        first, second = self.run_script("listing.py"), self.run_script("listing.py")
        self.assertEqual(first.stdout.splitlines()[0], "Creating new cpu-cluster", first.stderr)
        self.assertIn("AmlCompute wait for completion finished", first.stdout)
        self.assertEqual(second.stdout, "Found existing cpu-cluster\n", second.stderr)

    def test_a_revoked_token_is_not_swallowed(self) -> None:
        """The bare `except` leads into `create`, which must say what is wrong and create nothing."""
        own = modelyard.Workspace.get("default")
        made = own.connection.call("POST", "/tokens", body={"description": "to be revoked"})
        own.connection.call("DELETE", f"/tokens/{made['id']}")
        self.write({"listing.py": workspace_listing})
        done = self.run_script("listing.py", environment={"MODELYARD_TOKEN": made["token"], "WORKSPACE_NAME": "never-made"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("AuthenticationException", done.stderr.splitlines()[-2] + done.stderr.splitlines()[-1] + done.stderr)
        with self.assertRaises(modelyard.NotFound):
            modelyard.Workspace.get("never-made")

    def test_a_server_that_is_away_is_not_a_missing_workspace(self) -> None:
        self.write({"listing.py": workspace_listing})
        done = self.run_script("listing.py", environment={"MODELYARD_URL": "http://127.0.0.1:9", "WORKSPACE_NAME": "never-made"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("ServerUnreachable", done.stderr)

class Workspaces(SurfaceCase):
    def test_a_name_that_is_not_there_is_a_workspace_exception(self) -> None:
        from azureml.core import Workspace
        from azureml.exceptions import UserErrorException, WorkspaceException

        with self.assertRaisesRegex(WorkspaceException, "not-there"):
            Workspace("s", "g", "not-there")
        with self.assertRaisesRegex(UserErrorException, "config.json"):
            Workspace.from_config(str(self.folder))
        (self.folder / "wrong.json").write_text('{"subscription_id": "s"}')
        with self.assertRaisesRegex(UserErrorException, "subscription_id, resource_group and workspace_name"):
            Workspace.from_config(str(self.folder / "wrong.json"))

    def test_names_of_other_spellings_are_taken(self) -> None:
        from azureml.core import Workspace
        from azureml.exceptions import WorkspaceException

        made = Workspace.create("My_Workspace", subscription_id="s", resource_group="g", show_output=False, tags={"team": "x"})
        self.assertEqual((made.name, made.get_details()["friendlyName"], made.tags), ("my-workspace", "My_Workspace", {"team": "x"}))
        self.assertEqual(Workspace("s", "g", "My_Workspace").name, "my-workspace")
        with self.assertRaisesRegex(WorkspaceException, "exist_ok"):
            Workspace.create("My_Workspace", show_output=False)
        with self.assertRaises(WorkspaceException):
            Workspace.create("no/name", show_output=False)
        made.delete()
        with self.assertRaises(WorkspaceException):
            Workspace("s", "g", "My_Workspace")

    def test_the_authentication_classes_find_our_token_and_never_ask(self) -> None:
        from azureml.core import Workspace
        from azureml.core.authentication import InteractiveLoginAuthentication, ServicePrincipalAuthentication
        from azureml.exceptions import AuthenticationException

        header = {"Authorization": f"Bearer {server()['token']}"}
        self.assertEqual(InteractiveLoginAuthentication(force=True).get_authentication_header(), header)
        self.assertEqual(ServicePrincipalAuthentication("t", "i", "a password of Azure").get_authentication_header(), header)
        del os.environ["MODELYARD_TOKEN"]
        with self.assertRaisesRegex(AuthenticationException, "MODELYARD_TOKEN"):
            InteractiveLoginAuthentication().get_authentication_header()
        service = ServicePrincipalAuthentication("t", "i", server()["token"])
        self.assertEqual(Workspace.get("default", auth=service).name, "default")

    def test_a_reader_is_told_and_changes_nothing(self) -> None:
        """Being refused must not look like "not found", or the script would go on to create."""
        from azureml.core import Workspace
        from azureml.core.compute import AmlCompute, ComputeTarget
        from azureml.exceptions import AuthenticationException

        workspace = Workspace.create("for-readers", show_output=False, exist_ok=True)
        call = workspace._own.connection.call
        call("POST", "/principals", body={"name": "reader-of-one", "kind": "user"})
        token = call("POST", "/tokens", body={"principal": "reader-of-one", "description": "test"})["token"]
        call("PUT", "/workspaces/for-readers/role-assignments/reader-of-one/Reader")
        os.environ["MODELYARD_TOKEN"] = token
        seen = Workspace.get("for-readers")
        with self.assertRaisesRegex(AuthenticationException, "compute.write"):
            ComputeTarget.create(seen, "not-mine", AmlCompute.provisioning_configuration(max_nodes=1))

class Computes(SurfaceCase):
    def test_a_cluster_takes_new_settings_and_shows_its_nodes(self) -> None:
        from azureml.core import ComputeTarget, Workspace
        from azureml.core.compute import AksCompute, AmlCompute
        from azureml.exceptions import ComputeTargetException

        workspace = Workspace.create("computes", show_output=False, exist_ok=True)
        make = AmlCompute.provisioning_configuration
        cluster = ComputeTarget.create(workspace, "c", make(vm_size="STANDARD_D2_V2", min_nodes=0, max_nodes=4))
        self.assertEqual((type(cluster), type(ComputeTarget(workspace, "c"))), (AmlCompute, AmlCompute))
        self.assertEqual(cluster.get_status().serialize()["scaleSettings"], {"minNodeCount": 0, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT1800S"})
        cluster = ComputeTarget.create(workspace, "c", make(vm_size="STANDARD_D2_V2", min_nodes=1, max_nodes=2, idle_seconds_before_scaledown=5))
        cluster.wait_for_completion()
        self.assertEqual((cluster.get_status().current_node_count, [node["nodeState"] for node in cluster.list_nodes()]), (1, ["idle"]))
        cluster.update(min_nodes=0, idle_seconds_before_scaledown=0)
        self.assertEqual(cluster.scale_settings.serialize(), {"minNodeCount": 0, "maxNodeCount": 2, "nodeIdleTimeBeforeScaleDown": "PT0S"})
        with self.assertRaisesRegex(ComputeTargetException, "greater"):
            make(min_nodes=3, max_nodes=2)
        with self.assertRaisesRegex(ComputeTargetException, "ComputeTargetNotFound: Compute Target with name nope not found in provided workspace"):
            ComputeTarget(workspace, "nope")
        aks = ComputeTarget.create(workspace, "services", AksCompute.provisioning_configuration())
        self.assertEqual((aks.get_status(), aks.provisioning_state, type(ComputeTarget(workspace, "services"))), ("Succeeded", "Succeeded", AksCompute))
        self.assertEqual(sorted(workspace.compute_targets), ["c", "services"])
        aks.delete()
        self.assertEqual(sorted(workspace.compute_targets), ["c"])

