"""Scripts in the manner of the v1 SDK's users, run as whole processes: registering, deploying, telemetry."""

from __future__ import annotations

import csv
import json
import os
import pickle
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from support import FolderCase, server, workspace

# The article's listing, as a scoring script: one character repaired (a full stop for a comma), `identifier=` kept.
telemetry_script = """
import json
import os
import pickle
import numpy as np
from azureml.monitoring import ModelDataCollector

def init():
    global model
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.pkl"), "rb") as file:
        model = pickle.load(file)
    global inputs_dc, prediction_dc
    inputs_dc = ModelDataCollector("best_model", identifier="inputs",
    feature_names=["feat1", "feat2", "feat3", "feat4", "feat5",
    "feat6"])

    prediction_dc = ModelDataCollector("best_model",
    identifier="predictions", feature_names=["prediction1",
    "prediction2"])

def run(data):
    data = json.loads(data)["data"]
    data = np.array(data)
    result = model.predict(data)
    inputs_dc.collect(data) #this call is saving our input data into Azure
    prediction_dc.collect(result) #this call is saving our prediction
    if data[0][0] < 0:
        raise ValueError("no negative feature is known")
    print("scored", len(result))
    return result.tolist()
"""

deploy_script = """
from azureml.core import Workspace
from azureml.core.model import InferenceConfig, Model
from azureml.core.webservice import AksWebservice

ws = Workspace.from_config()
model = Model.register(workspace=ws, model_path="model.pkl",
model_name="best_model")
aks_config = AksWebservice.deploy_configuration(collect_model_data=True,
enable_app_insights=True)
service = Model.deploy(workspace=ws, name="telemetry", models=[model], inference_config=InferenceConfig(entry_script="score.py", source_directory="source"), deployment_config=aks_config)
service.wait_for_deployment(show_output=True)
print(service.state, service.scoring_uri)
for number in range(1000):
    answer = service.run(input_data='{"data": [[%d, 2, 3, 4, 5, 6]]}' % number)
print(answer)
"""

register_script = """
from azureml.core import Workspace
ws = Workspace.from_config()

from azureml.core.model import Model

model = Model.register(workspace=ws, model_path="model.pkl",
model_name="model-test")

print(model.name, model.version)
"""

# The older way, of the first scripts with the v1 SDK: an image's configuration, and a service from it.
older_script = """
import json
from azureml.core import Workspace
from azureml.core.image import ContainerImage
from azureml.core.model import Model
from azureml.core.webservice import AciWebservice, Webservice

ws = Workspace.from_config()
model = Model.register(model_path="model.pkl", model_name="older", tags={"area": "diabetes"}, description="old", workspace=ws)
image_config = ContainerImage.image_configuration(execution_script="score.py", runtime="python", dependencies=["lib/words.py"])
aciconfig = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=1, tags={"data": "x"}, description="older")
service = Webservice.deploy_from_model(workspace=ws, name="older-svc", models=[model], image_config=image_config, deployment_config=aciconfig)
service.wait_for_deployment(show_output=True)
print(service.run(input_data=bytes(json.dumps({"data": [[1, 2]]}), encoding="utf8")))
image = ContainerImage.create(name="older-image", models=[model], image_config=image_config, workspace=ws)
image.wait_for_creation(show_output=True)
again = Webservice.deploy_from_image(ws, "older-two", image, deployment_config=aciconfig)
again.wait_for_deployment()
print(again.state, [each.name for each in Webservice.list(ws) if each.name.startswith("older")])
service.delete()
again.delete()
"""

older_scoring = """
from azureml.core.model import Model
from lib.words import said

def init():
    global path
    path = Model.get_model_path(model_name="older")

def run(raw_data):
    return [said, open(path).read()]
"""

run_script = """
import os
from azureml.core import Experiment, Workspace

ws = Workspace.from_config()
exp = Experiment(workspace=ws, name='test_experiment')
run = exp.start_logging()
run.log("test-val", 10)
os.makedirs("outputs", exist_ok=True)
with open("outputs/model.pkl", "w") as file:
    file.write("bytes")
run.upload_file("outputs/model.pkl", "outputs/model.pkl")
first = run.register_model('super cool model')
second = run.register_model('super cool model')
try:
    run.register_model('not/cool')
except Exception as error:
    print("refused", type(error).__name__)
run.complete()
print(first.version, second.version, second.run_id == run.id)
"""

aks_script = """
import json
import numpy as np
import requests
from azureml.core import Workspace
from azureml.core.compute import AksCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.core.environment import Environment
from azureml.core.model import InferenceConfig, Model
from azureml.core.webservice import AksWebservice, Webservice
from azureml.exceptions import WebserviceException

ws = Workspace.from_config()
model = Model.register(model_path="model.pkl", model_name="sums", tags={"area": "sums"}, workspace=ws)
try:
    aks_target = ComputeTarget(workspace=ws, name="my-aks")
except ComputeTargetException:
    aks_target = ComputeTarget.create(workspace=ws, name="my-aks", provisioning_configuration=AksCompute.provisioning_configuration())
if aks_target.get_status() != "Succeeded":
    aks_target.wait_for_completion(show_output=True)
print(aks_target.provisioning_state)

env = Environment("deploytocloudenv")
env.python.user_managed_dependencies = True
inf_config = InferenceConfig(entry_script="score.py", source_directory="source", environment=env)
aks_service = Model.deploy(workspace=ws, name="sums-aks", models=[model], inference_config=inf_config, deployment_config=AksWebservice.deploy_configuration(), deployment_target=aks_target)
aks_service.wait_for_deployment(show_output=True)
if aks_service.state != "Healthy":
    print(aks_service.get_logs())
result = aks_service.run(input_data=json.dumps({"data": [1.0, 2.0]}))
print("difference", (result - np.array([1.0, 2.0])).tolist())
key1, Key2 = aks_service.get_keys()
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + key1}
resp = requests.post(aks_service.scoring_uri, json={"data": [5]}, headers=headers)
print("prediction:", resp.status_code, resp.text, requests.post(aks_service.scoring_uri, json={"data": [5]}).status_code)
print(aks_service)
aks_service.delete()
try:
    Webservice(ws, "sums-aks")
except WebserviceException as error:
    print("gone", "WebserviceNotFound" in error.message)
model.delete()
"""

sum_scoring = """
import json
def run(data):
    return [value + 1 for value in json.loads(data)["data"]]
"""


class Scripts(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.own = workspace("azureml-scripts")
        document = {"subscription_id": "xprt-1234-xprt-1234", "resource_group": "mlpipeline", "workspace_name": "azureml-scripts"}
        self.write({"config.json": json.dumps(document)})

    def run_script(self, text: str, name: str = "script.py") -> str:
        path = self.write({name: text})
        environment = {**os.environ, "MODELYARD_URL": server()["url"], "MODELYARD_TOKEN": server()["token"]}
        ended = subprocess.run([sys.executable, "-m", "modelyard.compat", path.name], capture_output=True, text=True, env=environment, cwd=self.folder, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        return ended.stdout

    def test_the_listing_that_registers_a_file(self) -> None:
        """Scenario 19: the same bytes twice are two versions with the same content."""
        self.write({"model.pkl": "bytes of a model"})
        self.assertEqual(self.run_script(register_script).splitlines()[-1], "model-test 1")
        self.assertEqual(self.run_script(register_script).splitlines()[-1], "model-test 2")
        one, two = (self.own.models.get("model-test", number) for number in ("1", "2"))
        self.assertEqual(one.tree, two.tree)

    def test_a_run_registers_its_model(self) -> None:
        """Scenario 17: a name with spaces, versions that count, a link to the run, an alias, and no slash."""
        printed = self.run_script(run_script).splitlines()
        self.assertEqual(printed[-1], "1 2 True")
        self.assertTrue(any(line.startswith("refused") for line in printed), printed)
        self.own.models.set_alias("super cool model", "beta", "1")
        self.assertEqual(self.own.models.get("super cool model", "@beta").version, "1")

    def test_the_older_way_by_an_image(self) -> None:
        self.write({"model.pkl": "bytes", "score.py": older_scoring, "lib/words.py": "said = 'hello'\n"})
        printed = self.run_script(older_script)
        self.assertIn("['hello', 'bytes']", printed)
        self.assertIn("Healthy ['older-svc', 'older-two']", printed)

    def test_a_notebook_that_deploys_to_kubernetes(self) -> None:
        """Scenario 20: a target, a service with a key on it, asked by its object and over HTTP, deleted."""
        self.write({"model.pkl": "bytes", "source/score.py": sum_scoring})
        printed = self.run_script(aks_script)
        for line in ("Succeeded", "difference [1.0, 1.0]", "prediction: 200 [6] 401", "gone True"):
            self.assertIn(line, printed)

    def test_the_telemetry_listing(self) -> None:
        """Scenarios 23 and 25: a thousand rows of inputs and of predictions with names and a common request id; requests, exceptions, prints and latencies."""
        model = pickle.dumps(_two_outputs())
        (self.folder / "model.pkl").write_bytes(model)
        self.write({"source/score.py": telemetry_script})
        printed = self.run_script(deploy_script)
        self.assertIn("Succeeded", printed)
        self.assertIn("Healthy http://", printed)
        self.assertEqual(printed.splitlines()[-1], "[[7.0, 8.0]]")

        base = f"{self.own.path}/endpoints/telemetry"
        started = time.monotonic()
        files = [*self.own.connection.call("GET", f"{base}/collected")["items"]]
        self.assertLess(time.monotonic() - started, 5)
        rows = {name: sum(item["rows"] for item in files if f"/{name}/" in f"/{item['path']}") for name in ("collector-inputs", "collector-predictions", "inputs", "predictions")}
        self.assertEqual(rows, {"collector-inputs": 1000, "collector-predictions": 1000, "inputs": 1000, "predictions": 1000})

        root = Path(server()["home"]) / "blobs" / "azureml" / "modeldata" / "xprt-1234-xprt-1234" / "mlpipeline" / "azureml-scripts" / "telemetry" / "best_model" / "1"
        tables = {name: _rows(root / name) for name in ("inputs", "predictions")}
        self.assertEqual({name: len(table) for name, table in tables.items()}, {"inputs": 1000, "predictions": 1000})
        self.assertEqual([*tables["inputs"][0]][:6], ["feat1", "feat2", "feat3", "feat4", "feat5", "feat6"])
        self.assertEqual([*tables["predictions"][0]][:2], ["prediction1", "prediction2"])
        ids = [{row["$aml_request_id"] for row in table} for table in tables.values()]
        self.assertEqual((len(ids[0]), ids[0]), (1000, ids[1]))
        self.assertEqual({(row["$aml_service_name"], row["$aml_model_name"], row["$aml_model_version"]) for row in tables["inputs"]}, {("telemetry", "best_model", "1")})

        endpoint = self.own.endpoints.get("telemetry")
        headers = {"authorization": f"Bearer {endpoint.primary_key}", "content-type": "application/json", "x-request-id": "failing-one"}
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(endpoint.scoring_uri, b'{"data": [[-1, 2, 3, 4, 5, 6]]}', headers))
        numbers = self._until(lambda: self.own.endpoints.deployment("telemetry", "main").to_dict()["numbers"], lambda found: found and found["errors"] >= 1)
        self.assertEqual((numbers["requests"], numbers["errors"]), (1001, 1))
        self.assertTrue(numbers["p50Ms"] and numbers["p95Ms"] and numbers["p99Ms"])
        self._until(lambda: [*self.own.endpoints.exceptions("telemetry")], lambda found: any("no negative feature" in group["message"] for group in found))
        logs = self.own.endpoints.logs("telemetry", "main", 5000)
        self.assertEqual(sum("] scored 1" in line for line in logs), 1000)

    def _until(self, look: Any, fits: Any) -> Any:
        for _ in range(300):
            found = look()
            if fits(found):
                return found
            time.sleep(0.1)
        self.fail(f"did not come: {found}")


def _two_outputs() -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor(strategy="constant", constant=[[7.0], [8.0]]).fit([[0] * 6], [[7.0, 8.0]])


def _rows(folder: Path) -> "list[dict[str, str]]":
    found = []
    for path in sorted(folder.rglob(f"{folder.name}.csv")):
        with path.open(newline="") as file:
            found += [*csv.DictReader(file)]
    return found
