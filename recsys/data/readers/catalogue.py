"""MovieLens's films and users as frames, in each of its formats.

Small files, read line by line. Must not know about ratings or downloads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recsys.data.readers.delimited import Content, Row
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
_DATE = re.compile(r"\d{1,2}-[A-Z][a-z]{2}-(\d{4})")


def read_items(content: Content, genres: Content | None) -> pd.DataFrame:
    """Columns item, title (None where the source has none), year (NaN where unknown) and genres ("A|B").

    Args:
        content: the films file; flags or names of genres, whichever its table says.
        genres: the names of the flags, where there is such a file.

    Raises:
        DataError: a line cannot be read, or a film has two.
    """
    if "genres" in content.table.fields:
        return _items(content, _named_genres)
    names = _GENRES if genres is None else _genre_names(genres)
    flags = tuple(f"flag of {name}" for name in names)
    table = replace(content.table, fields=(*content.table.fields, *flags))
    return _items(Content(table, content.open_file), lambda row: _flagged_genres(row, names))


def read_users(content: Content) -> pd.DataFrame:
    """Columns user, age (NaN where missing), gender and occupation (None where missing); no zip codes.

    Raises:
        DataError: a line cannot be read, or a user has two.
    """
    rows = _distinct(content, "user")
    return pd.DataFrame(
        {
            "user": np.array([row.whole("user") for row in rows], "int64"),
            "age": np.array([_age(row) for row in rows], "float64"),
            "gender": pd.Series([row.text("gender") or None for row in rows], dtype=object),
            "occupation": pd.Series([_occupation(row) for row in rows], dtype=object),
        }
    )


def _items(content: Content, genres_of: Callable[[Row], str]) -> pd.DataFrame:
    rows = _distinct(content, "item")
    titles = [split_year(row.text("title")) for row in rows]
    years = [_year_of_date(row) if year is None else year for row, (_, year) in zip(rows, titles, strict=True)]
    return pd.DataFrame(
        {
            "item": np.array([row.whole("item") for row in rows], "int64"),
            "title": pd.Series([natural_order(title) or None for title, _ in titles], dtype=object),
            "year": np.array([np.nan if year is None else year for year in years], "float64"),
            "genres": pd.Series([genres_of(row) for row in rows], dtype=object),
        }
    )


def _distinct(content: Content, field: str) -> list[Row]:
    """All rows, of which no two have the same id."""
    lines: dict[int, int] = {}
    rows = list(content.rows())
    for row in rows:
        number = row.whole(field)
        if number in lines:
            raise row.fault(f"{field} {number} again, after line {lines[number]}", "keep one of the two lines")
        lines[number] = row.line
    return rows


def _year_of_date(row: Row) -> int | None:
    """The year of a film whose title has none; None where there is no date either."""
    if "date" not in row.table.fields or not row.text("date"):
        return None
    found = _DATE.fullmatch(row.text("date"))
    if not found:
        raise row.fault(f"date {row.text('date')!r} is not like 01-Jan-1995")
    return int(found[1])


def _named_genres(row: Row) -> str:
    return "" if row.text("genres") == _NO_GENRE else row.text("genres")


def _flagged_genres(row: Row, names: Sequence[str]) -> str:
    flags = row.values[-len(names) :]
    for name, flag in zip(names, flags, strict=True):
        if flag.strip() not in ("0", "1"):
            raise row.fault(f"the flag of {name} is {flag!r}, neither 0 nor 1")
    return "|".join(name for name, flag in zip(names, flags, strict=True) if flag.strip() == "1")


def _genre_names(content: Content) -> tuple[str, ...]:
    names: list[str] = []
    for row in content.rows():
        if row.whole("number") != len(names):
            raise row.fault(f"number {row.text('number')} stands where {len(names)} should")
        if not row.text("genre") or row.text("genre") in names:
            raise row.fault(f"genre {row.text('genre')!r} is empty or stands here twice")
        names.append(row.text("genre"))
    return tuple(names)


def _age(row: Row) -> float:
    return row.number("age") if row.text("age") else np.nan


def _occupation(row: Row) -> str | None:
    if "occupation" in row.table.fields:
        return row.text("occupation") or None
    code = row.whole("occupation code")
    if not 0 <= code < len(_OCCUPATIONS):
        raise row.fault(f"occupation code {code} is not between 0 and {len(_OCCUPATIONS) - 1}")
    return _OCCUPATIONS[code]
