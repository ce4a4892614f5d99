"""Recognise a table with a row for each user and a column for each item, as polls and spreadsheets have it.

Such a table has no column of items: its columns are named after the items, and the cells are the ratings. It is
recognised only because all cells are on the same scale, which makes it a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys.config import Role
from recsys.data.column_contents import Contents, describe_contents
from recsys.data.column_names import WEAK, is_id_name, matches_of_name, same_name
from recsys.data.columns import as_text
from recsys.data.rating_values import ParsedRatings, parse_ratings
from recsys.errors import DataError

_MIN_ITEMS = 3
_MIN_MANY = 5
"""With at least so many columns of ratings, there may be any number of other columns."""
_MAX_OTHERS = 2
"""With fewer columns of ratings, there may be at most so many other columns."""
_MIN_UNIQUE = 0.9
"""At least this share of the users must be distinct in a table with a row for each user."""
_MIN_UNIQUE_OF_ALL = 0.5
"""The same if there are no columns except those of users, times and ratings."""
_MIN_ZEROS = 0.2
"""If at least this share of the cells is 0, and the scale begins with 1, a 0 may mean "not rated"."""
_MAX_VALUES = 25
"""The largest number of distinct ratings in all columns."""
_TOPS = (1.0, 5.0, 7.0, 10.0, 20.0, 100.0)
"""The highest values of the usual scales."""
_MAX_MARK = 3
"""The largest number of characters of a mark such as "x" or "✓"."""
_NAMELESS = re.compile(r"column \d+( \(\d+\))?|Unnamed: \d+")
_QUESTION = re.compile(r"(.*?)\s*\[([^\[\]]+)\]", re.DOTALL)
"""The name of a column of a form with a row of answers for each item: "How do you rate these games? [Catan]"."""


@dataclass(frozen=True)
class WideLayout:
    """What the columns of such a table are.

    Attributes:
        items: the item of each column of ratings, by the name of the column, in the order of the table.
        question: the text with which the names of all these columns begin; "" if there is none.
        user: the column of users; None if only the number of a row identifies a user.
        is_user_named: whether the column of users is known by its name or the settings, and not by its contents.
        timestamp: the column of times; None if there is none.
        others: the names of all other columns.
        is_zero_blank: whether a 0 means "not rated".
    """

    items: Mapping[str, str]
    question: str
    user: str | None
    is_user_named: bool
    timestamp: str | None
    others: tuple[str, ...]
    is_zero_blank: bool = False


def find_wide_layout(sample: pd.DataFrame, has_header: bool, named: Mapping[Role, str]) -> WideLayout | None:
    """The layout of a table with a row for each user and a column for each item; None for any other table.

    Args:
        sample: its first rows.
        has_header: whether the columns have names.
        named: the names of columns in the settings, by role; if one is for items or ratings, this is another table.
    """
    names = [str(name) for name in sample.columns]
    chosen = {role: same_name(name, names) for role, name in named.items()}
    if not has_header or len(names) < _MIN_ITEMS or chosen.get("item") or chosen.get("rating"):
        return None
    contents = {name: describe_contents(sample.iloc[:, index]) for index, name in enumerate(names)}
    scales = [name for name in names if name not in chosen.values() and _is_scale(name, contents[name])]
    opinions = [name for name in scales if contents[name].is_scale]
    scales = opinions if len(opinions) >= _MIN_ITEMS else scales  # otherwise marks are ratings
    questions = {name: match.groups() for name in scales if (match := _QUESTION.fullmatch(name))}
    question = ""
    if len(questions) >= _MIN_ITEMS:
        question = Counter(before for before, _ in questions.values()).most_common(1)[0][0]
        ratings = [name for name, (before, _) in questions.items() if before == question]
    else:
        questions = {}
        ratings = _on_one_scale(scales, sample)
    items = {name: questions[name][1].strip() if questions else name for name in ratings}
    others = [name for name in names if name not in items]
    if not _is_enough(items, others) or not _have_one_form(sample, ratings):
        return None
    if not questions and (_has_items(others) or _is_log(ratings)):
        return None
    user, is_named = _user_column(others, contents, chosen.get("user"))
    timestamp = chosen.get("timestamp") or _time_column([name for name in others if name != user], contents)
    is_all = not set(others) - {user, timestamp}  # no column may be the item, so users who recur answered twice
    min_unique = _MIN_UNIQUE_OF_ALL if is_all else _MIN_UNIQUE
    if user is not None and contents[user].share_unique < min_unique and not chosen.get("user"):
        return None
    if user is None and len(items) < _MIN_MANY:
        return None
    others = [name for name in others if name not in (user, timestamp)]
    return WideLayout(items, question, user, is_named, timestamp, tuple(others), _is_zero_blank(sample, ratings))


def _is_scale(name: str, column: Contents) -> bool:
    """Whether a column may hold opinions of the item after which it is called."""
    if _NAMELESS.fullmatch(name):
        return False
    roles = {match.role for match in matches_of_name(name) if match.rank < WEAK}
    if not _QUESTION.fullmatch(name) and (roles & {"user", "timestamp", "year"} or is_id_name(name)):
        return False
    is_mark = column.n_unique == 1 and column.mean_length <= _MAX_MARK and column.share_date == 0
    return column.n_known > 0 and column.n_unique <= _MAX_VALUES and (column.is_scale or is_mark)


def _on_one_scale(names: Sequence[str], sample: pd.DataFrame) -> list[str]:
    """The columns within the most frequent range, which excludes a column of ages."""
    ranges: dict[str, tuple[float, float]] = {}  # a mark counts as 1
    for name in names:
        numbers = _parsed([as_text(value) for value in sample[name].dropna()]).values
        if np.isfinite(numbers).any():
            ranges[name] = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    highs = Counter(high for _, high in ranges.values())
    high = max(highs, key=lambda value: (highs[value], value), default=0.0)
    low = min((low for low, top in ranges.values() if top == high), default=0.0)
    high = next((top for top in _TOPS if high <= top), high)  # few answers may not include the highest
    return [name for name, (lowest, highest) in ranges.items() if lowest >= min(low, 0.0) and highest <= high]


def _is_enough(items: Mapping[str, str], others: Sequence[str]) -> bool:
    n = len(set(items.values()))
    return n == len(items) and (n >= _MIN_MANY or (n >= _MIN_ITEMS and len(others) <= _MAX_OTHERS))


def _have_one_form(sample: pd.DataFrame, ratings: Sequence[str]) -> bool:
    """Whether the cells of all columns can be read as ratings of the same scale, with few distinct ones."""
    cells = [as_text(value) for name in ratings for value in sample[name].dropna()]
    parsed = _parsed(cells)
    known = parsed.values[~np.isnan(parsed.values)]
    if parsed.form == "events":
        return len(parsed.events) == 1
    return bool(parsed.is_bad.mean() <= 0.05) and 1 < len(np.unique(known)) <= _MAX_VALUES


def _is_zero_blank(sample: pd.DataFrame, ratings: Sequence[str]) -> bool:
    """Whether 0 means "not rated": it is the most frequent of all numbers, below a scale that begins with 1."""
    parsed = _parsed([as_text(value) for name in ratings for value in sample[name].dropna()])
    values, counts = np.unique(parsed.values[~np.isnan(parsed.values)], return_counts=True)
    is_scale = parsed.form == "numbers" and len(values) >= 4 and values[0] == 0 and values[1] >= 0.5
    return bool(is_scale and counts[0] >= max(counts[1:].max(), _MIN_ZEROS * counts.sum()))


def _parsed(cells: Sequence[str]) -> ParsedRatings:
    """Cells as ratings; all are bad if it cannot be known what commas mean."""
    try:
        return parse_ratings(pd.Series(cells, dtype=object))
    except DataError:
        return ParsedRatings(np.full(len(cells), np.nan), np.ones(len(cells), bool))


def _has_items(others: Sequence[str]) -> bool:
    """Whether another column names items, so that the columns of numbers are features or criteria of these."""
    for name in others:
        ranks: dict[Role, int] = {match.role: match.rank for match in matches_of_name(name)}
        if "user" in ranks or "timestamp" in ranks:
            continue
        if "item" in ranks or "title" in ranks:
            return True
    return False


def _is_log(ratings: Sequence[str]) -> bool:
    """Whether one or two of the columns are called ratings or items, as in a log.

    In a table with a column for each item, all may be: "Film 1", "Film 2", or "Rating of Catan", "Rating of Chess".
    """
    called: dict[Role, int] = Counter(
        match.role for name in ratings for match in matches_of_name(name) if match.rank < WEAK
    )
    return any(0 < called.get(role, 0) < _MIN_ITEMS for role in ("item", "rating"))


def _user_column(
    names: Sequence[str], contents: Mapping[str, Contents], chosen: str | None
) -> tuple[str | None, bool]:
    """The column of users, and whether its name or the settings say so."""
    if chosen is not None:
        return chosen, True
    ranks = [(match.rank, name) for name in names for match in matches_of_name(name) if match.role == "user"]
    ranks += [(WEAK, name) for name in names if is_id_name(name)]
    if ranks:
        return min(ranks, key=lambda pair: pair[0])[1], True
    unique = [name for name in names if contents[name].share_unique == 1.0 and contents[name].n_known > 1
              and contents[name].n_known == contents[name].n_rows and not contents[name].is_time
              and (contents[name].is_id or not contents[name].is_numeric)]  # fmt: skip
    return (unique[0], False) if unique else (None, False)


def _time_column(names: Sequence[str], contents: Mapping[str, Contents]) -> str | None:
    ranks = [(match.rank, name) for name in names for match in matches_of_name(name)
             if match.role == "timestamp" and contents[name].may_be_time]  # fmt: skip
    if ranks:
        return min(ranks, key=lambda pair: pair[0])[1]
    return next((name for name in names if contents[name].share_date >= 0.95), None)


def describe_wide(layout: WideLayout) -> str:
    """A sentence that says what was guessed."""
    shown = ", ".join(list(layout.items.values())[:3])
    users = "a row is a user" if layout.user is None else f"a row is a user, named by {layout.user!r}"
    return (
        f"this seems to be a table with a row for each user and a column for each item: {users}, and a column is an "
        f"item, {len(layout.items)} in all ({shown}{', ...' if len(layout.items) > 3 else ''}); if it is not, save "
        f"it with a row for each rating{'. A 0 is taken for no rating' * layout.is_zero_blank}"
    )
