"""Facts about items and users in the rows of the ratings, such as the author in each row of a book.

A column that differs between the rows of an item, such as the title of a review, is not a fact about the item. Facts
are collected before ratings are held out, so rows that will be held out count too. That tells a model hardly anything
about these, as in nine of ten keys all rows have to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.column_names import WEAK, matches_of_name
from recsys.data.columns import plain
from recsys.data.roles import Roles

Key = Literal["item", "user"]
_MIN_CONSISTENT = 0.9
"""A column is about items or users if at least this share of them has the same value in all of their rows."""
_MIN_REPEATED = 2
"""The number of items or users with several rows that is needed to decide this if the name of a column does not."""
_BLANK = ("", "\\N")
_MAX_EXAMPLE = 40


@dataclass(frozen=True)
class RowFacts:
    """Facts about items and users in the rows of ratings.

    Attributes:
        items: a row for each item, with column item and columns about it; None if there are none of these.
        users: the same for users.
        left_out: by name, why a column is left out.
    """

    items: pd.DataFrame | None
    users: pd.DataFrame | None
    left_out: Mapping[str, str] = field(default_factory=dict)


class Consistency(NamedTuple):
    """How consistently a column has one value for each key, that is, item or user.

    Attributes:
        share: the share of the keys with a single value, among keys with several rows if there are enough; None if
            the column is blank.
        n_repeated: the number of keys that have several rows.
        n_values: the number of distinct values.
    """

    share: float | None
    n_repeated: int
    n_values: int


class FactSource(Protocol):
    """A log whose columns may hold facts about its items and users."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of its columns."""
        ...

    def consistency(self, key: Key, name: str) -> Consistency:
        """How consistently a column has one value for each item, or for each user."""
        ...

    def commonest(self, key: Key, name: str) -> pd.Series[Any]:
        """The most frequent value for each item or user, indexed by it; of ties, the first in the order of text."""
        ...


@dataclass(frozen=True, eq=False)
class KeyValues:
    """How many rows each of m pairs of a key and a value has.

    Attributes:
        of_key: (m,), indices in ``keys``.
        of_value: (m,), indices in ``values``.
        counts: (m,), numbers of rows.
        keys: items or users.
        values: the distinct values of a column.
    """

    of_key: NDArray[np.int64]
    of_value: NDArray[np.int64]
    counts: NDArray[np.int64]
    keys: Any
    values: Any

    @classmethod
    def of_rows(cls, keys: pd.Series[Any], cells: pd.Series[Any]) -> KeyValues:
        """Count the pairs of key and cell (n,) of a log, without blank cells."""
        values = plain(cells)
        try:
            codes, unique = pd.factorize(values)
        except TypeError:  # lists, which do not compare
            codes, unique = np.full(len(keys), -1), pd.Index([])
        blank = [value is None or (isinstance(value, str) and value.strip() in _BLANK) for value in unique]
        is_known = np.array([*(not is_blank for is_blank in blank), False], bool)[codes]
        key_codes, key_values = pd.factorize(keys)
        is_known &= key_codes >= 0
        pairs, counts = np.unique(key_codes[is_known] * len(unique) + codes[is_known], return_counts=True)
        return cls(*np.divmod(pairs, max(1, len(unique))), counts, key_values, unique)

    def consistency(self, key: Key, name: str) -> Consistency:
        """See :class:`FactSource`; ``key`` and ``name`` say what the pairs are of."""
        if not len(self.counts):
            return Consistency(None, 0, 0)
        n_rows = np.zeros(int(self.of_key.max()) + 1, np.int64)
        np.add.at(n_rows, self.of_key, self.counts)
        n_values = np.bincount(self.of_key)
        several = n_rows > 1
        n_known = int((n_rows > 0).sum())
        share = 1 - float((n_values > 1).sum()) / n_known
        if several.sum() >= _MIN_REPEATED:
            share_of_several = float((n_values[several] == 1).mean())
            share = share if key == "item" and name in ("title", "year", "genres") else share_of_several
        return Consistency(share, int(several.sum()), len(np.unique(self.of_value)))

    def commonest(self) -> pd.Series[Any]:
        """See :class:`FactSource`."""
        rank = np.empty(len(self.values), np.int64)
        texts = [str(value) for value in self.values]
        rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
        order = np.lexsort((rank[self.of_value], -self.counts, self.of_key))
        first = order[np.flatnonzero(np.diff(self.of_key[order], prepend=-1))]
        values = np.asarray(self.values, object)[self.of_value[first]]
        return pd.Series(values, index=pd.Index(self.keys)[self.of_key[first]], dtype=object)


class RowsOfLog:
    """A :class:`FactSource` of a log that is in memory."""

    def __init__(self, log: pd.DataFrame) -> None:
        self.log, self.columns = log, log.columns.tolist()

    def consistency(self, key: Key, name: str) -> Consistency:
        """Of all rows."""
        return KeyValues.of_rows(self.log[key], self.log[name]).consistency(key, name)

    def commonest(self, key: Key, name: str) -> pd.Series[Any]:
        """Of all rows."""
        return KeyValues.of_rows(self.log[key], self.log[name]).commonest()


def facts_of_rows(
    log: FactSource, facts: Sequence[str], others: Sequence[str], keys: Sequence[Key], note: Callable[[str], None]
) -> RowFacts:
    """For each item and each user, the facts that most of its rows agree on.

    Args:
        log: a log with columns item and user.
        facts: the names of columns that are about items: title, year and genres.
        others: the names of columns that may be about anything.
        keys: "item" and "user", as far as no other table has facts about them.
        note: called with a sentence about each of ``facts`` that is left out.
    """
    columns: dict[Key, dict[str, pd.Series[Any]]] = {"item": {}, "user": {}}
    left_out: dict[str, str] = {}
    names = list(log.columns)
    for name in facts:
        if names.count(name) != 1 or "item" not in keys:
            continue
        share = log.consistency("item", name).share
        if share is None:
            continue
        if share < _MIN_CONSISTENT:
            note(f"the column of {name}s in the ratings is left out: it differs between ratings of one item")
            continue
        columns["item"][name] = log.commonest("item", name)
    for name in others:
        if names.count(name) != 1:
            continue
        key, left_out[name] = key_of_column(log, name)
        if key is None:
            continue
        if key in keys:
            columns[key][name] = log.commonest(key, name)
            del left_out[name]
        else:
            left_out[name] = f"left out: another table is about {key}s"
    return RowFacts(_table("item", columns["item"]), _table("user", columns["user"]), left_out)


def _table(key: Key, columns: Mapping[str, pd.Series[Any]]) -> pd.DataFrame | None:
    return pd.DataFrame(columns).rename_axis(key).reset_index() if columns else None


def reasons_to_leave_out(sample: pd.DataFrame, roles: Roles) -> dict[str, str]:
    """The columns without a role that are about neither items nor users in the first rows of a table, and why."""
    log = RowsOfLog(sample.rename(columns={roles["item"]: "item", roles["user"]: "user"}))
    taken = {"item", "user", "rating", "timestamp", "title", "year", "genres"}
    reasons = {}
    for name in roles.others:
        if name in taken or log.columns.count(name) != 1:
            reasons[name] = f"left out: another column is the {name}"
            continue
        key, reason = key_of_column(log, name)
        if key is None and reason in (_DIFFERS, _UNKNOWN) and "timestamp" not in roles and _is_named_time(name):
            reasons[name] = f"left out: {_example(log.log[name])} cannot be read as a time ({_TIMES})"
        elif key is None and reason != _UNKNOWN:
            reasons[name] = reason
    return reasons


def _is_named_time(name: str) -> bool:
    return any(match.role == "timestamp" and match.rank < WEAK for match in matches_of_name(name))


def _example(cells: pd.Series[Any]) -> str:
    """The first cell that is not blank, shortened."""
    text = next(text for text in map(str, plain(cells).dropna()) if text.strip() not in _BLANK)
    return repr(text if len(text) <= _MAX_EXAMPLE else f"{text[:_MAX_EXAMPLE]}...")


_UNKNOWN = "left out: too few items or users have several rows to tell what it is about"
_DIFFERS = "left out: it differs between the rows of one item, and of one user"
_TIMES = "write 2012-01-31 14:21:25, or seconds since 1970"


def key_of_column(log: FactSource, name: str) -> tuple[Key | None, str]:
    """Whether a column is about items or about users; or None, and why it is left out."""
    shares: dict[Key, float] = {}
    for key in ("item", "user"):
        share, n_repeated, n_values = log.consistency(key, name)
        if share is None:
            return None, "left out: empty"
        if n_values == 1:
            return None, "left out: the same in all rows"
        if n_repeated >= _MIN_REPEATED:
            shares[key] = share
    if not shares:
        return None, _UNKNOWN
    best = max(shares, key=lambda key: shares[key])  # of equals the item
    if shares[best] < _MIN_CONSISTENT:
        return None, _DIFFERS
    return best, ""
