"""MovieLens's ratings file as a frame: fast where all is well, line by line where it is not.

The slow way defines what a ratings file is; the fast way may only accept what the slow way accepts, with the same
result. Must not know about films, users' facts or downloads.
"""

from __future__ import annotations

import csv
import io
import warnings
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.movielens.delimited import Content, Row
from recsys.errors import DataError

LOWEST, HIGHEST = 0.0, 10.0
"""MovieLens rates from 0.5 to 5; others' ten-point scales pass, a timestamp in the rating's place does not."""

_TYPES = {"user": "int64", "item": "int64", "rating": "float64", "timestamp": "int64"}


def read_ratings(content: Content) -> pd.DataFrame:
    """Columns user, item, rating, timestamp, in the order of the file.

    Raises:
        DataError: a line is not as the file's table says, or there is none.
    """
    frame = _fast(content)
    if frame is None:
        frame = _slow(content)
    if not len(frame):
        raise DataError(f"{content.table.file} has no ratings (expected {content.table.expected})")
    return frame


def _fast(content: Content) -> pd.DataFrame | None:
    """By pandas' C parser; None if anything is odd."""
    data = _tab_separated(content)
    if data is None:
        return None
    separator = "\t" if len(content.table.separator) > 1 else content.table.separator
    try:
        frame = _parse(data, separator)
    except (ValueError, OverflowError):  # the parser's own errors are ValueErrors
        return None
    # A first line with too many fields shows as an index; nan and infinities are between nothing.
    sound = (
        isinstance(frame.index, pd.RangeIndex)
        and dict(frame.dtypes) == _TYPES
        and frame["rating"].between(LOWEST, HIGHEST).all()
    )
    return frame if sound else None


def _parse(data: bytes, separator: str) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # mixed types are a fault, which the caller sees
        return pd.read_csv(
            io.BytesIO(data),
            sep=separator,
            header=None,
            names=list(_TYPES),
            dtype={"rating": "float64"},  # the others are found, not asked for: asked for, "7.0" would pass as 7
            quoting=csv.QUOTE_NONE,
            na_filter=False,  # "NA" is a fault, not a missing value
            encoding="latin-1",  # any byte passes here; what is not a digit fails as a number
        )


def _tab_separated(content: Content) -> bytes | None:
    """The lines below the header with a separator of one byte, the C parser's condition; None if that is unclear."""
    table, data = content.table, content.data
    if table.header is not None:
        first, _, data = data.partition(b"\n")
        if first.strip() != table.header.encode():
            return None
    if len(table.separator) == 1:
        return data
    return None if b"\t" in data else data.replace(table.separator.encode(), b"\t")


def _slow(content: Content) -> pd.DataFrame:
    columns: dict[str, list[float]] = {field: [] for field in _TYPES}
    for row in content.rows():
        rating = row.number("rating")
        if not LOWEST <= rating <= HIGHEST:
            raise row.fault(f"rating {row.text('rating')!r} is not between {LOWEST:g} and {HIGHEST:g}")
        columns["rating"].append(rating)
        for field in ("user", "item", "timestamp"):
            columns[field].append(row.whole(field))
    return pd.DataFrame({field: np.array(values, _TYPES[field]) for field, values in columns.items()})


def check_known(content: Content, ratings: pd.DataFrame, field: str, known: pd.DataFrame, file: str) -> None:
    """Every rated item, or every user, has its line in the other file.

    Raises:
        DataError: one has none; the sentence names the first rating of it.
    """
    ids = ratings[field].unique()
    absent = ids[~np.isin(ids, known[field].to_numpy())]
    if len(absent):
        row = _row_at(content, ratings[field].to_numpy() == absent[0])
        raise row.fault(f"{field} {absent[0]} has no line in {file}", "add it there, or drop the rating")


def check_repeated(content: Content, ratings: pd.DataFrame) -> None:
    """No user rates an item twice.

    Raises:
        DataError: one does; the sentence names both lines.
    """
    again = ratings.duplicated(["user", "item"]).to_numpy()
    if again.any():
        user, item = ratings[["user", "item"]].iloc[int(again.argmax())]
        first = _row_at(content, ((ratings["user"] == user) & (ratings["item"] == item)).to_numpy())
        raise _row_at(content, again).fault(
            f"user {user} rates item {item} again, after line {first.line}", "keep one of the two lines"
        )


def _row_at(content: Content, mask: NDArray[np.bool_]) -> Row:
    """The row of the first rating where the mask (n_ratings,) is true."""
    return next(islice(content.rows(), int(mask.argmax()), None))
