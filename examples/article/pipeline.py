"""Three steps, each with a folder of its own: submitted, and published so that others can start them."""

from azureml.core import Experiment, Workspace
from azureml.core.compute import ComputeTarget
from azureml.pipeline.core import Pipeline, PipelineData, PipelineParameter
from azureml.pipeline.steps import PythonScriptStep

ws = Workspace.from_config()
cluster = ComputeTarget(workspace=ws, name="cpu-cluster")
store = ws.get_default_datastore()

table = PipelineData("table", datastore=store)
model = PipelineData("model", datastore=store)
most = PipelineParameter(name="pipeline_arg", default_value=10)

extract = PythonScriptStep(
    name="extract_step",
    script_name="extract.py",
    arguments=["--table", table],
    outputs=[table],
    compute_target=cluster,
    source_directory="./extract",
    allow_reuse=True,
)
train = PythonScriptStep(
    name="train_step",
    script_name="train.py",
    arguments=["--table", table, "--model", model],
    inputs=[table],
    outputs=[model],
    compute_target=cluster,
    source_directory="./train",
    allow_reuse=True,
)
compare = PythonScriptStep(
    name="compare_step",
    script_name="compare.py",
    arguments=["--model", model, "--most", most],
    inputs=[model],
    compute_target=cluster,
    source_directory="./compare",
    allow_reuse=True,
)

# The order comes from the data, whatever the order of this list.
pipeline = Pipeline(workspace=ws, steps=[compare, train, extract])
run = Experiment(ws, "bike_pipeline").submit(pipeline, regenerate_outputs=False)
run.wait_for_completion(show_output=True)

published = pipeline.publish(name="Bike pipeline", description="Counts, a model of them, and whether it is good enough")
print("Published", published.id)
