"""Seconds, and bytes moved between processes, of each stage of a build on a Dask cluster of 1 and 2 workers.

    python tests/benchmarks/scaling.py FOLDER [--workers 1 2] [--half FOLDER]

FOLDER holds a log as logs.py writes it, which is laid in parts for the workers to read. Strong scaling compares
workers on that log. With ``--half``, a log of half the size, weak scaling compares one worker on it with two on the
other. Workers are processes of this machine, so that all they send each other goes over loopback, whose counter is
read: run it while nothing else does. Training is shown for each model, with the steps that all workers take together.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import copy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recsys import pipeline
from recsys.cache.store import NoCache
from recsys.config import BuildConfig, ReadConfig
from recsys.data.dataset import Dataset
from recsys.distributed.machines import cluster_machines
from recsys.distributed.reading import read_parts
from recsys.distributed.sources import Parts, find_parts
from recsys.machines import Machines
from recsys.models.hyperparameters import number_of_batches
from recsys.models.registry import MODELS
from recsys.reporter import Reporter

COUNTERS = Path("/proc/net/dev")
N_PARTS = 8
"""Into which the ratings are divided."""


@dataclass
class Measured(Reporter):
    """Follows a build: seconds and bytes of each stage, and of the training of each model; and the steps of that."""

    seconds: dict[str, float] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        start, before = time.perf_counter(), loopback_bytes()
        details: list[str] = []
        yield details
        self.seconds[name], self.moved[name] = time.perf_counter() - start, loopback_bytes() - before
        self.details[name] = ", ".join(details)
        print(f"    {name} {self.seconds[name]:.1f} s, {self.moved[name] / 1e6:.1f} MB", flush=True)

    @contextmanager
    def training(self) -> Iterator[Callable[[str, int], Callable[[object], None]]]:
        self.before = loopback_bytes()
        yield lambda model, epochs: lambda record: None

    def done(self, name: str, seconds: float, details: Sequence[str]) -> None:
        self.seconds[name], self.moved[name] = seconds, loopback_bytes() - self.before
        self.before = loopback_bytes()


def loopback_bytes() -> int:
    """Sent over loopback since the machine was started."""
    [line] = [line for line in COUNTERS.read_text().splitlines() if line.strip().startswith("lo:")]
    return int(line.split(":")[1].split()[0])


def in_parts(log: Path, folder: Path) -> Parts:
    """The ratings of a log in several files, and the table of its items with them."""
    copy(log / "movies.csv", folder)
    with (log / "ratings.csv").open() as ratings, ExitStack() as stack:
        head = ratings.readline()
        parts = [stack.enter_context((folder / f"ratings-{part}.csv").open("w")) for part in range(N_PARTS)]
        for part in parts:
            part.write(head)
        for number, line in enumerate(ratings):
            parts[number % N_PARTS].write(line)
    found = find_parts(str(folder), ReadConfig())
    assert found is not None
    return found


def build(log: Path, n_workers: int) -> Measured:
    """A build without a cache."""
    measured = Measured()
    with tempfile.TemporaryDirectory() as folder:
        site, parts = Path(folder) / "site", Path(folder) / "log"
        site.mkdir()
        parts.mkdir()
        divided = in_parts(log, parts)
        with cluster_machines(f"local:{n_workers}", site) as machines:
            dataset, _ = pipeline.read(partial(read_parts, machines.cluster, divided), measured)
            measured.steps = {model: n_steps(dataset, model) for model in MODELS}
            measure(dataset, machines, site, measured)
    return measured


def measure(dataset: Dataset, machines: Machines, site: Path, reporter: Reporter) -> None:
    """All stages after reading."""
    artefacts = pipeline.compute(dataset, BuildConfig(), reporter, NoCache(), machines)
    pipeline.export(artefacts, site / "data", reporter)
    pipeline.render(artefacts, site, reporter, machines)


def n_steps(dataset: Dataset, model: str) -> int:
    """That the optimisers of a model take in a build, of the early and the served towers."""
    config = BuildConfig()
    train = pipeline.split(dataset, config).train
    hyperparameters = MODELS[model].defaults(train, config.train)
    return 2 * hyperparameters.epochs * number_of_batches(train.n_ratings, hyperparameters.batch_size)


def table(columns: dict[str, Measured]) -> None:
    """Print all results as a table in Markdown."""
    print("\n| | " + " | ".join(f"{name}: s | MB moved" for name in columns) + " |")
    print("|---" * (2 * len(columns) + 1) + "|")
    for stage in dict.fromkeys(stage for measured in columns.values() for stage in measured.seconds):
        cells = []
        for measured in columns.values():
            cells += [f"{measured.seconds.get(stage, 0):.1f}", f"{measured.moved.get(stage, 0) / 1e6:.1f}"]
        print(f"| {stage} | {' | '.join(cells)} |")
        model = stage.removeprefix("train ")
        if model in MODELS and stage != model:
            cells = []
            for measured in columns.values():
                n = measured.steps[model]
                cells += [f"{measured.seconds[stage] / n:.3f}", f"{measured.moved[stage] / n / 1e6:.2f}"]
            n_steps = ", ".join(dict.fromkeys(str(measured.steps[model]) for measured in columns.values()))
            print(f"| {stage}, each of {n_steps} steps | {' | '.join(cells)} |")
    print("\n" + "\n".join(f"{name}: {measured.details.get('evaluate', '')}" for name, measured in columns.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--half", type=Path)
    arguments = parser.parse_args()
    logging.getLogger("recsys").setLevel(logging.ERROR)
    columns = {}
    for n_workers in arguments.workers:
        print(f"{n_workers} workers, {arguments.folder}", flush=True)
        columns[f"{n_workers} workers"] = build(arguments.folder, n_workers)
    if arguments.half is not None:
        print(f"1 worker, {arguments.half}", flush=True)
        columns["1 worker, half"] = build(arguments.half, 1)
    table(columns)


if __name__ == "__main__":
    main()
