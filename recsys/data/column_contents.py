"""Guess from the contents of a column what it holds: ids, ratings, times, titles, lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import Role
from recsys.data.columns import as_text, plain
from recsys.data.json_tables import json_pattern
from recsys.data.rating_values import MAX_EVENTS, Form, parse_ratings
from recsys.errors import DataError

_DATE = re.compile(
    r"\s*(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{8}"
    r"|(?:[A-Za-zä]{3,9},?\s+)?\d{1,2}\.?[\s-]+[A-Za-zäéû]{3,9}\.?,?[\s-]+\d{2,4}"
    r"|(?:[A-Za-z]{3,9},?\s+)?[A-Za-zäéû]{3,9}\.?\s+\d{1,2},?\s+\d{4}"
    r"|[A-Z][a-z]{2}\s+[A-Z][a-z]{2}\s+\d{1,2}\s+\d\d:\d\d:\d\d\s.*\d{4})"
    r"(?:[T ,]+\d{1,2}[:h.]\d\d.*|T\d{6}.*)?\s*|\s*\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d.*"
)
_NUMBER = re.compile(r"\s*[-+]?(?:\d+(?:[.,]\d*)*|[.,]\d+)(?:[eE][-+]?\d+)?\s*")
_WHOLE = re.compile(r"\s*[-+]?\d+\s*")
_ITEM_ID = re.compile(r"(?:tt\d{5,}|(?:97[89])?\d{9}[\dX]|B0[0-9A-Z]{8}|https?://.*|[ipbm]_?\d+)", re.IGNORECASE)
_USER_ID = re.compile(r"(?:[ur]_?\d+|user.*|[^@\s]+@[^@\s]+\.\w+|A[0-9A-Z]{12,13})", re.IGNORECASE)
MIN_EPOCH, MAX_EPOCH = 5e8, 4.2e9
"""The years 1985 and 2103 in seconds since 1970: whole numbers between them may be times."""
_MAX_SCALE = 25
"""The largest number of distinct values on a scale of opinions."""
_MAX_TIGHT = 10
"""The highest number of a scale that is told apart from ids without other evidence."""
_MIN_IDS = 5
"""A text column with fewer distinct values, and 20 times as many rows, holds events instead of ids."""
_LENGTH_OF_TITLE = 100
"""Texts that are longer than this on average, in characters, are descriptions instead of titles."""


@dataclass(frozen=True)
class Contents:
    """Statistics of the known values of a column; shares are 0 if no value is known."""

    n_rows: int
    n_known: int
    n_unique: int
    share_whole: float
    share_number: float
    share_date: float
    share_rating_text: float
    share_epoch: float
    share_list: float
    share_item_id: float
    share_user_id: float
    low: float
    """The lowest number; NaN if there are no numbers. So is ``high`` for the highest."""
    high: float
    mean_length: float
    """The mean number of characters of a value."""
    mean_words: float
    is_counter: bool
    """Whole numbers that grow by 1 from row to row."""
    are_grades: bool = False
    """Letters from A to F, which are grades if the name of the column says rating, and may be ids elsewhere."""

    @property
    def share_unique(self) -> float:
        """The number of distinct values, divided by that of known values."""
        return self.n_unique / self.n_known if self.n_known else 0.0

    @property
    def is_whole(self) -> bool:
        """Whether all values are whole numbers."""
        return self.n_known > 0 and self.share_whole == 1.0

    @property
    def is_numeric(self) -> bool:
        """Whether nearly all values are numbers."""
        return self.n_known > 0 and self.share_number >= 0.95

    @property
    def is_date(self) -> bool:
        """Whether the values are texts, and most of them dates."""
        return self.share_date >= 0.5 and not self.is_numeric

    @property
    def is_time(self) -> bool:
        """Whether nearly all values are dates, or present-day numbers of seconds, milliseconds ... since 1970."""
        return self.n_known > 0 and (self.share_date >= 0.95 or (self.share_epoch >= 0.95 and not self.is_counter))

    @property
    def may_be_time(self) -> bool:
        """Whether a column whose name says time can hold times."""
        return self.n_known == 0 or self.share_date >= 0.5 or self.share_number >= 0.5

    @property
    def is_event(self) -> bool:
        """Whether the values are a few words that occur again and again."""
        return (self.n_known > 0 and not self.is_numeric and self.share_date < 0.5
                and self.n_unique <= min(MAX_EVENTS, max(1, self.n_known // 2)) and self.mean_words <= 3)  # fmt: skip

    @property
    def is_pure_event(self) -> bool:
        """Whether the values are such words without numbers among them; with some they are codes, such as 0 and S."""
        return self.is_event and self.share_rating_text == 0

    @property
    def may_be_rating(self) -> bool:
        """Whether a column whose name says rating can hold ratings."""
        are_ratings = self.share_rating_text >= 0.5 and not self.is_date
        return self.n_known == 0 or are_ratings or self.is_event or self.are_grades

    @property
    def is_scale(self) -> bool:
        """Whether the values are few distinct numbers in a small range, or texts such as "4/5" and "like"."""
        if self.n_known and self.share_rating_text >= 0.95 and not self.is_numeric:
            return not self.is_date
        return self.is_numeric and self.n_unique <= _MAX_SCALE and self.low >= -10 and self.high <= 100

    @property
    def is_opinion(self) -> bool:
        """Whether the values are a scale of at least three steps up to 10, or texts such as "4/5" and "like"."""
        is_stepped = self.n_unique > 2 and self.high <= _MAX_TIGHT
        return self.is_scale and self.n_unique > 1 and (is_stepped or not self.is_numeric)

    @property
    def may_be_year(self) -> bool:
        """Whether a column whose name says year can hold years."""
        return self.n_known == 0 or self.share_number >= 0.5 or self.share_date >= 0.5

    @property
    def is_list(self) -> bool:
        """Whether many cells hold several names with a separator."""
        return self.n_known > 0 and self.share_list >= 0.2

    @property
    def is_id(self) -> bool:
        """Whether the values may identify users or items: whole numbers, or short texts."""
        if not self.n_known or self.is_list or (self.share_date >= 0.95 and not self.is_whole):
            return False
        return self.is_whole or (not self.is_numeric and self.mean_length <= 80)

    @property
    def title_score(self) -> float:
        """How similar the values are to titles; 0 if they are not."""
        if (not self.n_known or self.is_numeric or self.is_list or self.share_date >= 0.5 or self.share_unique < 0.5
                or self.mean_length > _LENGTH_OF_TITLE or self.share_item_id >= 0.5):  # fmt: skip
            return 0.0
        return self.share_unique * min(self.mean_words, 4.0)


def describe_contents(column: pd.Series[Any]) -> Contents:
    """The figures of a column."""
    values = plain(column)
    if values.dtype.kind == "M":
        return _of_dates(values)
    known = values[values.notna().to_numpy()]
    texts = pd.Series([as_text(value) for value in known], dtype=object)
    texts = texts[texts.str.strip() != ""] if len(texts) else texts
    n = len(texts)
    if not n:
        nan = float("nan")
        return Contents(len(values), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, nan, nan, 0, 0, False)
    numbers = pd.to_numeric(texts.where(texts.map(lambda text: bool(_NUMBER.fullmatch(text)))).str.replace(",", "."),
                            errors="coerce").to_numpy(np.float64)  # fmt: skip
    whole = _share(texts, _WHOLE)
    has_number = bool(np.isfinite(numbers).any())
    form, share_rating_text = _share_ratings(texts)
    return Contents(
        n_rows=len(values),
        n_known=n,
        n_unique=int(texts.nunique()),
        share_whole=whole,
        share_number=_share(texts, _NUMBER),
        share_date=0.0 if values.dtype.kind in "iuf" else _share(texts, _DATE),
        share_rating_text=share_rating_text,
        share_epoch=_share_epoch(numbers) if whole == 1.0 else 0.0,
        share_list=float(texts.str.contains(r"[|]|;|, |^\[.*\]$", regex=True).mean()),
        share_item_id=_share(texts, _ITEM_ID),
        share_user_id=_share(texts, _USER_ID),
        low=float(np.nanmin(numbers)) if has_number else float("nan"),
        high=float(np.nanmax(numbers)) if has_number else float("nan"),
        mean_length=float(texts.str.len().mean()),
        mean_words=float(texts.str.count(r"\S+").mean()),
        is_counter=whole == 1.0 and n > 2 and bool((np.diff(numbers) == 1).all()),
        are_grades=form == "grades",
    )


def _of_dates(values: pd.Series[Any]) -> Contents:
    nan, n = float("nan"), int(values.notna().sum())
    share = 1.0 if n else 0.0
    return Contents(len(values), n, int(values.nunique()), 0, 0, share, 0, 0, 0, 0, 0, nan, nan, 10, 1, False)


def _share(texts: pd.Series[Any], pattern: re.Pattern[str]) -> float:
    return float(np.mean([bool(pattern.fullmatch(text)) for text in texts]))


def _share_ratings(texts: pd.Series[Any]) -> tuple[Form, float]:
    """The form of ratings, and the share of texts that can be read as such; 0 if any words, or any letters, could."""
    try:
        parsed = parse_ratings(texts)
    except DataError:  # numbers whose commas can be read in two ways
        return "numbers", 1.0
    return parsed.form, 0.0 if parsed.form in ("events", "grades") else float((~parsed.is_bad).mean())


def _share_epoch(numbers: NDArray[np.float64]) -> float:
    """The share of the numbers that may be times since 1970, in the unit in which this share is largest."""
    return max(float(((numbers >= MIN_EPOCH * unit) & (numbers <= MAX_EPOCH * unit)).mean())
               for unit in (1.0, 1e3, 1e6, 1e9))  # fmt: skip


def guess_rating_columns(
    contents: Mapping[str, Contents], known: Collection[Role]
) -> dict[Role, str]:
    """Guess the roles of the columns of a table of ratings whose names say nothing.

    Args:
        contents: the contents of the columns without a role, by name, in the order of the table.
        known: the roles that other columns have.
    """
    free = {name: column for name, column in contents.items() if column.n_known and _may_have_role(column)}
    n_ids = len({"user", "item"} - set(known))
    roles: dict[Role, str] = {}
    if "timestamp" not in known:
        times = [name for name, column in free.items() if column.is_time]
        if times and len(free) > n_ids and _may_spare(free, times[-1], n_ids):
            roles["timestamp"] = times[-1]
            del free[times[-1]]
    if "rating" not in known and len(free) > n_ids:
        rating = _guess_rating(free, n_ids)
        if rating is not None:
            roles["rating"] = rating
            del free[rating]
    ids = [name for name, column in free.items() if column.is_id]
    if len(ids) > n_ids and free[ids[0]].is_counter and free[ids[0]].share_unique == 1.0:
        ids = ids[1:]  # numbers of rows
    missing: list[Role] = [role for role in ("user", "item") if role not in known]
    if sum(not _is_few_words(free[name]) for name in ids) < len(missing):  # titles with commas look like lists
        ids = [name for name, column in free.items() if column.is_id or (column.is_list and column.mean_length <= 80)]
    for is_likely in (lambda column: column.n_known == column.n_rows, lambda column: not _is_few_words(column)):
        likely = [name for name in ids if is_likely(free[name])]
        ids = likely if len(likely) >= len(missing) else ids
    if len(ids) < len(missing):
        return {}
    chosen = ids[: len(missing)]
    if len(missing) == 2 and _is_item_first(free[chosen[0]], free[chosen[1]]):
        chosen.reverse()
    if not _may_be_log([free[name] for name in chosen], bool(roles) or bool({"rating", "timestamp"} & set(known))):
        return {}
    guessed = dict(zip(missing, chosen, strict=True))
    if "item" in guessed and free[guessed["item"]].n_unique == 1 < free[guessed["item"]].n_rows:
        return {}  # such as a table of orders, which names their stage but not what was ordered
    return roles | guessed


def _is_few_words(column: Contents) -> bool:
    """Whether a column has very few distinct values in many rows, as a column of events does."""
    return column.is_event and column.n_unique < _MIN_IDS <= column.n_known / 20


def _may_have_role(column: Contents) -> bool:
    """Whether a column may have a role: it is not the same number in all rows, as the last column of some logs."""
    return column.n_unique > 1 or column.n_rows <= 2 or not column.is_numeric


def _may_spare(free: Mapping[str, Contents], name: str, n_ids: int) -> bool:
    return sum(column.is_id for other, column in free.items() if other != name) >= n_ids


def _guess_rating(free: Mapping[str, Contents], n_ids: int) -> str | None:
    """The column that most probably holds ratings; of several equally probable ones, the last.

    The best evidence is numbers with fractions, which cannot be ids; next, a scale of a few numbers up to 10; next,
    that all columns but the last are needed as ids.
    """
    candidates = [name for name in free if _may_spare(free, name, n_ids)]
    last = list(free)[-1]
    is_only_one = last in candidates and len(free) == n_ids + 1
    numeric = [name for name in free if free[name].is_numeric]
    groups = (
        [name for name in candidates if free[name].is_numeric and not free[name].is_whole],
        [name for name in candidates if free[name].is_scale and not free[name].high > _MAX_TIGHT],
        [last] if is_only_one and (free[last].is_numeric or free[last].is_pure_event) else [],
        [name for name in candidates if free[name].is_scale],
        numeric if len(numeric) == 1 and numeric[0] in candidates and not free[numeric[0]].is_counter else [],
        [name for name in candidates if free[name].is_pure_event],
    )
    return next((group[-1] for group in groups if group), None)


def _is_item_first(first: Contents, second: Contents) -> bool:
    """Whether the first of two columns of ids is that of the items, against the usual order."""
    if first.share_item_id > 0.8 > second.share_item_id or second.share_user_id > 0.8 > first.share_user_id:
        return True
    if second.share_item_id > 0.8 or first.share_user_id > 0.8 or first.is_whole:
        return False
    return first.mean_words > 1.5 * second.mean_words and first.mean_length > 1.5 * second.mean_length


def _may_be_log(ids: Collection[Contents], has_more: bool) -> bool:
    """Whether columns of ids may be those of a log: one of them has repeated values, or there are very few rows."""
    n_rows = min(column.n_rows for column in ids)
    if n_rows < 20 and has_more:
        return n_rows > 1
    return any(column.share_unique < 0.9 for column in ids)


def content_tables() -> dict[str, Any]:
    """The patterns and limits of this module as JSON."""
    patterns = {"date": _DATE, "number": _NUMBER, "whole": _WHOLE, "item_id": _ITEM_ID, "user_id": _USER_ID}
    return {
        "min_epoch": MIN_EPOCH,
        "max_epoch": MAX_EPOCH,
        "max_scale": _MAX_SCALE,
        "max_tight": _MAX_TIGHT,
        "min_ids": _MIN_IDS,
        **{name: json_pattern(pattern) for name, pattern in patterns.items()},
    }
