"""Whether the first row of a table has the names of its columns: told by what is in it, not by the file's name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recsys.data.column_names import WEAK, matches_of_name, says_something, words_of
from recsys.data.readers.cells import is_plain_number
from recsys.text import without_controls

_MOST = 0.9
"""Share of a column's cells that have what its first cell has not."""
_MIN_NUMBERS = 5
"""Names of columns that are numbers, from which on they are names."""
_MAX_WORDS = 4
"""A name of more words is a text."""
_MAX_NAME = 200
"""Characters of a name that are kept."""


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
        return _is_known(first[0]) or not first[0]  # a column for each item, called after its id
    if any(map(is_plain_number, first)):
        return False
    columns = [[row[index] for row in rows if index < len(row) and row[index]] for index in range(len(first))]
    n_known = sum(_is_known(name) and name not in cells for name, cells in zip(first, columns, strict=True))
    if n_known >= 2 or n_known == len([name for name in first if name]):
        return True
    if any(name and name in cells for name, cells in zip(first, columns, strict=True)):
        return False  # a value of the column
    votes = 0  # of columns whose cells have digits, and whose first cell has none
    for name, cells in zip(first, columns, strict=True):
        if cells and sum(map(_has_digit, cells)) >= _MOST * len(cells):
            votes += -1 if _has_digit(name) else 1 if name else 0
    if votes:
        return votes > 0
    return n_known > 0 or any(_repeats(name, cells) for name, cells in zip(first, columns, strict=True))


def column_names(header: Sequence[str], rows: Sequence[Sequence[str]], n_fields: int) -> tuple[str, ...]:
    """Names for the columns, each once: those of the header, ``column 3`` where it has none.

    Args:
        header: its cells; empty where there is no header.
        rows: the cells of the first rows.
        n_fields: that most rows have.
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
    """Names in one line, each once and without control characters: ``rating (2)``, and ``column 3`` for none."""
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
    """Whether nearly all cells of a column occur again in it, other than the name."""
    if not name or len(cells) < 5:
        return False
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell] = counts.get(cell, 0) + 1
    return sum(count for count in counts.values() if count > 1) >= _MOST * len(cells)
