"""Our training compared with PyTorch's, on the same processor in the same run.

    pip install torch
    python tests/benchmarks/pytorch.py --data FOLDER [--repeat 3]

First it checks that all programs learn the same: in float64, with the same initial parameters, batches and dropout
masks, it compares the loss and the gradient of every parameter over 20 steps of Adam; the exit status is 1 if they
differ by more than 1e-8. The batches are small, because the pairwise loss has a matrix of pairs by pairs.

Then it prints the seconds of all epochs over the training part, in float32, of one run without validation. The closed
form that deep starts from is the same for all, and printed apart. As each epoch does the same work, the shortest
epoch of all repeats is multiplied by their number; likewise for CPU seconds, which are those of all threads. PyTorch
runs with one thread and with two, and the better counts.

- grouped: our loss over our batches of whole users, in autograd.
- pairwise: batches of random pairs with a logit for each two of them, as it is usually written; 512 is a usual size
  and among the cheapest, 2048 is nearer to the number of negatives in ours. Ten batches stand for an epoch.
- pairwise alone: the same without deep's teacher, which usual programs do not have.

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
from tests.benchmarks.pytorch_agreement import LIMIT, largest_differences
from tests.benchmarks.pytorch_training import GroupedTraining, PairwiseTraining

STEPS, SMALL_BATCH = 20, 600
SIZES = (512, 2048)
PAIRWISE_BATCHES, PAIRWISE_EPOCHS = 10, 4


class Duration(NamedTuple):
    """How long a whole training takes: seconds by the clock, and of the processor over all threads."""

    seconds: float
    cpu: float
    threads: int = 1


def agree(train: recsys.Dataset) -> bool:
    """Print how far the programs differ; returns whether the difference is small enough."""
    print(f"largest relative difference from ours over {STEPS} steps, float64:")
    worst = 0.0
    for model in ("base", "deep"):
        # l2 is set, so that its gradient is compared for both models.
        defaults = MODELS[model].defaults(train, recsys.TrainConfig(l2=0.08))
        differences = largest_differences(model, train, replace(defaults, batch_size=SMALL_BATCH), STEPS)
        print(f"{model:8}" + "".join(f"{name:>10} {value:.1e}" for name, value in differences.items()), flush=True)
        worst = max(worst, *differences.values())
    return worst < LIMIT


class Program(NamedTuple):
    """A program that can be timed.

    Attributes:
        make: creates something with a ``train_epoch``.
        epochs: how many to run in a repeat.
        factor: epochs of the whole training.
    """

    make: Callable[[], Any]
    epochs: int
    factor: float


def measure(training: Any, epochs: int, factor: float) -> Duration:
    """The duration of the whole training, from the shortest of so many epochs."""
    wall, cpu = [], []
    for epoch in range(1, epochs + 1):
        start, cpu_start = time.perf_counter(), time.process_time()
        training.train_epoch(epoch)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    return Duration(min(wall) * factor, min(cpu) * factor)


def programs(model: str, train: recsys.Dataset, hyperparameters: HyperParameters) -> dict[str, Program]:
    """All programs by name; they start with the same parameters."""

    def ours() -> Trainer:
        return Trainer.create(model, train, hyperparameters, np.random.default_rng(0))

    def pairwise(run: Trainer, size: int) -> Program:
        factor = hyperparameters.epochs * train.n_ratings / size / PAIRWISE_BATCHES
        return Program(lambda: PairwiseTraining(model, run, size, PAIRWISE_BATCHES), PAIRWISE_EPOCHS, factor)

    start, without_teacher = ours(), ours()
    without_teacher.teacher = None
    epochs = hyperparameters.epochs
    rows = {
        "ours": Program(ours, epochs, epochs),
        "grouped": Program(lambda: GroupedTraining(model, start), epochs, epochs),
    }
    rows |= {f"pairwise {size}": pairwise(start, size) for size in SIZES}
    if start.teacher is not None:
        rows |= {f"pairwise alone {SIZES[0]}": pairwise(without_teacher, SIZES[0])}
    return rows


def best(a: Duration, b: Duration | None) -> Duration:
    """The shorter of both, with the fewer CPU seconds, which are those of one thread."""
    return a if b is None else min(a, b)._replace(cpu=min(a.cpu, b.cpu))


def seconds(model: str, train: recsys.Dataset, repeat: int) -> None:
    """Print the table of one model."""
    hyperparameters = MODELS[model].defaults(train, recsys.TrainConfig())
    durations: dict[str, Duration] = {}
    fits, starts = [], []
    for _ in range(repeat):
        with threadpool_limits(1, "blas"):
            start = time.perf_counter()
            recsys.fit(train, model)
            fits.append(time.perf_counter() - start)
            start = time.perf_counter()
            rows = programs(model, train, hyperparameters)
            starts.append((time.perf_counter() - start) / 2)
        for name, (make, epochs, factor) in rows.items():
            for threads in (1,) if name == "ours" else (1, 2):
                torch.set_num_threads(threads)
                with threadpool_limits(1, "blas") if name == "ours" else nullcontext():
                    duration = measure(make(), epochs, factor)._replace(threads=threads)
                durations[name] = best(duration, durations.get(name))
    ours = durations["ours"]
    print(f"\n{model}, {hyperparameters.epochs} epochs   threads   seconds  to ours      CPU s  to ours")
    for name, (duration, cpu, threads) in durations.items():
        cells = f"{duration:10.2f}{duration / ours.seconds:9.1f}{cpu:11.2f}{cpu / ours.cpu:9.1f}"
        print(f"{name:18}{threads:>9}{cells}")
    print(f"ours in all, with the validation run for early stopping: {min(fits):.2f} s", flush=True)
    print(f"of which the initial parameters, which the table leaves out: {min(starts):.2f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    train = recsys.split(recsys.load_dataset(arguments.data), 0.2, np.random.default_rng(0)).train
    if not agree(train):
        print(f"the programs differ by more than {LIMIT}", file=sys.stderr)
        return 1
    for model in ("base", "deep"):
        seconds(model, train, arguments.repeat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
