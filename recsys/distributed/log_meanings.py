"""What the cells of a log in parts mean, judging by the distinct cells of all parts and how often each occurs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.columns import RowError, plain
from recsys.data.id_cells import clean_ids, is_blank, is_blank_id
from recsys.data.odd_values import Locate, OddCells, odd_times
from recsys.data.rating_values import BLANK, Form, ParsedRatings, parse_ratings, unrated_number
from recsys.data.row_facts import Key
from recsys.data.times import timestamps, unreadable_times
from recsys.distributed.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class RatingMeanings:
    """The meanings of a column of ratings.

    Attributes:
        vocabulary: its distinct cells.
        values: (m,), the rating in each cell, NaN if it holds none.
        is_bad: (m,), which cells hold something that cannot be read.
        form, events: as in :class:`~recsys.data.rating_values.ParsedRatings`.
        unrated: the number that stands for "not rated"; None if there is none.
    """

    vocabulary: Vocabulary
    values: NDArray[np.float64]
    is_bad: NDArray[np.bool_]
    form: Form
    events: tuple[str, ...]
    unrated: float | None

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> RatingMeanings:
        """Work out the meanings from all distinct cells.

        Raises:
            DataError: they are ambiguous.
        """
        parsed = parse_ratings(vocabulary.column)
        unrated = None
        if parsed.form not in ("words", "events"):
            is_known = ~np.isnan(parsed.values)
            numbers, which = np.unique(parsed.values[is_known], return_inverse=True)
            counts = np.zeros(len(numbers), np.int64)
            np.add.at(counts, which, vocabulary.counts[is_known])
            unrated = unrated_number(numbers, counts)
        return cls(vocabulary, parsed.values, parsed.is_bad, parsed.form, parsed.events, unrated)

    def parse(self, cells: pd.Series[Any]) -> ParsedRatings:
        """The ratings of some cells."""
        if self.vocabulary.values.dtype != object:
            return parse_ratings(cells)
        positions = self.vocabulary.positions(cells.to_numpy())  # -1 for a missing cell picks the last, NaN
        values, is_bad = np.append(self.values, np.nan)[positions], np.append(self.is_bad, False)[positions]
        return ParsedRatings(values, is_bad, self.form, self.events)


@dataclass(frozen=True)
class TimeSummary:
    """The times of one part.

    Attributes:
        kind: "whole", "float", "datetime", "ISO" or "ISO with zones"; "cells" if this or another part has other text;
            "none" if no time is known.
        per_second: units in a second that are fine enough for all; the oldest and the middle are in these units.
        n: how many times there are.
        oldest: the oldest time.
        middle: the median time.
    """

    kind: str
    per_second: int = 1
    n: int = 0
    oldest: int = 0
    middle: float = 0


@dataclass(frozen=True, eq=False)
class TimeMeanings:
    """The meanings of a column of times.

    Attributes:
        vocabulary: its distinct cells, if it holds text or the like; None for numbers and datetimes.
        values: (m,), the time in each cell, if it holds one.
        is_bad: (m,), which cells hold something else.
        per_second: units in a second of all times.
        oldest: the oldest of all times.
        middle: about the median of all times.
        n: how many times there are.
    """

    vocabulary: Vocabulary | None
    values: NDArray[np.int64]
    is_bad: NDArray[np.bool_]
    per_second: int
    oldest: int
    middle: float
    n: int

    @classmethod
    def of_cells(cls, vocabulary: Vocabulary, lenient: bool) -> TimeMeanings:
        """Work out the meanings from all distinct cells.

        Raises:
            RowError: a cell is no time, and rows are not skipped; the row is its position.
            DataError: the cells are ambiguous.
        """
        column = vocabulary.column
        is_known = ~is_blank(column, BLANK)
        is_bad = np.zeros(len(column), bool)
        if lenient and is_known.any():
            is_bad[is_known] = unreadable_times(column[is_known], vocabulary.counts[is_known])
        is_time = is_known & ~is_bad
        values = np.zeros(len(column), np.int64)
        if not is_time.any():
            return cls(vocabulary, values, is_bad, 1, 0, 0.0, 0)
        try:
            values[is_time] = timestamps(column[is_time].reset_index(drop=True), 1, vocabulary.counts[is_time])
        except RowError as error:
            raise RowError(error.before, int(np.flatnonzero(is_time)[error.row]), error.after) from None
        times, counts = values[is_time], vocabulary.counts[is_time]
        middle = weighted_middle(times, counts)
        return cls(vocabulary, values, is_bad, 1, int(times.min()), middle, int(counts.sum()))

    @classmethod
    def of_summaries(cls, summaries: Sequence[TimeSummary]) -> TimeMeanings:
        """Work out the meanings from the summaries of all parts, whose times are numbers or datetimes."""
        known = [summary for summary in summaries if summary.n]
        no_cells = np.zeros(0, np.int64), np.zeros(0, bool)
        if not known:
            return cls(None, *no_cells, 1, 0, 0.0, 0)
        per_second = max(summary.per_second for summary in known)
        scale = [per_second // summary.per_second for summary in known]
        oldest = min(summary.oldest * factor for summary, factor in zip(known, scale, strict=True))
        middles = np.array([summary.middle * factor for summary, factor in zip(known, scale, strict=True)])
        counts = np.array([summary.n for summary in known], np.int64)
        return cls(None, *no_cells, per_second, oldest, weighted_middle(middles, counts), int(counts.sum()))

    def parse(self, cells: pd.Series[Any]) -> NDArray[np.int64]:
        """The times of some cells, all of which are known."""
        if not len(cells):
            return np.zeros(0, np.int64)
        if self.vocabulary is None:
            # Whole numbers are read as the floats that they would be in one column with the fractions of other parts.
            is_scaled = self.per_second > 1 and plain(cells).dtype.kind in "iu"
            return timestamps(cells.astype(np.float64) if is_scaled else cells, self.per_second)
        return self.values[self.vocabulary.positions(cells.to_numpy())]


def weighted_middle(values: NDArray[Any], counts: NDArray[np.int64]) -> float:
    """The median of values (m,) that occur ``counts`` (m,) times."""
    order = np.argsort(values, kind="stable")
    until = np.cumsum(counts[order])
    ranks = np.array([(until[-1] - 1) // 2, until[-1] // 2])
    return float(values[order][np.searchsorted(until, ranks, side="right")].mean())


@dataclass(frozen=True, eq=False)
class LogMeanings:
    """A :class:`~recsys.data.meanings.Meanings` in which the cells of ids are positions among the ids of all parts.

    Attributes:
        has_no_id: for users and for items, at which positions there is no id, (m,).
        rating: None if there is no such column.
        time: likewise.
    """

    has_no_id: Mapping[Key, NDArray[np.bool_]]
    rating: RatingMeanings | None
    time: TimeMeanings | None

    def ids(self, role: Key, cells: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
        """The positions, and where there is no id."""
        return cells, np.append(self.has_no_id[role], True)[cells.to_numpy()]  # -1 is the last

    def ratings(self, cells: pd.Series[Any]) -> ParsedRatings:
        """The ratings of some cells, as they are understood in all parts."""
        assert self.rating is not None
        return self.rating.parse(cells)

    def unrated_value(self, ratings: ParsedRatings) -> float | None:
        """The number that stands for "not rated", by the ratings of all parts."""
        assert self.rating is not None
        return self.rating.unrated

    def has_any(self, role: Role, is_known: NDArray[np.bool_]) -> bool:
        """Whether any part has a rating, or a time."""
        if role == "rating":
            return self.rating is not None and not np.isnan(self.rating.values).all()
        return self.time is not None and self.time.n > 0

    def unreadable_times(self, cells: pd.Series[Any]) -> NDArray[np.bool_]:
        """Which cells are no times, by the cells of all parts."""
        assert self.time is not None
        if self.time.vocabulary is None:
            return np.zeros(len(cells), bool)
        return self.time.is_bad[self.time.vocabulary.positions(cells.to_numpy())]

    def timestamps(self, cells: pd.Series[Any]) -> NDArray[np.int64]:
        """The times of some cells, in the coarsest unit that is fine enough for all parts."""
        assert self.time is not None
        return self.time.parse(cells)

    def oldest(self, times: NDArray[np.int64]) -> int:
        """The oldest time of all parts."""
        assert self.time is not None
        return self.time.oldest

    def odd_times(self, times: NDArray[np.int64], cells: pd.Series[Any], locate: Locate) -> Iterable[OddCells]:
        """Times that are far from the median of all parts."""
        assert self.time is not None
        return odd_times(times, cells, locate, self.time.middle)


@dataclass(frozen=True, eq=False)
class IdMeanings:
    """The meanings of a column of ids.

    Attributes:
        vocabulary: its distinct cells.
        ids: (m,), the id in each cell.
        is_missing: (m,), which cells hold no id.
    """

    vocabulary: Vocabulary
    ids: pd.Series[Any] = field(repr=False)
    is_missing: NDArray[np.bool_]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> IdMeanings:
        """Work out the meanings from all distinct cells."""
        cleaned = clean_ids(vocabulary.column)
        return cls(vocabulary, cleaned, is_blank_id(cleaned))
