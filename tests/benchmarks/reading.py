"""How long reading a large log takes, what it needs of memory, and where the time goes.

    python tests/benchmarks/reading.py [--ratings 20000000] [--format csv|dat]

Writes an invented log of MovieLens 20M's kind to a temporary folder (about 0.5 GiB at full size): long tails of users
and films, film ids with gaps, half stars, sorted by user and film, no pair twice. Then reads it from the folder and
from a zip of it, each in a process of its own. Peaks are those of the whole process, imports included.
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

FULL = 20_000_263
"""Ratings in MovieLens 20M, by whose users and films the log is scaled."""
USERS, FILMS, LAST_ID = 138_493, 26_744, 131_262
BLOCK = 2000
"""Users written at a time."""


def counts_of_users(n_ratings: int, n_users: int, n_films: int, rng: np.random.Generator) -> np.ndarray:
    """How many films each user rates: 20 at least, half of all at most, a long tail between."""
    spread = rng.lognormal(0, 1.2, n_users)
    return np.clip(20 + (n_ratings / n_users - 20) * spread / spread.mean(), 1, n_films // 2).astype(np.int64)


def distinct(counts: np.ndarray, chance: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Users and films (n,) of about as many pairs as ``counts`` says, no pair twice, in order."""
    n_films = len(chance)
    users = np.repeat(np.arange(len(counts)), 2 * counts + 20)
    films = np.searchsorted(chance, rng.random(len(users)))
    drawn = np.unique(users * n_films + films)
    user = drawn // n_films
    found = np.bincount(user, minlength=len(counts))
    kept = drawn[rng.random(len(drawn)) < (counts / found)[user]]
    return kept // n_films, kept % n_films


def write(folder: Path, n_ratings: int, form: str) -> int:
    """The two files; the number of ratings, which is about what was asked for."""
    rng = np.random.default_rng(0)
    n_users, n_films = max(1, round(USERS * n_ratings / FULL)), max(40, round(FILMS * (n_ratings / FULL) ** 0.5))
    ids = np.sort(rng.choice(np.arange(1, LAST_ID + 1), n_films, replace=False))
    fame = 1 / (np.arange(n_films) + 30.0)
    chance = np.cumsum(rng.permutation(fame / fame.sum()))
    chance[-1] = 1
    counts = counts_of_users(n_ratings, n_users, n_films, rng)
    separator, header = {"csv": (",", "userId,movieId,rating,timestamp\n"), "dat": ("::", "")}[form]
    line = separator.join(("%d", "%d", "%s", "%d\n"))
    stars = np.array([f"{half / 2:.1f}" for half in range(11)], object)
    written = 0
    with (folder / f"ratings.{form}").open("w", encoding="ascii") as file:
        file.write(header)
        for start in range(0, n_users, BLOCK):
            user, film = distinct(counts[start : start + BLOCK], chance, rng)
            rating = stars[np.clip(rng.normal(7, 2, len(user)).round(), 1, 10).astype(int)]
            begun = rng.integers(789_652_009, 1_427_784_002, BLOCK)[user]
            when = begun + rng.integers(0, 100_000, len(user))
            rows = zip((user + start + 1).tolist(), ids[film].tolist(), rating, when.tolist(), strict=True)
            file.write("".join(map(line.__mod__, rows)))
            written += len(user)
    head, row = {"csv": ("movieId,title,genres\n", "{},Film {} (1995),Drama\n"),
                 "dat": ("", "{}::Film {} (1995)::Drama\n")}[form]  # fmt: skip
    (folder / f"movies.{form}").write_text(head + "".join(row.format(one, one) for one in ids))
    return written


def read(path: Path) -> dict[str, float]:
    """Seconds of each step of reading what lies at the path, and its size; for a process of its own."""
    import recsys
    from recsys.data import dataset, frames
    from recsys.data.readers import movielens as reader

    seconds: dict[str, float] = {}

    def time_of(module: Any, name: str, step: str) -> None:
        inner = getattr(module, name)
        setattr(module, name, lambda *args, **named: timed(step, lambda: inner(*args, **named)))

    def timed(step: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        try:
            return call()
        finally:
            seconds[step] = seconds.get(step, 0) + time.perf_counter() - start

    time_of(reader, "read_ratings", "parse the ratings")
    time_of(reader, "read_items", "parse the films")
    time_of(reader, "check_known", "films known?")
    time_of(frames, "arrays_from_frames", "indices")
    time_of(dataset, "_check_ratings", "data set's checks")
    start = time.process_time()
    found = timed("load_dataset", lambda: recsys.load_dataset(path))
    loading = seconds | {"processor": time.process_time() - start, "peak": peak()}
    timed("then: sha256", lambda: found.sha256)
    timed("then: matrix", lambda: found.matrix)
    mask = np.random.default_rng(0).random(found.n_ratings) < 0.8
    timed("then: subset of 80 %", lambda: found.subset(mask))
    return seconds | loading | {"n": found.n_ratings, "peak of all": peak()}  # a subset makes some steps again


def peak() -> float:
    """MiB this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(path: Path) -> None:
    """Read in a new process, and say what that took."""
    steps = json.loads(in_new_process("--read", str(path)))
    n, total, processor = int(steps.pop("n")), steps.pop("load_dataset"), steps.pop("processor")
    peaks = steps.pop("peak"), steps.pop("peak of all")
    print(f"\n{path.name}: {n:,} ratings in {total:.1f} s, {n / total / 1e6:.2f} million a second")
    print(f"    {processor:.1f} s of the processor, which tells more than the time on a machine that has other work")
    print("    peak {:.0f} MiB, with the steps after it {:.0f} MiB".format(*peaks))
    for step, seconds in steps.items():
        print(f"    {step:24}{seconds:7.2f} s")


def in_new_process(*options: str) -> str:
    """What this file prints with these options. A process counts its parent's peak as its own: ours stays small."""
    return subprocess.run([sys.executable, __file__, *options], stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ratings", type=int, default=FULL)
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
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "log"
        folder.mkdir()
        start = time.perf_counter()
        size = ("--ratings", str(arguments.ratings), "--format", arguments.format)
        n = int(in_new_process("--write", str(folder), *size))
        print(f"wrote {n:,} ratings in {time.perf_counter() - start:.0f} s", flush=True)
        report(folder)
        zipped = Path(made) / "log.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as target:
            for file in folder.iterdir():
                target.write(file, f"log/{file.name}")
        report(zipped)


if __name__ == "__main__":
    main()
