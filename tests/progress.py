"""Say how far a long test is, and count what it tried."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SECONDS = 10.0
"""Between two lines of progress."""


@dataclass
class Count:
    """How many cases of one kind were tried.

    Attributes:
        what: the kind of case.
        n_cases: how many there are.
        n_tried: how many were tried.
        n_wrong: how many of them ended otherwise than they should.
    """

    what: str
    n_cases: int
    n_tried: int = 0
    n_wrong: int = 0
    _printed: float = field(default_factory=time.monotonic, repr=False)

    def add(self, n_tried: int, n_wrong: int) -> None:
        """Count further cases; prints a line if the last one was printed some time ago."""
        self.n_tried += n_tried
        self.n_wrong += n_wrong
        if time.monotonic() - self._printed >= SECONDS:
            self._printed = time.monotonic()
            print(f"{self.what}: {self.n_tried:,} of {self.n_cases:,}, {self.n_wrong:,} wrong", flush=True)

    def follow(self, cases: Iterable[Sequence[str]]) -> None:
        """Go through cases, of each of which come sentences on what is wrong, and print those at once."""
        for sentences in cases:
            for sentence in sentences:
                print(f"{self.what}: {sentence}", flush=True)
            self.add(1, int(bool(sentences)))


def print_table(counts: Iterable[Count]) -> None:
    """Print one line for each count."""
    rows = [("", "cases", "tried", "wrong")]
    rows += [(count.what, f"{count.n_cases:,}", f"{count.n_tried:,}", f"{count.n_wrong:,}") for count in counts]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for what, *figures in rows:
        aligned = (figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True))
        print(what.ljust(widths[0]), *aligned, sep="  ")
    sys.stdout.flush()
