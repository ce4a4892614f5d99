"""Decide whether the first row of a table has the names of its columns, and make these names distinct."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recsys.data.column_names import WEAK, matches_of_name, says_something, words_of
from recsys.data.readers.cells import is_plain_number
from recsys.text import without_controls

_MIN_SHARE = 0.9
"""The share of the cells of a column that must have a property for the lack of it in the first cell to count."""
_MIN_NUMBERS = 5
"""If at least so many columns are called after numbers, the numbers are names."""
_MAX_WORDS = 4
"""A name with more words is a text."""
_MAX_NAME = 200
"""Names are cut after so many characters."""


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns of the others.

    Args:
        first: its cells, without spaces around them.
        rows: the cells of the rows after it; possibly none.
    """
    if not any(first):
        return False
    numbers = [name for name in first[1:] if is_plain_number(name)]
    if len(numbers) >= _MIN_NUMBERS and len(set(numbers)) == len(first) - 1 and not is_plain_number(first[0]):
        return _is_known(first[0]) or not first[0]  # a column for each item, whose name is the id
    if any(map(is_plain_number, first)):
        return False
    columns = [[row[index] for row in rows if index < len(row) and row[index]] for index in range(len(first))]
    n_known = sum(_is_known(name) and name not in cells for name, cells in zip(first, columns, strict=True))
    if n_known >= 2 or n_known == len([name for name in first if name]):
        return True
    if any(name and name in cells for name, cells in zip(first, columns, strict=True)):
        return False  # a value of the column
    votes = 0  # of columns of cells with digits: 1 if the first cell has none, -1 if it does
    for name, cells in zip(first, columns, strict=True):
        if cells and sum(map(_has_digit, cells)) >= _MIN_SHARE * len(cells):
            votes += -1 if _has_digit(name) else 1 if name else 0
    if votes:
        return votes > 0
    return n_known > 0 or any(_repeats(name, cells) for name, cells in zip(first, columns, strict=True))


def column_names(header: Sequence[str], rows: Sequence[Sequence[str]], n_fields: int) -> tuple[str, ...]:
    """Distinct names of the columns: those of the header, or ``column 3`` for a column without a name.

    Args:
        header: the cells of the header; empty if there is none.
        rows: the cells of the first rows.
        n_fields: the number of fields that most rows have.
    """
    names = list(header)
    if header and len(names) == n_fields - 1:
        is_trailing = not any(row[n_fields - 1] for row in rows if len(row) == n_fields)
        names = [*names, ""] if is_trailing else ["", *names]  # R does not name the column of its row numbers
    while header and len(names) > n_fields and not names[-1]:
        names.pop()
    if not header:
        names = [""] * n_fields
    return distinct_names(names)


def distinct_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names made distinct, on a single line and without control characters: ``rating (2)``; ``column 3`` if blank."""
    counts: dict[str, int] = {}
    distinct: dict[str, None] = {}
    for position, name in enumerate(names, 1):
        label = base = " ".join(without_controls(name).split())[:_MAX_NAME] or f"column {position}"
        while label in distinct:
            counts[base] = counts.get(base, 1) + 1
            label = f"{base} ({counts[base]})"
        distinct[label] = None
    return tuple(distinct)


def _is_known(name: str) -> bool:
    is_short = says_something(name) and len(words_of(name)) <= _MAX_WORDS and len(name) <= _MAX_NAME
    return is_short and any(match.rank < WEAK for match in matches_of_name(name))


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _repeats(name: str, cells: Sequence[str]) -> bool:
    """Whether nearly all cells of a column recur in it, unlike its name."""
    if not name or len(cells) < 5:
        return False
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell] = counts.get(cell, 0) + 1
    return sum(count for count in counts.values() if count > 1) >= _MIN_SHARE * len(cells)
