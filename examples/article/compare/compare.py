"""Whether the model is good enough: not further off than the pipeline's parameter says."""

import argparse
import json
import os

from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--most", type=float, required=True)
args = parser.parse_args()

with open(os.path.join(args.model, "model.json")) as file:
    error = json.load(file)["mae"]
good = error <= args.most
Run.get_context().log("good_enough", int(good))
print("good enough" if good else "not good enough", "for at most", args.most)
