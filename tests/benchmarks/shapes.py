"""Both models and the baselines on invented logs of other shapes than MovieLens, with the default settings.

    python tests/benchmarks/shapes.py [--seeds 2]

The rules of recsys/training/defaults.py are meant to hold for all of them. The table is in RESULTS.md.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.baselines.tuning import choose, recipes, validation
from tests.synthetic import Shape, synthetic

SHAPES = {
    "dense": Shape(n_users=600, n_items=500, n_ratings=40_000),
    "sixty users": Shape(n_users=60, n_items=80, n_ratings=1200),
    "clicks: no stars, times, genres": Shape(600, 800, 20_000, stars=False, timestamps=False, genres=False),
    "strong tastes": Shape(n_users=2000, n_items=3000, n_ratings=40_000, strength=4.0),
    "40,000 films": Shape(n_users=4000, n_items=40_000, n_ratings=80_000),
}
ROWS = ("popularity", "item_knn", "ease", "als", "base", "deep")


def measure(shape: Shape, seed: int) -> dict[str, float]:
    """nDCG@10 of every row, and seconds to fit the two models."""
    parts = recsys.split(synthetic(shape, seed), 0.2, np.random.default_rng(seed))
    tried_on = validation(parts.train, 0.2, np.random.default_rng(seed))
    found = {}
    for name, made in recipes(seed).items():
        if made.obstacle(parts.train) is None:
            found[name] = ndcg(made.make(parts.train, **choose(made, tried_on).settings), parts)
    for model in ("base", "deep"):
        start = time.perf_counter()
        fitted = recsys.fit(parts.train, model, recsys.TrainConfig(seed=seed))
        found[f"{model} s"] = time.perf_counter() - start
        found[model] = ndcg(fitted, parts)
    return found


def ndcg(scorer, parts: recsys.Split) -> float:
    return recsys.evaluate(scorer, parts.train, parts.test).mean["ndcg"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    seeds = range(parser.parse_args().seeds)
    print(f"{'':34}" + "".join(f"{name:>11}" for name in (*ROWS, "base s", "deep s")))
    for name, shape in SHAPES.items():
        measured = [measure(shape, seed) for seed in seeds]
        cells = []
        for row in (*ROWS, "base s", "deep s"):
            values = [one[row] for one in measured if row in one]
            cells.append(f"{np.mean(values):11.4f}" if values else f"{'-':>11}")
        print(f"{name:34}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
