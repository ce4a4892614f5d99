"""What workers do with one part of a log: read it, clean it, and divide its ratings by their users."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.cleaning import clean_ratings
from recsys.data.columns import RowError, plain
from recsys.data.duplicates import Rule, merge_duplicates
from recsys.data.frames import ratings_in_32_bits
from recsys.data.id_cells import is_blank
from recsys.data.input_table import InputTable
from recsys.data.rating_values import BLANK
from recsys.data.readers.cells import joined, series
from recsys.data.readers.formats import open_table
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable
from recsys.data.roles import SAMPLE_ROWS, Roles
from recsys.data.row_counts import RowCounts
from recsys.data.row_facts import Consistency, Key, KeyValues
from recsys.data.sorting import order_by
from recsys.data.times import iso_times, timestamps, units_per_second
from recsys.distributed.log_meanings import LogMeanings
from recsys.distributed.sources import Part, open_part
from recsys.distributed.vocabulary import Vocabulary, encode
from recsys.errors import DataError

KEYS: tuple[Key, ...] = ("user", "item")
RATING_COLUMNS: tuple[Role, ...] = ("user", "item", "rating", "timestamp")
Columns = dict[str, Any]
"""user, item, rating and timestamp (or None) of the same rows, by name."""


@dataclass(frozen=True)
class LogLayout:
    """What the parts of a log have in common.

    Attributes:
        first: the name of the part that was looked at.
        columns: the names that every part has, in any order.
        roles: of the columns that are read, with those that may say something of items and users.
        lenient: rows that cannot be read are skipped.
    """

    first: str
    columns: tuple[str, ...]
    roles: Roles
    lenient: bool


@dataclass(frozen=True)
class TimeSummary:
    """The times of one part.

    Attributes:
        kind: "whole", "float", "datetime", "ISO" or "ISO with zones"; "cells" of text that is something else, or
            where another part has such; "none" where none is known.
        per_second: units of a second that hold them all; the oldest and the middle are in such.
        n: how many there are.
        oldest: of them.
        middle: of them.
    """

    kind: str
    per_second: int = 1
    n: int = 0
    oldest: int = 0
    middle: float = 0


@dataclass(frozen=True, eq=False)
class LogPart:
    """The columns of one part, which stay on a worker.

    Attributes:
        part: where it is.
        frame: the columns with their own names; those of ids are positions in ``vocabularies``.
        vocabularies: of ids, of ratings, and of times that are cells of text.
        kinds: by name of a column, the kind of the dtype of what was read; none without a row.
        examples: by name of a column, its first cell that is not blank.
        skipped: rows that cannot be read.
        warning: about the end of the file.
        times: None without a column or a row.
    """

    part: Part
    frame: pd.DataFrame
    vocabularies: Mapping[Role, Vocabulary] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    skipped: Skipped = field(default_factory=Skipped)
    warning: str | None = None
    times: TimeSummary | None = None


@dataclass(frozen=True)
class PartSummary:
    """What the process of the build needs to know of a part."""

    n_rows: int
    kinds: Mapping[str, str]
    examples: Mapping[str, Any]
    skipped: Skipped
    warning: str | None
    times: TimeSummary | None


def read_part(part: Part, layout: LogLayout, texts: Collection[str]) -> LogPart:
    """Read a part.

    Args:
        part: where it is.
        layout: of the log.
        texts: columns whose cells are read as they are written, because in another part they are no numbers.

    Raises:
        DataError: it cannot be read, or has other columns.
    """
    roles = layout.roles
    try:
        table = _open(part)
    except NoRowsError:
        return LogPart(part, pd.DataFrame())
    if set(table.columns) != set(layout.columns):
        raise DataError(
            f"{part.name} has the columns {', '.join(table.columns)}, and {layout.first} has "
            f"{', '.join(layout.columns)} (expected the same columns in all parts of a log)"
        )
    names = [*roles.names, *roles.others]
    frame, skipped = table.read(names, layout.lenient, ids=[roles["user"], roles["item"], *texts])
    kinds = {name: plain(frame[name]).dtype.kind for name in names if len(frame)}
    examples = {name: cell for name in names for cell in _first_known(frame[name])}
    vocabularies: dict[Role, Vocabulary] = {}
    times = None
    for key in KEYS:
        frame[roles[key]], vocabularies[key] = encode(frame[roles[key]])
    if "rating" in roles:
        vocabularies["rating"] = encode(frame[roles["rating"]])[1]
    if "timestamp" in roles and len(frame):
        name = roles["timestamp"]
        frame[name], times = _summarise(frame[name], name in texts)
        if times.kind == "cells":
            vocabularies["timestamp"] = encode(frame[name])[1]
    return LogPart(part, frame, vocabularies, kinds, examples, skipped, table.source.warning(), times)


def _first_known(column: pd.Series[Any]) -> list[Any]:
    """The first cell that is not blank, if it is among the first rows."""
    cells = column.head(SAMPLE_ROWS)
    return cells[~is_blank(cells)].head(1).tolist()


def _open(part: Part) -> SourceTable:
    return open_table(part.name, partial(open_part, part))


def _summarise(cells: pd.Series[Any], is_text: bool) -> tuple[pd.Series[Any], TimeSummary]:
    """A column of times, as datetimes where it has ISO's text alone; and what they are."""
    values = plain(cells)
    is_known = ~is_blank(values, BLANK)
    if not is_known.any():
        return values, TimeSummary("none")
    kind = "cells" if is_text else _KINDS.get(values.dtype.kind, "cells")
    if kind == "cells" and not is_text:
        codes, unique = pd.factorize(values.where(is_known, None))
        iso = iso_times(series(np.asarray(unique, object)))
        if iso is not None:
            times, has_zone = iso
            values = series(np.append(times, np.datetime64("NaT"))[codes])
            kind = "ISO with zones" if has_zone else "ISO"
    if kind == "cells":
        return values, TimeSummary(kind)
    known = values[is_known].reset_index(drop=True)
    per_second = units_per_second(known)
    numbers = timestamps(known, per_second)
    return values, TimeSummary(kind, per_second, len(numbers), int(numbers.min()), float(np.median(numbers)))


_KINDS = {"i": "whole", "u": "whole", "f": "float", "M": "datetime"}


def summary(part: LogPart) -> PartSummary:
    """Of a part that was read."""
    return PartSummary(len(part.frame), part.kinds, part.examples, part.skipped, part.warning, part.times)


def vocabulary(part: LogPart, role: Role) -> Vocabulary:
    """The different cells of one of its columns."""
    return part.vocabularies.get(role, Vocabulary(np.empty(0, object), np.zeros(0, np.int64)))


def place_of_cell(part: LogPart, layout: LogLayout, role: Role, value: Any) -> str | None:
    """Where a cell of a part is first; None where it is not there."""
    if not len(part.frame):
        return None
    cells = part.frame[layout.roles[role]]
    if role in ("user", "item"):
        rows = np.flatnonzero(cells.to_numpy() == part.vocabularies[role].positions(np.array([value], object))[0])
    else:
        rows = np.flatnonzero((cells == value).to_numpy())
    return _open(part.part).locate(int(rows[0])) if len(rows) else None


@dataclass(frozen=True, eq=False)
class CleanPart:
    """The ratings of one part, which stay on a worker.

    Attributes:
        columns: those of users and items are positions among the ids of all parts.
        facts: further columns.
        counts: rows that are none or lack something.
    """

    columns: Columns
    facts: pd.DataFrame
    counts: RowCounts

    @property
    def n_rows(self) -> int:
        """Number of ratings."""
        return len(self.columns["user"])


def clean_part(
    part: LogPart, layout: LogLayout, meanings: LogMeanings, users: Vocabulary, items: Vocabulary
) -> CleanPart:
    """The rows of a part that are ratings.

    Args:
        part: as it was read.
        layout: of the log.
        meanings: of all cells.
        users: the ids of all parts.
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
    table = InputTable(part.part.name, "", frame, layout.roles, partial(_locate, part.part))
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


def _locate(part: Part, row: int) -> str:
    return _open(part).locate(row)


@dataclass(frozen=True)
class CleanSummary:
    """What the process of the build needs to know of the ratings of a part, or of several.

    Attributes:
        n_rows: how many there are.
        counts: rows that are none or lack something.
        times: the oldest and the newest; () without times.
    """

    n_rows: int = 0
    counts: RowCounts = field(default_factory=RowCounts)
    times: tuple[int, ...] = ()

    def plus(self, other: CleanSummary) -> CleanSummary:
        """Those of both."""
        times = sorted(self.times + other.times)
        return CleanSummary(
            self.n_rows + other.n_rows, self.counts.plus(other.counts), (times[0], times[-1]) if times else ()
        )


def summary_of_clean(part: CleanPart) -> CleanSummary:
    """Of a part that is clean."""
    times = part.columns["timestamp"]
    bounds = () if times is None or not len(times) else (int(times.min()), int(times.max()))
    return CleanSummary(part.n_rows, part.counts, bounds)


def occurrences(part: CleanPart, name: str, n: int) -> NDArray[np.int64]:
    """How often each of n users or items is in a part, (n,)."""
    return np.bincount(part.columns[name], minlength=n)


def values_of_keys(part: CleanPart, key: Key, name: str) -> KeyValues:
    """How often a part has each value of a further column with each user or item."""
    cells = part.facts[name] if name in part.facts else pd.Series([], dtype=object)
    return KeyValues.of_rows(pd.Series(part.columns[key]), cells)


def join_key_values(*parts: KeyValues) -> KeyValues:
    """The same of several parts."""
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
    """The same with ids for keys, in the place of their positions; two positions may have one id."""
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
    """The ratings of each of several ranges of users.

    Args:
        part: whose users and items are positions among all ids.
        users: (m,), the index of each.
        items: likewise.
        starts: (n_ranges,), ascending from 0: the first index of each.
    """
    user: NDArray[np.int32] = users[part.columns["user"]]
    columns = part.columns | {"user": user, "item": items[part.columns["item"]]}
    range_of = (np.searchsorted(starts, user, side="right") - 1).astype(np.uint16)  # whose sort is by radix
    order = np.argsort(range_of, kind="stable")
    bounds = np.searchsorted(range_of[order], np.arange(len(starts) + 1)).tolist()
    return [
        {name: None if values is None else values[order[begin:end]] for name, values in columns.items()}
        for begin, end in pairwise(bounds)
    ]


def chosen(pieces: list[Columns], number: int) -> Columns:
    """One of several."""
    return pieces[number]


def join_users(rule: Rule | None, n_items: int, *pieces: Columns) -> tuple[Columns, int]:
    """All ratings of some users, ascending by user and item, each pair once; and how many were merged into others.

    Args:
        rule: which rating a repeated pair has; None to leave all of them.
        n_items: in the catalogue.
        pieces: of all parts.
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
