"""Starts the published pipeline as any program can: with one POST."""

import requests

from azureml.core import Experiment, Workspace
from azureml.core.authentication import InteractiveLoginAuthentication
from azureml.pipeline.core import PipelineRun, PublishedPipeline

ws = Workspace.from_config()
header = InteractiveLoginAuthentication().get_authentication_header()
pipeline = PublishedPipeline.list(ws)[0]

response = requests.post(
    pipeline.endpoint,
    headers=header,
    json={"ExperimentName": "bike_trigger", "RunSource": "SDK", "ParameterAssignments": {"pipeline_arg": 1}},
)
response.raise_for_status()
run_id = response.json()["Id"]

run = PipelineRun(Experiment(ws, "bike_trigger"), run_id)
run.wait_for_completion(show_output=False)
for step in run.get_steps():
    print(step.name, step.get_status())
print("Started", run_id)
