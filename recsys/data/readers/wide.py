"""Read a table with a row for each user and a column for each item as a table with a row for each rating."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.column_names import How
from recsys.data.columns import as_text
from recsys.data.rating_values import BLANK
from recsys.data.readers.cells import text_array
from recsys.data.readers.table import Skipped, SourceTable
from recsys.data.roles import SAMPLE_ROWS, RoleColumn, Roles
from recsys.data.wide import WideLayout, find_wide_layout

_ITEM, _RATING, _USER = "(names of columns)", "(cells)", "(number of the row)"
"""Names of columns that the table itself does not have; no column of a file is called like this."""
_ZEROS = frozenset(["0", "0.0", "0,0"])


@dataclass(frozen=True)
class WideSource:
    """The ratings in the cells of a table: row by row, each row in the order of columns, without blank cells."""

    table: SourceTable
    layout: WideLayout
    columns: tuple[str, ...]
    """The columns of the table of ratings: user, item, rating, and other columns of the table itself."""

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`~recsys.data.readers.table.RowSource`."""
        names = [self.columns[position] for position in columns]
        n_before = 0
        for cells, of_row, filled in self._blocks([name for name in names if name in self.table.columns],
                                                  {self.columns[position] for position in ids}, skipped):  # fmt: skip
            rows, items = np.nonzero(filled)
            by_name: dict[str, NDArray[Any]] = {
                self.columns[1]: text_array(list(self.layout.items.values()))[items],
                _RATING: cells[rows, items],
                _USER: n_before + rows + 1,
            }
            n_before += len(filled)
            yield {position: by_name[name] if name in by_name else of_row[name][rows]
                   for position, name in zip(columns, names, strict=True)}  # fmt: skip

    def locate(self, row: int) -> str:
        """Where the row of a rating is in the file."""
        n_rows = n_ratings = 0
        for _, _, filled in self._blocks([], set(), Skipped()):
            counts = filled.sum(axis=1)
            if row < n_ratings + counts.sum():
                within = int(np.searchsorted(np.cumsum(counts), row - n_ratings, side="right"))
                return self.table.locate(n_rows + within)
            n_rows, n_ratings = n_rows + len(filled), n_ratings + int(counts.sum())
        return self.table.file

    def warning(self) -> str | None:
        """The warning of the table itself."""
        return self.table.source.warning()

    def _blocks(
        self, others: Sequence[str], ids: Collection[str], skipped: Skipped | None
    ) -> Iterator[tuple[NDArray[np.object_], dict[str, NDArray[Any]], NDArray[np.bool_]]]:
        """For each block of n rows: the cells as text (n, n_items), other columns, and which cells are ratings."""
        position = {name: index for index, name in enumerate(self.table.columns)}
        items = [position[name] for name in self.layout.items]
        wanted = [*items, *(position[name] for name in others)]
        texts = {*items, *(position[name] for name in others if name in ids)}
        for batch in self.table.source.batches(wanted, texts, skipped):
            cells = np.stack([_texts(batch[index]) for index in items], axis=1)
            blanks = BLANK | _ZEROS if self.layout.is_zero_blank else BLANK
            filled = np.array([[cell.casefold() not in blanks for cell in row] for row in cells], bool)
            yield cells, {name: batch[position[name]] for name in others}, filled.reshape(cells.shape)


def open_wide(table: SourceTable, named: Mapping[Role, str]) -> tuple[SourceTable, Roles, WideLayout] | None:
    """The ratings of a table with a row for each user, their roles, and the layout; None for other tables.

    Args:
        table: any table.
        named: the names of columns in the settings, by role.
    """
    layout = find_wide_layout(table.sample, table.has_header, named)
    if layout is None:
        return None
    item = layout.question if layout.question and layout.question not in table.columns else _ITEM
    user = layout.user or _USER
    by_role: dict[Role, tuple[str, How]] = {
        "user": (user, ("name" if layout.is_user_named else "contents") if layout.user else "layout"),
        "item": (item, "layout"),
        "rating": (_RATING, "layout"),
    }
    if layout.timestamp is not None:
        by_role["timestamp"] = (layout.timestamp, "name")
    columns = (user, item, _RATING, *filter(None, [layout.timestamp]), *layout.others)
    source = WideSource(table, layout, columns)
    sample = pd.DataFrame({
        columns[position]: pd.Series(values[:SAMPLE_ROWS])
        for position, values in next(source.batches(range(len(columns)), (), Skipped()), {}).items()
    })
    roles = Roles("ratings", {role: RoleColumn(name, role, how) for role, (name, how) in by_role.items()},
                  layout.others)  # fmt: skip
    description = f"{table.description}, a column for each of {len(layout.items)} items"
    return replace(table, columns=columns, sample=sample, source=source, description=description), roles, layout


def _texts(cells: NDArray[Any]) -> NDArray[np.object_]:
    """Cells as text, "" if blank."""
    return text_array(["" if cell is None or cell != cell else as_text(cell).strip() for cell in cells])
