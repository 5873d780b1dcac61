"""The registered model as a web service that keeps its inputs and predictions, asked twenty times."""

import json

from azureml.core import Environment, Workspace
from azureml.core.model import InferenceConfig, Model
from azureml.core.webservice import AksWebservice

ws = Workspace.from_config()
model = Model(ws, "bike model")

environment = Environment("bike-scoring")
environment.python.user_managed_dependencies = True
service = Model.deploy(
    workspace=ws,
    name="bike-service",
    models=[model],
    inference_config=InferenceConfig(entry_script="score.py", source_directory="./score", environment=environment),
    deployment_config=AksWebservice.deploy_configuration(collect_model_data=True, enable_app_insights=True),
    overwrite=True,
)
service.wait_for_deployment(show_output=True)
print(service.state, service.scoring_uri)

for hour in range(20):
    answer = service.run(input_data=json.dumps({"data": [[hour, 15.0, 0.5]]}))
print("Answered", round(answer[0], 1))
