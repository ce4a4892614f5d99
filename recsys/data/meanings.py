"""What the cells of a log mean, which depends on all cells of their column: a comma, a 0, the order of day and month.

Of a log that is read as a whole, the cells at hand are all there are; of one in parts, they are those of one part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.id_cells import clean_ids, is_blank_id
from recsys.data.odd_values import OddCells, Place, odd_times
from recsys.data.rating_values import ParsedRatings, parse_ratings, unrated_value
from recsys.data.row_facts import Key
from recsys.data.times import timestamps, unreadable_times


class Meanings(Protocol):
    """Of the cells of columns; each function gets some or all cells of the table at hand."""

    def ids(self, role: Key, cells: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
        """The ids (n,), and where there is none (n,)."""
        ...

    def ratings(self, cells: pd.Series[Any]) -> ParsedRatings:
        """The ratings.

        Raises:
            DataError: they are ambiguous.
        """
        ...

    def unrated_value(self, ratings: ParsedRatings) -> float | None:
        """The number that stands for "not rated"; None where none does."""
        ...

    def has_any(self, role: Role, is_known: NDArray[np.bool_]) -> bool:
        """Whether the whole column has a value that is known; here it is where ``is_known`` (n,) says so."""
        ...

    def unreadable_times(self, cells: pd.Series[Any]) -> NDArray[np.bool_]:
        """Where cells that are not blank hold no time, (n,)."""
        ...

    def timestamps(self, cells: pd.Series[Any]) -> NDArray[np.int64]:
        """Times (n,), all of which are known.

        Raises:
            RowError: one is none.
            DataError: they are ambiguous.
        """
        ...

    def oldest(self, times: NDArray[np.int64]) -> int:
        """The oldest time of the whole column; here there are ``times`` (n,)."""
        ...

    def odd_times(self, times: NDArray[np.int64], cells: pd.Series[Any], place: Place) -> Iterable[OddCells]:
        """Times that can hardly be meant."""
        ...


class OwnMeanings:
    """Those of a table that is the whole log."""

    def ids(self, role: Key, cells: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
        """By all different ids."""
        cleaned = clean_ids(cells)
        return cleaned, is_blank_id(cleaned)

    def ratings(self, cells: pd.Series[Any]) -> ParsedRatings:
        """By all different ratings."""
        return parse_ratings(cells)

    def unrated_value(self, ratings: ParsedRatings) -> float | None:
        """By their distribution; of words there is none."""
        if ratings.form in ("words", "events"):
            return None
        return unrated_value(ratings.values[~np.isnan(ratings.values)])

    def has_any(self, role: Role, is_known: NDArray[np.bool_]) -> bool:
        """Whether one is known."""
        return bool(is_known.any())

    def unreadable_times(self, cells: pd.Series[Any]) -> NDArray[np.bool_]:
        """By what most of them are."""
        return unreadable_times(cells)

    def timestamps(self, cells: pd.Series[Any]) -> NDArray[np.int64]:
        """In the coarsest unit that holds them all."""
        return timestamps(cells)

    def oldest(self, times: NDArray[np.int64]) -> int:
        """The least."""
        return int(times.min())

    def odd_times(self, times: NDArray[np.int64], cells: pd.Series[Any], place: Place) -> Iterable[OddCells]:
        """By the middle of all."""
        return odd_times(times, cells, place)
