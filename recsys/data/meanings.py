"""What the cells of a log mean, which depends on all cells of their column: a comma, a 0, the order of day and month.

If a log is read in parts, the cells of one part are not enough to decide this. So it is decided behind a protocol:
:class:`WholeLogMeanings` decides by the cells of a log that is read as a whole, and
:class:`recsys.distributed.log_meanings.LogMeanings` by all parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.id_cells import clean_ids, is_blank_id
from recsys.data.odd_values import Locate, OddCells, odd_times
from recsys.data.rating_values import ParsedRatings, parse_ratings, unrated_value
from recsys.data.row_facts import Key
from recsys.data.times import timestamps, unreadable_times


class Meanings(Protocol):
    """Converts cells of a column of the log. All functions get cells (n,) of the table at hand, or some of them."""

    def ids(self, role: Key, cells: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
        """The ids (n,), and which of them are missing (n,)."""
        ...

    def ratings(self, cells: pd.Series[Any]) -> ParsedRatings:
        """The ratings.

        Raises:
            DataError: they are ambiguous.
        """
        ...

    def unrated_value(self, ratings: ParsedRatings) -> float | None:
        """The number that stands for "not rated"; None if no number does."""
        ...

    def has_any(self, role: Role, is_known: NDArray[np.bool_]) -> bool:
        """Whether the column has a known value in the whole log; ``is_known`` (n,) says it of the table at hand."""
        ...

    def unreadable_times(self, cells: pd.Series[Any]) -> NDArray[np.bool_]:
        """Which cells, none of which is blank, are not times: (n,)."""
        ...

    def timestamps(self, cells: pd.Series[Any]) -> NDArray[np.int64]:
        """The times (n,) of cells without blanks.

        Raises:
            RowError: a cell is not a time.
            DataError: the times are ambiguous.
        """
        ...

    def oldest(self, times: NDArray[np.int64]) -> int:
        """The oldest time in the whole log; ``times`` (n,) are those of the table at hand."""
        ...

    def odd_times(self, times: NDArray[np.int64], cells: pd.Series[Any], locate: Locate) -> Iterable[OddCells]:
        """Implausible times."""
        ...


class WholeLogMeanings:
    """The meanings of cells in a table that is the whole log."""

    def ids(self, role: Key, cells: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
        """Decided by all distinct ids."""
        cleaned = clean_ids(cells)
        return cleaned, is_blank_id(cleaned)

    def ratings(self, cells: pd.Series[Any]) -> ParsedRatings:
        """Decided by all distinct ratings."""
        return parse_ratings(cells)

    def unrated_value(self, ratings: ParsedRatings) -> float | None:
        """Decided by the distribution of the ratings; words and events have no such number."""
        if ratings.form in ("words", "events"):
            return None
        return unrated_value(ratings.values[~np.isnan(ratings.values)])

    def has_any(self, role: Role, is_known: NDArray[np.bool_]) -> bool:
        """Whether a value is known."""
        return bool(is_known.any())

    def unreadable_times(self, cells: pd.Series[Any]) -> NDArray[np.bool_]:
        """Decided by what most of the cells are: numbers or dates."""
        return unreadable_times(cells)

    def timestamps(self, cells: pd.Series[Any]) -> NDArray[np.int64]:
        """In the coarsest unit that holds all times."""
        return timestamps(cells)

    def oldest(self, times: NDArray[np.int64]) -> int:
        """The minimum of the times."""
        return int(times.min())

    def odd_times(self, times: NDArray[np.int64], cells: pd.Series[Any], locate: Locate) -> Iterable[OddCells]:
        """Decided by the median of all times."""
        return odd_times(times, cells, locate)
