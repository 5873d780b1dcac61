"""Turns the raw days into features, and keeps whole weeks apart for the evaluation."""

import argparse
from pathlib import Path

import mlflow
import pandas as pd

from features import TARGET, add_features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=Path, required=True, help="CSV file with one row a day")
    parser.add_argument("--from-year", type=int, default=2001)
    parser.add_argument("--to-year", type=int, default=2003)
    parser.add_argument("--held-out-every", type=int, default=5, help="every n-th week is kept for the evaluation")
    parser.add_argument("--newest-days", type=int, default=0, help="instead: every other week of that many newest days")
    parser.add_argument("--out", type=Path, required=True, help="folder for train.csv and holdout.csv")
    args = parser.parse_args()

    days = pd.read_csv(args.days, parse_dates=["date"])
    years = days["date"].dt.year
    days = days[(years >= args.from_year) & (years <= args.to_year)].reset_index(drop=True)
    if days.empty:
        raise SystemExit(f"There are no days from {args.from_year} to {args.to_year} in {args.days}.")

    week = (days["date"] - days["date"].min()).dt.days // 7
    held_out = newest_weeks(days["date"], week, args.newest_days) if args.newest_days else week % args.held_out_every == 0
    table = add_features(days)
    args.out.mkdir(parents=True, exist_ok=True)
    table[~held_out].to_csv(args.out / "train.csv", index=False)
    table[held_out].to_csv(args.out / "holdout.csv", index=False)

    mlflow.log_params({"from_year": args.from_year, "to_year": args.to_year, "held_out_every": args.held_out_every, "newest_days": args.newest_days})
    mlflow.log_metrics({"train_rows": int((~held_out).sum()), "holdout_rows": int(held_out.sum()), "mean_ridership": days[TARGET].mean()})
    print(f"{len(days)} days, {int(held_out.sum())} of them held out, {table.shape[1]} columns")


def newest_weeks(date: pd.Series, week: pd.Series, count: int) -> pd.Series:
    """Every other week of the newest days: both models are judged on what the world is like now, and the new one has seen half of it."""
    return (date > date.max() - pd.Timedelta(days=count)) & (week % 2 == 0)


if __name__ == "__main__":
    main()
