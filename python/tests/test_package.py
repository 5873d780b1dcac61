"""What holds for the package as a whole."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Iterator

import modelyard

package = Path(modelyard.__file__).parent
# A worker loads them only to serve a model that was made with them.
of_the_model = {"mlflow", "numpy", "pandas"}


def imports() -> Iterator[tuple[str, str]]:
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                yield str(file.relative_to(package)), name.partition(".")[0]


class ThePackage(unittest.TestCase):
    def test_imports_only_the_standard_library(self) -> None:
        """A notebook user gets no dependency by installing the SDK."""
        allowed = set(sys.stdlib_module_names) | {"modelyard"}
        foreign = [(file, name) for file, name in imports() if name not in allowed]
        self.assertEqual([pair for pair in foreign if pair[0] != "scoring/mlflow_model.py" and not pair[0].startswith("scoring/stand_ins/")], [])
        self.assertLessEqual({name for _, name in foreign}, of_the_model)

    def test_every_public_name_loads_where_no_other_package_is(self) -> None:
        """Isolated from site-packages, so that an import hidden in a function body of a module is found, too."""
        code = f"import sys; sys.path.insert(0, {str(package.parent)!r}); import modelyard; [getattr(modelyard, name) for name in modelyard.__all__]"
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_importing_it_loads_next_to_nothing(self) -> None:
        """``import modelyard`` stays free: no module of the package is loaded before its first use."""
        code = "import modelyard, sys; print([name for name in sys.modules if name.startswith('modelyard.')])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), "[]")

    def test_an_unknown_name_is_an_attribute_error(self) -> None:
        """Lazy names must not turn a typo into another kind of error."""
        with self.assertRaisesRegex(AttributeError, "Worskpace"):
            modelyard.Worskpace  # noqa: B018

    def test_every_public_function_says_its_types(self) -> None:
        """The package is marked as typed, so a type checker believes what it says."""
        self.assertTrue((package / "py.typed").is_file())
        for name in modelyard.__all__:
            kind = getattr(modelyard, name)
            for method_name, method in inspect.getmembers(kind, inspect.isfunction):
                if method_name.startswith("_") or not method.__module__.startswith("modelyard"):
                    continue
                signature = inspect.signature(method)
                untyped = [each.name for each in signature.parameters.values() if each.name != "self" and each.annotation is each.empty]
                with self.subTest(f"{name}.{method_name}"):
                    self.assertEqual(untyped, [])
                    self.assertIsNot(signature.return_annotation, signature.empty)
