"""Models and web services of Azure ML's SDK v1, against a real server."""

from __future__ import annotations

import json
import os
import pickle
import urllib.error
import urllib.request
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import modelyard.azureml.install  # noqa: F401
from support import FolderCase, server, workspace

from modelyard.azureml.core.model import InferenceConfig, Model
from modelyard.azureml.core.webservice.aci import AciWebservice
from modelyard.azureml.core.webservice.aks import AksWebservice
from modelyard.azureml.core.webservice.aks_endpoint import AksEndpoint
from modelyard.azureml.core.webservice.local import LocalWebservice
from modelyard.azureml.core.webservice.webservice import Webservice
from modelyard.azureml.core.workspace import Workspace
from modelyard.azureml.exceptions import ModelNotFoundException, WebserviceException

add_script = """
import json, os, pickle
from azureml.core.model import Model

def init():
    global offset
    path = Model.get_model_path("adder")
    assert path == os.path.join(os.environ["AZUREML_MODEL_DIR"], "adder.pkl"), path
    with open(path, "rb") as file:
        offset = pickle.load(file)
    print("loaded", offset)

def run(data):
    return [value + offset for value in json.loads(data)["data"]]
"""


class Deploying(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        workspace("azureml-deploy")
        patched = mock.patch.dict(os.environ, {"MODELYARD_URL": server()["url"], "MODELYARD_TOKEN": server()["token"]})
        patched.start()
        self.addCleanup(patched.stop)
        self.workspace = Workspace("sub", "group", "azureml-deploy")

    def adder(self, offset: int, name: str = "adder") -> Model:
        with open(f"{name}.pkl", "wb") as file:
            pickle.dump(offset, file)
        with redirect_stdout(StringIO()):
            return Model.register(self.workspace, model_path=f"{name}.pkl", model_name=name, tags={"area": "sums"}, description="adds")

    def deployed(self, service: Any) -> Any:
        self.addCleanup(service.delete)
        service.wait_for_deployment()
        return service

    def script(self, text: str = add_script) -> InferenceConfig:
        self.write({"source/score.py": text})
        return InferenceConfig(entry_script="score.py", source_directory="source")


class Models(Deploying):
    def test_a_file_is_registered_found_and_fetched(self) -> None:
        """Scenario 19; the newest version is found by name, an older one by its number or id."""
        first, second = self.adder(1, "counted"), self.adder(2, "counted")
        self.assertEqual((second.version, second.id), (first.version + 1, f"counted:{first.version + 1}"))
        self.assertEqual(Model(self.workspace, "counted").version, second.version)
        self.assertEqual(Model(self.workspace, name="counted", version=first.version).id, first.id)
        self.assertEqual(Model(self.workspace, id=first.id).tags, {"area": "sums"})
        self.assertEqual([model.version for model in Model.list(self.workspace, name="counted")], [second.version, first.version])
        self.assertEqual([model.version for model in Model.list(self.workspace, name="counted", latest=True)], [second.version])
        self.assertEqual(Model.list(self.workspace, name="counted", tags=[["area", "other"]]), [])
        self.assertIn("counted", self.workspace.models)
        path = first.download("here")
        with open(path, "rb") as file:
            self.assertEqual((path, pickle.load(file)), (os.path.join("here", "counted.pkl"), 1))
        with self.assertRaisesRegex(WebserviceException, "exist_ok"):
            first.download("here")
        self.assertEqual(second.serialize()["name"], "counted")
        self.assertIn("name=counted", repr(second))

    def test_a_folder_keeps_its_name(self) -> None:
        self.write({"outputs/net/weights.txt": "w", "outputs/net/deep/more.txt": "m"})
        model = Model.register(self.workspace, "outputs/net", "net", properties={"made": "by hand"}, model_framework=Model.Framework.CUSTOM)
        found = Model(self.workspace, "net", properties=["made"])
        self.assertEqual((found.id, found.properties, found.model_framework, found.tags), (model.id, {"made": "by hand"}, "Custom", {}))
        self.assertTrue(os.path.isfile(os.path.join(found.download("there"), "deep", "more.txt")))

    def test_what_is_not_there_or_not_valid_says_so(self) -> None:
        with self.assertRaisesRegex(WebserviceException, "ModelNotFound"):
            Model(self.workspace, "nobody")
        with self.assertRaisesRegex(WebserviceException, "missing.pkl"):
            Model.register(self.workspace, "missing.pkl", "missing")
        self.write({"m.txt": "m"})
        with self.assertRaises(WebserviceException):
            Model.register(self.workspace, "m.txt", "a/b")
        with self.assertRaisesRegex(WebserviceException, "model_framework"):
            Model.register(self.workspace, "m.txt", "m", model_framework_version="1")
        self.assertEqual(Model.register(self.workspace, "m.txt", "super cool model").version, 1)

    def test_tags_change_properties_do_not_and_a_version_goes(self) -> None:
        model = self.adder(3, "changing")
        model.add_tags({"stage": "beta"})
        model.remove_tags(["area"])
        model.update(description="other")
        model.add_properties({"a": 1})
        found = Model(self.workspace, "changing")
        self.assertEqual((found.tags, found.description, found.properties), ({"stage": "beta"}, "other", {"a": "1"}))
        with self.assertRaises(WebserviceException):
            found.add_properties({"a": 2})
        found.delete()
        self.assertEqual(Model.list(self.workspace, name="changing"), [])

    def test_the_path_of_a_model_in_jobs_and_beside_a_script(self) -> None:
        model = self.adder(4, "pathed")
        with mock.patch.dict(os.environ, {"MODELYARD_JOB_ID": "job", "MODELYARD_WORKSPACE": "azureml-deploy"}):
            path = Model.get_model_path("pathed")
        self.assertEqual(path, os.path.join("azureml-models", "pathed", str(model.version), "pathed.pkl"))
        self.assertEqual(os.path.realpath(Model.get_model_path("pathed", model.version)), os.path.realpath(path))
        self.write({"plain.bin": "x"})
        self.assertEqual(Model.get_model_path("plain.bin"), "plain.bin")
        with self.assertRaises(ModelNotFoundException):
            Model.get_model_path("nothing-here")
        with self.assertRaisesRegex(WebserviceException, "version"):
            Model.get_model_path("pathed", "1")  # type: ignore[arg-type]


class Services(Deploying):
    def test_a_service_without_a_key(self) -> None:
        """ACI asks for no key by default; `run` gives the parsed JSON."""
        model = self.adder(10)
        config = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1, tags={"method": "sum"}, description="sums")
        with redirect_stdout(StringIO()) as printed:
            service = Model.deploy(self.workspace, "aci-sum", [model], self.script(), config)
            self.addCleanup(service.delete)
            service.wait_for_deployment(show_output=True)
        self.assertIn("Succeeded\nACI service creation operation finished, operation \"Succeeded\"", printed.getvalue())
        self.assertEqual(service.run(input_data=json.dumps({"data": [1, 2]})), [11, 12])
        self.assertEqual(service.state, "Healthy")
        self.assertEqual(ask(service.scoring_uri, {"data": [5]}), [15])
        self.assertEqual(ask(service.swagger_uri)["info"]["title"], "aci-sum")
        self.assertIn("loaded 10", service.get_logs())
        found = Webservice(self.workspace, "aci-sum")
        self.assertIsInstance(found, AciWebservice)
        self.assertEqual((found.tags, found.description, found.models[0].id, found.compute_type), ({"method": "sum"}, "sums", model.id, "ACI"))
        self.assertIn("aci-sum", self.workspace.webservices)
        self.assertEqual([each.name for each in Webservice.list(self.workspace, model_name="adder", compute_type="ACI")], ["aci-sum"])
        with self.assertRaisesRegex(WebserviceException, "already a service"):
            Model.deploy(self.workspace, "aci-sum", [model], self.script())
        again = Model.deploy(self.workspace, "aci-sum", [self.adder(20)], self.script(), overwrite=True)
        again.wait_for_deployment()
        self.assertEqual(again.run({"data": [1]}), [21])

    def test_a_service_with_a_key(self) -> None:
        """AKS asks for a key by default; a replaced key is fetched anew; instances and timeouts arrive."""
        config = AksWebservice.deploy_configuration(num_replicas=2, autoscale_enabled=False, scoring_timeout_ms=9_000, enable_app_insights=True)
        service = self.deployed(Model.deploy(self.workspace, "aks-sum", [self.adder(1)], self.script(), config, deployment_target=object()))
        self.assertIsInstance(service, AksWebservice)
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            ask(service.scoring_uri, {"data": [1]})
        self.assertEqual(refusal.exception.code, 401)
        primary, secondary = service.get_keys()
        self.assertEqual(ask(service.scoring_uri, {"data": [1]}, secondary), [2])
        other = AksWebservice(self.workspace, "aks-sum")
        other.regen_key("Primary")
        self.assertEqual(other.get_keys()[1], secondary)
        self.assertNotEqual(other.get_keys()[0], primary)
        self.assertEqual(service.run({"data": [2]}), [3])
        deployment = self.workspace._own.endpoints.deployment("aks-sum", "main").to_dict()
        self.assertEqual((deployment["instanceCount"], deployment["requestTimeoutMs"]), (2, 9_000))
        with self.assertRaisesRegex(WebserviceException, "get_logs"):
            service.run("no json")
        service.update(models=[self.adder(100)], num_replicas=1, tags={"a": "b"})
        service.wait_for_deployment()
        self.assertEqual(service.run({"data": [1]}), [101])
        self.assertEqual((service.num_replicas, service.tags, service.serialize()["state"]), (1, {"a": "b"}, "Healthy"))

    def test_a_token_instead_of_a_key(self) -> None:
        service = self.deployed(Model.deploy(self.workspace, "token-sum", [self.adder(1)], self.script(), AksWebservice.deploy_configuration(token_auth_enabled=True)))
        token, refresh_by = service.get_token()
        self.assertEqual(ask(service.scoring_uri, {"data": [1]}, token), [2])
        self.assertEqual(service.run({"data": [1]}), [2])
        self.assertIsNotNone(refresh_by.tzinfo)

    def test_several_models_lie_by_name_and_version(self) -> None:
        one, two = self.adder(1, "one"), self.adder(2, "two")
        text = (
            "import os, pickle\nfrom azureml.core.model import Model\n"
            "def init():\n    global sum_\n    paths = [Model.get_model_path('one'), Model.get_model_path('two', version=%d)]\n"
            "    assert paths[1] == os.path.join(os.environ['AZUREML_MODEL_DIR'], 'two', '%d', 'two.pkl'), paths\n"
            "    sum_ = sum(pickle.load(open(path, 'rb')) for path in paths)\n"
            "def run(data):\n    return sum_\n"
        ) % (two.version, two.version)
        service = self.deployed(Model.deploy(self.workspace, "both", [one, two], self.script(text)))
        self.assertEqual(service.run("{}"), 3)
        self.assertEqual([model.id for model in Webservice(self.workspace, "both").models], [one.id, two.id])

    def test_a_script_that_fails_tells_why(self) -> None:
        service = Model.deploy(self.workspace, "broken", [], self.script("def init():\n    raise ValueError('no weights')\ndef run(data):\n    pass\n"))
        self.addCleanup(service.delete)
        with self.assertRaisesRegex(WebserviceException, "ValueError: no weights"):
            service.wait_for_deployment()
        self.assertEqual(service.state, "Failed")
        self.assertIn("no weights", service.get_logs())

    def test_what_does_not_go_together_is_said_at_once(self) -> None:
        with self.assertRaises(WebserviceException) as error:
            AksWebservice.deploy_configuration(num_replicas=2, autoscale_enabled=True, auth_enabled=True, token_auth_enabled=True, cpu_cores=-1)
        for words in ("num_replicas", "token_auth_enabled", "cpu_cores"):
            self.assertIn(words, str(error.exception))
        with self.assertRaisesRegex(WebserviceException, "name of a service"):
            Model.deploy(self.workspace, "Not_A_Name", [], self.script())
        with self.assertRaisesRegex(WebserviceException, "nowhere.py"):
            InferenceConfig("nowhere.py")
        with self.assertRaisesRegex(WebserviceException, "WebserviceNotFound"):
            Webservice(self.workspace, "nobody")
        self.assertEqual([each for each in Webservice.list(self.workspace) if each.name == "Not_A_Name"], [])

    def test_a_local_service_takes_up_an_edited_script(self) -> None:
        port = free_port()
        inference = self.script()
        service = self.deployed(Model.deploy(self.workspace, "local-sum", [self.adder(5)], inference, LocalWebservice.deploy_configuration(port=port)))
        self.assertEqual((service.port, service.scoring_uri), (port, f"http://localhost:{port}/score"))
        self.assertEqual(service.run({"data": [1]}), [6])
        self.assertEqual(ask(f"http://localhost:{port}/score", {"data": [1]}), [6])
        self.script(add_script.replace("value + offset", "value * offset"))
        service.reload()
        self.assertEqual(service.run({"data": [2]}), [10])
        service.update(models=[self.adder(7)], inference_config=inference, deployment_config=LocalWebservice.deploy_configuration())
        service.wait_for_deployment()
        self.assertEqual(service.run({"data": [2]}), [14])
        cloud = self.deployed(service.deploy_to_cloud("from-local", AciWebservice.deploy_configuration()))
        self.assertEqual(cloud.run({"data": [3]}), [21])

    def test_a_service_that_was_made_another_way_is_seen_and_not_broken(self) -> None:
        """Its script is not known to the surface: an update that would lose it is refused."""
        own = self.workspace._own
        self.write({"code/score.py": "def run(data):\n    return 1\n", "d.yml": "name: blue\ncode_configuration: { code: ./code, scoring_script: score.py }\n"})
        own.endpoints.create_from({"name": "by-hand"})
        own.endpoints.deploy("by-hand", "d.yml", uploads=["./code"])
        service = self.deployed(Webservice(self.workspace, "by-hand"))
        self.assertIsInstance(service, AksWebservice)
        self.assertEqual((service.state, service.run("{}")), ("Healthy", 1))
        with self.assertRaisesRegex(WebserviceException, "another way"):
            service.update(tags={"a": "b"})
        self.assertEqual(service.run("{}"), 1)

    def test_versions_share_the_traffic(self) -> None:
        """Scenario 21's split: a version gets its share, the default the rest; a deleted one gives its share back."""
        endpoint = self.deployed(Model.deploy(self.workspace, "split", [self.adder(1)], self.script(), AksEndpoint.deploy_configuration(version_name="blue", auth_enabled=False)))
        self.assertIsInstance(endpoint, AksEndpoint)
        endpoint.create_version("green", models=[self.adder(1000)], inference_config=self.script(), traffic_percentile=30)
        versions = endpoint.versions
        self.assertEqual({name: (each.traffic_percentile, each.is_default) for name, each in versions.items()}, {"blue": (70, True), "green": (30, False)})
        self.assertEqual([versions["blue"].run({"data": [1]}), versions["green"].run({"data": [1]})], [[2], [1001]])
        with self.assertRaisesRegex(WebserviceException, "already has"):
            endpoint.create_version("green", models=[], inference_config=self.script())
        endpoint.update_version("green", is_default=True)
        self.assertEqual(endpoint._endpoint.traffic, {"blue": 70, "green": 30})
        endpoint.update_version("blue", traffic_percentile=10)
        self.assertEqual(endpoint._endpoint.traffic, {"blue": 10, "green": 90})
        with self.assertRaisesRegex(WebserviceException, "default version"):
            endpoint.delete_version("green")
        endpoint.delete_version("blue")
        self.assertEqual([*endpoint.versions], ["green"])
        self.assertEqual(endpoint.run({"data": [1]}), [1001])


class Contracts(Deploying):
    """Raw and decorated scripts behind the real gateway."""

    def test_a_raw_script_sees_the_request_and_answers_as_it_wants(self) -> None:
        text = (
            "from azureml.contrib.services.aml_request import AMLRequest, rawhttp\nfrom azureml.contrib.services.aml_response import AMLResponse\n"
            "@rawhttp\ndef run(request):\n"
            "    if request.method == 'GET':\n        return AMLResponse(request.full_path, 200)\n"
            "    return AMLResponse(request.get_data()[::-1], 201, {'Content-Type': 'image/png', 'X-Seen': request.headers['X-Own'], 'Connection': 'close', 'X-Key': str('authorization' in request.headers)})\n"
        )
        service = self.deployed(Model.deploy(self.workspace, "raw-one", [], self.script(text), AciWebservice.deploy_configuration(auth_enabled=True)))
        key = {"authorization": f"Bearer {service.get_keys()[0]}"}
        with urllib.request.urlopen(urllib.request.Request(service.scoring_uri, b"\x01\x02", {"x-own": "mine", **key})) as answer:
            self.assertEqual((answer.status, answer.read(), answer.headers["content-type"], answer.headers["x-seen"]), (201, b"\x02\x01", "image/png", "mine"))
            self.assertEqual((answer.headers["x-key"], answer.headers["content-length"]), ("False", "2"))
        with urllib.request.urlopen(urllib.request.Request(f"{service.scoring_uri}?a=1", None, key)) as answer:
            self.assertEqual(answer.read(), b"/score?a=1")

    def test_a_decorated_script_describes_its_service(self) -> None:
        text = (
            "import numpy as np\nfrom inference_schema.schema_decorators import input_schema, output_schema\n"
            "from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType\n"
            "@input_schema('data', NumpyParameterType(np.array([[1, 2]])))\n@output_schema(NumpyParameterType(np.array([3])))\n"
            "def run(data):\n    return data.sum(axis=1).tolist()\n"
        )
        service = self.deployed(Model.deploy(self.workspace, "decorated", [], self.script(text)))
        self.assertEqual(service.run({"data": [[1, 2], [3, 4]]}), [3, 7])
        operation = ask(service.swagger_uri)["paths"]["/score"]["post"]
        self.assertEqual(operation["requestBody"]["content"]["application/json"]["schema"]["example"], {"data": [[1, 2]]})
        self.assertEqual(operation["responses"]["200"]["content"]["application/json"]["schema"]["type"], "array")
        with self.assertRaises(WebserviceException) as error:
            service.run({"wrong": 1})
        self.assertEqual(error.exception.status_code, 400)

    def test_a_profile_is_measured(self) -> None:
        profile = Model.profile(self.workspace, "sum-profile", [self.adder(1)], self.script(), input_data='{"data": [1, 2]}')
        profile.wait_for_completion(show_output=False)
        details = profile.get_details()
        self.assertEqual((details["state"], details["successRate"]), ("Succeeded", 100))
        self.assertTrue(details["maxUtilizedMemoryInGB"] > 0 and details["recommendedCpu"] >= 0.1 and details["latencyPercentile99InMs"] > 0)
        self.assertEqual([each.name for each in Webservice.list(self.workspace) if each.name.startswith("profile-")], [])

    def test_a_package_is_a_folder_to_build_from(self) -> None:
        model = self.adder(1)
        with self.assertRaisesRegex(WebserviceException, "generate_dockerfile"):
            Model.package(self.workspace, [model], self.script())
        package = Model.package(self.workspace, [model], self.script(), generate_dockerfile=True)
        package.wait_for_creation()
        package.save("image")
        found = sorted(path.relative_to("image").as_posix() for path in Path("image").rglob("*") if path.is_file())
        self.assertEqual(found, ["Dockerfile", f"azureml-models/adder/{model.version}/adder.pkl", "code/score.py", "model_config_map.json", "requirements.txt"])
        self.assertIn(f"AZUREML_MODEL_DIR=/var/azureml-app/azureml-models/adder/{model.version}", Path("image/Dockerfile").read_text())


def ask(url: str, body: Any = None, key: "str | None" = None) -> Any:
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
    with urllib.request.urlopen(urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers)) as answer:
        return json.loads(answer.read())


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
