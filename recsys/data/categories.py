"""Convert columns of texts, or of lists of texts, to flags: genres of items, and categories as features."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import as_text, cell_types, is_number, plain, refuse_surrogates
from recsys.errors import DataError

MAX_CATEGORIES = 50
"""How many values of a column become a feature each: the most frequent. All others share one feature."""
MAX_GENRES = 200
"""How many genres are used: the most frequent. More genres are tags, and flags for all would be too large.

How many hardly matters to the deep model: of CiteULike's 29,374 tags 1, 50, 200 or 500 give an nDCG of .083, .082,
.082 and .082 on its validation split.
"""
MIN_COVERED = 0.1
"""A column is left out if its most frequent values cover less than this share of the users or items."""
MIN_IDENTIFYING, MAX_UNIQUE = 20, 0.9
"""A column with more distinct values than the first, and more distinct values per row than the second, identifies
rows, and is left out."""
_UNKNOWN = frozenset({"unknown"})
"""Categories that mean "not known", in lower case."""
_LIST_SEPARATORS = ("|", ";", ", ")
_MIN_LISTS = 0.2
"""A column has lists if at least this share of its cells contains a separator."""
_MAX_PART = 60
"""The longest value in a list, in characters; longer parts are parts of sentences."""

_LITERAL = re.compile(r"""\s*(\[.*\]|[({]\s*['"].*[)}]|\(\)|set\(\))?\s*""", re.DOTALL)
"""Text of a list, tuple or set of texts, or blank text; "(no genres listed)" is neither."""
_QUOTED_BEFORE_QUOTE = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?=\s*['"])""", re.DOTALL)
"""A text in quotes that is not followed by a comma but by the next text in quotes."""
_LISTS = (list, tuple, set, frozenset, np.ndarray, pd.Series)


def known_categories(names: Iterable[str]) -> list[str]:
    """The names without those that mean "not known"."""
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
        column: lists, or text that :func:`split_lists` splits; a missing value means no genres.
        index: (n_rows,), the item of each row.
        n_items: the number of rows of the matrix.
        note: called with a sentence if there are so many genres that some are left out.
        name: what that sentence calls genres.

    Raises:
        DataError: a cell is neither a list nor text.
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
    """The members of each cell, without blanks: those of a list, or the parts of a text.

    All cells have the same separator: ``|`` if a cell contains it, else ``;`` or ``,``, unless that seems to belong
    to the names: every cell with it contains "&" or "and" too ("Action, Adventure & Co"), and no part of such a cell
    occurs in another cell. If every cell is a text such as "['Drama', 'War']", these are lists too: this is how
    programs write lists, tuples, sets or numpy arrays ("['Drama' 'War']") to a file. Of objects in a list, such as
    "[{'id': 18, 'name': 'Drama'}]" in exports of TMDB, the names are the members.

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
    named = [member["name"] if isinstance(member, Mapping) and "name" in member else member for member in members]
    known = [member for member in named if not _is_missing(member)]
    if any(not isinstance(member, str) and not is_number(type(member)) for member in known):
        raise _odd_cell(name, cell, row)
    texts = [as_text(member).strip() for member in known]
    texts = sorted(texts) if isinstance(members, (set, frozenset)) else texts  # the order of sets is not fixed
    return [text for text in texts if text]


def _odd_cell(name: str, cell: Any, row: int) -> DataError:
    shown = repr(cell) if len(repr(cell)) <= 80 else f"{repr(cell)[:77]}..."
    return DataError(f"{name} {shown} in row {row} is neither text nor a list of texts; expected 'A|B' or ['A', 'B']")


def _parse_literal(name: str, text: str, row: int) -> Collection[Any]:
    """The list in a text such as "['Drama', 'War']"; empty if the text is blank."""
    text = _QUOTED_BEFORE_QUOTE.sub(r"\1,", text.strip())  # Python would join "'Drama' 'War'" to one word
    try:
        value = ast.literal_eval(text or "[]")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise _odd_cell(name, text, row) from None
    if not isinstance(value, (list, tuple, set)):
        raise _odd_cell(name, text, row)
    return value


def _separator(texts: Collection[str]) -> str | None:
    """The separator of names in the cells of a column; None if each cell is one name."""
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
    """The ``n`` most frequent values that occur at least twice, or fewer; ties in code point order."""
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return [value for value in ordered[:n] if counts[value] > 1]


def category_flags(
    name: str, lists: Sequence[Sequence[str] | None], kind: str
) -> tuple[list[tuple[str, NDArray[np.float64]]], str]:
    """One-hot columns: one for each value, one for all rare values together, and one for missing values.

    Of more than :data:`MAX_CATEGORIES` values, the most frequent have a column. A column that identifies users or
    items, instead of saying what they have in common, is left out.

    Args:
        name: the name of the column.
        lists: the values of each of n users or items; None where they are missing.
        kind: "users" or "items".

    Returns:
        Labels and columns (n,), and what was left out, as the rest of a sentence that begins with the name of the
        column; "" if nothing was.
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
    flags = np.zeros((len(lists), len(chosen) + 2))  # the last two columns: other values, and missing values
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
    """The text of each cell split at the separator of the column, ``|``, ``;`` or ``, ``; None if it has none.

    A text is the separator if a fifth of the cells contain it and, unless it is ``|``, the parts between it recur.
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
        DataError: a cell has a type that cannot be a category.
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
