"""Trains one model family on the prepared days."""

import argparse
import time
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from features import TARGET, model_columns


def build(family: str, alpha: float, trees: int):
    if family == "linear":
        return make_pipeline(StandardScaler(), Ridge(alpha=alpha))
    return RandomForestRegressor(n_estimators=trees, max_features=0.4, min_samples_leaf=2, random_state=7, n_jobs=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True, help="folder with train.csv")
    parser.add_argument("--family", choices=["linear", "forest"], required=True)
    parser.add_argument("--alpha", type=float, default=1.0, help="strength of the penalty (linear)")
    parser.add_argument("--trees", type=int, default=60, help="trees (forest)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    args = parser.parse_args()

    table = pd.read_csv(args.table / "train.csv")
    features, target = model_columns(table).astype(float), table[TARGET]
    mlflow.log_params({"family": args.family, "alpha": args.alpha, "trees": args.trees, "rows": len(table)})

    # A learning curve in time order: how much more days help.
    for step, (past, future) in enumerate(TimeSeriesSplit(n_splits=4).split(features)):
        fold = build(args.family, args.alpha, max(10, args.trees // 4)).fit(features.iloc[past], target.iloc[past])
        error = mean_absolute_error(target.iloc[future], fold.predict(features.iloc[future]))
        mlflow.log_metric("cv_mae", error, step=step)
        print(f"fold {step + 1} of 4: {len(past)} days, mean absolute error {error:.3f} thousand riders", flush=True)

    started = time.perf_counter()
    model = build(args.family, args.alpha, args.trees).fit(features, target)
    mlflow.log_metrics({"fit_seconds": time.perf_counter() - started, "train_mae": mean_absolute_error(target, model.predict(features))})
    signature = infer_signature(features.head(5), model.predict(features.head(5)))
    mlflow.sklearn.save_model(
        model, args.out, signature=signature, serialization_format="cloudpickle", pip_requirements=["scikit-learn", "pandas"]
    )
    print(f"{args.family} trained on {len(table)} days")


if __name__ == "__main__":
    main()
