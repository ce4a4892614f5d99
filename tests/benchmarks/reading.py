"""How long it takes to read a large log, and how much memory it needs.

    python tests/benchmarks/reading.py [--ratings 20000000] [--format csv|dat]

Writes a synthetic log like MovieLens 20M to a temporary folder (about 0.5 GiB at full size): long tails of users and
items, item ids with gaps, half stars, sorted by user and item, no pair twice. Then reads it from the folder and from
a zip of it, each in a process of its own. Peaks are those of the whole process, imports included.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

N_RATINGS = 20_000_263
"""Ratings in MovieLens 20M; the numbers of its users and items are scaled with those of the log."""
N_USERS, N_ITEMS, LAST_ID = 138_493, 26_744, 131_262
BLOCK = 2000
"""Users that are written at once."""


def counts_of_users(n_ratings: int, n_users: int, n_items: int, rng: np.random.Generator) -> np.ndarray:
    """How many items each user rates: 20 at least, half of all at most, with a long tail."""
    spread = rng.lognormal(0, 1.2, n_users)
    return np.clip(20 + (n_ratings / n_users - 20) * spread / spread.mean(), 1, n_items // 2).astype(np.int64)


def distinct_pairs(
    counts: np.ndarray, cumulative: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Users and items (n,) in order, no pair twice: about ``counts`` items of each user, drawn by popularity."""
    n_items = len(cumulative)
    users = np.repeat(np.arange(len(counts)), 2 * counts + 20)
    items = np.searchsorted(cumulative, rng.random(len(users)))
    drawn = np.unique(users * n_items + items)
    user = drawn // n_items
    n_drawn = np.bincount(user, minlength=len(counts))
    pairs = drawn[rng.random(len(drawn)) < (counts / n_drawn)[user]]  # more were drawn than needed
    return pairs // n_items, pairs % n_items


def write(folder: Path, n_ratings: int, form: str) -> int:
    """Write the two files; returns the number of ratings, which is about ``n_ratings``."""
    rng = np.random.default_rng(0)
    scale = n_ratings / N_RATINGS
    n_users, n_items = max(1, round(N_USERS * scale)), max(40, round(N_ITEMS * scale**0.5))
    ids = np.sort(rng.choice(np.arange(1, LAST_ID + 1), n_items, replace=False))
    popularity = 1 / (np.arange(n_items) + 30.0)
    cumulative = np.cumsum(rng.permutation(popularity / popularity.sum()))
    cumulative[-1] = 1
    counts = counts_of_users(n_ratings, n_users, n_items, rng)
    separator, header = {"csv": (",", "userId,movieId,rating,timestamp\n"), "dat": ("::", "")}[form]
    line = separator.join(("%d", "%d", "%s", "%d\n"))
    stars = np.array([f"{half / 2:.1f}" for half in range(11)], object)
    written = 0
    with (folder / f"ratings.{form}").open("w", encoding="ascii") as file:
        file.write(header)
        for start in range(0, n_users, BLOCK):
            user, item = distinct_pairs(counts[start : start + BLOCK], cumulative, rng)
            rating = stars[np.clip(rng.normal(7, 2, len(user)).round(), 1, 10).astype(int)]
            first = rng.integers(789_652_009, 1_427_784_002, BLOCK)[user]
            timestamp = first + rng.integers(0, 100_000, len(user))
            rows = zip((user + start + 1).tolist(), ids[item].tolist(), rating, timestamp.tolist(), strict=True)
            file.write("".join(map(line.__mod__, rows)))
            written += len(user)
    head, row = {"csv": ("movieId,title,genres\n", "{},Film {} (1995),Drama\n"),
                 "dat": ("", "{}::Film {} (1995)::Drama\n")}[form]  # fmt: skip
    (folder / f"movies.{form}").write_text(head + "".join(row.format(id_, id_) for id_ in ids))
    return written


def read(path: Path) -> dict[str, float]:
    """Read the log at the path in this process; returns the seconds of each step, the size and the peak memory."""
    import recsys

    seconds: dict[str, float] = {}

    def timed(step: str, function: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = function()
        seconds[step] = time.perf_counter() - start
        return result

    start = time.process_time()
    dataset = timed("load_dataset", lambda: recsys.load_dataset(path))
    loading = {"processor": time.process_time() - start, "peak": peak()}
    timed("then: sha256", lambda: dataset.sha256)
    timed("then: matrix", lambda: dataset.matrix)
    mask = np.random.default_rng(0).random(dataset.n_ratings) < 0.8
    timed("then: subset of 80 %", lambda: dataset.subset(mask))
    return seconds | loading | {"n": dataset.n_ratings, "peak of all": peak()}


def peak() -> float:
    """The largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(path: Path) -> None:
    """Read the log in a new process and print what was measured."""
    steps = json.loads(in_new_process("--read", str(path)))
    n, total, processor = int(steps.pop("n")), steps.pop("load_dataset"), steps.pop("processor")
    peaks = steps.pop("peak"), steps.pop("peak of all")
    print(f"\n{path.name}: {n:,} ratings in {total:.1f} s, {n / total / 1e6:.2f} million a second")
    print(f"    {processor:.1f} s of the processor, which is the better figure on a busy machine")
    print("    peak {:.0f} MiB, with the steps after it {:.0f} MiB".format(*peaks))
    for step, seconds in steps.items():
        print(f"    {step:24}{seconds:7.2f} s")


def in_new_process(*options: str) -> str:
    """The output of this file with other options. A process inherits its parent's peak, so ours stays small."""
    return subprocess.run([sys.executable, __file__, *options], stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ratings", type=int, default=N_RATINGS)
    parser.add_argument("--format", choices=("csv", "dat"), default="csv")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print(json.dumps(read(arguments.read)))
        return
    if arguments.write:
        print(write(arguments.write, arguments.ratings, arguments.format))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "log"
        folder.mkdir()
        start = time.perf_counter()
        size = ("--ratings", str(arguments.ratings), "--format", arguments.format)
        n = int(in_new_process("--write", str(folder), *size))
        print(f"wrote {n:,} ratings in {time.perf_counter() - start:.0f} s", flush=True)
        report(folder)
        zipped = Path(scratch) / "log.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as target:
            for file in folder.iterdir():
                target.write(file, f"log/{file.name}")
        report(zipped)


if __name__ == "__main__":
    main()
