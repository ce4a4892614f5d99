"""A MovieLens ratings file as a frame: block by block with pandas, and row by row where pandas finds something odd.

Rows define what a ratings file is: pandas may only accept what they accept, with the same result.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.ids import comparable_ids, ids_from_text, quoted_id, written_ids
from recsys.data.readers.delimited import Block, Row, Table, TableFile, parse_rows
from recsys.errors import DataError

MIN_RATING, MAX_RATING = 0.0, 10.0
"""MovieLens rates from 0.5 to 5; other ten-point scales pass, a timestamp in the rating's column does not."""

_TYPES = {"user": "int64", "item": "int64", "rating": "float64", "timestamp": "int64"}
_IDS = ("user", "item")

_NUMERIC = b"0123456789+-.eE \t\r\n\v\f"
"""All that whole and decimal numbers are written with, and the whitespace that may surround them."""


def read_ratings(file: TableFile) -> pd.DataFrame:
    """The ratings in the order of the file.

    Returns:
        Columns user and item (int32 where all fit, else int64; text as it is written if one is not written like a
        number, such as 007), rating (float32), timestamp (int64).

    Raises:
        DataError: a line is not as the file's table says, or there is none.
    """
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in _TYPES}
    for block in file.blocks():
        frame = _parse_fast(file.table, block)
        frame = _parse_rows(file.table, block) if frame is None else frame
        for name in _TYPES:
            parts[name].append(_narrow(name, frame[name].to_numpy()))
    if not any(map(len, parts["user"])):
        raise DataError(f"{file.table.file} has no ratings (expected {file.table.expected})")
    # Joined one after the other, so that only one column needs its memory twice; ids of 64 bits widen those of 32.
    return pd.DataFrame({name: _series(_joined(parts.pop(name))) for name in _TYPES}, copy=False)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """The parts of a column as one; all as text if one is."""
    if any(part.dtype == object for part in parts):
        parts = [written_ids(part) for part in parts if len(part)]
    return np.concatenate(parts)


def _series(values: NDArray[Any]) -> pd.Series[Any]:
    """A column of the array's dtype: left to itself, pandas makes text of objects, which is converted back later."""
    return pd.Series(values, dtype=values.dtype, copy=False)


def _parse_fast(table: Table, block: Block) -> pd.DataFrame | None:
    """The block by pandas' C parser; None if anything in it is odd."""
    separator, (_, data) = table.separator, block
    if data.translate(None, _NUMERIC + separator.encode()):  # pandas takes more for numbers: "True" is 1 to it
        return None
    if b"0" * 20 in data:  # before pandas 3, a digit after so many zeros is lost
        return None
    if len(separator) > 1:  # the C parser needs a separator of one byte
        if b"\t" in data:
            return None
        data, separator = data.replace(separator.encode(), b"\t"), "\t"
    is_padded = _has_padding(data)
    try:
        frame = pd.read_csv(
            io.BytesIO(data),
            sep=separator,
            header=None,
            names=list(_TYPES),
            # The others are inferred, then checked: asked for int64, "7.0" would pass. As objects they stay text.
            dtype={"rating": "float64"} | (dict.fromkeys(_IDS, "object") if is_padded else {}),
            quoting=csv.QUOTE_NONE,
            na_filter=False,  # "NA" is an error, not a missing value
            low_memory=False,  # a block is small as it is
        )
    except (ValueError, OverflowError):  # the parser's own errors are ValueErrors
        return None
    # A first line with too many fields shows as an index; nan and infinities are not between the limits.
    if not (isinstance(frame.index, pd.RangeIndex) and frame["rating"].between(MIN_RATING, MAX_RATING).all()):
        return None
    if is_padded and not _convert_ids(table, frame):
        return None
    checked = [name for name in _TYPES if not (is_padded and name in _IDS)]
    return frame if all(frame[name].dtype == _TYPES[name] for name in checked) else None


def _has_padding(data: bytes) -> bool:
    """Whether a number in the block begins with a plus sign, or with a zero and another digit."""
    if b"+" in data or b"-0" in data:
        return True
    characters = np.frombuffer(b"\n" + data, np.uint8)  # (n,)
    # A separator, a space or a sign is below the decimal point, which may stand before a zero: 3.05.
    is_start = (characters[:-2] < ord(".")) & (characters[1:-1] == ord("0"))
    return bool((is_start & (characters[2:] >= ord("0")) & (characters[2:] <= ord("9"))).any())


def _convert_ids(table: Table, frame: pd.DataFrame) -> bool:
    """Convert ids that were read as text to what they are, in place; False if one is no whole number of 64 bits."""
    for name in _IDS:
        codes, texts = pd.factorize(frame[name])
        try:
            stripped = [Row(replace(table, fields=(name,)), 0, [text]).id(name) for text in texts]
        except DataError:
            return False
        frame[name] = _series(ids_from_text(stripped)[codes])
    return True


def _parse_rows(table: Table, block: Block) -> pd.DataFrame:
    """The block line by line, to say which line is wrong and why."""
    values = []
    for row in parse_rows(table, [block]):
        rating = row.number("rating")
        if not MIN_RATING <= rating <= MAX_RATING:
            raise row.error(f"rating {row.text('rating')!r} is not between {MIN_RATING:g} and {MAX_RATING:g}")
        values.append((row.id("user"), row.id("item"), rating, row.integer("timestamp")))
    users, items, ratings, times = zip(*values, strict=True) if values else ((), (), (), ())
    columns = (ids_from_text(users), ids_from_text(items), np.array(ratings, np.float64), np.array(times, np.int64))
    return pd.DataFrame({name: _series(column) for name, column in zip(_TYPES, columns, strict=True)})


def _narrow(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """A copy of one column in 32 bits, where it is of ratings, or of ids that all fit; text as it is."""
    if name == "rating":
        return values.astype(np.float32)
    is_number = name in _IDS and values.dtype != object
    fits = is_number and len(values) and values.min() >= -(2**31) and values.max() < 2**31
    return values.astype(np.int32) if fits else values.copy()


def check_known(file: TableFile, ratings: pd.DataFrame, field: str, known: pd.DataFrame, known_file: str) -> None:
    """Require a line in the other file for every rated item, or for every user.

    Raises:
        DataError: one has none; the message names the line of its first rating.
    """
    unknown = ids_not_in(ratings[field], known[field])
    if len(unknown):
        row = _row(file, int((ratings[field].to_numpy() == unknown[0]).argmax()))
        problem = f"{field} {quoted_id(unknown[0])} has no line in {known_file}"
        raise row.error(problem, "add it there, or drop the rating")


def ids_not_in(column: pd.Series[Any], known: pd.Series[Any]) -> NDArray[Any]:
    """The ids of a column, each once and in its order, that another column has not."""
    unique = np.asarray(column.unique())
    first, second = comparable_ids(unique, known.to_numpy())
    unknown: NDArray[Any] = unique[~np.asarray(pd.Series(first).isin(second))]
    return unknown


def check_repeated(file: TableFile, ratings: pd.DataFrame) -> None:
    """Require that no user rates an item twice.

    Raises:
        DataError: one does; the message names both lines.
    """
    pairs = ratings[["user", "item"]]
    repeats = np.flatnonzero(pairs.duplicated())
    if len(repeats):
        user, item = pairs.iloc[repeats[0]]
        first = int(((pairs["user"] == user) & (pairs["item"] == item)).to_numpy().argmax())
        raise _row(file, int(repeats[0])).error(
            f"user {quoted_id(user)} rates item {quoted_id(item)} again, after line {_row(file, first).line}",
            "keep one of the two lines",
        )


def _row(file: TableFile, position: int) -> Row:
    return next(islice(file.rows(), position, None))
