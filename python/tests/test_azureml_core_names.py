"""Making the names importable, and running a script as ``python SCRIPT`` does."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest

from azureml_core_support import SurfaceCase, package
from support import FolderCase

imports = """
from azureml.core import Workspace, Experiment, ScriptRunConfig, Datastore, Run, Environment, Dataset, RunConfiguration, ComputeTarget
from azureml.core.compute import ComputeTarget, AmlCompute, AksCompute
from azureml.core.compute_target import ComputeTargetException
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.environment import Environment, CondaDependencies
from azureml.core.authentication import InteractiveLoginAuthentication, ServicePrincipalAuthentication
from azureml.core.run import Run, _OfflineRun
from azureml.core.workspace import Workspace
from azureml.core.runconfig import DEFAULT_CPU_IMAGE, RunConfiguration, DockerConfiguration
from azureml.core.datastore import Datastore
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.data_reference import DataReference
from azureml.widgets import RunDetails
from azureml.telemetry import set_diagnostics_collection
from azureml.train.hyperdrive import RandomParameterSampling, HyperDriveConfig, BanditPolicy
from azureml.train.hyperdrive.parameter_expressions import choice
from azureml.train.hyperdrive.run import PrimaryMetricGoal
from azureml.train.hyperdrive.runconfig import HyperDriveConfig
from azureml.train.hyperdrive.sampling import RandomParameterSampling
from azureml.exceptions import ComputeTargetException as Other, UserErrorException, WorkspaceException
assert Other is ComputeTargetException
import azureml.core
print(azureml.core.VERSION)
"""


def python(code: str, *flags: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(package)}
    return subprocess.run([sys.executable, *flags, "-c", code], env=environment, capture_output=True, text=True)


class TheNames(unittest.TestCase):
    def test_every_path_that_scripts_import_is_there(self) -> None:
        done = python(f"import modelyard.azureml.install\n{imports}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_module_is_the_same_under_both_names(self) -> None:
        """Loaded twice, `except ComputeTargetException` would not catch what the other half raises."""
        done = python("import modelyard.azureml.install, azureml.core.run as a, modelyard.azureml.core.run as b, azureml.core as c; assert a is b and c.run is b and a.__spec__.name.startswith('modelyard')")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_importing_the_surface_loads_next_to_nothing(self) -> None:
        """Fifty milliseconds are gone quickly: no HTTP, no JSON, none of the surface's own modules before they are asked for."""
        done = python("import sys, modelyard.azureml.install, azureml.core; print([name for name in sys.modules if name.startswith('modelyard.')], [name for name in ('http', 'json', 'ssl', 'subprocess', 'pandas') if name in sys.modules])")
        expected = ["modelyard.azureml", "modelyard.azureml.core", "modelyard.azureml.finder", "modelyard.azureml.install", "modelyard.azureml.names"]
        loaded, _, heavy = done.stdout.strip().rpartition("] [")
        self.assertEqual(heavy, "]")
        self.assertEqual(sorted(name.strip(" '[]") for name in loaded.split(",")), expected)

    def test_a_missing_name_says_so_and_names_the_nearest(self) -> None:
        for line, near in (
            ("from azureml.core import Worksapce", "Workspace"),
            ("from azureml.core.compute import AmlComputee", "AmlCompute"),
            ("from azureml.core.authentication import InteractiveAuthentication", "Interactive"),
            ("import azureml.core.workspce", "workspace"),
            ("import azureml.widget", "widgets"),
        ):
            with self.subTest(line):
                done = python(f"import modelyard.azureml.install\nimport azureml.core.authentication\n{line}")
                self.assertRegex(done.stderr.strip().splitlines()[-1], f"(ImportError|ModuleNotFoundError): .* on Modelyard.* {near}")

    def test_a_probe_for_a_module_finds_its_answer(self) -> None:
        """Libraries ask with either exception."""
        for kind in ("ImportError", "ModuleNotFoundError"):
            done = python(f"import modelyard.azureml.install\ntry:\n    import azureml.dataprep\nexcept {kind}:\n    print('absent')")
            self.assertEqual(done.stdout.strip(), "absent", done.stderr)

    def test_where_the_real_packages_are_they_win(self) -> None:
        code = "import os, sys, tempfile; d = tempfile.mkdtemp(); os.mkdir(d + '/azureml'); open(d + '/azureml/__init__.py', 'w').write('real = 1'); sys.path.insert(0, d)\nimport modelyard.azureml.install, azureml; print(azureml.real)"
        self.assertEqual(python(code).stdout.strip(), "1")


class TheRunner(SurfaceCase):
    def test_a_script_runs_as_python_runs_it(self) -> None:
        """Its folder first on the path, its own arguments, its own `__main__`, which stays until exit handlers ran."""
        self.write({"deep/helper.py": "value = 7\n"})
        self.write({"deep/script.py": "import atexit, pickle, sys\nimport azureml.core, helper\nclass Thing: pass\ndef last(): print(type(pickle.loads(pickle.dumps(Thing()))).__module__, helper.value)\natexit.register(last)\nprint(__name__, __file__, sys.argv, sys.path[0] == __import__('os').path.abspath('deep'))\n"})
        done = self.run_script("deep/script.py", "--a", "b")
        self.assertEqual(done.stdout.splitlines(), ["__main__ deep/script.py ['deep/script.py', '--a', 'b'] True", "__main__ 7"], done.stderr)

    def test_errors_and_exit_codes_are_the_scripts(self) -> None:
        self.write({"fails.py": "def inner():\n    raise KeyError('x')\ninner()\n", "exits.py": "import sys\nsys.exit(3)\n"})
        failed = self.run_script("fails.py")
        self.assertEqual(failed.returncode, 1)
        self.assertNotIn("compat.py", failed.stderr)
        self.assertRegex(failed.stderr, r'^Traceback \(most recent call last\):\n  File "fails.py", line 3, in <module>')
        self.assertEqual(self.run_script("exits.py").returncode, 3)
        self.assertEqual(self.run_script("none.py").returncode, 2)


class InJobs(FolderCase):
    def test_the_start_of_a_jobs_python_runs_the_environments_own_start_too(self) -> None:
        """Our `sitecustomize` stands first on the path and must not hide another one."""
        self.write({"own/sitecustomize.py": "print('own start')\n"})
        startup = package / "modelyard" / "azureml" / "startup"
        environment = {**os.environ, "PYTHONPATH": f"{startup}:{package}:{self.folder / 'own'}"}
        done = subprocess.run([sys.executable, "-c", "import azureml.core; print(azureml.core.__name__)"], env=environment, capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines(), ["own start", "modelyard.azureml.core"], done.stderr)


if __name__ == "__main__":
    unittest.main()
