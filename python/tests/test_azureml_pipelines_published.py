"""Published pipelines and pipeline endpoints, by the SDK and by plain HTTP as scripts do it; the article's listings as whole processes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

from support import repository, server
from test_azureml_pipelines import PipelineCase

from azureml.core import Experiment
from azureml.core.authentication import InteractiveLoginAuthentication
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import Pipeline, PipelineEndpoint, PipelineParameter, PipelineRun, PublishedPipeline
from azureml.pipeline.steps import PythonScriptStep


def post(url: str, body: Any, headers: "dict[str, str] | None" = None) -> "dict[str, Any]":
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request) as answer:
        return dict(json.loads(answer.read()))


class PublishedCase(PipelineCase):
    def pipeline(self, word: str = "value") -> Pipeline:
        self.write({"compare/compare.py": "import sys\nprint('got', sys.argv[1:])\n"})
        parameter = PipelineParameter(name="pipeline_arg", default_value=10)
        return Pipeline(self.workspace, [PythonScriptStep("compare.py", name="compare step", arguments=[word, parameter], source_directory="compare")])

    def quiet(self, call: Any, *arguments: Any, **named: Any) -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return call(*arguments, **named)

    def log_of(self, run_id: str) -> str:
        run = PipelineRun.get(self.workspace, run_id)
        run.wait_for_completion(show_output=False)
        return run.get_steps()[0].get_job_log()


class Published(PublishedCase):
    def test_what_is_published_is_listed_newest_first_and_never_changes(self) -> None:
        """Names may repeat; the id is one version's; its code is what it was."""
        first = self.pipeline().publish(name="Hello_World1 pipeline", description="My very cool pipeline", version="1.0")
        self.write({"compare/compare.py": "print('edited')\n"})
        second = Pipeline(self.workspace, [PythonScriptStep("compare.py", source_directory="compare")]).publish(name="Hello_World1 pipeline")
        self.assertEqual([published.id for published in PublishedPipeline.list(self.workspace)], [second.id, first.id])
        found = PublishedPipeline.get(self.workspace, first.id)
        self.assertEqual((found.name, found.description, found.version, found.status, found.total_run_steps), ("Hello_World1 pipeline", "My very cool pipeline", "1.0", "Active", 1))
        self.assertIn(found.endpoint, repr(found))
        run = self.quiet(found.submit, self.workspace, "by-sdk", {"pipeline_arg": 7})
        self.assertIn("got ['value', '7']", self.log_of(run.id))
        with self.assertRaisesRegex(ValueError, "Pipeline parameter with name other does not exist"):
            found.submit(self.workspace, "by-sdk", {"other": 1})
        first.disable()
        self.assertEqual(PublishedPipeline.get(self.workspace, first.id).status, "Disabled")
        self.assertEqual([published.id for published in PublishedPipeline.list(self.workspace)], [second.id])
        self.assertEqual(len(PublishedPipeline.list(self.workspace, active_only=False)), 2)
        with self.assertRaises(urllib.error.HTTPError):
            post(first.endpoint, {}, InteractiveLoginAuthentication().get_authentication_header())
        first.enable()
        self.assertEqual(first.status, "Active")
        with self.assertRaisesRegex(UserErrorException, "no published pipeline"):
            PublishedPipeline.get(self.workspace, "none")

    def test_names_that_the_server_needs_for_itself_are_changed_and_that_is_said(self) -> None:
        """A time in a name is no reason to fail; a pipeline without a name is called by its steps."""
        with self.assertWarnsRegex(UserWarning, "'nightly 10-30' on Modelyard"):
            self.assertEqual(self.pipeline().publish(name="nightly 10:30").name, "nightly 10-30")
        self.assertEqual(self.pipeline().publish().name, "compare step")

    def test_a_post_to_the_endpoint_starts_it(self) -> None:
        """As listing 5 does it; without the header it is refused."""
        published = self.pipeline().publish(name="by post")
        header = InteractiveLoginAuthentication().get_authentication_header()
        answer = post(published.endpoint, {"ExperimentName": "My_Pipeline1", "RunSource": "SDK", "ParameterAssignments": {"pipeline_arg": 45}}, header)
        self.assertIn("got ['value', '45']", self.log_of(answer["Id"]))
        self.assertEqual(PipelineRun.get(self.workspace, answer["Id"]).experiment.name, "My_Pipeline1")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            post(published.endpoint, {})
        self.assertEqual(refused.exception.code, 401)

    def test_a_run_is_published_as_it_ran(self) -> None:
        run = self.quiet(Experiment(self.workspace, "tests").submit, self.pipeline("from-run"))
        published = run.publish_pipeline(name="of a run", description="", version="2")
        again = self.quiet(Experiment(self.workspace, "tests").submit, published, pipeline_parameters={"pipeline_arg": 3})
        self.assertIn("got ['from-run', '3']", self.log_of(again.id))
        self.assertEqual([each.id for each in PipelineRun.get_pipeline_runs(self.workspace, published.id)], [again.id])


class Endpoints(PublishedCase):
    def test_versions_and_default_on_the_addresses_that_scripts_build(self) -> None:
        """The versioned-endpoint notebook from end to end."""
        blue, green = (self.pipeline(word).publish(name=word) for word in ("blue", "green"))
        endpoint = PipelineEndpoint.publish(workspace=self.workspace, name="Endpoint Id test", pipeline=blue, description="stable")
        endpoint.add(green)
        self.assertEqual([version.version for version in endpoint.list_versions()], ["0", "1"])
        self.assertEqual([version.pipeline.id for version in endpoint.list_versions()], [blue.id, green.id])
        self.assertEqual(endpoint.get_default_version(), "0")
        endpoint.set_default_version(version="1")
        self.assertEqual(PipelineEndpoint.get(self.workspace, name="Endpoint Id test").get_pipeline().id, green.id)
        endpoint.set_default(blue)
        self.assertEqual(endpoint.get_default_version(), "0")
        header = InteractiveLoginAuthentication().get_authentication_header()
        body = {"ExperimentName": "by_endpoint"}
        self.assertEqual(endpoint.endpoint.count("Id"), 1)
        by_name = endpoint.endpoint.split("Id", 1)[0] + "Name?name=Endpoint%20Id%20test&pipelineVersion=1"
        self.assertIn("'blue', '10'", self.log_of(post(endpoint.endpoint, body, header)["Id"]))
        self.assertIn("'blue', '10'", self.log_of(post(endpoint.endpoint + "/0", body, header)["Id"]))
        self.assertIn("'green', '10'", self.log_of(post(by_name, body, header)["Id"]))
        run = self.quiet(endpoint.submit, "by_sdk", pipeline_version="1")
        self.assertIn("'green', '10'", self.log_of(run.id))
        run = self.quiet(Experiment(self.workspace, "by_sdk").submit, endpoint, pipeline_parameters={"pipeline_arg": 5})
        self.assertIn("'blue', '5'", self.log_of(run.id))
        self.assertEqual({published.id for published in endpoint.list_pipelines()}, {blue.id, green.id})
        endpoint.set_name(name="renamed")
        self.assertEqual([each.name for each in PipelineEndpoint.list(self.workspace)], ["renamed"])
        endpoint.archive()
        self.assertEqual((PipelineEndpoint.list(self.workspace), endpoint.status), ([], "Disabled"))
        self.assertRaises(UserErrorException, PipelineEndpoint.get, self.workspace, name="Endpoint Id test")


class Data(PublishedCase):
    def test_places_of_datastores_are_read_and_can_be_exchanged(self) -> None:
        """By arguments, by a parameter that stands for data, by the submission, and by DataPathAssignments of a POST."""
        store = self.workspace.get_default_datastore()
        for name in ("first", "second", "third"):
            self.write({f"local/{name}/data.txt": f"{name} data"})
        store.upload("local", target_path="places", show_progress=False)
        self.write({"read/read.py": "import os, sys\nfor folder in sys.argv[1:]:\n    print([open(os.path.join(folder, name)).read() for name in sorted(os.listdir(folder))])\n"})
        fixed = DataReference(datastore=store, data_reference_name="fixed", path_on_datastore="places/first")
        empty = DataReference(datastore=store, data_reference_name="empty", path_on_datastore="nothing/yet")
        bound = (PipelineParameter(name="where", default_value=DataPath(datastore=store, path_on_datastore="places/first")), DataPathComputeBinding(mode="mount"))
        step = PythonScriptStep("read.py", arguments=[fixed, empty, bound], inputs=[fixed, empty, bound], source_directory="read")
        pipeline = Pipeline(self.workspace, [step])

        def read(name: str) -> str:
            return f"['first data']\n[]\n['{name} data']"

        run = self.quiet(Experiment(self.workspace, "tests").submit, pipeline)
        self.assertIn(read("first"), self.log_of(run.id))
        run = self.quiet(pipeline.submit, "tests", pipeline_parameters={"where": DataPath(store, "places/second")})
        self.assertIn(read("second"), self.log_of(run.id))
        published = pipeline.publish(name="with data")
        run = self.quiet(published.submit, self.workspace, "tests", pipeline_parameters={"where": DataPath(store, "places/third")})
        self.assertIn(read("third"), self.log_of(run.id))
        header = InteractiveLoginAuthentication().get_authentication_header()
        assigned = {"where": {"DataStoreName": "workspaceblobstore", "RelativePath": "places/second"}}
        self.assertIn(read("second"), self.log_of(post(published.endpoint, {"DataPathAssignments": assigned}, header)["Id"]))
        with self.assertRaises(urllib.error.HTTPError):
            post(published.endpoint, {"DataPathAssignments": {"elsewhere": assigned["where"]}}, header)
        self.assertIn(read("first"), self.log_of(self.quiet(published.submit, self.workspace, "tests").id))


# Listings 3, 4 and 5 of the article with their indentation; step2 and step3 are those of the notebook that they come from, and wait_for_completion is ours.
listings = """\
import os
from azureml.core import Experiment, Workspace
from azureml.core.authentication import InteractiveLoginAuthentication
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException
from azureml.pipeline.core import Pipeline, PublishedPipeline
from azureml.pipeline.steps import PythonScriptStep

ws = Workspace.from_config()
cpu_cluster_name = "cpu-cluster"
try:
    cpu_cluster = ComputeTarget(workspace=ws, name=cpu_cluster_name)
except ComputeTargetException:
    compute_config = AmlCompute.provisioning_configuration(vm_size="STANDARD_D2_V2", min_nodes=0, max_nodes=4)
    cpu_cluster = ComputeTarget.create(ws, cpu_cluster_name, compute_config)
    cpu_cluster.wait_for_completion(show_output=True)

# Specify the directory that contains the Python code for this step
source_directory = './train'
print('Source directory for the step is {}.'.format(os.path.realpath(source_directory)))

# Specify the script to execute from the source_directory
# and the compute target for this step (the cluster we just created in this case)
step1 = PythonScriptStep(name="train_step",
                         script_name="train.py",
                         compute_target=cpu_cluster,
                         source_directory=source_directory,
                         allow_reuse=True)
step2 = PythonScriptStep(name="compare_step", script_name="compare.py", compute_target=cpu_cluster_name, source_directory='./compare')
step3 = PythonScriptStep(name="extract_step", script_name="extract.py", compute_target=cpu_cluster, source_directory='./extract')

# list of steps to run
steps = [step1, step2, step3]
print("Step lists created")

# Build the pipeline. All steps will be executed in parallel
pipeline1 = Pipeline(workspace=ws, steps=steps)
print("Pipeline is built")

# Submit the pipeline to be executed
pipeline_run1 = Experiment(ws, 'Hello_World1').submit(pipeline1, regenerate_outputs=False)
print("Pipeline is submitted for execution")
pipeline_run1.wait_for_completion(show_output=False)

pipeline1.publish(name='Hello_World1 pipeline', description='My very cool pipeline')

# Retrieve an AAD token to authenticate your REST request
auth = InteractiveLoginAuthentication()
aad_token = auth.get_authentication_header()

# Get the rest endpoint from the pipeline. You can also get this from the Azure portal
all_pub_pipelines = PublishedPipeline.list(ws)
pipeline_to_start = all_pub_pipelines[0]
rest_endpoint1 = pipeline_to_start.endpoint
print("You can perform HTTP POST on URL {} to trigger this pipeline".format(rest_endpoint1))

# Start the pipeline. You can optionally specify parameters for the pipeline as a json body
import requests
response = requests.post(rest_endpoint1,
                         headers=aad_token,
                         json={"ExperimentName": "My_Pipeline1",
                               "RunSource": "SDK",
                               "ParameterAssignments": {"pipeline_arg": 45}})
run_id = response.json()["Id"]
print(run_id)
"""
# What listing 5 needs of the requests package, for environments that do not have it.
requests_module = """\
import json, urllib.request
class Response:
    def __init__(self, content): self.content = content
    def json(self): return json.loads(self.content)
def post(url, headers, json):
    from json import dumps
    request = urllib.request.Request(url, dumps(json).encode(), {"content-type": "application/json", **headers})
    with urllib.request.urlopen(request) as answer: return Response(answer.read())
"""


class Article(PublishedCase):
    def run_listings(self) -> str:
        environment = {**os.environ, "PYTHONPATH": f"{repository / 'python' / 'src'}", "MODELYARD_WORKSPACE": self.workspace.name}
        command = [sys.executable, "-m", "modelyard.compat", "pipeline.py"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_listings_run_as_they_stand_and_the_second_time_everything_is_reused(self) -> None:
        """Three steps, published, listed, started by POST with a parameter that the pipeline does not declare."""
        self.write({"pipeline.py": listings, **{f"{name}/{name}.py": f"print('{name} ran')\n" for name in ("train", "compare", "extract")}})
        try:
            import requests  # noqa: F401
        except ImportError:
            self.write({"requests.py": requests_module})
        printed = self.run_listings()
        self.assertEqual(printed.count("(This step will run and generate new outputs)"), 3)
        run_id = printed.split()[-1]
        run = PipelineRun.get(self.workspace, run_id)
        self.assertEqual(run.wait_for_completion(show_output=False), "Finished")
        self.assertEqual(run.experiment.name, "My_Pipeline1")
        self.assertEqual({step.get_details()["target"] for step in run.get_steps()}, {"cpu-cluster"})
        self.assertTrue(all(step.reused for step in run.get_steps()))
        self.assertEqual(run.get_tags()["undeclared.pipeline_arg"], "45")
        self.assertIn("pipeline_arg", run.get_details()["warnings"][0]["message"])
        self.assertEqual(self.run_listings().count("(This step is eligible to reuse a previous run's output)"), 3)


if __name__ == "__main__":
    assert server()
