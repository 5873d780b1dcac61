"""Saves the naive forecast as an MLflow model."""

import argparse
import os
import shutil
from pathlib import Path

# No environment is locked for a model without dependencies of its own.
os.environ.setdefault("MLFLOW_LOCK_MODEL_DEPENDENCIES", "false")

import mlflow


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.out, ignore_errors=True)
    mlflow.pyfunc.save_model(args.out, python_model=str(Path(__file__).with_name("forecast.py")), pip_requirements=["pandas"])


if __name__ == "__main__":
    main()
