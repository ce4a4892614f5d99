"""MovieLens's items and users as frames. The files are small, so they are read row by row."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from recsys.data.ids import ids_from_text
from recsys.data.readers.delimited import Row, TableFile
from recsys.data.readers.titles import natural_order, split_year

# The flags of u.item in their order, for copies without u.genre.
_GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
# The occupations that 1M gives by number, from 0.
_OCCUPATIONS = (
    *("other", "academic or educator", "artist", "clerical or admin", "college or graduate student"),
    *("customer service", "doctor or health care", "executive or managerial", "farmer", "homemaker", "K-12 student"),
    *("lawyer", "programmer", "retired", "sales or marketing", "scientist", "self-employed"),
    *("technician or engineer", "tradesman or craftsman", "unemployed", "writer"),
)
_NO_GENRE = "(no genres listed)"
_DATE = re.compile(r"\d{1,2}-[A-Z][a-z]{2}-(\d{4})|(\d{4})(?:-\d\d){0,2}")
logger = logging.getLogger(__name__)


def read_items(file: TableFile, genre_names: Sequence[str] | None) -> pd.DataFrame:
    """Columns item, title (None where the source has none), year (NaN where unknown) and genres ("A|B").

    Args:
        file: the items, with a column of genres or with a flag for each genre.
        genre_names: the names of the flags, in their order; None for those of MovieLens 100K.

    Raises:
        DataError: a line cannot be read, or an item has two.
    """
    flags: tuple[str, ...] = ()
    if "genres" not in file.table.fields:
        flags = _GENRES if genre_names is None else tuple(genre_names)
        file = replace(file, table=replace(file.table, fields=(*file.table.fields, *flags)))
    rows = _distinct_rows(file, "item")
    titles = [split_year(row.text("title")) for row in rows]
    years = [_year_of_date(row) if year is None else year for row, (_, year) in zip(rows, titles, strict=True)]
    return pd.DataFrame(
        {
            "item": _ids(rows, "item"),
            "title": pd.Series([natural_order(title) or None for title, _ in titles], dtype=object),
            "year": np.array([np.nan if year is None else year for year in years], "float64"),
            "genres": pd.Series([_genres(row, flags) for row in rows], dtype=object),
        }
    )


def read_users(file: TableFile) -> pd.DataFrame:
    """Columns user, age (NaN where missing), gender and occupation (None where missing); no zip codes.

    Raises:
        DataError: a line cannot be read, or a user has two.
    """
    rows = _distinct_rows(file, "user")
    return pd.DataFrame(
        {
            "user": _ids(rows, "user"),
            "age": np.array([row.number("age") if row.text("age") else np.nan for row in rows], "float64"),
            "gender": pd.Series([row.text("gender") or None for row in rows], dtype=object),
            "occupation": pd.Series([_occupation(row) for row in rows], dtype=object),
        }
    )


def read_genre_names(file: TableFile) -> tuple[str, ...]:
    """The names of the genre flags, in their order.

    Raises:
        DataError: a line cannot be read, or the numbers are not 0, 1, 2 ...
    """
    names: list[str] = []
    for row in file.rows():
        if row.integer("number") != len(names):
            raise row.error(f"the number is {row.text('number')}, not {len(names)}")
        if not row.text("genre") or row.text("genre") in names:
            raise row.error(f"genre {row.text('genre')!r} is empty or appears twice")
        names.append(row.text("genre"))
    return tuple(names)


def _distinct_rows(file: TableFile, field: str) -> list[Row]:
    """All rows, each with an id of its own."""
    lines: dict[str, int] = {}
    rows = list(file.rows())
    for row in rows:
        id_ = row.id(field)
        if id_ in lines:
            raise row.error(f"{field} {id_} again, after line {lines[id_]}", "keep one of the two lines")
        lines[id_] = row.line
    return rows


def _ids(rows: Sequence[Row], field: str) -> pd.Series[Any]:
    ids = ids_from_text([row.id(field) for row in rows])
    return pd.Series(ids, dtype=ids.dtype)


def _year_of_date(row: Row) -> int | None:
    """The year of an item whose title has none; None where there is no date either."""
    if "date" not in row.table.fields or not row.text("date"):
        return None
    date = _DATE.fullmatch(row.text("date"))
    if not date:
        logger.warning("%s", row.error(f"date {row.text('date')!r} is unknown", "expected a date like 01-Jan-1995"))
        return None
    return int(date[1] or date[2])


def _genres(row: Row, flagged: Sequence[str]) -> str:
    """The genres as "A|B": from a field for each of ``flagged``, or from one field where that is empty."""
    if not flagged:
        return "" if row.text("genres") == _NO_GENRE else row.text("genres")
    flags = {genre: row.text(genre) for genre in flagged}
    for genre, flag in flags.items():
        if flag not in ("0", "1"):
            raise row.error(f"the flag of {genre} is {flag!r}, neither 0 nor 1")
    return "|".join(genre for genre, flag in flags.items() if flag == "1")


def _occupation(row: Row) -> str | None:
    if "occupation" in row.table.fields:
        return row.text("occupation") or None
    code = row.integer("occupation code")
    if not 0 <= code < len(_OCCUPATIONS):
        raise row.error(f"occupation code {code} is not between 0 and {len(_OCCUPATIONS) - 1}")
    return _OCCUPATIONS[code]
