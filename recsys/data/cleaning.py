"""Clean the rows of a file before they become ratings: blanks, unreadable values, and what stands for "not rated".

Errors name file and line. Frames that a caller made are not cleaned: what they hold is meant.
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
"""What stands for nothing in tables of items and users."""
_ROLES = frozenset(get_args(Role))
_BLANK_TITLES = frozenset(["", "\\N"])
_MIN_DATED = 0.5
"""Share of the titles that end in a year, such as "(1995)", from which on the year is no part of the title."""


@dataclass
class CleanTable:
    """A table whose columns have the names that the package gives them.

    Attributes:
        frame: its rows.
        notes: sentences about what was done.
        warnings: sentences about values that can hardly be meant, and are used all the same.
        rating: of ratings, what the column was read as; None without one.
        counts: of ratings, the rows that are none or lack something.
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
        table: of ratings.
        lenient: leave out rows without user or item, or with values that cannot be read, instead of refusing them.
        meanings: of the cells, where the table is a part of a log; None where it is all of it.

    Raises:
        DataError: there is such a row.
    """
    meanings = meanings or WholeLogMeanings()
    roles, frame = table.roles, table.frame
    n = len(frame)
    counts, rating = RowCounts(), None
    is_skipped, is_unrated = np.zeros(n, bool), np.zeros(n, bool)
    reasons: dict[int, str] = {}

    def handle(mask: NDArray[np.bool_], error: Callable[[int], RowError]) -> None:
        """Refuse the first of some rows, or skip them all."""
        rows = np.flatnonzero(mask & ~is_skipped)
        if len(rows) and not lenient:
            raise _located(table, error(int(rows[0])))
        is_skipped[rows] = True
        for row in rows[:MAX_REASONS].tolist():
            reasons[row] = str(_located(table, error(row)))

    columns: dict[str, Any] = {}
    keys: tuple[Key, ...] = ("user", "item")
    for role in keys:
        columns[role], is_missing = meanings.ids(role, frame[roles[role]])
        handle(is_missing, partial(MissingCellError, f"{role} id", after="expected one in every row"))
    if "rating" in roles:
        try:
            parsed = meanings.ratings(frame[roles["rating"]])
        except DataError as error:
            raise DataError(f"{table.file}: {error}") from None
        handle(parsed.is_bad, partial(_unreadable, "rating", frame[roles["rating"]], "a number"))
        blank = np.isnan(parsed.values) & ~parsed.is_bad
        counts.n_blank = int(blank.sum())
        if meanings.has_any("rating", ~(blank | is_skipped)):
            value = meanings.unrated_value(parsed)
            is_value = np.zeros(n, bool) if value is None else parsed.values == value
            counts.n_unrated, counts.unrated = int(is_value.sum()), value
            is_unrated = blank | is_value
            rating, columns["rating"] = parsed, parsed.values
    if "timestamp" in roles:
        times = frame[roles["timestamp"]]
        missing = is_blank(times, BLANK)
        bad = np.zeros(n, bool)
        if lenient and not missing.all():
            bad[~missing] = meanings.unreadable_times(times[~missing])
            handle(bad, partial(_unreadable, "time", times, "a time like the others"))
        known = ~(missing | bad)
        if meanings.has_any("timestamp", known):
            columns["timestamp"] = _fill_times(table, times, known, meanings)
            counts.n_timeless = int((missing & ~is_skipped).sum())
            rows = np.flatnonzero(known & ~is_skipped)
            if len(rows):
                locate = partial(_locate, table, rows)
                counts.odd_cells = list(meanings.odd_times(columns["timestamp"][rows], times.iloc[rows], locate))
    facts: tuple[Role, ...] = ("title", "year", "genres")
    for fact in facts:
        if fact in roles and roles[fact] in frame:
            columns[fact] = frame[roles[fact]]
    columns |= {name: frame[name] for name in roles.others if name in frame and name not in _ROLES}
    counts.n_skipped = int(is_skipped.sum())
    counts.reasons = [reasons[row] for row in sorted(reasons)[:MAX_REASONS]]
    log = pd.DataFrame(columns, copy=False)
    kept = ~(is_skipped | is_unrated)
    if not kept.all():
        log = log[kept].reset_index(drop=True)
    counts.odd_cells += odd_facts(table)
    return CleanTable(log, counts.notes(roles, log), list(map(str, counts.odd_cells)), rating, counts)


def _unreadable(what: str, column: pd.Series[Any], expected: str, row: int) -> RowError:
    """An error about one cell, whose text is shortened."""
    text = str(column.iloc[row])
    shown = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
    return RowError(f"{what} {shown!r}", row, f"cannot be read; expected {expected}")


def _fill_times(
    table: InputTable, times: pd.Series[Any], known: NDArray[np.bool_], meanings: Meanings
) -> NDArray[np.int64]:
    """Times (n,), the oldest where there is none."""
    rows = np.flatnonzero(known)
    try:
        values = meanings.timestamps(times.iloc[rows].reset_index(drop=True) if len(rows) < len(times) else times)
    except RowError as error:
        raise _located(table, RowError(error.before, int(rows[error.row]), error.after)) from None
    except DataError as error:
        raise DataError(f"{table.file}: {error}") from None
    if len(rows) == len(times):
        return values
    result = np.full(len(times), max(meanings.oldest(values), -(2**63) + 1) - 1, np.int64)
    result[rows] = values
    return result


def clean_facts(table: InputTable) -> CleanTable:
    """A table of items or users, each of them once, with None where a cell is blank.

    Of several rows about one, the most complete is used. Titles have no HTML entities, and no year at their end where
    most titles have one; rows without an id are left out.
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
    """A cell without HTML entities around text, and without control characters; None where it is blank."""
    if not isinstance(value, str):
        return value
    text = without_controls(html.unescape(value) if "&" in value else value)
    return None if text.strip() in blank else text


def _clean_titles(frame: pd.DataFrame) -> pd.DataFrame:
    """Titles without years at their end, in natural order, where most of them have one."""
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
    """One row for each id, and how many were left out: the one with the most cells, ties by their text."""
    repeated = frame[key].duplicated(keep=False)
    if not repeated.any():
        return frame, 0
    several = frame[repeated]
    texts = several.map(str).agg("\x1f".join, axis=1)
    ranked = several.assign(**{"\x1fcells": -several.notna().sum(axis=1), "\x1ftext": texts})
    best = ranked.sort_values(["\x1fcells", "\x1ftext"], kind="stable").drop_duplicates(key).index
    keep = ~repeated | frame.index.isin(best)
    return frame[keep], int((~keep).sum())


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
    """The words and patterns of this module as JSON."""
    return {
        "blank_ids": json_words(BLANK_IDS),
        "blank_facts": json_words(_BLANK_FACTS),
        "blank_titles": json_words(_BLANK_TITLES),
        "whole_float": json_pattern(WHOLE_FLOAT),
        "min_dated": _MIN_DATED,
        "controls": {"whitespace": json_pattern(WHITESPACE), "control": json_pattern(CONTROL)},
    }
