"""Models and baselines, with default settings, on synthetic logs of other shapes than MovieLens.

    python tests/benchmarks/shapes.py [--seeds 2]

The default hyperparameters (recsys/models/hyperparameters.py) should suit all of them. The table is in RESULTS.md.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import tune, validation_split
from recsys.models.registry import MODELS
from tests.synthetic import Shape, synthetic

SHAPES = {
    "dense": Shape(n_users=600, n_items=500, n_ratings=40_000),
    "sixty users": Shape(n_users=60, n_items=80, n_ratings=1200),
    "clicks: no stars, times, genres": Shape(600, 800, 20_000, stars=False, timestamps=False, genres=False),
    "strong tastes": Shape(n_users=2000, n_items=3000, n_ratings=40_000, strength=4.0),
    "40,000 items": Shape(n_users=4000, n_items=40_000, n_ratings=80_000),
}
COLUMNS = (*BASELINES, *MODELS, *(f"{model} s" for model in MODELS))


def measure(shape: Shape, seed: int) -> dict[str, float]:
    """nDCG@10 of every baseline and model, and the seconds to fit each model."""
    parts = recsys.split(synthetic(shape, seed), 0.2, np.random.default_rng(seed))
    validation = validation_split(parts.train, 0.2, np.random.default_rng(seed))
    results = {}
    for name, spec in BASELINES.items():
        if spec.skip_reason(parts.train) is None:
            results[name] = ndcg(spec.factory(parts.train, **tune(spec, validation, seed).hyperparameters), parts)
    for model in MODELS:
        start = time.perf_counter()
        fitted = recsys.fit(parts.train, model, recsys.TrainConfig(seed=seed))
        results[f"{model} s"] = time.perf_counter() - start
        results[model] = ndcg(fitted, parts)
    return results


def ndcg(scorer, parts: recsys.Split) -> float:
    return recsys.evaluate(scorer, parts.train, parts.test).mean["ndcg"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    seeds = range(parser.parse_args().seeds)
    print(f"{'':34}" + "".join(f"{name:>11}" for name in COLUMNS))
    for name, shape in SHAPES.items():
        per_seed = [measure(shape, seed) for seed in seeds]
        cells = []
        for column in COLUMNS:
            values = [results[column] for results in per_seed if column in results]
            cells.append(f"{np.mean(values):11.4f}" if values else f"{'-':>11}")
        print(f"{name:34}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
