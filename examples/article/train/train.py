"""Fits a plane through the counts and logs how far off it is."""

import argparse
import json
import os

import numpy as np

from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--table", required=True)
parser.add_argument("--model", required=True)
args = parser.parse_args()

rows = np.loadtxt(os.path.join(args.table, "counts.csv"), delimiter=",", skiprows=1)
features, bikes = np.column_stack([rows[:, :3], np.ones(len(rows))]), rows[:, 3]
weights, *_ = np.linalg.lstsq(features[:200], bikes[:200], rcond=None)
error = float(np.abs(features[200:] @ weights - bikes[200:]).mean())

run = Run.get_context()
run.log("mae", error)
os.makedirs(args.model, exist_ok=True)
with open(os.path.join(args.model, "model.json"), "w") as file:
    json.dump({"weights": weights.tolist(), "mae": error}, file)
print("trained, off by", round(error, 2))
