"""What a caller sees when something is wrong."""

from __future__ import annotations

import socket
import unittest

import modelyard
from modelyard.connection import Connection
from modelyard.discovery import Settings
from modelyard.errors import error_of
from support import FolderCase, server, workspace


class Refusals(FolderCase):
    def test_a_wrong_token_is_not_allowed(self) -> None:
        """With the catalogue's code and what to do about it, in the attributes and in the text."""
        for token in ("myt_wrong", "x" * 40):
            with self.assertRaises(modelyard.NotAllowed) as caught:
                modelyard.Workspace.get("default", url=server()["url"], token=token)
            self.assertEqual((caught.exception.status, caught.exception.code), (401, "not_authenticated"))
            self.assertIn("not known", caught.exception.detail)
            self.assertTrue(caught.exception.remedy)
            self.assertIn(caught.exception.remedy, str(caught.exception))

    def test_no_token_at_all_is_said_to_be_that(self) -> None:
        """A forgotten variable is another mistake than a wrong one."""
        with self.assertRaises(modelyard.NotAllowed) as caught:
            modelyard.Workspace.get("default", url=server()["url"])
        self.assertIn("no token", caught.exception.detail)

    def test_what_is_not_there_is_not_found(self) -> None:
        """Each noun has a code of its own, so that a script can tell a missing job from a missing workspace."""
        found = workspace("errors")
        calls = {
            "workspace_not_found": lambda: modelyard.Workspace.get("nowhere", url=server()["url"], token=server()["token"]),
            "compute_target_not_found": lambda: found.compute.get("nothing"),
            "data_asset_not_found": lambda: found.data.get("nothing"),
            "job_not_found": lambda: found.jobs.get("nothing"),
            "pipeline_not_found": lambda: found.pipelines.get("nothing"),
            "run_not_found": lambda: found.runs.get("nothing"),
            "model_not_found": lambda: found.models.get("nothing"),
            "endpoint_not_found": lambda: found.endpoints.get("nothing"),
        }
        for code, call in calls.items():
            with self.subTest(code), self.assertRaises(modelyard.NotFound) as caught:
                call()
            self.assertEqual((caught.exception.status, caught.exception.code), (404, code))
            self.assertTrue(caught.exception.request_id)

    def test_a_name_that_climbs_is_refused_and_stays_one_part_of_the_path(self) -> None:
        """``../`` reaches neither a file nor another address."""
        for name in ("../x", "a/../../b", "%2e%2e"):
            with self.subTest(name), self.assertRaises((modelyard.InvalidInput, modelyard.NotFound)):
                modelyard.Workspace.create(name, url=server()["url"], token=server()["token"])
            with self.subTest(name), self.assertRaises((modelyard.InvalidInput, modelyard.NotFound)):
                workspace("errors").models.get(name)

    def test_a_body_too_large_is_said_to_be_that(self) -> None:
        """The refusal arrives although the client sends everything first."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            workspace("errors").connection.call("POST", "/workspaces", data=b" " * (65 << 20), headers={"content-type": "application/json"})
        self.assertEqual((caught.exception.status, caught.exception.code), (413, "body_too_large"))

    def test_a_body_that_is_not_json_is_said_to_be_that(self) -> None:
        """The code of the catalogue, not a bare 400."""
        with self.assertRaises(modelyard.InvalidInput) as caught:
            workspace("errors").connection.call("POST", "/workspaces", data=b'{"name": ', headers={"content-type": "application/json"})
        self.assertEqual((caught.exception.status, caught.exception.code), (400, "body_not_json"))

    def test_a_foreign_host_header_is_refused(self) -> None:
        """A page that rebinds a name to this machine gets nothing."""
        with self.assertRaises(modelyard.ApiError) as caught:
            workspace("errors").connection.call("GET", "/workspaces", headers={"host": "evil.example"})
        self.assertEqual(caught.exception.code, "host_not_allowed")
        self.assertLess(caught.exception.status, 500)

    def test_nobody_at_the_address(self) -> None:
        """Names the address and the command that starts a server."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with self.assertRaisesRegex(modelyard.ServerUnreachable, f"{url}.*modelyard up"):
            modelyard.Workspace.get("default", url=url, token="t")

    def test_a_host_that_does_not_exist_and_one_that_does_not_speak_http(self) -> None:
        """Neither leaves as an error of ``socket`` or ``http.client``."""
        with self.assertRaises(modelyard.ServerUnreachable):
            modelyard.Workspace.get("default", url="http://nowhere.invalid:9", token="t")
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            settings = Settings(f"http://127.0.0.1:{silent.getsockname()[1]}", None, "default")
            with self.assertRaises(modelyard.ServerUnreachable):
                Connection(settings, timeout_seconds=0.2).call("GET", "/workspaces")

    def test_a_kept_alive_connection_that_was_closed_is_opened_again(self) -> None:
        """A notebook that slept over lunch goes on."""
        connection = workspace("errors").connection
        connection.call("GET", "/workspaces")
        connection._local.connection.sock.shutdown(socket.SHUT_RDWR)
        self.assertTrue(connection.call("GET", "/workspaces")["items"])


class TheClassOfAStatus(unittest.TestCase):
    def test_follows_who_can_do_something_about_it(self) -> None:
        """What a script catches by class stays stable while codes are added."""
        kinds = {400: "InvalidInput", 401: "NotAllowed", 403: "NotAllowed", 404: "NotFound", 409: "ConflictError", 413: "InvalidInput", 422: "InvalidInput", 500: "ApiError", 503: "ApiError"}
        for status, kind in kinds.items():
            self.assertEqual(type(error_of(status, {"code": "x"})).__name__, kind)

    def test_an_answer_that_is_no_problem_document_is_told_as_it_came(self) -> None:
        """A proxy's page in between is shown instead of a second error."""
        error = error_of(502, {"detail": "<html>Bad Gateway"})
        self.assertEqual((error.code, error.remedy), ("unknown", ""))
        self.assertIn("Bad Gateway", str(error))
