"""Tasks of workers that read a part of a log, with the distinct cells of its columns and how often each occurs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from recsys.config import Role
from recsys.data.columns import plain
from recsys.data.id_cells import is_blank
from recsys.data.rating_values import BLANK
from recsys.data.readers.cells import series
from recsys.data.readers.formats import open_table
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable
from recsys.data.roles import SAMPLE_ROWS, Roles
from recsys.data.row_facts import Key
from recsys.data.times import iso_times, timestamps, units_per_second
from recsys.distributed.log_meanings import TimeSummary
from recsys.distributed.sources import Part, open_part
from recsys.distributed.vocabulary import Vocabulary, encode
from recsys.errors import DataError

KEYS: tuple[Key, ...] = ("user", "item")
RATING_COLUMNS: tuple[Role, ...] = ("user", "item", "rating", "timestamp")


@dataclass(frozen=True)
class LogLayout:
    """What the parts of a log have in common.

    Attributes:
        first: the name of the part that the layout was found from.
        columns: the names of the columns that every part has, in any order.
        roles: of the columns that are read, with further ones that may describe items and users.
        lenient: rows that cannot be read are skipped.
    """

    first: str
    columns: tuple[str, ...]
    roles: Roles
    lenient: bool


@dataclass(frozen=True, eq=False)
class LogPart:
    """The columns of one part, which stay on a worker.

    Attributes:
        part: where it is.
        frame: the columns under their own names; ids are positions in ``vocabularies``.
        vocabularies: of ids, of ratings, and of times if they are text.
        kinds: by name of a column, the kind of the dtype that was read; empty if there are no rows.
        examples: by name of a column, its first cell that is not blank.
        skipped: rows that cannot be read.
        warning: about the end of the file.
        times: None if there is no column of times, or no row.
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
        texts: columns whose cells are read as text, because in another part they are not numbers.

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
    """The first cell that is not blank, if there is one in the first rows, as a list of at most one."""
    cells = column.head(SAMPLE_ROWS)
    return cells[~is_blank(cells)].head(1).tolist()


def _open(part: Part) -> SourceTable:
    return open_table(part.name, partial(open_part, part))


def _summarise(cells: pd.Series[Any], is_text: bool) -> tuple[pd.Series[Any], TimeSummary]:
    """A column of times, converted to datetimes if it is all ISO text; and a summary of them."""
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
    """The summary of a part that was read."""
    return PartSummary(len(part.frame), part.kinds, part.examples, part.skipped, part.warning, part.times)


def vocabulary(part: LogPart, role: Role) -> Vocabulary:
    """The distinct cells of one of its columns."""
    return part.vocabularies.get(role, Vocabulary(np.empty(0, object), np.zeros(0, np.int64)))


def place_of_cell(part: LogPart, layout: LogLayout, role: Role, value: Any) -> str | None:
    """Where a cell occurs first in a part; None if it does not."""
    if not len(part.frame):
        return None
    cells = part.frame[layout.roles[role]]
    if role in ("user", "item"):
        rows = np.flatnonzero(cells.to_numpy() == part.vocabularies[role].positions(np.array([value], object))[0])
    else:
        rows = np.flatnonzero((cells == value).to_numpy())
    return locate(part.part, int(rows[0])) if len(rows) else None


def locate(part: Part, row: int) -> str:
    """Where a row of a part is: its name and the line."""
    return _open(part).locate(row)
