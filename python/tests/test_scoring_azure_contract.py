"""Scoring scripts of Azure ML's SDK v1: decorated, raw, with headers."""

from __future__ import annotations

import json
import sys
from typing import Any

from modelyard.scoring.frames import Request, Result, result_frame
from modelyard.scoring.raw_request import AMLRequest
from modelyard.scoring.script_model import ScriptModel
from support import FolderCase

numpy_script = """
import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema

@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema("scale", StandardPythonParameterType(2.0), optional=True)
@output_schema(StandardPythonParameterType([1.0]))
def run(data, scale=1.0):
    assert isinstance(data, np.ndarray), type(data)
    return (data.sum(axis=1) * scale).tolist()
"""

pandas_script = """
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

sample = StandardPythonParameterType({"input1": PandasParameterType(pd.DataFrame({"day": ["mo"], "riders": [1.5]})), "note": StandardPythonParameterType("x")})

@input_schema("Inputs", sample)
def run(Inputs):
    return {"columns": list(Inputs["input1"].columns), "total": float(Inputs["input1"]["riders"].sum()), "note": Inputs["note"]}
"""

raw_script = """
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse

@rawhttp
def run(request):
    if request.method == "GET":
        return AMLResponse(request.args.get("q", "none"), 200, {"X-Kind": "got"})
    if request.method == "POST":
        return AMLResponse({"bytes": len(request.get_data(False)), "type": request.headers["CONTENT-TYPE"]}, 201, json_str=True)
    return AMLResponse("bad request", 500)
"""


class Contract(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(sys.modules.pop, "modelyard_scoring_script", None)
        path, finders = list(sys.path), list(sys.meta_path)
        self.addCleanup(sys.path.__setitem__, slice(None), path)
        self.addCleanup(sys.meta_path.__setitem__, slice(None), finders)

    def load(self, text: str) -> ScriptModel:
        self.write({"score.py": text})
        return ScriptModel(str(self.folder), "score.py")

    def ask(self, model: ScriptModel, body: Any, head: "dict[str, Any] | None" = None) -> Result:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return model.answer([Request(1, 0, "req_1", content, 0.0, json.dumps(head).encode() if head else b"")])[0]

    def test_members_of_the_body_are_the_parameters(self) -> None:
        model = self.load(numpy_script)
        self.assertFalse(model.wants_head)
        self.assertEqual(json.loads(self.ask(model, {"data": [[1, 2], [3, 4]], "scale": 10}).body), [30, 70])
        self.assertEqual(json.loads(self.ask(model, {"data": [[1, 2]]}).body), [3])

    def test_a_body_that_does_not_fit_is_the_callers_mistake(self) -> None:
        """400 with what is wrong, and no exception of the script's."""
        model = self.load(numpy_script)
        wrong = {"missing": {"scale": 1}, "shape": {"data": [[1, 2, 3]]}, "type": {"data": [["a", "b"]]}, "unknown": {"data": [[1, 2]], "other": 1}, "kind": {"data": [[1, 2]], "scale": "x"}, "list": [1]}
        for name, body in wrong.items():
            with self.subTest(name):
                result = self.ask(model, body)
                self.assertEqual((result.status, result.exception), (400, b""), result.body)
                self.assertEqual(json.loads(result.body)["code"], "request_invalid")
        self.assertEqual(self.ask(model, b"no json").status, 400)

    def test_decorators_describe_the_service(self) -> None:
        schema = self.load(numpy_script).schema()
        self.assertEqual(schema["request"]["properties"]["data"], {"type": "array", "items": {"type": "array", "items": {"type": "number", "format": "double"}}, "example": [[1.0, 2.0]]})
        self.assertEqual(schema["request"]["required"], ["data"])
        self.assertEqual(schema["response"]["type"], "array")

    def test_kinds_within_kinds(self) -> None:
        model = self.load(pandas_script)
        answer = self.ask(model, {"Inputs": {"input1": [{"day": "mo", "riders": 2}, {"day": "tu", "riders": 3}], "note": "n"}})
        self.assertEqual(json.loads(answer.body), {"columns": ["day", "riders"], "total": 5.0, "note": "n"})
        self.assertEqual(self.ask(model, {"Inputs": {"input1": [{"day": "mo"}], "note": "n"}}).status, 400)
        self.assertEqual(model.schema()["request"]["properties"]["Inputs"]["properties"]["note"]["type"], "string")

    def test_raw_requests_and_answers(self) -> None:
        model = self.load(raw_script)
        self.assertTrue(model.wants_head)
        got = self.ask(model, b"", {"method": "GET", "url": "/w/a/b/score?q=hello", "headers": {}})
        self.assertEqual((got.status, got.body), (200, b"hello"))
        self.assertIn("\nX-Kind: got", got.content_type)
        posted = self.ask(model, b"\x00\x01", {"method": "POST", "url": "/score", "headers": {"content-type": "image/png"}})
        self.assertEqual((posted.status, json.loads(posted.body)), (201, {"bytes": 2, "type": "image/png"}))
        self.assertEqual(self.ask(model, b"", {"method": "PUT", "url": "/score", "headers": {}}).status, 500)

    def test_an_answer_that_http_does_not_have_is_the_scripts_failure(self) -> None:
        """It must neither end the worker nor leave the caller without an answer."""
        for answer in ("AMLResponse('', 70000)", "AMLResponse('', -1)", "AMLResponse('', 101)", "AMLResponse('', 200, {'X-Long': 'x' * 70000})", "AMLResponse('', 200, {'X-Odd': '\\udc80'})"):
            with self.subTest(answer):
                model = self.load(raw_script.replace('AMLResponse("bad request", 500)', answer))
                result = self.ask(model, b"{}", {"method": "PUT", "url": "/score", "headers": {}})
                self.assertEqual((result.status, json.loads(result.body)["code"]), (424, "scoring_failed"))
                self.assertTrue(result.exception)
                result_frame([result])

    def test_the_same_names_from_the_inference_server(self) -> None:
        model = self.load(raw_script.replace("azureml.contrib.services", "azureml_inference_server_http.api"))
        self.assertEqual(self.ask(model, b"", {"method": "GET", "url": "/score", "headers": {}}).body, b"none")

    def test_headers_beside_the_body(self) -> None:
        model = self.load("def run(data, request_headers):\n    return [data, request_headers['X-Caller']]\n")
        self.assertTrue(model.wants_head)
        self.assertEqual(json.loads(self.ask(model, "hi", {"headers": {"x-caller": "me"}}).body), ['"hi"', "me"])

    def test_forms_and_files(self) -> None:
        """As a browser sends them."""
        body = b'--b\r\ncontent-disposition: form-data; name="note"\r\n\r\nhello\r\n--b\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n\x89PNG\r\n\x00\r\n--b--\r\n'
        request = AMLRequest(json.dumps({"method": "POST", "url": "/score", "headers": {"content-type": "multipart/form-data; boundary=b"}}).encode(), body)
        self.assertEqual((request.form["note"], request.files["image"].filename, request.files["image"].read()), ("hello", "a.png", b"\x89PNG\r\n\x00"))
        plain = AMLRequest(json.dumps({"url": "/score", "headers": {"content-type": "application/x-www-form-urlencoded"}}).encode(), b"a=1&a=2&b=%20")
        self.assertEqual((plain.form.getlist("a"), plain.form["b"]), (["1", "2"], " "))
