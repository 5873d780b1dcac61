"""Endpoints: created, deployed, called, and what is told when a script fails."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import modelyard
from support import FolderCase, workspace

files = {
    "blue.yml": "name: blue\ncode_configuration: { code: ./code, scoring_script: score.py }\n",
    "code/score.py": """\
import json, os

def init():
    print("loading", flush=True)

def run(data):
    rows = json.loads(data)["data"]
    print("scored", len(rows))
    return [sum(row) for row in rows]
""",
}


class Serving(FolderCase):
    def deploy(self, endpoint: str, content: "dict[str, str]", name: str = "blue", **options: str) -> modelyard.Deployment:
        endpoints = workspace("serving").endpoints
        endpoints.deploy(endpoint, self.write({f"{name}.yml": content["blue.yml"].replace("blue", name), **{k: v for k, v in content.items() if k != "blue.yml"}}), uploads=["./code"], **options)
        return endpoints.wait_until_ready(endpoint, name, 60)

    def create(self, name: str, more: str = "") -> modelyard.Endpoint:
        return workspace("serving").endpoints.create(self.write({"endpoint.yml": f"name: {name}\n{more}"}))

    def test_a_script_answers_and_its_first_deployment_has_the_traffic(self) -> None:
        """From the two files to a prediction, and the script's own lines in the log."""
        self.create("sums")
        self.assertEqual(self.deploy("sums", files).state, "ready")
        endpoint = workspace("serving").endpoints.get("sums")
        self.assertEqual(endpoint.traffic, {"blue": 100})
        self.assertEqual(endpoint.invoke({"data": [[1, 2], [3, 4]]}), [3, 7])
        self.assertEqual(endpoint.invoke({"data": []}, deployment="blue"), [])
        log = "\n".join(workspace("serving").endpoints.logs("sums", "blue"))
        self.assertIn("loading", log)
        self.assertRegex(log, r"\[req\S+\] scored 2")

    def test_a_rollout_moves_the_traffic_and_a_rollback_gives_it_back(self) -> None:
        """Shadow by hand, then a rollout: paused for want of requests, promoted by hand, rolled back."""
        self.create("rolled")
        self.deploy("rolled", files)
        self.deploy("rolled", files, "green")
        endpoints = workspace("serving").endpoints
        self.assertEqual(endpoints.set_mirror("rolled", {"green": 10}), {"green": 10})
        self.assertEqual(endpoints.set_mirror("rolled", {}), {})
        self.assertEqual(endpoints.set_sticky_header("rolled", "X-Customer").to_dict()["stickyHeader"], "x-customer")
        rollouts = endpoints.rollouts("rolled")
        rollout = rollouts.start("green", steps=[20, 100], bake_seconds=60)
        self.assertEqual((rollout.state, endpoints.get("rolled").traffic), ("running", {"blue": 80, "green": 20}))
        with self.assertRaises(modelyard.ConflictError):
            endpoints.set_traffic("rolled", {"blue": 100})
        self.assertEqual(rollouts.pause(rollout.id, "lunch").reason, "paused by hand: lunch")
        self.assertEqual(rollouts.promote(rollout.id).state, "promoted")
        self.assertEqual([found.id for found in rollouts.list()], [rollout.id])
        self.assertEqual(rollouts.rollback(rollout.id).state, "rolledBack")
        self.assertEqual(endpoints.get("rolled").traffic, {"blue": 100, "green": 0})
        self.assertEqual(list(endpoints.exceptions("rolled")), [])
        with self.assertRaises(modelyard.NotFound):
            endpoints.request("rolled", "never-seen")

    def test_the_key_opens_and_another_does_not(self) -> None:
        """The answer without it is the catalogue's, from the gateway as well."""
        endpoint = self.create("locked")
        self.deploy("locked", files)
        self.assertTrue(endpoint.primary_key)
        for headers in ({}, {"authorization": "Bearer wrong"}):
            request = urllib.request.Request(endpoint.scoring_uri, data=b'{"data": []}', headers={"content-type": "application/json", **headers})
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request)
            problem = json.load(caught.exception)
            caught.exception.close()
            self.assertEqual((caught.exception.code, problem["code"]), (401, "not_authenticated"))
            self.assertTrue(problem["remedy"])

    def test_without_keys_nothing_is_sent(self) -> None:
        """``auth_mode: none`` has no key to give, and none is needed."""
        self.create("open", "auth_mode: none\n")
        self.deploy("open", files)
        endpoint = workspace("serving").endpoints.get("open")
        self.assertIsNone(endpoint.primary_key)
        self.assertEqual(endpoint.invoke({"data": [[5]]}), [5])

    def test_an_input_that_raises_and_one_that_is_no_json_tell_them_apart(self) -> None:
        """424 with the script's words, 400 for the caller's mistake, 413 for too much; never a 5xx."""
        endpoint = self.create("failing")
        self.deploy("failing", files)
        for body, status, code in (({"nothing": 1}, 424, "scoring_failed"), ("just text", 424, "scoring_failed"), ({"data": "x" * (17 << 20)}, 413, "body_too_large")):
            with self.subTest(code), self.assertRaises(modelyard.InvalidInput) as caught:
                endpoint.invoke(body)
            self.assertEqual((caught.exception.status, caught.exception.code), (status, code))
        with self.assertRaises(modelyard.InvalidInput) as caught:
            endpoint.invoke({"nothing": 1})
        self.assertIn("KeyError", caught.exception.detail)

    def test_an_init_that_raises_is_told_with_its_traceback_and_what_served_goes_on(self) -> None:
        """An update that cannot start must not take the endpoint down."""
        endpoint = self.create("updated")
        self.deploy("updated", files)
        broken = {**files, "code/score.py": "def init():\n    raise RuntimeError('no model here')\n\ndef run(data):\n    return 1\n"}
        with self.assertRaisesRegex(modelyard.ModelyardError, "(?s)no model here.*line 2, in init"):
            self.deploy("updated", broken, update="blue")
        self.assertEqual(endpoint.invoke({"data": [[4]]}), [4])

    def test_traffic_moves_and_a_sum_that_is_no_split_changes_nothing(self) -> None:
        """Weights sum to 0 or 100."""
        self.create("split")
        self.deploy("split", files)
        self.deploy("split", {**files, "code/score.py": "def run(data):\n    return 'green'\n"}, name="green")
        endpoints = workspace("serving").endpoints
        with self.assertRaises(modelyard.InvalidInput) as caught:
            endpoints.set_traffic("split", {"blue": 50, "green": 40})
        self.assertEqual(caught.exception.code, "traffic_invalid")
        self.assertEqual(endpoints.get("split").traffic.get("blue"), 100)
        endpoints.set_traffic("split", {"blue": 0, "green": 100})
        self.assertEqual(endpoints.get("split").invoke({"data": []}), "green")
        self.assertEqual(endpoints.get("split").invoke({"data": [[1]]}, deployment="blue"), [1])
        self.assertEqual(sorted(item.name for item in endpoints.deployments("split")), ["blue", "green"])

    def test_a_name_twice_and_a_deleted_one(self) -> None:
        """A conflict, then not found."""
        self.create("brief")
        with self.assertRaises(modelyard.ConflictError):
            self.create("brief")
        workspace("serving").endpoints.delete("brief")
        with self.assertRaises(modelyard.NotFound):
            workspace("serving").endpoints.get("brief")
        self.assertNotIn("brief", [item.name for item in workspace("serving").endpoints.list()])

    def test_a_file_with_an_unknown_key_names_its_line(self) -> None:
        """The same strictness as for jobs."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            self.create("strict", "auth_mod: key\n")
        self.assertEqual((caught.exception.code, caught.exception.places[0]["line"]), ("document_invalid", 2))
