"""Read MovieLens's items and users as frames; the files are small, so they are converted row by row."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recsys.data.ids import ids_from_text, written_ids
from recsys.data.readers.cells import problem_of_integer, problem_of_number
from recsys.data.readers.table import Skipped, SourceTable
from recsys.data.titles import natural_order, split_year
from recsys.errors import DataError

# The genres of the flags in u.item in their order, for copies without u.genre.
GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
# The occupations that MovieLens 1M has as numbers from 0.
_OCCUPATIONS = (
    *("other", "academic or educator", "artist", "clerical or admin", "college or graduate student"),
    *("customer service", "doctor or health care", "executive or managerial", "farmer", "homemaker", "K-12 student"),
    *("lawyer", "programmer", "retired", "sales or marketing", "scientist", "self-employed"),
    *("technician or engineer", "tradesman or craftsman", "unemployed", "writer"),
)
_NO_GENRE = "(no genres listed)"
_DATE = re.compile(r"\d{1,2}-[A-Z][a-z]{2}-(\d{4})|(\d{4})(?:-\d\d){0,2}")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """The cells of one row of a table."""

    table: SourceTable
    index: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell as it is written."""
        return self.cells[column]

    def id(self, column: str) -> str:
        """A whole number as it is written: "007" is not "7".

        Raises:
            DataError: the cell is not a whole number, or does not fit into 64 bits.
        """
        text = self.text(column)
        problem = problem_of_integer(text)
        if problem:
            raise self.error(f"{column} {text!r} {problem}")
        return text

    def error(self, problem: str, remedy: str | None = None) -> DataError:
        """An error about this row; without a remedy it says what a row looks like."""
        where = self.table.locate(self.index)
        return DataError(f"{where}: {problem} ({remedy or f'expected {self.table.expected}'})")


def read_items(table: SourceTable, flags: Sequence[str], skipped: Skipped | None = None) -> pd.DataFrame:
    """Columns item, title (None if there is none), year (NaN if unknown) and genres ("A|B").

    Args:
        table: the items, with a column of genres or with a flag for each genre.
        flags: the names of the columns of flags.
        skipped: counts rows that cannot be read; None to raise an error for the first.

    Raises:
        DataError: a row cannot be read, or an item has two rows.
    """
    rows, genres = [], []
    for row in _distinct_rows(table, "item", skipped):
        try:
            genres.append(_genres(row, flags))
        except DataError as error:
            if skipped is None:
                raise
            skipped.add(str(error))
            continue
        rows.append(row)
    titles = [split_year(row.text("title")) for row in rows]
    years = [_year_of_date(row) if year is None else year for row, (_, year) in zip(rows, titles, strict=True)]
    return pd.DataFrame(
        {
            "item": _ids(rows, "item"),
            "title": pd.Series([natural_order(title) or None for title, _ in titles], dtype=object),
            "year": np.array([np.nan if year is None else year for year in years], "float64"),
            "genres": pd.Series(genres, dtype=object),
        }
    )


def read_users(table: SourceTable) -> pd.DataFrame:
    """Columns user, age (NaN if missing), gender and occupation (None if missing); no zip codes.

    Raises:
        DataError: a row cannot be read, or a user has two rows.
    """
    rows = list(_distinct_rows(table, "user", None))
    return pd.DataFrame(
        {
            "user": _ids(rows, "user"),
            "age": np.array([_age(row) for row in rows], "float64"),
            "gender": pd.Series([row.text("gender") or None for row in rows], dtype=object),
            "occupation": pd.Series([_occupation(row) for row in rows], dtype=object),
        }
    )


def read_genre_names(table: SourceTable) -> tuple[str, ...]:
    """The names of the genre flags, in their order.

    Raises:
        DataError: a row cannot be read, or the numbers are not 0, 1, 2 ...
    """
    names: list[str] = []
    for row in _rows(table, None):
        if row.id("number") != str(len(names)):
            raise row.error(f"the number is {row.text('number')}, not {len(names)}")
        if not row.text("genre") or row.text("genre") in names:
            raise row.error(f"genre {row.text('genre')!r} is empty or appears twice")
        names.append(row.text("genre"))
    return tuple(names)


def _rows(table: SourceTable, skipped: Skipped | None) -> Iterator[Row]:
    """All rows; with ``skipped``, those that can be read."""
    frame, left_out = table.read(table.columns, lenient=skipped is not None, ids=table.columns)
    if skipped is not None:
        for reason in left_out.reasons:
            skipped.add(reason)
        skipped.count += left_out.count - len(left_out.reasons)
    columns = [written_ids(frame[column].to_numpy()) for column in table.columns]
    for index, values in enumerate(zip(*columns, strict=True)):
        yield Row(table, index, dict(zip(table.columns, values, strict=True)))


def _distinct_rows(table: SourceTable, column: str, skipped: Skipped | None) -> Iterator[Row]:
    """All rows, whose ids must be distinct."""
    first: dict[str, int] = {}
    for row in _rows(table, skipped):
        try:
            id_ = row.id(column)
            if id_ in first:
                line = table.locate(first[id_]).rpartition(":")[2]
                raise row.error(f"{column} {id_} again, after line {line}", "keep one of the two lines")
        except DataError as error:
            if skipped is None:
                raise
            skipped.add(str(error))
            continue
        first[id_] = row.index
        yield row


def _ids(rows: Sequence[Row], column: str) -> pd.Series[Any]:
    ids = ids_from_text([row.id(column) for row in rows])
    return pd.Series(ids, dtype=ids.dtype)


def _year_of_date(row: Row) -> int | None:
    """The year of the release date, for an item without a year in its title; None if there is no date either."""
    if not row.cells.get("date"):
        return None
    date = _DATE.fullmatch(row.text("date"))
    if not date:
        problem = f"date {row.text('date')!r} cannot be read"
        logger.warning("%s", row.error(problem, "expected a date like 01-Jan-1995"))
        return None
    return int(date[1] or date[2])


def _genres(row: Row, flagged: Sequence[str]) -> str:
    """The genres as "A|B": from a column of flags for each of ``flagged``, or from one column if this is empty."""
    if not flagged:
        return "" if row.text("genres") == _NO_GENRE else row.text("genres")
    flags = {genre: row.text(genre) for genre in flagged}
    for genre, flag in flags.items():
        if flag not in ("0", "1"):
            raise row.error(f"the flag of {genre} is {flag!r}, neither 0 nor 1")
    return "|".join(genre for genre, flag in flags.items() if flag == "1")


def _age(row: Row) -> float:
    text = row.text("age")
    problem = problem_of_number(text) if text else None
    if problem:
        raise row.error(f"age {text!r} {problem}")
    return float(text) if text else np.nan


def _occupation(row: Row) -> str | None:
    if "occupation" in row.cells:
        return row.text("occupation") or None
    code = int(row.id("occupation code"))
    if not 0 <= code < len(_OCCUPATIONS):
        raise row.error(f"occupation code {code} is not between 0 and {len(_OCCUPATIONS) - 1}")
    return _OCCUPATIONS[code]
