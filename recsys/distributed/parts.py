"""What workers do with one part of a log: read it, clean it, and divide its ratings by their users."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
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
from recsys.data.readers.cells import series
from recsys.data.readers.formats import open_table
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable
from recsys.data.roles import Roles
from recsys.data.row_counts import RowCounts
from recsys.data.sorting import order_by
from recsys.data.times import iso_times, timestamps, units_per_second
from recsys.distributed.log_meanings import LogMeanings
from recsys.distributed.sources import Part, open_part
from recsys.distributed.vocabulary import Vocabulary, encode
from recsys.errors import DataError

Columns = dict[str, Any]
"""user, item, rating and timestamp (or None) of the same rows, by name."""


@dataclass(frozen=True)
class LogLayout:
    """What the parts of a log have in common.

    Attributes:
        first: the name of the part that was looked at.
        columns: the names that every part has, in any order.
        roles: of the columns that are read: user, item, rating and timestamp.
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
        per_second: units of a second that hold them all; the three below are in such.
        n: how many there are.
        oldest, newest, middle: of them.
        first: as it is written; None without any.
    """

    kind: str
    per_second: int = 1
    n: int = 0
    oldest: int = 0
    newest: int = 0
    middle: float = 0
    first: Any = None


@dataclass(frozen=True, eq=False)
class LogPart:
    """The columns of one part, which stay on a worker.

    Attributes:
        part: where it is.
        frame: a column for each role; those of ids are positions in ``vocabularies``.
        vocabularies: of ids, of ratings, and of times that are cells of text.
        kinds: by role, the kind of the dtype of what was read; none without a row.
        skipped: rows that cannot be read.
        warning: about the end of the file.
        times: None without a column or a row.
    """

    part: Part
    frame: pd.DataFrame
    vocabularies: Mapping[Role, Vocabulary] = field(default_factory=dict)
    kinds: Mapping[Role, str] = field(default_factory=dict)
    skipped: Skipped = field(default_factory=Skipped)
    warning: str | None = None
    times: TimeSummary | None = None


@dataclass(frozen=True)
class PartSummary:
    """What the process of the build needs to know of a part."""

    n_rows: int
    kinds: Mapping[Role, str]
    skipped: Skipped
    warning: str | None
    times: TimeSummary | None


def read_part(part: Part, layout: LogLayout, texts: Collection[Role]) -> LogPart:
    """Read a part.

    Args:
        part: where it is.
        layout: of the log.
        texts: roles whose cells are read as they are written, because in another part they are no numbers.

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
    ids = [roles["user"], roles["item"], *(roles[role] for role in texts)]
    cells, skipped = table.read(roles.names, layout.lenient, ids=ids)
    kinds = {role: plain(cells[column.name]).dtype.kind for role, column in roles.columns.items() if len(cells)}
    frame: dict[str, Any] = {}
    vocabularies: dict[Role, Vocabulary] = {}
    times = None
    for role, column in roles.columns.items():
        values = cells.pop(column.name)
        if role in ("user", "item"):
            frame[role], vocabularies[role] = encode(values)
            continue
        if role == "timestamp" and len(values):
            values, times = _summarise(values, "timestamp" in texts)
        frame[role] = values
        if role == "rating" or (times is not None and times.kind == "cells"):
            vocabularies[role] = encode(values)[1]
    return LogPart(part, pd.DataFrame(frame), vocabularies, kinds, skipped, table.source.warning(), times)


def _open(part: Part) -> SourceTable:
    return open_table(part.name, partial(open_part, part))


def _summarise(cells: pd.Series[Any], is_text: bool) -> tuple[pd.Series[Any], TimeSummary]:
    """A column of times, as datetimes where it has ISO's text alone; and what they are."""
    values = plain(cells)
    is_known = ~is_blank(values, BLANK)
    if not is_known.any():
        return values, TimeSummary("none")
    first = values[is_known].iloc[0]
    kind = "cells" if is_text else _KINDS.get(values.dtype.kind, "cells")
    if kind == "cells" and not is_text:
        codes, unique = pd.factorize(values.where(is_known, None))
        iso = iso_times(series(np.asarray(unique, object)))
        if iso is not None:
            times, has_zone = iso
            values = series(np.append(times, np.datetime64("NaT"))[codes])
            kind = "ISO with zones" if has_zone else "ISO"
    if kind == "cells":
        return values, TimeSummary(kind, first=first)
    known = values[is_known].reset_index(drop=True)
    per_second = units_per_second(known)
    numbers = timestamps(known, per_second)
    bounds = int(numbers.min()), int(numbers.max())
    return values, TimeSummary(kind, per_second, len(numbers), *bounds, float(np.median(numbers)), first)


_KINDS = {"i": "whole", "u": "whole", "f": "float", "M": "datetime"}


def summary(part: LogPart) -> PartSummary:
    """Of a part that was read."""
    return PartSummary(len(part.frame), part.kinds, part.skipped, part.warning, part.times)


def vocabulary(part: LogPart, role: Role) -> Vocabulary:
    """The different cells of one of its columns."""
    return part.vocabularies.get(role, Vocabulary(np.empty(0, object), np.zeros(0, np.int64)))


def place_of_cell(part: LogPart, role: Role, value: Any) -> str | None:
    """Where a cell of a part is first; None where it is not there."""
    if role not in part.frame:
        return None
    cells = part.frame[role]
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
        counts: rows that are none or lack something.
    """

    columns: Columns
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
        return CleanPart(dict.fromkeys(("user", "item", "rating", "timestamp")) | _no_ids(), RowCounts())
    frame = part.frame.copy(deep=False)
    for role, ids in (("user", users), ("item", items)):
        position = np.append(ids.positions(part.vocabularies[role].values), -1).astype(np.int32)  # type: ignore[index]
        frame[role] = position[part.frame[role].to_numpy()]
    frame = frame.rename(columns={role: column.name for role, column in layout.roles.columns.items()})
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
    return CleanPart(columns | {"rating": rating, "timestamp": time}, clean.counts)


def _no_ids() -> Columns:
    return {"user": np.zeros(0, np.int32), "item": np.zeros(0, np.int32)}


def _locate(part: Part, row: int) -> str:
    return _open(part).locate(row)


def counts_of_clean(part: CleanPart) -> tuple[int, RowCounts]:
    """The number of ratings, and of rows that are none or lack something."""
    return part.n_rows, part.counts


def occurrences(part: CleanPart, name: str, n: int) -> NDArray[np.int64]:
    """How often each of n users or items is in a part, (n,)."""
    return np.bincount(part.columns[name], minlength=n)


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
    range_of = np.searchsorted(starts, user, side="right") - 1
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
    n_merged = 0
    if rule is not None:
        columns, n_merged = merge_duplicates(columns, n_items, rule)
    order = order_by(columns["user"], columns["item"])
    return {name: None if values is None else values[order] for name, values in columns.items()}, n_merged
