"""Let every file operation of a build of the sample fail, and end at each: ``python -m tests.faults.every_fault``.

Where a fault has another effect than it should have, a line says so, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from recsys.site.output import parallel
from tests.faults.rebuilding import (
    Rebuilding,
    computed_once,
    crashes,
    failures,
    first_exchange,
    with_exchange,
    without_exchange,
)

OPTIONS = ["--data", "sample", "--epochs", "2", "--dim", "8"]


def main(argv: Sequence[str] | None = None) -> int:
    """Try all faults; returns the exit status."""
    parse = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parse.add_argument("--every", type=int, default=1, metavar="N", help="try only each N-th operation (default: 1)")
    every = parse.parse_args(argv).every
    wrong = []
    with tempfile.TemporaryDirectory() as name, computed_once():
        rebuilding = Rebuilding(Path(name).resolve(), OPTIONS)
        start = first_exchange(rebuilding.record())
        for what, then, first in (("", with_exchange, 1), (", without an exchange", without_exchange, start)):
            operations = rebuilding.record(then)
            numbers = range(first, len(operations) + 1, every)
            for kind, find in (("failures", failures), ("ends", crashes)):
                wrong += _report(f"{kind}{what}", len(numbers), find(rebuilding, operations, then, numbers))
        with patch.object(parallel, "MIN_PAGES", 1):  # pages are rendered by other processes
            operations = rebuilding.record()
            numbers = range(1, len(operations) + 1, every)
            found = failures(rebuilding, operations, numbers=numbers)
            wrong += _report("failures, with workers", len(numbers), found)
    return int(bool(wrong))


def _report(what: str, n: int, wrong: list[str]) -> list[str]:
    print(f"{what}: {n} operations, {len(wrong)} wrong", *wrong, sep="\n", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
