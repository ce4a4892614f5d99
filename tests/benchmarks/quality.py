"""Reproduce the table of docs/evaluation.md: models and baselines on the newest ratings, mean of several seeds.

    python tests/benchmarks/quality.py --data FOLDER [--seeds 3] [--holdout 0.2]

It measures on the test part, so no setting may be chosen by its results.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import recsys
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import tune, validation_split
from recsys.models.registry import MODELS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--holdout", type=float, default=0.2)
    arguments = parser.parse_args()
    dataset = recsys.load_dataset(arguments.data)
    parts = recsys.split(dataset, arguments.holdout, np.random.default_rng(0))
    print("model       " + "".join(f"{name:>11}" for name in ("nDCG", "recall", "MAP", "MRR", "coverage", "seconds")))
    validation = validation_split(parts.train, arguments.holdout, np.random.default_rng([0, 1]))
    for name, spec in BASELINES.items():
        reason = spec.skip_reason(parts.train)
        if reason is not None:
            print(f"{name:12}{reason}")
            continue
        start = time.perf_counter()
        baseline = spec.factory(parts.train, **tune(spec, validation, seed=0).hyperparameters)
        seconds = time.perf_counter() - start
        show(name, [recsys.evaluate(baseline, parts.train, parts.test)], seconds)
    for model in MODELS:
        start, reports = time.perf_counter(), []
        for seed in range(arguments.seeds):
            fitted = recsys.fit(parts.train, model, recsys.TrainConfig(seed=seed))
            reports.append(recsys.evaluate(fitted, parts.train, parts.test))
        show(model, reports, (time.perf_counter() - start) / arguments.seeds)


def show(name: str, reports: list[recsys.Report], seconds: float) -> None:
    """Print one row: the mean over the seeds."""
    means = [np.mean([report.mean[metric] for report in reports]) for metric in ("ndcg", "recall", "map", "mrr")]
    values = [*means, np.mean([report.beyond["coverage"].mean for report in reports])]
    print(f"{name:12}" + "".join(f"{value:11.4f}" for value in values) + f"{seconds:11.2f}")


if __name__ == "__main__":
    main()
