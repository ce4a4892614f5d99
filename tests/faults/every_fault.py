"""Let every file operation of a build fail, and kill a build at each: ``python -m tests.faults.every_fault``.

The site has all kinds of pages and exported files, of some users and items of the sample.
Where a fault has another effect than it should have, a line says so, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

from recsys.site.output import parallel
from tests.faults.rebuilding import (
    Rebuilding,
    computed_once,
    failures,
    first_exchange,
    kill_numbers,
    kills,
    with_exchange,
    without_exchange,
)
from tests.progress import Count, print_table

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
OPTIONS = ["--epochs", "2", "--dim", "8"]
N_USERS = N_ITEMS = 40


def run(every: int = 1) -> list[Count]:
    """Try each N-th of all faults; returns the counts."""
    with tempfile.TemporaryDirectory() as name, computed_once():
        folder = Path(name).resolve()
        log = write_part_of_sample(folder / "log")
        return list(_try_all(Rebuilding(folder, ["--data", str(log), *OPTIONS]), every))


def write_part_of_sample(folder: Path) -> Path:
    """Write the first users and items of the sample, and their ratings; returns the folder."""
    folder.mkdir()
    sample = {path.name: path.read_text("latin-1").splitlines(keepends=True) for path in SAMPLE.glob("u.*")}
    users = {line.split("|")[0] for line in sample["u.user"][:N_USERS]}
    items = {line.split("|")[0] for line in sample["u.item"][:N_ITEMS]}
    sample["u.user"], sample["u.item"] = sample["u.user"][:N_USERS], sample["u.item"][:N_ITEMS]
    ratings = [(line, line.split("\t")) for line in sample["u.data"]]
    sample["u.data"] = [line for line, (user, item, *_) in ratings if user in users and item in items]
    for name, lines in sample.items():
        (folder / name).write_text("".join(lines), "latin-1")
    return folder


def _try_all(rebuilding: Rebuilding, every: int) -> Iterator[Count]:
    all_operations = rebuilding.record()
    start = first_exchange(all_operations)
    for how, then, first in (("", with_exchange, 1), (" without an exchange", without_exchange, start)):
        operations = rebuilding.record(then)
        numbers: Sequence[int] = range(first, len(operations) + 1)[::every]
        count = Count(f"failures{how}", len(numbers))
        count.follow(failures(rebuilding, operations, then, numbers))
        yield count
        numbers = kill_numbers(operations, first)[::every]
        count = Count(f"kills{how}", len(numbers))
        count.follow(kills(rebuilding, operations, then, numbers))
        yield count
    with patch.object(parallel, "MIN_PAGES", 1):  # pages are rendered by other processes, which do the same in all
        numbers = range(1, len(all_operations) + 1)[::every]
        count = Count("failures with workers", len(numbers))
        count.follow(failures(rebuilding, all_operations, numbers=numbers))
        yield count


def main(argv: Sequence[str] | None = None) -> int:
    """Try all faults; returns the exit status."""
    parse = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parse.add_argument("--every", type=int, default=1, metavar="N", help="try only each N-th operation (default: 1)")
    counts = run(parse.parse_args(argv).every)
    print_table(counts)
    return int(any(count.n_wrong for count in counts))


if __name__ == "__main__":
    sys.exit(main())
