"""Scoring script: takes days as the data source has them, answers the riders to expect, in thousands."""

import json
import os
from pathlib import Path

import mlflow
import pandas as pd

from features import add_features, model_columns


def init():
    global model, columns
    model = mlflow.pyfunc.load_model(os.environ["AZUREML_MODEL_DIR"])
    schema = model.metadata.get_input_schema()
    columns = schema.input_names() if schema is not None else None


def run(data):
    return predict(json.loads(data)["data"])


def run_batch(bodies):
    """Requests that wait together are answered by one call of the model; one that is wrong fails alone, in ``run``."""
    requests = [json.loads(body)["data"] for body in bodies]
    answers = iter(predict([day for days in requests for day in days]))
    return [[next(answers) for _ in days] for days in requests]


def predict(days):
    days = pd.DataFrame(days)
    features = model_columns(add_features(days)).astype(float)
    if columns is not None:
        missing = [name for name in columns if name not in features.columns]
        if missing:
            raise ValueError(f"these columns are missing: {', '.join(missing)}")
        features = features[columns]
    return [round(float(value), 3) for value in model.predict(features)]
