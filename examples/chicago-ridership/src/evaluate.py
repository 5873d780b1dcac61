"""Judges the trained models and the champion on the same held-out weeks and hands the best one on."""

import argparse
import shutil
from pathlib import Path
from typing import Optional

import mlflow
import pandas as pd
from sklearn.metrics import mean_absolute_error

from features import TARGET, model_columns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True, help="folder with holdout.csv")
    parser.add_argument("--linear", type=Path, required=True, help="folder of the linear model")
    parser.add_argument("--forest", type=Path, required=True, help="folder of the forest")
    parser.add_argument("--champion", type=Path, help="folder of the model in charge, when there is one")
    parser.add_argument("--model", type=Path, required=True, help="folder for the better of the two")
    parser.add_argument("--rows", type=Path, required=True, help="folder for the rows that the gate judges")
    args = parser.parse_args()

    table = pd.read_csv(args.table / "holdout.csv")
    features, label = model_columns(table).astype(float), table[TARGET]
    candidates = {name: predict(path, features) for name, path in (("linear", args.linear), ("forest", args.forest))}
    errors = {name: mean_absolute_error(label, prediction) for name, prediction in candidates.items()}
    best = min(errors, key=errors.__getitem__)
    champion = champion_rows(args.champion, features)

    rows = pd.DataFrame({"request_id": table["date"], "label": label, "challenger": candidates[best]})
    if champion is not None:
        rows.insert(2, "champion", champion)
        errors["champion"] = mean_absolute_error(label, champion)
    args.rows.mkdir(parents=True, exist_ok=True)
    rows.to_csv(args.rows / "rows.csv", index=False)
    shutil.copytree(getattr(args, best), args.model, dirs_exist_ok=True)

    mlflow.log_metrics({f"{name}_mae": error for name, error in errors.items()})
    mlflow.log_metric("mae", errors[best])
    mlflow.set_tag("best", best)
    for name, error in sorted(errors.items(), key=lambda pair: pair[1]):
        print(f"{name:9s} mean absolute error {error:.3f} thousand riders on {len(label)} held-out days")


def predict(folder: Path, features: pd.DataFrame) -> pd.Series:
    return pd.Series(mlflow.pyfunc.load_model(str(folder)).predict(features)).reset_index(drop=True)


def champion_rows(folder: Optional[Path], features: pd.DataFrame) -> Optional[pd.Series]:
    return predict(folder, features) if folder is not None else None


if __name__ == "__main__":
    main()
