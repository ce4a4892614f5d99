"""Clean the rows of a file before they become ratings: blanks, unreadable values, and numbers that mean "not rated".

Errors name file and line. Frames made by a caller are not cleaned, since their values are intended.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.categories import split_lists
from recsys.data.columns import MissingCellError, RowError, plain
from recsys.data.id_cells import BLANK_IDS, WHOLE_FLOAT, clean_ids, is_blank
from recsys.data.input_table import MAX_REASONS, InputTable
from recsys.data.json_tables import json_pattern, json_words
from recsys.data.meanings import Meanings, WholeLogMeanings
from recsys.data.odd_values import OddCells, odd_ages, odd_years
from recsys.data.rating_values import BLANK, ParsedRatings
from recsys.data.row_counts import RowCounts, rows_are
from recsys.data.row_facts import Key
from recsys.data.titles import natural_order, split_year
from recsys.errors import DataError
from recsys.text import CONTROL, WHITESPACE, without_controls

MAX_SHOWN = 60
"""Characters of a cell in a message."""
_BLANK_FACTS = frozenset(["", "\\N", "NULL", "null", "NaN", "nan", "None", "N/A", "n/a", "NA", "(no genres listed)"])
"""Texts that mean a missing value in tables of items and users."""
_ROLES = frozenset(get_args(Role))
_BLANK_TITLES = frozenset(["", "\\N"])
_MIN_DATED = 0.5
"""If at least this share of the titles ends in a year, such as "(1995)", the year is removed from titles."""


@dataclass
class CleanTable:
    """A table whose columns have the names that the package gives them.

    Attributes:
        frame: its rows.
        notes: sentences about what was done.
        warnings: sentences about implausible values, which are used anyway.
        rating: how the column of ratings was read; None if the table has none.
        counts: for a log, numbers of rows that are left out or incomplete.
    """

    frame: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rating: ParsedRatings | None = None
    counts: RowCounts = field(default_factory=RowCounts)


def clean_ratings(table: InputTable, lenient: bool, meanings: Meanings | None = None) -> CleanTable:
    """The columns user, item, rating (float64) and timestamp (int64) of the rows that are ratings.

    A rating column or a time column that is all blank is left out, and so are rows without a rating; a missing time
    becomes the oldest.

    Args:
        table: a table of ratings.
        lenient: leave out rows without user or item, or with values that cannot be read, instead of refusing them.
        meanings: decides what cells mean if the table is a part of a log; None if it is the whole log.

    Raises:
        DataError: there is such a row.
    """
    cleaner = _LogCleaner(table, lenient, meanings or WholeLogMeanings())
    cleaner.clean_ids()
    if "rating" in table.roles:
        cleaner.clean_ratings()
    if "timestamp" in table.roles:
        cleaner.clean_times()
    cleaner.copy_facts()
    return cleaner.result()


class _LogCleaner:
    """Cleans the columns of a log one after the other, and collects which of its n rows have to be left out."""

    def __init__(self, table: InputTable, lenient: bool, meanings: Meanings) -> None:
        n = len(table.frame)
        self._table, self._lenient, self._meanings = table, lenient, meanings
        self._columns: dict[str, Any] = {}  # (n,) each, by the package's names
        self._rating: ParsedRatings | None = None
        self._counts = RowCounts()
        self._is_skipped, self._is_unrated = np.zeros(n, bool), np.zeros(n, bool)  # cannot be read; have no rating
        self._reasons: dict[int, str] = {}  # by row, why it cannot be read

    def clean_ids(self) -> None:
        """Users and items; a row without one of them cannot be read."""
        keys: tuple[Key, ...] = ("user", "item")
        for role in keys:
            self._columns[role], is_missing = self._meanings.ids(role, self._cells(role))
            self._skip(is_missing, partial(MissingCellError, f"{role} id", after="expected one in every row"))

    def clean_ratings(self) -> None:
        """Ratings as numbers; blanks, and a number that means "not rated", are no ratings."""
        cells = self._cells("rating")
        try:
            parsed = self._meanings.ratings(cells)
        except DataError as error:
            raise DataError(f"{self._table.file}: {error}") from None
        self._skip(parsed.is_bad, partial(_unreadable, "rating", cells, "a number"))
        blank = np.isnan(parsed.values) & ~parsed.is_bad
        self._counts.n_blank = int(blank.sum())
        if not self._meanings.has_any("rating", ~(blank | self._is_skipped)):
            return
        value = self._meanings.unrated_value(parsed)
        is_value = np.zeros(len(cells), bool) if value is None else parsed.values == value
        self._counts.n_unrated, self._counts.unrated = int(is_value.sum()), value
        self._is_unrated = blank | is_value
        self._rating, self._columns["rating"] = parsed, parsed.values

    def clean_times(self) -> None:
        """Times as whole numbers; the missing ones become the oldest."""
        cells = self._cells("timestamp")
        missing = is_blank(cells, BLANK)
        bad = np.zeros(len(cells), bool)
        if self._lenient and not missing.all():
            bad[~missing] = self._meanings.unreadable_times(cells[~missing])
            self._skip(bad, partial(_unreadable, "time", cells, "a time like the others"))
        known = ~(missing | bad)
        if not self._meanings.has_any("timestamp", known):
            return
        times = self._columns["timestamp"] = self._fill_times(cells, known)
        self._counts.n_timeless = int((missing & ~self._is_skipped).sum())
        rows = np.flatnonzero(known & ~self._is_skipped)
        if len(rows):
            locate = partial(_locate, self._table, rows)
            self._counts.odd_cells = list(self._meanings.odd_times(times[rows], cells.iloc[rows], locate))

    def copy_facts(self) -> None:
        """Columns about items and users, which are cleaned later, when they have been gathered for each of these."""
        frame, roles = self._table.frame, self._table.roles
        facts: tuple[Role, ...] = ("title", "year", "genres")
        self._columns |= {fact: frame[roles[fact]] for fact in facts if fact in roles and roles[fact] in frame}
        self._columns |= {name: frame[name] for name in roles.others if name in frame and name not in _ROLES}

    def result(self) -> CleanTable:
        """The rows that are ratings."""
        counts, roles = self._counts, self._table.roles
        counts.n_skipped = int(self._is_skipped.sum())
        counts.reasons = [self._reasons[row] for row in sorted(self._reasons)[:MAX_REASONS]]
        log = pd.DataFrame(self._columns, copy=False)
        is_rating = ~(self._is_skipped | self._is_unrated)
        if not is_rating.all():
            log = log[is_rating].reset_index(drop=True)
        counts.odd_cells += odd_facts(self._table)
        return CleanTable(log, counts.notes(roles, log), list(map(str, counts.odd_cells)), self._rating, counts)

    def _cells(self, role: Role) -> pd.Series[Any]:
        return self._table.frame[self._table.roles[role]]

    def _skip(self, mask: NDArray[np.bool_], error: Callable[[int], RowError]) -> None:
        """Skip the rows where ``mask`` (n,) is true, or refuse the first of them."""
        rows = np.flatnonzero(mask & ~self._is_skipped)
        if len(rows) and not self._lenient:
            refusal = _located(self._table, error(int(rows[0])))
            raise DataError(f"{refusal} (correct the row, or skip all such rows with --lenient)")
        self._is_skipped[rows] = True
        for row in rows[:MAX_REASONS].tolist():
            self._reasons[row] = str(_located(self._table, error(row)))

    def _fill_times(self, cells: pd.Series[Any], known: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Times (n,), with the oldest time for cells that are not ``known`` (n,)."""
        rows = np.flatnonzero(known)
        known_cells = cells.iloc[rows].reset_index(drop=True) if len(rows) < len(cells) else cells
        try:
            values = self._meanings.timestamps(known_cells)
        except RowError as error:
            raise _located(self._table, RowError(error.before, int(rows[error.row]), error.after)) from None
        except DataError as error:
            raise DataError(f"{self._table.file}: {error}") from None
        if len(rows) == len(cells):
            return values
        result = np.full(len(cells), max(self._meanings.oldest(values), -(2**63) + 1) - 1, np.int64)
        result[rows] = values
        return result


def _unreadable(what: str, column: pd.Series[Any], expected: str, row: int) -> RowError:
    """An error about one cell, whose text is shortened."""
    text = str(column.iloc[row])
    shown = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
    return RowError(f"{what} {shown!r}", row, f"cannot be read; expected {expected}")


def clean_facts(table: InputTable) -> CleanTable:
    """A table of items or users with one row for each of them, and None for blank cells.

    Of several rows with the same id, the most complete is used; rows without an id are left out. HTML entities in
    texts are decoded, and a year at the end of titles becomes the year if most titles have one. Genres that cannot be
    read are left out.
    """
    roles = table.roles
    key = "item" if roles.kind == "items" else "user"
    rename = {column.name: role for role, column in roles.columns.items()}
    taken = set(rename.values()) - set(rename)
    frame = table.frame.rename(columns={name: f"{name} (other)" for name in taken & set(table.frame.columns)})
    frame = frame.rename(columns=rename)
    clean = CleanTable(frame)
    columns = {name: _facts(name, frame[name]) for name in frame.columns if name != key}
    ids = clean_ids(frame[key])
    frame = pd.DataFrame({key: ids, **columns}, copy=False)
    missing = is_blank(ids)
    if missing.any():
        clean.notes.append(f"{table.file}: {rows_are(int(missing.sum()), f'without {key} id', 'left out')}")
        frame = frame[~missing]
    frame, n_repeated = _most_complete(frame, key)
    if n_repeated:
        others = rows_are(n_repeated, f"about {key}s that a more complete row is about", "left out")
        clean.notes.append(f"{table.file}: {others}")
    frame = frame.reset_index(drop=True)
    if "title" in frame:
        frame = _clean_titles(frame)
    if "genres" in frame:
        try:
            split_lists(roles.name("genres") or "genres", frame["genres"])
        except DataError as error:  # a column of facts is optional
            clean.notes.append(f"{table.file}: the column of genres is left out: {error}")
            frame = frame.drop(columns="genres")
    clean.frame = frame
    return clean


def _facts(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    values = plain(column)
    if values.dtype.kind != "O":
        return values
    blank = _BLANK_TITLES if name == "title" else _BLANK_FACTS
    codes, unique = pd.factorize(values, use_na_sentinel=True)
    cleaned = np.array([*(_fact(value, blank) for value in unique), None], object)  # code -1 is missing
    return pd.Series(cleaned[codes], dtype=object)


def _fact(value: Any, blank: frozenset[str]) -> Any:
    """A cell with HTML entities decoded and without control characters; None if it is blank."""
    if not isinstance(value, str):
        return value
    text = without_controls(html.unescape(value) if "&" in value else value)
    return None if text.strip() in blank else text


def _clean_titles(frame: pd.DataFrame) -> pd.DataFrame:
    """If most titles end in a year: titles without it and in natural order, and a column of years."""
    titles = frame["title"]
    texts = [title for title in titles if isinstance(title, str)]
    split = {text: split_year(text) for text in set(texts)}
    n_dated = sum(split[text][1] is not None for text in texts)
    if not texts or n_dated < _MIN_DATED * len(texts):
        return frame
    pairs = [split[title] if isinstance(title, str) else (title, None) for title in titles]
    years = pd.Series([np.nan if year is None else year for _, year in pairs], dtype=float)
    names = [natural_order(title) if isinstance(title, str) else title for title, _ in pairs]
    frame = frame.assign(title=pd.Series(names, dtype=object))
    return frame if "year" in frame else frame.assign(year=years)


def _most_complete(frame: pd.DataFrame, key: str) -> tuple[pd.DataFrame, int]:
    """One row for each id, the one with the fewest missing cells, ties by their text; and how many were left out."""
    repeated = frame[key].duplicated(keep=False)
    if not repeated.any():
        return frame, 0
    several = frame[repeated]
    texts = several.map(str).agg("\x1f".join, axis=1)
    ranked = several.assign(**{"\x1fcells": -several.notna().sum(axis=1), "\x1ftext": texts})
    best = ranked.sort_values(["\x1fcells", "\x1ftext"], kind="stable").drop_duplicates(key).index
    is_used = ~repeated | frame.index.isin(best)
    return frame[is_used], int((~is_used).sum())


def odd_facts(table: InputTable) -> list[OddCells]:
    """Implausible years of items and ages of users; they are used anyway."""
    locate = partial(_locate, table, None)
    years = odd_years(table.frame[table.roles["year"]], locate) if "year" in table.roles else ()
    others = [name for name in table.roles.others if name in table.frame]
    return [*years, *odd_ages(table.frame[others], locate)]


def _locate(table: InputTable, rows: NDArray[np.int64] | None, row: int) -> str:
    """Where a row of the table is; with ``rows`` (n,), ``row`` is a position among these."""
    row = row if rows is None else int(rows[row])
    return f"{table.file}, row {row + 1}" if table.locate is None else table.locate(row)


def _located(table: InputTable, error: RowError) -> DataError:
    if table.locate is not None:
        return error.located(table.locate(error.row))
    return DataError(f"{table.file}: {error}")


def cleaning_tables() -> dict[str, Any]:
    """The words and patterns of this module as JSON, for the page that reads files by the same rules."""
    return {
        "blank_ids": json_words(BLANK_IDS),
        "blank_facts": json_words(_BLANK_FACTS),
        "blank_titles": json_words(_BLANK_TITLES),
        "whole_float": json_pattern(WHOLE_FLOAT),
        "min_dated": _MIN_DATED,
        "controls": {"whitespace": json_pattern(WHITESPACE), "control": json_pattern(CONTROL)},
    }
