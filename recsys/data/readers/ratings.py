"""MovieLens's ratings file as a frame: fast where all is well, line by line where it is not.

The slow way defines what a ratings file is; the fast way may only accept what the slow way accepts, with the same
result. Must not know about films, users' facts or downloads.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Mapping
from itertools import chain, islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.readers.delimited import BLOCK, Content
from recsys.errors import DataError

LOWEST, HIGHEST = 0.0, 10.0
"""MovieLens rates from 0.5 to 5; others' ten-point scales pass, a timestamp in the rating's place does not."""

_PARSED = {"user": "int64", "item": "int64", "rating": "float64", "timestamp": "int64"}

_SIGNS = b"0123456789+-.eE \t\r\n\v\f"
"""All that whole and decimal numbers are written with, and what may stand around them."""


def read_ratings(content: Content) -> pd.DataFrame:
    """The ratings in the order of the file.

    Returns:
        Columns user and item (int32 where all fit, else int64), rating (float32), timestamp (int64).

    Raises:
        DataError: a line is not as the file's table says, or there is none.
    """
    frame = _fast(content)
    if frame is None:
        frame = _slow(content)
    if not len(frame):
        raise DataError(f"{content.table.file} has no ratings (expected {content.table.expected})")
    return frame


def _fast(content: Content, size: int = BLOCK) -> pd.DataFrame | None:
    """By pandas' C parser, ``size`` bytes at a time; None if anything is odd."""
    blocks = content.blocks(size)
    if content.table.header is not None:
        header, _, rest = next(blocks, b"").partition(b"\n")
        if header.removesuffix(b"\r") != content.table.header.encode():
            return None
        blocks = chain([rest], blocks)
    columns = _Columns()
    for block in blocks:
        if not block.strip(b" \r\n"):
            continue
        parsed = _parse(block, content.table.separator)
        if parsed is None:
            return None
        columns.append({field: parsed[field].to_numpy() for field in _PARSED})
    frame = columns.frame()
    return frame if len(frame) else None


def _parse(block: bytes, separator: str) -> pd.DataFrame | None:
    """The lines of one block; None if anything is odd."""
    if block.translate(None, _SIGNS + separator.encode()):  # the parser takes more for a number: "True" is 1 to it
        return None
    if len(separator) > 1:  # the C parser needs one of one byte
        if b"\t" in block:
            return None
        block, separator = block.replace(separator.encode(), b"\t"), "\t"
    try:
        frame = pd.read_csv(
            io.BytesIO(block),
            sep=separator,
            header=None,
            names=list(_PARSED),
            dtype={"rating": "float64"},  # the others are found, not asked for: asked for, "7.0" would pass as 7
            quoting=csv.QUOTE_NONE,
            na_filter=False,  # "NA" is a fault, not a missing value
            encoding="latin-1",  # any byte passes here; what is not a digit fails as a number
            low_memory=False,  # a block is small as it is
        )
    except (ValueError, OverflowError):  # the parser's own errors are ValueErrors
        return None
    # A first line with too many fields shows as an index; nan and infinities are between nothing.
    sound = (
        isinstance(frame.index, pd.RangeIndex)
        and dict(frame.dtypes) == _PARSED
        and frame["rating"].between(LOWEST, HIGHEST).all()
    )
    return frame if sound else None


def _slow(content: Content) -> pd.DataFrame:
    values: dict[str, array[Any]] = {field: array("d" if field == "rating" else "q") for field in _PARSED}
    for row in content.rows():
        rating = row.number("rating")
        if not LOWEST <= rating <= HIGHEST:
            raise row.fault(f"rating {row.text('rating')!r} is not between {LOWEST:g} and {HIGHEST:g}")
        values["rating"].append(rating)
        for field in ("user", "item", "timestamp"):
            values[field].append(row.whole(field))
    columns = _Columns()
    columns.append({field: np.asarray(values[field]) for field in _PARSED})
    return columns.frame()


class _Columns:
    """The ratings read so far, each value as narrow as it is kept.

    Arrays that grow where they lie: of pieces to be joined at the end a large log would need the memory twice.
    """

    def __init__(self) -> None:
        kinds = {"user": "i", "item": "i", "rating": "f", "timestamp": "q"}
        self._kept: dict[str, array[Any]] = {field: array(kind) for field, kind in kinds.items()}

    def append(self, values: Mapping[str, NDArray[Any]]) -> None:
        """More ratings, int64 and float64; ids take 32 bits until one needs 64."""
        for field, more in values.items():
            kept = self._kept[field]
            if kept.typecode == "i" and not _fits_32_bits(more):
                kept = self._kept[field] = array("q", np.asarray(kept).astype("q").tobytes())
            kept.frombytes(more.astype(kept.typecode).tobytes())

    def frame(self) -> pd.DataFrame:
        """All of them, not copied."""
        return pd.DataFrame({field: np.asarray(kept) for field, kept in self._kept.items()}, copy=False)


def _fits_32_bits(numbers: NDArray[np.int64]) -> bool:
    limits = np.iinfo(np.int32)
    return bool(limits.min <= numbers.min(initial=0) and numbers.max(initial=0) <= limits.max)


def check_known(content: Content, ratings: pd.DataFrame, field: str, known: pd.DataFrame, file: str) -> None:
    """Every rated item, or every user, has its line in the other file.

    Raises:
        DataError: one has none; the sentence names the first rating of it.
    """
    ids = ratings[field].unique()
    absent = ids[~np.isin(ids, known[field].to_numpy())]
    if len(absent):
        row = next(islice(content.rows(), int((ratings[field].to_numpy() == absent[0]).argmax()), None))
        raise row.fault(f"{field} {absent[0]} has no line in {file}", "add it there, or drop the rating")


def check_repeated(content: Content, ratings: pd.DataFrame) -> None:
    """No user rates an item twice.

    Raises:
        DataError: one does; the sentence names both lines.
    """
    user, item = ratings["user"].to_numpy(), ratings["item"].to_numpy()
    order = np.lexsort((item, user))  # a stable sort: equal pairs stay in the order of the file
    before, after = order[:-1], order[1:]
    again = after[(user[before] == user[after]) & (item[before] == item[after])]
    if len(again):
        later = int(again.min())
        earlier = int(((user == user[later]) & (item == item[later])).argmax())
        rows = content.rows()
        first = next(islice(rows, earlier, None))
        raise next(islice(rows, later - earlier - 1, None)).fault(
            f"user {user[later]} rates item {item[later]} again, after line {first.line}", "keep one of the two lines"
        )
