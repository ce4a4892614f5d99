"""Join cells that were split at the semicolon of an HTML entity: "Angels &amp" and "Demons" are a single title.

This happens when a table with semicolons as separators and entities in its texts is converted without regard to
quotes. Such a row has as many cells as any other, because the cells that no longer fitted were cut off. All cells
after the split are one column too far to the right, which distinguishes the row from one with a text that ends in
"&amp".
"""

from __future__ import annotations

import re

import pandas as pd

from recsys.data.ids import written_ids
from recsys.data.readers.cells import joined, narrowed, series, typed_cells

_SPLIT = re.compile(r".*&(?:[A-Za-z]{2,8}|#[0-9]{1,6})", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_MIN_NUMBERS = 0.9
"""A column holds numbers if at least this share of its cells does."""


def join_split_entities(frame: pd.DataFrame, key: str) -> tuple[pd.DataFrame, int]:
    """The table with such cells joined, and the number of rows with such cells.

    Args:
        frame: a table, as :meth:`~recsys.data.readers.table.SourceTable.read` returns it.
        key: the column of ids, which is not changed.
    """
    text_columns = [name for name in frame.columns[:-1] if name != key and frame[name].dtype == object]
    suspects = sorted({row for name in text_columns for row, cell in enumerate(frame[name]) if _is_split(cell)})
    if not suspects:
        return frame, 0
    columns = [written_ids(frame[name].to_numpy()).copy() for name in frame.columns]
    numeric = [sum(map(_is_number, column)) >= _MIN_NUMBERS * len(column) for column in columns]
    n_joined = 0
    for row in suspects:
        cells = [column[row] for column in columns]
        better = _joined(cells, numeric, list(frame.columns).index(key))
        if better != cells:
            n_joined += 1
            for column, cell in zip(columns, better, strict=True):
                column[row] = cell
    if not n_joined:
        return frame, 0
    mended = {
        name: series(joined([narrowed(typed_cells(column, name == key, {}))]))
        for name, column in zip(frame.columns, columns, strict=True)
    }
    return pd.DataFrame(mended), n_joined


def _joined(cells: list[str], numeric: list[bool], key: int) -> list[str]:
    """The cells of a row, joined where they were split if more numbers are then in columns of numbers."""
    best, best_fit, cells = cells, _fit(cells, numeric), list(cells)
    position = 0
    while position < len(cells) - 1:
        if position == key or key == position + 1 or not _is_split(cells[position]):
            position += 1
            continue
        cells[position : position + 2] = [f"{cells[position]}; {cells[position + 1]}"]
        cells.append("")
        if _fit(cells, numeric) > best_fit:
            best, best_fit = list(cells), _fit(cells, numeric)
    return best


def _fit(cells: list[str], numeric: list[bool]) -> int:
    """How many cells are numbers in columns of numbers, or other texts in other columns."""
    return sum(_is_number(cell) == is_numeric for cell, is_numeric in zip(cells, numeric, strict=True))


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_split(cell: object) -> bool:
    return isinstance(cell, str) and "&" in cell and _SPLIT.fullmatch(cell) is not None
