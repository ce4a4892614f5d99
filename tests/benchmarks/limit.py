"""Where the time of a build goes, and how far training is from what its arithmetic needs on this machine.

    python tests/benchmarks/limit.py --data FOLDER [--repeat 3]

First each stage of ``python build.py``, in seconds and as a share. Then, for each model, the arithmetic that it
cannot do without: for the loss three matrix products a batch (scores, and from their gradient those of both sides)
and an exponential a score, for each layer of an MLP three products, all at the rates measured here in the same run.
The ratio is of the whole training, with start, optimiser and early stopping, to that. Times are the least of several.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import recsys
from recsys.batches import batches
from recsys.train import VALIDATION_SHARE

ROOT = Path(__file__).resolve().parents[2]
STAGE = re.compile(r"^(.+?) +(\d+\.\d\d) s  ")


def least(what: Callable[[], object], repeat: int) -> float:
    """Seconds of the quickest of several calls."""
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        what()
        found.append(time.perf_counter() - start)
    return min(found)


def stages(folder: Path) -> None:
    """One cold build in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(ROOT / "build.py"), "--no-cache", "--data", str(folder)]
        command += ["--out", f"{out}/site"]
        start = time.perf_counter()
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        whole = time.perf_counter() - start
    rows = [(found[1], float(found[2])) for line in said.splitlines() if (found := STAGE.match(line))]
    rows.append(("the rest: imports, exit", whole - sum(seconds for _, seconds in rows)))
    for name, seconds in rows:
        print(f"{name:26}{seconds:8.2f} s{seconds / whole:8.0%}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'whole build':26}{whole:8.2f} s    100%   peak {peak:.0f} MiB\n")


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
    for batch in batches(ratings.matrix, fitted.recipe.batch_size, np.random.default_rng(0)):
        scores = len(batch.users) * len(batch.items)
        exponentials += scores
        flops += 6 * scores * fitted.recipe.dim
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
    stages(arguments.data)
    parts = recsys.split(recsys.load_dataset(arguments.data), 0.2, np.random.default_rng(0))
    early = recsys.split(parts.train, VALIDATION_SHARE, np.random.default_rng(0)).train
    print("model      seconds   GFlop  at GFlop/s  Gexp  at Gexp/s   needed s   ratio")
    for model in ("base", "deep"):
        fitted = recsys.fit(parts.train, model)
        batch = next(batches(parts.train.matrix, fitted.recipe.batch_size, np.random.default_rng(0)))
        flop_rate, exp_rate = rates(len(batch.users), len(batch.items), fitted.recipe.dim)
        both = np.sum([needed(ratings, fitted) for ratings in (parts.train, early)], axis=0)
        flops, scores = len(fitted.history) * both
        bound = flops / flop_rate + scores / exp_rate
        seconds = least(lambda model=model: recsys.fit(parts.train, model), arguments.repeat)
        cells = [
            f"{model:8}{seconds:10.2f}",
            f"{flops / 1e9:8.1f}{flop_rate / 1e9:12.0f}",
            f"{scores / 1e9:6.2f}{exp_rate / 1e9:11.1f}",
            f"{bound:11.3f}{seconds / bound:8.1f}",
        ]
        print("".join(cells))


if __name__ == "__main__":
    main()
