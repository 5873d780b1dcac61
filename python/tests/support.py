"""One real server for the whole suite, and what the tests share."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import tempfile
import unittest
from functools import cache
from pathlib import Path
from typing import Any, Mapping
from unittest import mock

import modelyard

repository = Path(__file__).resolve().parents[2]
# Whatever the machine of the tests says about servers is not what the tests are about.
found_variables = ("MODELYARD_URL", "MODELYARD_TOKEN", "MODELYARD_WORKSPACE", "MODELYARD_HOME")


@cache
def server() -> dict[str, Any]:
    """The running server's document: ``url``, ``token``, ``home``, ``pid`` …; the first call starts it, the end of the process stops it."""
    home = tempfile.TemporaryDirectory(prefix="modelyard-python-")
    command = [repository / "bin" / "modelyard", "up", "--home", home.name, "--port", "0", "--gateway-port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if name not in found_variables}
    # Not in the folder of whichever test comes first: that one is deleted while the server goes on.
    process = subprocess.Popen(command, env={**environment, "MODELYARD_FROM_SOURCE": "1"}, stdout=subprocess.PIPE, text=True, cwd=home.name)

    def stop() -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
        home.cleanup()

    atexit.register(stop)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the server ended with {process.wait()} before it was ready")
    return dict(json.loads(line))


@cache
def workspace(name: str) -> modelyard.Workspace:
    """A workspace of the server; one for each file of tests, so that none sees another's objects."""
    return modelyard.Workspace.get_or_create(name, url=server()["url"], token=server()["token"])


class FolderCase(unittest.TestCase):
    """A test in an empty folder, with nothing said about any server; the scoring package and the child processes see the same."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="modelyard-case-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        kept = {name: value for name, value in os.environ.items() if name not in found_variables}
        patched = mock.patch.dict(os.environ, {**kept, "MODELYARD_HOME": str(self.folder / "no-home")}, clear=True)
        patched.start()
        self.addCleanup(patched.stop)

    def write(self, files: Mapping[str, str]) -> Path:
        """Writes files below the test's folder and returns the first one's path."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self.folder / next(iter(files))
