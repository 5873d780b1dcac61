"""Tries some models, logs each, and registers the best one if it is better than the one that is registered."""

import json
import os

import numpy as np

from azureml.core import Experiment, Workspace
from azureml.core.model import Model

model_name = "bike model"
ws = Workspace.from_config()
run = Experiment(workspace=ws, name="bike_tracking").start_logging()

source = np.random.default_rng(9)
features = np.column_stack([source.integers(0, 24, 300), source.uniform(-5, 30, 300), source.uniform(0, 4, 300), np.ones(300)])
bikes = features @ [2, 3, -8, 40] + source.normal(0, 5, 300)

best = None
for strength in (1000.0, 10.0, 0.1):
    weights = np.linalg.solve(features[:200].T @ features[:200] + strength * np.eye(4), features[:200].T @ bikes[:200])
    error = float(np.abs(features[200:] @ weights - bikes[200:]).mean())
    run.log("strength", strength)
    run.log("mae", error)
    if best is None or error < best["mae"]:
        best = {"weights": weights.tolist(), "mae": error}

os.makedirs("outputs", exist_ok=True)
with open("outputs/model.json", "w") as file:
    json.dump(best, file)
run.upload_file("outputs/model.json", "outputs/model.json")

registered = Model.list(ws, name=model_name, latest=True)
if not registered or best["mae"] < float(registered[0].tags["mae"]):
    model = run.register_model(model_name, model_path="outputs/model.json", tags={"mae": best["mae"]})
    print("Registered", model.name, model.version)
else:
    print("Kept", registered[0].name, registered[0].version)
run.complete()
