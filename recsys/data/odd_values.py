"""Values that can be read but are hardly meant, such as a year of 3005: a sentence for each kind, about the first.

They are used as they stand, for a book may well be from before our era. Must not change anything.
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
"""Items are rarely older; "next year" is the last that is not odd."""
MAX_AGE = 120
_ORDER = ("is negative", "is the", "is in", "is before", "is after", "is not")
"""How problems begin."""
_MAX_SHOWN = 40
"""Characters of a value in a warning."""

Place = Callable[[int], str]
"""From a row to ``ratings.csv:12``."""


@dataclass(frozen=True)
class OddCells:
    """Cells with one problem.

    Attributes:
        place: of the first.
        what: they are, such as year.
        text: of the first.
        problem: of all of them.
        n: how many there are.
    """

    place: str
    what: str
    text: str
    problem: str
    n: int

    def __str__(self) -> str:
        """A warning."""
        n_others = self.n - 1
        others = f" (and {n_others:,} more such {self.what}{'s' * (n_others > 1)})" if n_others else ""
        return f"{self.place}: {self.what} {self.text} {self.problem}{others}: used as it stands"


def join_odd_cells(cells: Iterable[OddCells]) -> list[OddCells]:
    """Those of several parts of a table, with one for each problem; in the order in which a whole table has them."""
    of_problem: dict[str, OddCells] = {}
    for odd in cells:
        first = of_problem.get(odd.problem)
        of_problem[odd.problem] = odd if first is None else replace(first, n=first.n + odd.n)
    return sorted(of_problem.values(), key=lambda odd: _ORDER.index(" ".join(odd.problem.split()[:2])))


def odd_times(
    times: NDArray[np.int64], cells: pd.Series[Any], place: Place, middle: float | None = None
) -> Iterator[OddCells]:
    """Times (n,) before 1970 among later ones, at its very beginning, or in the future.

    Args:
        times: as they were understood.
        cells: as they are written, n.
        place: where each row is.
        middle: of all times of the log, where these are some of them; None for their own.
    """
    middle = float(np.median(times)) if middle is None else middle
    if middle < 0:  # a log of letters from before 1970
        return
    yield from _odd(cells, times < 0, "time", "is negative or before 1970, unlike most", place)
    unit = unit_of_time(middle)
    if unit is not None:
        yield from _odd(cells, times == 0, "time", "is the very beginning of 1970, unlike most", place)
        latest = dt.datetime(dt.date.today().year + 2, 1, 1, tzinfo=dt.UTC).timestamp() * unit[1]
        if middle <= latest:
            yield from _odd(cells, times >= latest, "time", "is in the future", place)


def odd_years(column: pd.Series[Any], place: Place) -> Iterator[OddCells]:
    """Years of items before 1000 or after the next one; 0 stands for unknown in many tables."""
    last = dt.date.today().year + 1
    values = plain(column)
    if values.dtype.kind not in "iufO":
        return
    years, is_bad = parse_numbers(values)
    is_year = np.isfinite(years) & ~is_bad & (years != 0)
    yield from _odd(column, is_year & (years < FIRST_YEAR), "year", f"is before {FIRST_YEAR}", place)
    yield from _odd(column, is_year & (years > last), "year", f"is after {last}", place)


def odd_ages(table: pd.DataFrame, place: Place) -> Iterator[OddCells]:
    """Ages of users below 0 or above 120, in columns whose name says that they are ages."""
    for position, name in enumerate(map(str, table.columns)):
        values = plain(table.iloc[:, position])
        if "age" not in words_of(name) or values.dtype.kind not in "iufO":
            continue
        ages = parse_numbers(values)[0]
        is_odd = np.isfinite(ages) & ((ages < 0) | (ages > MAX_AGE))
        yield from _odd(values, is_odd, "age", f"is not between 0 and {MAX_AGE}", place)


def _odd(
    cells: pd.Series[Any], is_odd: NDArray[np.bool_], what: str, problem: str, place: Place
) -> Iterator[OddCells]:
    """The first of some rows and how many there are; nothing where there is no row."""
    rows = np.flatnonzero(is_odd)
    if not len(rows):
        return
    text = without_controls(as_text(cells.iloc[rows[0]]))
    shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
    yield OddCells(place(int(rows[0])), what, shown, problem, len(rows))
