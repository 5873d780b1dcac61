"""What the tests of the Azure ML names share: scripts as whole processes, and the surface in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Optional

import modelyard.azureml.install  # noqa: F401  (makes `azureml` importable in this process)
from support import FolderCase, server

package = Path(modelyard.__file__).parent.parent


class SurfaceCase(FolderCase):
    """A test in an empty folder whose environment names the real server."""

    def setUp(self) -> None:
        super().setUp()
        os.environ.update(MODELYARD_URL=server()["url"], MODELYARD_TOKEN=server()["token"])

    def run_script(self, name: str, *arguments: str, folder: Optional[Path] = None, environment: Optional[dict[str, str]] = None) -> "subprocess.CompletedProcess[str]":
        """``python -m modelyard.compat NAME`` in the test's folder."""
        command = [sys.executable, "-m", "modelyard.compat", name, *arguments]
        variables = {**os.environ, "PYTHONPATH": str(package), **(environment or {})}
        return subprocess.run(command, cwd=folder or self.folder, env=variables, capture_output=True, text=True, timeout=120)
