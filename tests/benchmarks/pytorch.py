"""Our towers beside PyTorch's, on the same processor in the same run.

    pip install torch
    python tests/benchmarks/pytorch.py --data FOLDER [--repeat 3]

First, that all learn the same: in float64, from the same arrays, batches and masks, the loss and the gradient of
every parameter in 20 steps of Adam, against ours; the exit code is 1 where they are further apart than 1e-8. The
batches are small, for the pairwise form has a matrix of pairs by pairs.

Then seconds for all epochs over the training part, in float32, of one run that is not judged on the way: deep's start
in closed form is the same for all and told apart. An epoch counts as what the quickest of all repeats took, times the
epochs: each does the same work. CPU seconds likewise, over all threads. PyTorch gets whichever of one and two threads
is quicker.

- grouped: our loss over our batches of whole users, in autograd.
- pairwise: batches of random pairs and a logit for each pair of them, as it is usually written; 512 is a usual size
  and among the cheapest, 2048 nearer to the negatives that ours sees. Of an epoch ten batches are run and stand for
  the rest.
- pairwise alone: that without deep's teacher, which usual programs do not have.

Ours has one BLAS thread, as in a build.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.models.hyperparameters import HyperParameters
from recsys.models.registry import MODELS
from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_agreement import LIMIT, apart
from tests.benchmarks.pytorch_training import GroupedTraining, PairwiseTraining

STEPS, SMALL_BATCH = 20, 600
SIZES = (512, 2048)
PAIRWISE_BATCHES, PAIRWISE_EPOCHS = 10, 4


class Took(NamedTuple):
    """What a whole training takes: seconds by the clock, and of the processor over all threads."""

    seconds: float
    cpu: float
    threads: int = 1


def agree(train: recsys.Dataset) -> bool:
    """Print how far the programs are apart; whether that is near enough."""
    print(f"worst relative difference from ours over {STEPS} steps, float64:")
    worst = 0.0
    for model in ("base", "deep"):
        # With both penalties, whatever the rules say.
        made = replace(MODELS[model].defaults(train, recsys.TrainConfig(l2=0.08)), batch_size=SMALL_BATCH)
        found = apart(model, train, made, STEPS)
        print(f"{model:8}" + "".join(f"{name:>10} {value:.1e}" for name, value in found.items()), flush=True)
        worst = max(worst, *found.values())
    return worst < LIMIT


class Program(NamedTuple):
    """What can train.

    Attributes:
        make: something with an ``epoch``.
        epochs: of it to run a repeat.
        times: by which to multiply one for the whole training.
    """

    make: Callable[[], Any]
    epochs: int
    times: float


def took(training: Any, epochs: int, times: float) -> Took:
    """The quickest of so many epochs, for the whole training."""
    wall, cpu = [], []
    for epoch in range(1, epochs + 1):
        start, cpu_start = time.perf_counter(), time.process_time()
        training.epoch(epoch)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    return Took(min(wall) * times, min(cpu) * times)


def programs(model: str, train: recsys.Dataset, made: HyperParameters) -> dict[str, Program]:
    """By name; all begin from the same arrays."""

    def ours() -> Trainer:
        return Trainer(model, train, made, np.random.default_rng(0))

    def pairwise(run: Trainer, size: int) -> Program:
        times = made.epochs * train.n_ratings / size / PAIRWISE_BATCHES
        return Program(lambda: PairwiseTraining(model, run, size, PAIRWISE_BATCHES), PAIRWISE_EPOCHS, times)

    begun, untaught = ours(), ours()
    untaught.teacher = None
    rows = {
        "ours": Program(ours, made.epochs, made.epochs),
        "grouped": Program(lambda: GroupedTraining(model, begun), made.epochs, made.epochs),
    }
    rows |= {f"pairwise {size}": pairwise(begun, size) for size in SIZES}
    if begun.teacher is not None:
        rows |= {f"pairwise alone {SIZES[0]}": pairwise(untaught, SIZES[0])}
    return rows


def best(a: Took, b: Took | None) -> Took:
    """The quicker of both in seconds, and the fewer CPU seconds, which are of one thread then."""
    return a if b is None else min(a, b)._replace(cpu=min(a.cpu, b.cpu))


def seconds(model: str, train: recsys.Dataset, repeat: int) -> None:
    """Print the table of one model."""
    made = MODELS[model].defaults(train, recsys.TrainConfig())
    found: dict[str, Took] = {}
    whole, starts = [], []
    for _ in range(repeat):
        with threadpool_limits(1, "blas"):
            start = time.perf_counter()
            recsys.fit(train, model)
            whole.append(time.perf_counter() - start)
            start = time.perf_counter()
            rows = programs(model, train, made)
            starts.append((time.perf_counter() - start) / 2)
        for name, (make, epochs, times) in rows.items():
            for threads in (1,) if name == "ours" else (1, 2):
                torch.set_num_threads(threads)
                with threadpool_limits(1, "blas") if name == "ours" else nullcontext():
                    one = took(make(), epochs, times)._replace(threads=threads)
                found[name] = best(one, found.get(name))
    ours = found["ours"]
    print(f"\n{model}, {made.epochs} epochs   threads   seconds  to ours      CPU s  to ours")
    for name, one in found.items():
        cells = f"{one.seconds:10.2f}{one.seconds / ours.seconds:9.1f}{one.cpu:11.2f}{one.cpu / ours.cpu:9.1f}"
        print(f"{name:18}{one.threads:>9}{cells}")
    print(f"ours whole, with a second run for early stopping and its judging: {min(whole):.2f} s", flush=True)
    print(f"what all begin from, not in the above but for the last: {min(starts):.2f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    train = recsys.split(recsys.load_dataset(arguments.data), 0.2, np.random.default_rng(0)).train
    if not agree(train):
        print(f"further apart than {LIMIT}", file=sys.stderr)
        return 1
    for model in ("base", "deep"):
        seconds(model, train, arguments.repeat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
