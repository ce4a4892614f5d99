"""Read MovieLens as GroupLens publishes it: ml-100k, the ``::`` files of 1M and 10M, the CSV of later sets.

These are tables like any other, except that the roles of their columns are known, and that all items are listed: a
rated id without a line in the table of items is an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.column_names import words_of
from recsys.data.ids import comparable_ids, quoted_id
from recsys.data.matching import refuse_lost_zeros
from recsys.data.readers.catalogue import GENRES, read_genre_names, read_items, read_users
from recsys.data.readers.cells import problem_of_integer, problem_of_number, series
from recsys.data.readers.files import Files
from recsys.data.readers.formats import open_table
from recsys.data.readers.table import Skipped, SourceTable
from recsys.data.readers.text import KnownColumns
from recsys.errors import DataError
from recsys.text import quoted_path

MIN_RATING, MAX_RATING = 0.0, 10.0
"""Ratings of MovieLens are from 0.5 to 5; other scales up to 10 pass, but not timestamps in the column of ratings."""

LABEL = "MovieLens's u.data and u.item, or ratings.dat and movies.dat, or ratings.csv and movies.csv"
logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_RATING = ("user", "item", "rating", "timestamp")
_ITEM = ("item", "title", "genres")


@dataclass(frozen=True)
class KnownFile:
    """A file of a layout."""

    name: str
    known: KnownColumns


@dataclass(frozen=True)
class Layout:
    """The files of one of MovieLens's formats."""

    ratings: KnownFile
    items: KnownFile
    users: KnownFile | None = None
    genres: KnownFile | None = None
    """The file with the names of the genre flags, if items have flags."""


LAYOUTS = (
    Layout(
        ratings=KnownFile("u.data", KnownColumns("\t", _RATING)),
        items=KnownFile("u.item", KnownColumns("|", ("item", "title", "date", "video date", "url"))),  # and the flags
        users=KnownFile("u.user", KnownColumns("|", ("user", "age", "gender", "occupation", "zip code"))),
        genres=KnownFile("u.genre", KnownColumns("|", ("genre", "number"))),
    ),
    Layout(
        ratings=KnownFile("ratings.dat", KnownColumns("::", _RATING)),
        items=KnownFile("movies.dat", KnownColumns("::", _ITEM)),
        users=KnownFile("users.dat", KnownColumns("::", ("user", "gender", "age", "occupation code", "zip code"))),
    ),
    Layout(
        ratings=KnownFile("ratings.csv", KnownColumns(",", _RATING, ("userId", "movieId", "rating", "timestamp"))),
        items=KnownFile("movies.csv", KnownColumns(",", _ITEM, ("movieId", "title", "genres"))),
    ),
)


def find_layout(files: Files) -> Layout | None:
    """The layout of some files, which include both its ratings and its items; None if they are not MovieLens's.

    Raises:
        DataError: the files have two layouts, or are 100K without its ratings.
    """
    layouts = [layout for layout in LAYOUTS if _is_here(layout, files)]
    if len(layouts) > 1:
        tables = " and ".join(layout.ratings.name for layout in layouts)
        raise DataError(
            f"{quoted_path(files.path)} holds ratings more than once: {tables} (give the path of one of them)"
        )
    if layouts:
        return layouts[0]
    if "u.item" in files.names and files.chosen is None:
        raise DataError(f"{quoted_path(files.path)} has no u.data (expected {LABEL})")
    return None


def agrees(layout: Layout, named: Mapping[Role, str]) -> bool:
    """Whether the names of columns in the settings, by role, are the columns that the layout has for these roles."""
    for role, name in named.items():
        spellings: set[str] = {role}
        for file in (layout.ratings, layout.items):
            header = file.known.header or file.known.columns
            spellings |= {title for column, title in zip(file.known.columns, header, strict=True) if column == role}
        if words_of(name) not in map(words_of, spellings):
            return False
    return True


def known_columns(name: str) -> KnownColumns | None:
    """How a file of this name is written, even if no other file of its layout exists; None if that is not known."""
    return next((layout.ratings.known for layout in LAYOUTS[:1] if layout.ratings.name == name), None)


def known_tables() -> dict[str, Any]:
    """The files whose columns are known, by their names, with separator and names of columns, as JSON."""
    files = [layout.ratings for layout in LAYOUTS if known_columns(layout.ratings.name)]
    return {file.name: {"separator": file.known.separator, "columns": list(file.known.columns)} for file in files}


def _is_here(layout: Layout, files: Files) -> bool:
    names = {layout.ratings.name, layout.items.name}
    is_chosen = files.chosen is None or files.chosen == layout.ratings.name
    if not is_chosen or not names <= files.names:
        return False
    return _begins_like(files, layout.ratings) and _begins_like(files, layout.items)


def _begins_like(files: Files, file: KnownFile) -> bool:
    """Whether a file begins with the header of the layout, or has its separator ``::``."""
    with files.open(file.name) as stream:
        start = stream.read(1 << 12).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not file.known.header:
        return file.known.separator != "::" or b"::" in start or not start
    first = start.splitlines()[0].decode("utf-8", "replace") if start else ""
    return tuple(name.strip('" ') for name in first.split(",")) == file.known.header


def read_ratings(files: Files, layout: Layout, lenient: bool) -> tuple[SourceTable, pd.DataFrame, Skipped]:
    """The ratings in the order of the file.

    Returns:
        The table; a frame with columns user and item (whole numbers, or text if one is written like 007), rating and
        timestamp (numbers), whose index is the rows of the table; and the rows that were skipped.

    Raises:
        DataError: a row does not fit the layout.
    """
    table = _open(files, layout.ratings)
    ratings, skipped = table.read(_RATING, lenient, ids=("user", "item"))
    is_bad = np.zeros(len(ratings), bool)
    problems: list[tuple[int, str]] = []
    for name, (problem_of, convert) in _CHECKS.items():
        values, reasons = _checked(ratings[name].to_numpy(), problem_of, convert)
        if name == "rating":
            outside = ~((values >= MIN_RATING) & (values <= MAX_RATING))
            reasons = reasons or {}
            for row in np.flatnonzero(outside):
                reasons.setdefault(int(row), f"is not between {MIN_RATING:g} and {MAX_RATING:g}")
        if reasons:
            first = min(reasons)
            problems.append((first, f"{name} {str(ratings[name].iloc[first])!r} {reasons[first]}"))
            is_bad[list(reasons)] = True
        ratings[name] = series(values)
    if problems:
        first_bad, problem = min(problems, key=lambda entry: entry[0])
        error = f"{table.locate(first_bad)}: {problem} (expected {table.expected})"
        if not lenient:
            raise DataError(error)
        skipped.add(error)
        skipped.count += int(is_bad.sum()) - 1
        ratings = ratings[~is_bad]
    return table, ratings, skipped


_CHECKS: dict[str, tuple[Callable[[str], str | None], type]] = {
    "user": (problem_of_integer, str),
    "item": (problem_of_integer, str),
    "rating": (problem_of_number, float),
    "timestamp": (problem_of_integer, int),
}
"""By column, a function that says what is wrong with a text, and the type to which texts are converted."""


def _checked(
    values: NDArray[Any], problem_of: Callable[[str], str | None], convert: type
) -> tuple[NDArray[Any], dict[int, str]]:
    """The values converted, if they are not numbers already, and by row what is wrong with some of them."""
    if values.dtype != object:
        is_bad = (values != np.floor(values)) & (convert is int)
        return values, {int(row): "is not a whole number" for row in np.flatnonzero(is_bad)}
    codes, texts = pd.factorize(values)
    problems = list(map(problem_of, texts))
    reasons = {
        int(row): str(problems[codes[row]])
        for row in np.flatnonzero(np.array([problem is not None for problem in problems], bool)[codes])
    }
    if convert is str:
        return values, reasons
    numbers = [convert(text) if problem is None else 0 for text, problem in zip(texts, problems, strict=True)]
    return np.array(numbers)[codes], reasons


def read_catalogue(files: Files, layout: Layout, lenient: bool) -> tuple[SourceTable, pd.DataFrame, Skipped]:
    """The items: columns item, title, year and genres; see :func:`~recsys.data.readers.catalogue.read_items`.

    Raises:
        DataError: a row cannot be read, or an item has two rows.
    """
    known, skipped = layout.items.known, Skipped()
    flags: tuple[str, ...] = ()
    if "genres" not in known.columns:
        names = read_optional(files, layout.genres, read_genre_names)
        flags = GENRES if names is None else names
        known = replace(known, columns=(*known.columns, *flags))
    table = _open(files, replace(layout.items, known=known))
    return table, read_items(table, flags, skipped if lenient else None), skipped


def known_ratings(
    table: SourceTable, ratings: pd.DataFrame, items: pd.DataFrame, items_file: str, skipped: Skipped | None
) -> pd.DataFrame:
    """The ratings of items that are in the catalogue; all of them should be.

    Args:
        table: the table of ratings, for messages.
        ratings: a frame with a column item.
        items: the catalogue, with a column item.
        items_file: the name of its file.
        skipped: counts ratings of other items; None to raise an error for the first.

    Raises:
        DataError: an item has no line; the message names the line of its first rating.
    """
    unknown = ids_not_in(ratings["item"], items["item"])
    if not len(unknown):
        return ratings
    where = table.locate(int(ratings.index[(ratings["item"].to_numpy() == unknown[0]).argmax()]))
    problem = f"{where}: item {quoted_id(unknown[0])} has no line in {items_file}"
    if skipped is None:
        raise DataError(f"{problem} (add it there, or drop the rating)")
    is_unknown = ratings["item"].isin(unknown).to_numpy()
    skipped.add(problem)
    skipped.count += int(is_unknown.sum()) - 1
    return ratings[~is_unknown]


def read_known_users(files: Files, layout: Layout, ratings: pd.DataFrame) -> pd.DataFrame | None:
    """Facts about the users; None, with a warning, if they cannot be used.

    Another warning says how many users have no facts.
    """
    return read_optional(files, layout.users, partial(_known_users, ratings=ratings))


def _known_users(table: SourceTable, ratings: pd.DataFrame) -> pd.DataFrame:
    users = read_users(table)
    refuse_lost_zeros("user", np.asarray(ratings["user"].unique()), users["user"].to_numpy())
    unknown = ids_not_in(ratings["user"], users["user"])
    if len(unknown) == ratings["user"].nunique():
        raise DataError(f"{table.file} has no line for any of the users, such as {unknown[0]}")
    if len(unknown):
        logger.warning("%s has no line for user %s; such users: %d", table.file, unknown[0], len(unknown))
    return users


def read_optional(files: Files, file: KnownFile | None, read: Callable[[SourceTable], _Result]) -> _Result | None:
    """The contents of an optional file; None if there is none, or, with a warning, if it cannot be read."""
    if file is None or file.name not in files.names:
        return None
    try:
        return read(_open(files, file))
    except DataError as error:
        logger.warning("%s; %s is optional, so it is left out", error, file.name)
        return None


def ids_not_in(column: pd.Series[Any], known: pd.Series[Any]) -> NDArray[Any]:
    """The distinct ids of a column that another column does not have, in their order."""
    unique = np.asarray(column.unique())
    first, second = comparable_ids(unique, known.to_numpy())
    unknown: NDArray[Any] = unique[~np.asarray(pd.Series(first).isin(second))]
    return unknown


def _open(files: Files, file: KnownFile) -> SourceTable:
    return open_table(file.name, partial(files.open, file.name), file.known)
