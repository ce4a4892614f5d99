"""Tasks of workers for a part of a log that was read: clean it, and divide its ratings by users."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.cleaning import clean_ratings
from recsys.data.columns import RowError
from recsys.data.duplicates import Rule, merge_duplicates
from recsys.data.frames import ratings_in_32_bits
from recsys.data.input_table import InputTable
from recsys.data.readers.cells import joined
from recsys.data.row_counts import RowCounts
from recsys.data.row_facts import Consistency, Key, KeyValues
from recsys.data.sorting import order_by
from recsys.distributed.log_meanings import LogMeanings
from recsys.distributed.parts import KEYS, RATING_COLUMNS, LogLayout, LogPart, locate
from recsys.distributed.vocabulary import Vocabulary
from recsys.errors import DataError

Columns = dict[str, Any]
"""user, item, rating and timestamp (or None) of the same rows, by name."""


@dataclass(frozen=True, eq=False)
class CleanPart:
    """The ratings of one part, which stay on a worker.

    Attributes:
        columns: users and items are positions among the ids of all parts.
        facts: further columns.
        counts: how many rows are no ratings or lack something.
    """

    columns: Columns
    facts: pd.DataFrame
    counts: RowCounts

    @property
    def n_rows(self) -> int:
        """The number of ratings."""
        return len(self.columns["user"])


def clean_part(
    part: LogPart, layout: LogLayout, meanings: LogMeanings, users: Vocabulary, items: Vocabulary
) -> CleanPart:
    """The rows of a part that are ratings.

    Args:
        part: as it was read.
        layout: of the log.
        meanings: of the cells of all parts.
        users: the ids of users in all parts.
        items: likewise.

    Raises:
        DataError: a row lacks an id or cannot be read, and rows are not skipped; the message names its line.
    """
    if not len(part.frame):
        return CleanPart(dict.fromkeys(RATING_COLUMNS) | _no_ids(), pd.DataFrame(), RowCounts())
    frame = part.frame.copy(deep=False)
    for key, ids in zip(KEYS, (users, items), strict=True):
        position = np.append(ids.positions(part.vocabularies[key].values), -1).astype(np.int32)
        frame[layout.roles[key]] = position[frame[layout.roles[key]].to_numpy()]
    table = InputTable(part.part.name, "", frame, layout.roles, partial(locate, part.part))
    clean = clean_ratings(table, layout.lenient, meanings)
    rating = None
    if "rating" in clean.frame:
        try:
            rating = ratings_in_32_bits(clean.frame["rating"], clean.frame["rating"].to_numpy())
        except RowError as error:
            raise DataError(f"{part.part.name}: {error.before} {error.after}") from None
    time = clean.frame["timestamp"].to_numpy() if "timestamp" in clean.frame else None
    columns = {"user": clean.frame["user"].to_numpy(), "item": clean.frame["item"].to_numpy()}
    facts = clean.frame.drop(columns=[name for name in RATING_COLUMNS if name in clean.frame])
    return CleanPart(columns | {"rating": rating, "timestamp": time}, facts, clean.counts)


def _no_ids() -> Columns:
    return {"user": np.zeros(0, np.int32), "item": np.zeros(0, np.int32)}


@dataclass(frozen=True)
class CleanSummary:
    """What the process of the build needs to know of the ratings of one or several parts.

    Attributes:
        n_rows: how many ratings there are.
        counts: how many rows are no ratings or lack something.
        times: the oldest and the newest time; () without times.
    """

    n_rows: int = 0
    counts: RowCounts = field(default_factory=RowCounts)
    times: tuple[int, ...] = ()

    def plus(self, other: CleanSummary) -> CleanSummary:
        """The summary of the parts of both."""
        times = sorted(self.times + other.times)
        return CleanSummary(
            self.n_rows + other.n_rows, self.counts.plus(other.counts), (times[0], times[-1]) if times else ()
        )


def summary_of_clean(part: CleanPart) -> CleanSummary:
    """The summary of a cleaned part."""
    times = part.columns["timestamp"]
    bounds = () if times is None or not len(times) else (int(times.min()), int(times.max()))
    return CleanSummary(part.n_rows, part.counts, bounds)


def occurrences(part: CleanPart, name: str, n: int) -> NDArray[np.int64]:
    """How often each of n users or items is in a part, (n,)."""
    return np.bincount(part.columns[name], minlength=n)


def values_of_keys(part: CleanPart, key: Key, name: str) -> KeyValues:
    """How often each value of a further column occurs with each user or item in a part."""
    cells = part.facts[name] if name in part.facts else pd.Series([], dtype=object)
    return KeyValues.of_rows(pd.Series(part.columns[key]), cells)


def join_key_values(*parts: KeyValues) -> KeyValues:
    """The counts of several parts together."""
    key_codes, keys = pd.factorize(np.concatenate([np.asarray(part.keys, np.int64) for part in parts]))
    value_codes, values = pd.factorize(joined([np.asarray(part.values) for part in parts]))
    key_starts = np.cumsum([0, *(len(part.keys) for part in parts)])
    value_starts = np.cumsum([0, *(len(part.values) for part in parts)])
    of_key = np.concatenate([key_codes[start + part.of_key] for start, part in zip(key_starts, parts, strict=False)])
    of_value = np.concatenate(
        [value_codes[start + part.of_value] for start, part in zip(value_starts, parts, strict=False)]
    )
    pairs, which = np.unique(of_key * len(values) + of_value, return_inverse=True)
    counts = np.zeros(len(pairs), np.int64)
    np.add.at(counts, which, np.concatenate([part.counts for part in parts]))
    return KeyValues(*np.divmod(pairs, max(1, len(values))), counts, keys, values)


def with_ids(pairs: KeyValues, ids: pd.Series[Any]) -> KeyValues:
    """The same with ids as keys instead of their positions; two positions may have the same id."""
    codes, keys = pd.factorize(ids.iloc[pairs.keys].reset_index(drop=True))
    renamed = KeyValues(codes[pairs.of_key], pairs.of_value, pairs.counts, np.arange(len(keys)), pairs.values)
    return replace(join_key_values(renamed), keys=keys)


def consistency(pairs: KeyValues, key: Key, name: str) -> Consistency:
    """Whether a column has one value for each user or item."""
    return pairs.consistency(key, name)


def commonest(pairs: KeyValues) -> pd.Series[Any]:
    """The commonest value of each user or item."""
    return pairs.commonest()


def divide_by_user(
    part: CleanPart, users: NDArray[np.int32], items: NDArray[np.int32], starts: NDArray[np.int64]
) -> list[Columns]:
    """The ratings of each range of users.

    Args:
        part: its users and items are positions among all ids.
        users: (m,), the index of the user at each position.
        items: likewise.
        starts: (n_ranges,), ascending from 0: the index of the first user of each range.
    """
    user: NDArray[np.int32] = users[part.columns["user"]]
    columns = part.columns | {"user": user, "item": items[part.columns["item"]]}
    user_range = (np.searchsorted(starts, user, side="right") - 1).astype(np.uint16)  # numpy sorts 16 bits by radix
    order = np.argsort(user_range, kind="stable")
    bounds = np.searchsorted(user_range[order], np.arange(len(starts) + 1)).tolist()
    return [
        {name: None if values is None else values[order[begin:end]] for name, values in columns.items()}
        for begin, end in pairwise(bounds)
    ]


def chosen(pieces: list[Columns], number: int) -> Columns:
    """One of several pieces, as a task: only this piece is sent to the worker that needs it."""
    return pieces[number]


def join_users(rule: Rule | None, n_items: int, *pieces: Columns) -> tuple[Columns, int]:
    """All ratings of a range of users, ascending by user and item; and how many were merged into others.

    Args:
        rule: which rating a repeated pair has; None to leave all of them.
        n_items: in the catalogue.
        pieces: the ratings of these users in each part.
    """
    filled = [piece for piece in pieces if len(piece["user"])]
    columns: Columns = {**_no_ids(), "rating": None, "timestamp": None}
    if filled:
        columns = {
            name: None if first is None else np.concatenate([piece[name] for piece in filled])
            for name, first in filled[0].items()
        }
    if columns["rating"] is None:
        columns["rating"] = np.ones(len(columns["user"]), np.float32)
    order = order_by(columns["user"], columns["item"])
    columns = {name: None if values is None else values[order] for name, values in columns.items()}
    return (columns, 0) if rule is None else merge_duplicates(columns, n_items, rule)
