"""Convert columns of texts or of lists of texts to flags: genres of items, and what users have in common."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import as_text, cell_types, is_number, plain, refuse_surrogates
from recsys.errors import DataError

MAX_CATEGORIES = 50
"""Features that one column of users or items may become: its commonest values. The others share one feature."""
MAX_GENRES = 200
"""Genres that are kept, the commonest; more are tags, and a flag for each would fill the memory and the pages.

How many hardly matters to the deep model: of CiteULike's 29,374 tags 1, 50, 200 or 500 give an nDCG of .083, .082,
.082 and .082 on its validation split.
"""
MIN_COVERED = 0.1
"""The share of users or items whose value is among the commonest, below which a column is left out."""
MIN_IDENTIFYING, MAX_UNIQUE = 20, 0.9
"""A column with more values than the one, and more values a row than the other, names rows: it is left out."""
_UNKNOWN = frozenset({"unknown"})
"""What a file has in place of a category that is not known, in lower case."""
_LIST_SEPARATORS = ("|", ";", ", ")
_MIN_LISTS = 0.2
"""Share of the cells that hold a separator where a column has lists."""
_MAX_PART = 60
"""Characters of a value in a list; longer ones are parts of sentences."""

_LITERAL = re.compile(r"""\s*(\[.*\]|[({]\s*['"].*[)}]|\(\)|set\(\))?\s*""", re.DOTALL)
"""Text of a list, tuple or set of texts, or blank text; "(no genres listed)" is neither."""
_QUOTED_BEFORE_QUOTE = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?=\s*['"])""", re.DOTALL)
"""A text in quotes with no comma before the next one."""
_LISTS = (list, tuple, set, frozenset, np.ndarray, pd.Series)


def known_categories(names: Iterable[str]) -> list[str]:
    """The names without those that say that a category is not known."""
    return [name for name in names if name.lower() not in _UNKNOWN]


def genre_flags(
    column: pd.Series[Any],
    index: NDArray[np.integer[Any]],
    n_items: int,
    note: Callable[[str], None],
    name: str = "genres",
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Genres as a boolean matrix (n_items, n_genres), and their names in alphabetical order.

    Args:
        column: lists, or text that :func:`split_lists` splits; a missing value is no genre.
        index: the item of each row.
        n_items: rows of the matrix.
        note: is called with a sentence if there are so many that some are left out.
        name: what they are called there.

    Raises:
        DataError: a cell is neither.
    """
    lists = split_lists("genres", column)
    counts = Counter(name for genres in lists for name in set(genres))
    names = sorted(_commonest(counts, MAX_GENRES) if len(counts) > MAX_GENRES else counts)
    if len(names) < len(counts):
        note(f"items have {len(counts):,} {name}; the {len(names)} most frequent are used")
    refuse_surrogates("genre", np.array(names, object))
    column_of = {name: position for position, name in enumerate(names)}
    flags = np.zeros((n_items, len(names)), bool)
    for row, genres in zip(index, lists, strict=True):
        flags[row, [column_of[name] for name in genres if name in column_of]] = True
    return flags, tuple(names)


def split_lists(name: str, column: pd.Series[Any]) -> list[list[str]]:
    """The texts in each cell, without those that are blank: of a list, its members; of text, its parts.

    One separator holds for the whole column: ``|`` where a cell has one, else ``;`` or ``,``, unless they seem to
    belong to the names: every cell with one has "&" or "and" too ("Action, Adventure & Co"), and no part of such a
    cell stands in another. Text such as "['Drama', 'War']" in every cell is lists too, as files have it where lists,
    tuples, sets or numpy arrays ("['Drama' 'War']") were written to them.

    Raises:
        DataError: a cell is neither a list, text nor a number, or a list holds another list.
    """
    cells = list(plain(column).astype(object))
    is_list = [isinstance(cell, _LISTS) for cell in cells]
    known = [cell for cell, listed in zip(cells, is_list, strict=True) if not listed and not _is_missing(cell)]
    texts = {as_text(cell) for cell in known}
    is_literal = bool(texts) and all(map(_LITERAL.fullmatch, texts))
    separator = None if is_literal else _separator(texts)
    lists = []
    for row, (cell, listed) in enumerate(zip(cells, is_list, strict=True)):
        if not listed and not _is_missing(cell) and not (isinstance(cell, str) or is_number(type(cell))):
            raise _odd_cell(name, cell, row)
        if _is_missing(cell):
            members: Collection[Any] = ()
        elif listed:
            members = np.asarray(cell, object).tolist() if isinstance(cell, _LISTS[-2:]) else cell
        elif is_literal:
            members = _parse_literal(name, str(cell), row)
        else:
            members = as_text(cell).split(separator) if separator else [as_text(cell)]
        lists.append(_members(name, members, cell, row))
    return lists


def _members(name: str, members: Collection[Any], cell: Any, row: int) -> list[str]:
    known = [member for member in members if not _is_missing(member)]
    if any(not isinstance(member, str) and not is_number(type(member)) for member in known):
        raise _odd_cell(name, cell, row)
    texts = [as_text(member).strip() for member in known]
    texts = sorted(texts) if isinstance(members, (set, frozenset)) else texts  # the order of sets is not fixed
    return [text for text in texts if text]


def _odd_cell(name: str, cell: Any, row: int) -> DataError:
    shown = repr(cell) if len(repr(cell)) <= 80 else f"{repr(cell)[:77]}..."
    return DataError(f"{name} {shown} in row {row} is neither text nor a list of texts; expected 'A|B' or ['A', 'B']")


def _parse_literal(name: str, text: str, row: int) -> Collection[Any]:
    """The list that a text such as "['Drama', 'War']" says; blank text says none."""
    text = _QUOTED_BEFORE_QUOTE.sub(r"\1,", text.strip())  # Python would join "'Drama' 'War'" to one word
    try:
        value = ast.literal_eval(text or "[]")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise _odd_cell(name, text, row) from None
    if not isinstance(value, (list, tuple, set)):
        raise _odd_cell(name, text, row)
    return value


def _separator(texts: Collection[str]) -> str | None:
    """What separates the names in the cells of a column; None where nothing does."""
    if any("|" in text for text in texts):
        return "|"
    for separator in (";", ","):
        joined = [text for text in texts if separator in text]
        parts = Counter(part for text in texts for part in {part.strip() for part in text.split(separator)} if part)
        is_name = all("&" in text or re.search(r"\band\b", text) for text in joined)
        recurs = any(parts[part.strip()] > 1 for text in joined for part in text.split(separator))
        if joined and (recurs or not is_name):
            return separator
    return None


def _is_missing(cell: Any) -> bool:
    return cell is None or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))


def _commonest(counts: Counter[str], n: int) -> list[str]:
    """At most ``n`` values that at least two have; of equally common ones the first in code point order."""
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return [value for value in ordered[:n] if counts[value] > 1]


def category_flags(
    name: str, lists: Sequence[Sequence[str] | None], kind: str
) -> tuple[list[tuple[str, NDArray[np.float64]]], str]:
    """A column of 0 and 1 for each value, one for all rare values together, and one for missing values.

    A column with more than :data:`MAX_CATEGORIES` values keeps the commonest; one that identifies users or items
    rather than telling what they share is left out.

    Args:
        name: of the column.
        lists: the values of each user or item; None where they are missing.
        kind: users or items.

    Returns:
        The columns with their labels, and what was left out of them, in words that go on after the name of the
        column; "" where nothing was.
    """
    counts = Counter(value for values in lists if values is not None for value in set(values))
    n_known = sum(values is not None for values in lists)
    if not n_known:
        return [], ""
    chosen = sorted(counts)
    if len(counts) > MAX_CATEGORIES:
        chosen = sorted(_commonest(counts, MAX_CATEGORIES))
    known = set(chosen)
    covered = sum(values is not None and not known.isdisjoint(values) for values in lists)
    is_identifying = len(counts) > MIN_IDENTIFYING and len(counts) > MAX_UNIQUE * n_known
    if is_identifying or covered < MIN_COVERED * n_known:
        if is_identifying:
            n_values = f"{len(counts):,} different values among {n_known:,} {kind}"
            return [], f"is left out: {n_values} identify {kind} rather than describe them"
        few = f"few {kind} have one of the {len(chosen)} most frequent of its {len(counts):,} values"
        return [], f"is left out: {few} ({covered:,} of {n_known:,})"
    position = {value: column for column, value in enumerate(chosen)}
    flags = np.zeros((len(lists), len(chosen) + 2))  # and two columns for other and for missing values
    for row, values in enumerate(lists):
        flags[row, [-1] if values is None else [position.get(value, -2) for value in values]] = 1
    labels = [*(f"{name}={value}" for value in chosen), f"{name} is another", f"{name} is missing"]
    cut = ""
    if len(chosen) < len(counts):
        cut = f"has {len(counts):,} values; the {len(chosen)} most frequent are features, and the others share one"
    columns = [(label, column) for label, column in zip(labels, flags.T, strict=True)
               if column.any() or label.startswith(f"{name}=")]  # fmt: skip
    return columns, cut


def split_texts(cells: Sequence[Sequence[str] | None]) -> list[list[str] | None] | None:
    """Each cell's text split at the separator of the column, ``|``, ``;`` or ``, ``; None where there is none.

    A column has one if a fifth of its cells do, and, unless it is ``|``, what it separates recurs.
    """
    texts = [cell[0] for cell in cells if cell is not None and len(cell) == 1]
    if not texts or len(texts) < sum(cell is not None for cell in cells):
        return None
    for separator in _LIST_SEPARATORS:
        joined = [text for text in texts if separator in text]
        if len(joined) < _MIN_LISTS * len(texts):
            continue
        parts = Counter(part for text in texts for part in _parts(text, separator))
        recurs = separator == "|" or sum(parts.values()) >= 2 * len(parts)  # a pipe is hardly ever part of a name
        if parts and recurs and max(map(len, parts)) <= _MAX_PART:
            return [None if cell is None else _parts(cell[0], separator) for cell in cells]
    return None


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def texts_of_cells(name: str, column: pd.Series[Any]) -> list[list[str] | None]:
    """The values in each cell of a column of objects; None where they are missing.

    Raises:
        DataError: a cell is of a kind that is no category.
    """
    values = column.astype(object)
    types = cell_types(values)
    is_literal = types == {str} and all(_LITERAL.fullmatch(value) for value in values if not _is_missing(value))
    if is_literal or any(issubclass(type_, _LISTS) for type_ in types):
        lists = split_lists(name, values)
        return [None if _is_missing(cell) else members for cell, members in zip(values, lists, strict=True)]
    for row, cell in enumerate(values):
        if not _is_missing(cell) and isinstance(cell, (dict, bytes, bytearray)):
            raise _odd_cell(name, cell, row)
    return [None if _is_missing(cell) else [as_text(cell)] for cell in values]
