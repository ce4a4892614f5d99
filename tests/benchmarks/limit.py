"""Where the time of a build goes, and how far training is from what its arithmetic needs on this machine.

    python tests/benchmarks/limit.py --data FOLDER [--repeat 3]

First each stage of ``python build.py``, in seconds and as a share, baselines beside the training of the towers; the
same with everything kept from before, and pages alone. Then, for each model, the arithmetic that it cannot do
without: for the loss three matrix products a batch (scores, and from their gradient those of both sides) and an
exponential a score, for each layer of an MLP three products, all at the rates measured here in the same run: of one
core, which is what training uses, and of all. The ratio is of the whole training, with start, optimiser and early
stopping, to that. Times are the least of several.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.baselines.tuning import recipes
from recsys.training.batches import batches
from recsys.training.fit import VALIDATION_SHARE
from tests.benchmarks.processes import run

STAGE = re.compile(r"^(.+?) +(\d+\.\d\d) s  ")
BESIDE = recipes(0).keys()
"""Stages that a second process does meanwhile."""


def least(what: Callable[[], object], repeat: int) -> float:
    """Seconds of the quickest of several calls."""
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        what()
        found.append(time.perf_counter() - start)
    return min(found)


def stages(folder: Path, repeat: int) -> None:
    """Cold builds in processes of their own, of which the quickest is told; then what later ones take."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "XDG_CACHE_HOME": f"{scratch}/cache"}
        build = [sys.executable, "build.py", "--out", f"{scratch}/site"]
        cold, warm = [*build, "--data", str(folder), "--no-cache"], [*build, "--data", str(folder)]
        whole, peak, lines = min(run(cold, environment) for _ in range(repeat))
        rows = [(found[1].strip(), float(found[2])) for line in lines if (found := STAGE.match(line))]
        for name, seconds in rows:
            print(f"{name:26}{seconds:8.2f} s{seconds / whole:8.0%}{'   beside the towers' * (name in BESIDE)}")
        rest = whole - sum(seconds for name, seconds in rows if name not in BESIDE)
        print(f"{'the rest':26}{rest:8.2f} s{rest / whole:8.0%}   imports, waiting for the baselines, exit")
        print(f"{'whole build':26}{whole:8.2f} s    100%   peak {peak / 2**20:.0f} MiB over all processes")
        run(warm, environment)
        for name, command in (
            ("with all models kept", warm),
            ("--render-only", [*build, "--render-only"]),
            ("import recsys", [sys.executable, "-c", "import recsys"]),
        ):
            print(f"{name:26}{min(run(command, environment).seconds for _ in range(repeat)):8.2f} s")
        print()


def rates(n_users: int, n_films: int, dim: int) -> tuple[float, float]:
    """Floating-point operations and exponentials a second, in float32 at the size of a batch."""
    rng = np.random.default_rng(0)
    users, films = (rng.standard_normal((n, dim), np.float32) for n in (n_users, n_films))
    scores = users @ films.T

    def products() -> None:
        np.matmul(users, films.T, out=scores)

    powers = np.empty_like(scores)

    def exponentials() -> None:
        np.exp(scores, out=powers)

    flops = 2 * scores.size * dim / least(products, 200)
    scores /= np.abs(scores).max()
    return flops, scores.size / least(exponentials, 200)


def needed(ratings: recsys.Dataset, fitted: recsys.Fitted) -> tuple[int, int]:
    """Floating-point operations and exponentials of one epoch."""
    flops = exponentials = 0
    for batch in batches(ratings.matrix, fitted.hyperparameters.batch_size, np.random.default_rng(0)):
        scores = len(batch.users) * len(batch.items)
        exponentials += scores
        flops += 6 * scores * fitted.hyperparameters.dim
        for name, parameter in fitted.towers.parameters().items():
            if name.endswith("weight"):  # of a layer of an MLP
                rows = len(batch.users) if name.startswith("user") else len(batch.items)
                flops += 6 * rows * parameter.value.size
    return flops, exponentials


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    stages(arguments.data, arguments.repeat)
    parts = recsys.split(recsys.load_dataset(arguments.data), 0.2, np.random.default_rng(0))
    early = recsys.split(parts.train, VALIDATION_SHARE, np.random.default_rng(0)).train
    print("model      seconds   GFlop  Gexp   cores  GFlop/s  Gexp/s   needed s   ratio")
    for model in ("base", "deep"):
        fitted = recsys.fit(parts.train, model)
        batch = next(batches(parts.train.matrix, fitted.hyperparameters.batch_size, np.random.default_rng(0)))
        both = np.sum([needed(ratings, fitted) for ratings in (parts.train, early)], axis=0)
        flops, scores = len(fitted.history) * both
        seconds = least(lambda model=model: recsys.fit(parts.train, model), arguments.repeat)
        for cores in (1, None):
            with threadpool_limits(cores, "blas"):
                flop_rate, exp_rate = rates(len(batch.users), len(batch.items), fitted.hyperparameters.dim)
            bound = flops / flop_rate + scores / exp_rate
            print(
                f"{model:8}{seconds:10.2f}{flops / 1e9:8.1f}{scores / 1e9:6.2f}{cores or 'all':>8}"
                f"{flop_rate / 1e9:9.0f}{exp_rate / 1e9:8.1f}{bound:11.3f}{seconds / bound:8.1f}"
            )


if __name__ == "__main__":
    main()
