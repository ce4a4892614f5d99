"""Find implausible values, such as a year of 3005, and make one warning for each kind, which shows the first value.

The values are used anyway, since a book may well be from before our era. Must not change any data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.column_names import words_of
from recsys.data.columns import as_text, parse_numbers, plain
from recsys.data.times import unit_of_time
from recsys.text import without_controls

FIRST_YEAR = 1000
"""An earlier year is implausible, and so is one after next year."""
MAX_AGE = 120
_ORDER = ("is negative", "is the", "is in", "is before", "is after", "is not")
"""The first two words of each problem, in the order in which problems are reported."""
_MAX_SHOWN = 40
"""Characters of a value in a warning."""

Locate = Callable[[int], str]
"""From the number of a row to where it is, such as ``ratings.csv:12``."""


@dataclass(frozen=True)
class OddCells:
    """Cells that have the same problem.

    Attributes:
        location: where the first of them is, such as ``ratings.csv:12``.
        what: what they hold, such as year.
        text: the text of the first.
        problem: what is wrong with all of them, such as "is after 2027".
        n: how many there are.
    """

    location: str
    what: str
    text: str
    problem: str
    n: int

    def __str__(self) -> str:
        """A warning."""
        n_others = self.n - 1
        others = f" (and {n_others:,} more such {self.what}{'s' * (n_others > 1)})" if n_others else ""
        return f"{self.location}: {self.what} {self.text} {self.problem}{others}; used anyway"


def join_odd_cells(cells: Iterable[OddCells]) -> list[OddCells]:
    """Merge the results for several parts of a table, in the order in which the whole table would have them."""
    of_problem: dict[str, OddCells] = {}
    for odd in cells:
        first = of_problem.get(odd.problem)
        of_problem[odd.problem] = odd if first is None else replace(first, n=first.n + odd.n)
    return sorted(of_problem.values(), key=lambda odd: _ORDER.index(" ".join(odd.problem.split()[:2])))


def odd_times(
    times: NDArray[np.int64], cells: pd.Series[Any], locate: Locate, middle: float | None = None
) -> Iterator[OddCells]:
    """Times before 1970 among later ones, at the very beginning of 1970, or in the future.

    Args:
        times: (n,), as numbers.
        cells: (n,), the same as they are written.
        locate: where each row is.
        middle: the median of all times of the log, if ``times`` are only some of them; None for that of ``times``.
    """
    middle = float(np.median(times)) if middle is None else middle
    if middle < 0:  # a log of letters from before 1970
        return
    yield from _odd(cells, times < 0, "time", "is negative or before 1970, unlike most", locate)
    unit = unit_of_time(middle)
    if unit is not None:
        yield from _odd(cells, times == 0, "time", "is the very beginning of 1970, unlike most", locate)
        latest = dt.datetime(dt.date.today().year + 2, 1, 1, tzinfo=dt.UTC).timestamp() * unit[1]
        if middle <= latest:
            yield from _odd(cells, times >= latest, "time", "is in the future", locate)


def odd_years(column: pd.Series[Any], locate: Locate) -> Iterator[OddCells]:
    """Years of items before 1000, or after next year; but not 0, which means "unknown" in many tables."""
    last = dt.date.today().year + 1
    values = plain(column)
    if values.dtype.kind not in "iufO":
        return
    years, is_bad = parse_numbers(values)
    is_year = np.isfinite(years) & ~is_bad & (years != 0)
    yield from _odd(column, is_year & (years < FIRST_YEAR), "year", f"is before {FIRST_YEAR}", locate)
    yield from _odd(column, is_year & (years > last), "year", f"is after {last}", locate)


def odd_ages(table: pd.DataFrame, locate: Locate) -> Iterator[OddCells]:
    """Ages of users below 0 or above 120, in columns whose names contain the word "age"."""
    for position, name in enumerate(map(str, table.columns)):
        values = plain(table.iloc[:, position])
        if "age" not in words_of(name) or values.dtype.kind not in "iufO":
            continue
        ages = parse_numbers(values)[0]
        is_odd = np.isfinite(ages) & ((ages < 0) | (ages > MAX_AGE))
        yield from _odd(values, is_odd, "age", f"is not between 0 and {MAX_AGE}", locate)


def _odd(
    cells: pd.Series[Any], is_odd: NDArray[np.bool_], what: str, problem: str, locate: Locate
) -> Iterator[OddCells]:
    """The odd cells as one result; nothing if there are none."""
    rows = np.flatnonzero(is_odd)
    if not len(rows):
        return
    text = without_controls(as_text(cells.iloc[rows[0]]))
    shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
    yield OddCells(locate(int(rows[0])), what, shown, problem, len(rows))
