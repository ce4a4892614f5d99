"""Reproduce the tables of docs/evaluation.md: models and baselines on held-out ratings, the models by several seeds.

    python tests/benchmarks/quality.py --data FOLDER [FOLDER ...] [--seeds 3] [--holdout 0.2]

Everything is as in a build: how the log is read and split, and how the baselines are tuned. It measures on the test
part, so no setting may be chosen by its results.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import recsys
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import tune, validation_split
from recsys.evaluation.significance import compare
from recsys.models.registry import MODELS

METRICS = ("ndcg", "recall", "map", "mrr")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--holdout", type=float, default=0.2)
    arguments = parser.parse_args()
    for folder in arguments.data:
        measure(recsys.load_dataset(folder), arguments.seeds, arguments.holdout)


def measure(dataset: recsys.Dataset, n_seeds: int, holdout: float) -> None:
    """Print the table of one log."""
    parts = recsys.split(dataset, holdout, np.random.default_rng(0))
    if parts.test is None:
        raise SystemExit(f"{dataset.name}: no ratings are held out, so there is nothing to measure on")
    print(f"{dataset.name}: {dataset.n_users:,} users, {dataset.n_items:,} items, "
          f"{parts.train.n_ratings:,} training ratings, split {parts.kind}")
    print("            " + "".join(f"{name:>11}" for name in (*METRICS, "coverage", "seconds")), flush=True)
    validation = validation_split(parts.train, holdout, np.random.default_rng([0, 1]))
    ndcg = {}  # by model, of each user, the mean over seeds
    for name, spec in BASELINES.items():
        reason = spec.skip_reason(parts.train)
        if reason is not None:
            print(f"{name:12} {reason}", flush=True)
            continue
        start = time.process_time()
        tuned = tune(spec, validation, seed=0)
        baseline = spec.factory(parts.train, **tuned.hyperparameters)
        seconds = time.process_time() - start
        reports = [recsys.evaluate(baseline, parts.train, parts.test)]
        ndcg[name] = show(name, reports, seconds, tuned.describe())
    for model in MODELS:
        start, reports = time.process_time(), []
        for seed in range(n_seeds):
            fitted = recsys.fit(parts.train, model, recsys.TrainConfig(seed=seed))
            reports.append(recsys.evaluate(fitted, parts.train, parts.test))
        ndcg[model] = show(model, reports, (time.process_time() - start) / n_seeds, f"mean of {n_seeds} seeds")
    first, *others = sorted(ndcg, key=lambda name: ndcg[name].mean(), reverse=True)
    for comparison in compare(first, {name: ndcg[name] for name in (first, *others)}):
        lead = comparison.difference
        print(f"{first} - {comparison.against:12}{lead.mean:8.4f}  95 % from {lead.low:.4f} to {lead.high:.4f}")
    print(flush=True)


def show(name: str, reports: list[recsys.Report], seconds: float, remark: str) -> NDArray[np.float64]:
    """Print one row, the mean over the seeds and processor seconds; nDCG of each user."""
    means = [np.mean([report.mean[metric] for report in reports]) for metric in METRICS]
    values = [*means, np.mean([report.beyond["coverage"].mean for report in reports])]
    print(f"{name:12}" + "".join(f"{value:11.4f}" for value in values) + f"{seconds:11.2f}  {remark}", flush=True)
    per_user: NDArray[np.float64] = np.mean([report.per_user["ndcg"] for report in reports], axis=0)
    return per_user


if __name__ == "__main__":
    main()
