"""Where the time of a build goes, and how close training is to the least time that its arithmetic needs.

    python tests/benchmarks/limit.py --data FOLDER [--repeat 3]

First the seconds of each stage of ``python build.py`` and its share of the total; the stage "train" consists of
tasks, the models and the baselines, of which some run at the same time. Then the same with all models in the cache,
and rendering alone. Then, for each model, the arithmetic that no implementation can avoid: for the loss three matrix
products a batch (the scores, and the gradients of both factors) and one exponential a score; for each layer of an MLP
three products. It is timed at the rates that are measured in the same run, for one core, which is what training uses,
and for all. The ratio is the time of the whole training, with its start, optimiser and early stopping, to that
minimum. Times are the shortest of several runs.
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
from recsys.baselines.registry import BASELINES
from recsys.models.registry import MODELS
from recsys.training.batches import batches
from recsys.training.fit import VALIDATION_SHARE
from tests.benchmarks.processes import run

TASKS = (*BASELINES, *(f"train {name}" for name in MODELS))
"""What the stage "train" consists of, in processes of its own each."""
STAGE = re.compile(r"^(.+?) +(\d+\.\d\d) s  ")


def shortest(function: Callable[[], object], repeat: int) -> float:
    """Seconds of the shortest of several calls."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def stages(folder: Path, repeat: int) -> None:
    """Print the stages of the shortest of several cold builds; then the seconds of later builds."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "XDG_CACHE_HOME": f"{scratch}/cache"}
        build = [sys.executable, "build.py", "--out", f"{scratch}/site"]
        cold, warm = [*build, "--data", str(folder), "--no-cache"], [*build, "--data", str(folder)]
        total, peak, lines = min(run(cold, environment) for _ in range(repeat))
        rows = [(match[1].strip(), float(match[2])) for line in lines if (match := STAGE.match(line))]
        for name, seconds in rows:
            remark = "   at the same time as others" * (name in TASKS)
            print(f"{name:26}{seconds:8.2f} s{seconds / total:8.0%}{remark}")
        rest = total - sum(seconds for name, seconds in rows if name not in TASKS)
        print(f"{'the rest':26}{rest:8.2f} s{rest / total:8.0%}   imports, exit")
        print(f"{'whole build':26}{total:8.2f} s    100%   peak {peak / 2**20:.0f} MiB over all processes")
        run(warm, environment)
        for name, command in (
            ("with all models cached", warm),
            ("--render-only", [*build, "--render-only"]),
            ("import recsys", [sys.executable, "-c", "import recsys"]),
        ):
            print(f"{name:26}{min(run(command, environment).seconds for _ in range(repeat)):8.2f} s")
        print()


def rates(n_users: int, n_items: int, dim: int) -> tuple[float, float]:
    """Floating-point operations and exponentials per second, in float32 at the size of a batch."""
    rng = np.random.default_rng(0)
    users, items = (rng.standard_normal((n, dim), np.float32) for n in (n_users, n_items))
    scores = users @ items.T

    def multiply() -> None:
        np.matmul(users, items.T, out=scores)

    exponentials = np.empty_like(scores)

    def exponentiate() -> None:
        np.exp(scores, out=exponentials)

    flops = 2 * scores.size * dim / shortest(multiply, 200)
    scores /= np.abs(scores).max()
    return flops, scores.size / shortest(exponentiate, 200)


def needed(ratings: recsys.Dataset, fitted: recsys.Fitted) -> tuple[int, int]:
    """Floating-point operations and exponentials of one epoch."""
    flops = exponentials = 0
    for batch in batches(ratings.matrix, fitted.hyperparameters.batch_size, np.random.default_rng(0)):
        scores = len(batch.users) * len(batch.items)
        exponentials += scores
        flops += 6 * scores * fitted.hyperparameters.dim
        for name, parameter in fitted.towers.parameters().items():
            if name.endswith("weight"):  # of a layer of an MLP
                rows = len(batch.users) if "user_mlp" in name else len(batch.items)
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
    for model in MODELS:
        fitted = recsys.fit(parts.train, model)
        batch = next(batches(parts.train.matrix, fitted.hyperparameters.batch_size, np.random.default_rng(0)))
        both = np.sum([needed(ratings, fitted) for ratings in (parts.train, early)], axis=0)
        flops, scores = len(fitted.history) * both
        seconds = shortest(lambda model=model: recsys.fit(parts.train, model), arguments.repeat)
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
