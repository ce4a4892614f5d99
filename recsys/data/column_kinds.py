"""Describe the columns of a table that was read, for the report: "1 to 5 by halves", "dates 2001-03-01 to ..."."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.columns import as_text, parse_numbers
from recsys.data.dataset import Dataset
from recsys.data.decimals import shortest_decimals
from recsys.data.input_table import InputTable
from recsys.data.rating_values import Form, ParsedRatings
from recsys.data.report import ColumnReport, TableReport
from recsys.data.times import unit_of_times
from recsys.text import without_controls

_MAX_EXAMPLE = 40
_N_CELLS = 100
"""Cells that say whether times are dates or numbers."""
_DAY = 86_400
_FORMS: dict[Form, str] = {
    "words": " (no and yes)", "percent": " percent", "stars": " stars", "grades": " (letters: F is 1, A is 6)",
}  # fmt: skip
_STEPS = {1.0: "", 0.5: " by halves", 0.25: " by quarters", 0.1: " by tenths"}


def describe_table(
    table: InputTable,
    frame: pd.DataFrame,
    dataset: Dataset,
    extra: Mapping[str, str],
    rating: ParsedRatings | None,
) -> TableReport:
    """The report of one table.

    Args:
        table: the table as it was read.
        frame: the cleaned table, with the package's names for columns.
        dataset: the data set that was made from it.
        extra: by name, what was done with the columns without a role.
        rating: how ratings were read; None for other tables.
    """
    columns = [
        ColumnReport(column.name, role, column.how, _kind(role, table.frame[column.name], frame, dataset, rating),
                     _example(table.frame[column.name]))
        for role, column in table.roles.columns.items()
    ]  # fmt: skip
    for name in table.roles.others:
        text = extra.get(name, extra.get(f"{name} (other)", "left out"))
        role = None if text.startswith("left out") else "feature"
        example = _example(table.frame[name]) if name in table.frame else ""
        columns.append(ColumnReport(name, role, "name" if role else None, text, example))
    n_rows = len(table.frame) if table.n_rows is None else table.n_rows
    return TableReport(table.roles.kind, table.file, table.description, n_rows, tuple(columns))


def _kind(
    role: Role, cells: pd.Series[Any], frame: pd.DataFrame, dataset: Dataset, rating: ParsedRatings | None
) -> str:
    if role not in frame:
        return "left out"
    match role:
        case "user" | "item":
            n = len(pd.unique(frame[role]))
            values = "text" if frame[role].dtype == object else "numbers"
            return f"{n:,} different, {values}"
        case "rating":
            return describe_ratings(dataset, rating)
        case "timestamp":
            return describe_times(frame["timestamp"].to_numpy(), are_dates=_are_dates(cells))
        case "year":
            years = dataset.years[np.isfinite(dataset.years) & (dataset.years != 0)]
            return f"{int(years.min())} to {int(years.max())}" if len(years) else "none"
        case "genres":
            return f"{len(dataset.genre_names):,} different"
        case _:
            return "text"


def describe_ratings(dataset: Dataset, parsed: ParsedRatings | None) -> str:
    """Ratings in a few words: "1 to 5 by halves", "counts from 0.1 to 11,754"."""
    if parsed is not None and parsed.form == "events":
        return f"events: {', '.join(parsed.events)}"
    ratings = dataset.rating
    low, high = (f"{float(value):,.12g}" for value in shortest_decimals(np.array([ratings.min(), ratings.max()])))
    if dataset.rating_scale.kind == "equal":
        return f"all {low}" if low == high else f"nearly all {high}"
    if dataset.rating_scale.kind == "counts":
        return f"counts from {low} to {high}"
    form = _FORMS.get(parsed.form, "") if parsed else ""
    return f"{low} to {high}{_step(ratings)}{form}"


def _step(ratings: NDArray[np.float32]) -> str:
    """The step of the scale in words, if all ratings are multiples of it."""
    values = shortest_decimals(np.sort(pd.unique(ratings))[:1000])
    for step, words in _STEPS.items():
        multiples = values / step
        if np.allclose(multiples, np.round(multiples), atol=1e-6):
            return words
    return ""


def describe_times(times: NDArray[np.int64], *, are_dates: bool) -> str:
    """Times in a few words, if they are plausible times since 1970.

    Args:
        times: (n,), as the data set has them.
        are_dates: whether they were written as dates, and not as numbers.

    Returns:
        "dates from 2001-03-01 to 2019-12-31", "times from ...", or "2001-03-01 to 2019-12-31, in seconds" of numbers.
    """
    low, high = int(times.min()), int(times.max())
    unit = unit_of_times(times)
    if unit is not None:
        with suppress(ValueError, OverflowError, OSError):
            name, per_second = unit
            days = [dt.datetime.fromtimestamp(t / per_second, dt.UTC).date().isoformat() for t in (low, high)]
            if not are_dates:
                return f"{days[0]} to {days[1]}, in {name}"
            are_days = not any(t % int(_DAY * per_second) for t in (low, high))
            return f"{'dates' if are_days else 'times'} from {days[0]} to {days[1]}"
    return f"numbers from {low:,} to {high:,}"


def _are_dates(cells: pd.Series[Any]) -> bool:
    """Whether a column of times has dates in any form, and not numbers."""
    known = list(islice(_known_texts(cells), _N_CELLS))
    return bool(parse_numbers(pd.Series(known, dtype=object))[1].mean() > 0.5) if known else False


def _example(column: pd.Series[Any]) -> str:
    """The first cell that is not blank, in one line and shortened."""
    text = next(_known_texts(column), "")
    return text if len(text) <= _MAX_EXAMPLE else f"{text[: _MAX_EXAMPLE - 3]}..."


def _known_texts(column: pd.Series[Any]) -> Iterator[str]:
    """The first cells that are not blank, each in one line."""
    for value in column.head(1000):
        is_known = value is not None and value == value
        text = without_controls(" ".join(as_text(value).split())) if is_known else ""
        if text:
            yield text
