"""A scoring script as the worker runs it."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from modelyard.scoring.frames import Request
from modelyard.scoring.output import RequestLog
from modelyard.scoring.script_model import ScriptModel
from support import FolderCase


class Scripts(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(sys.modules.pop, "modelyard_scoring_script", None)
        path = list(sys.path)
        self.addCleanup(sys.path.__setitem__, slice(None), path)

    def load(self, text: str, script: str = "score.py") -> ScriptModel:
        self.write({script: text})
        return ScriptModel(str(self.folder), script)

    def ask(self, model: ScriptModel, *bodies: "bytes | str") -> "list[tuple[int, Any]]":
        requests = [Request(number, 0, f"req_{number}", body if isinstance(body, bytes) else body.encode()) for number, body in enumerate(bodies)]
        with redirect_stderr(io.StringIO()) as self.errors, redirect_stdout(io.StringIO()):
            results = model.answer(requests)
        self.assertEqual([result.id for result in results], [request.id for request in requests])
        self.assertEqual(RequestLog.current_request, "")
        return [(result.status, json.loads(result.body)) for result in results]

    def test_init_once_then_run_for_each(self) -> None:
        """As Azure ML's scripts have it; the body comes as text."""
        model = self.load("calls = []\ndef init():\n    calls.append('init')\ndef run(data):\n    calls.append(type(data).__name__)\n    return calls\n")
        self.assertEqual(self.ask(model, "{}", "{}"), [(200, ["init", "str"]), (200, ["init", "str", "str"])])
        self.assertFalse(model.batches)

    def test_files_and_modules_beside_the_script_are_found(self) -> None:
        """A script in a sub folder opens paths relative to the code folder, and imports its neighbours."""
        self.write({"factor.txt": "3", "deep/helper.py": "def times(x):\n    return x * int(open('factor.txt').read())\n"})
        model = self.load("import helper\ndef run(data):\n    return helper.times(2)\n", "deep/score.py")
        self.assertEqual(self.ask(model, "{}"), [(200, 6)])
        self.assertEqual(os.getcwd(), str(self.folder))
        sys.modules.pop("helper", None)

    def test_an_error_is_told_with_its_kind_and_its_traceback_logged(self) -> None:
        """424: the script failed, and not the server; the next request is answered."""
        model = self.load("import json\ndef run(data):\n    return json.loads(data)['data']\n")
        (status, problem), = self.ask(model, '{"rows": 1}')
        self.assertEqual((status, problem["code"], problem["detail"]), (424, "scoring_failed", "KeyError: 'data'"))
        self.assertEqual(problem["requestId"], "req_0")
        self.assertIn("line 3, in run", self.errors.getvalue())
        self.assertEqual(self.ask(model, '{"data": 5}'), [(200, 5)])

    def test_a_body_that_is_no_json_is_the_callers_mistake(self) -> None:
        """The script stumbles over it, and is right to."""
        model = self.load("import json\ndef run(data):\n    return json.loads(data)\n")
        for body in ("not json", b"\xff\xfe"):
            (status, problem), = self.ask(model, body)
            self.assertEqual((status, problem["code"]), (400, "body_not_json"))

    def test_a_script_that_takes_other_bytes_than_json_may(self) -> None:
        """Whether it must be JSON is the script's to say."""
        self.assertEqual(self.ask(self.load("def run(data):\n    return data.upper()\n"), "plain"), [(200, "PLAIN")])

    def test_an_answer_that_cannot_be_json_is_an_error_not_a_crash(self) -> None:
        """The type is named."""
        (status, problem), = self.ask(self.load("def run(data):\n    return {1, 2}\n"), "{}")
        self.assertEqual((status, problem["code"]), (424, "scoring_failed"))
        self.assertIn("set", problem["detail"])

    def test_answers_of_every_kind_become_json(self) -> None:
        """Arrays, tables and times by what they offer, without their libraries being loaded here."""
        text = (
            "import datetime\n"
            "class Array:\n    def tolist(self): return [1.5]\n"
            "class Table:\n    columns = ['a']\n    def to_dict(self, orient): return [{'a': 1}] if orient == 'records' else None\n"
            "def run(data):\n    return {'array': Array(), 'table': Table(), 'day': datetime.date(2003, 1, 2)}\n"
        )
        self.assertEqual(self.ask(self.load(text), "{}"), [(200, {"array": [1.5], "table": [{"a": 1}], "day": "2003-01-02"})])
        self.assertEqual(self.ask(self.load("def run(data):\n    pass\n"), "{}"), [(200, {})])

    def test_a_response_object_sets_the_status(self) -> None:
        """What Azure's ``AMLResponse`` looks like from outside."""
        model = self.load("class R:\n    status_code = 409\n    message = {'why': 'taken'}\ndef run(data):\n    return R()\n")
        self.assertEqual(self.ask(model, "{}"), [(409, {"why": "taken"})])

    def test_run_batch_takes_what_waits_together(self) -> None:
        """One call, answers in order."""
        model = self.load("def run_batch(items):\n    return [[item, len(items)] for item in items]\n")
        self.assertTrue(model.batches)
        self.assertEqual(self.ask(model, "1", "2", "3"), [(200, ["1", 3]), (200, ["2", 3]), (200, ["3", 3])])
        self.assertEqual(self.ask(model, "4"), [(200, ["4", 1])])

    def test_in_a_batch_the_bad_one_fails_alone(self) -> None:
        """A batch that raises, or answers too few, is run again one by one."""
        model = self.load("def run_batch(items):\n    if len(items) > 1 and '2' in items: return []\n    return [1 / int(item) for item in items]\n")
        self.assertEqual([status for status, _ in self.ask(model, "1", "0", "4")], [200, 424, 200])
        self.assertEqual(self.ask(model, "1", "2"), [(200, 1.0), (200, 0.5)])

    def test_a_script_that_is_none_is_refused_at_the_start(self) -> None:
        """Missing file, missing function, an ``init()`` that raises: the deployment fails with these words."""
        with self.assertRaisesRegex(FileNotFoundError, "scroe.py"):
            ScriptModel(str(self.folder), "scroe.py")
        with self.assertRaisesRegex(AttributeError, r"no function run\(data\)"):
            self.load("def rnu(data):\n    return 1\n")
        with self.assertRaisesRegex(RuntimeError, "no model"):
            self.load("def init():\n    raise RuntimeError('no model')\ndef run(data):\n    return 1\n")
