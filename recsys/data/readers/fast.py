"""Parse blocks of delimited text with the C parser of pandas, only where the result is that of parsing rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.readers.cells import typed_cells
from recsys.data.readers.delimited import UNIT, Block, TextFormat

_NUMERIC = b"0123456789+-.eE \t\r\n\v\f"
"""The bytes of whole and decimal numbers, and of the white space around them."""
_ENDS = np.frombuffer(b"\n\r", np.uint8)
# From pandas 3.1 on, floats are always parsed as Python does, and the option is deprecated.
_EXACT_FLOATS: dict[str, Any] = (
    {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}
)
_MAX_EXACT = 2.0**53
"""Floats do not hold every whole number from here on; and a whole number of more than 64 bits is text."""
_QUOTE = ord('"')


def parse_block(
    form: TextFormat, block: Block, columns: Sequence[int], ids: Collection[int], known: dict[int, dict[str, str]]
) -> dict[int, NDArray[Any]] | None:
    """Some columns of a block, by position, as :func:`typed_cells` converts them; None if the block is not simple.

    Args:
        form: how lines are written.
        block: whole lines.
        columns: the positions of the columns.
        ids: those that hold ids.
        known: the texts of each column so far; see :func:`typed_cells`.
    """
    separator, (_, data) = form.dialect.separator, block
    n_fields = len(form.fields)
    if n_fields < 2 or separator == " " or b"\0" in data:
        return None
    if len(separator) > 1:  # the C parser needs a separator of one byte
        if UNIT.encode() in data:
            return None
        data, separator = data.replace(separator.encode(), UNIT.encode()), UNIT
    if form.dialect.quotes and b'"' in data:
        unquoted = None if form.dialect.backslashes and b"\\" in data else _without_quotes(data, separator)
        if unquoted is None:
            return None
        data = unquoted
    return _numbers(form, data, separator, columns, ids) or _texts(form, data, separator, columns, ids, known)


def _without_quotes(data: bytes, separator: str) -> bytes | None:
    """The data without quotes; None if some quotes do not surround a field without separators and line ends."""
    characters = np.frombuffer(data, np.uint8)
    is_end = np.isin(characters, _ENDS) | (characters == ord(separator))
    quotes = np.flatnonzero(characters == _QUOTE)
    if len(quotes) % 2:
        return None
    opening, closing = quotes[::2], quotes[1::2]
    begins = (opening == 0) | is_end[opening - 1]
    ends = (closing == len(data) - 1) | is_end[np.minimum(closing + 1, len(data) - 1)]
    n_ends = np.cumsum(is_end, dtype=np.int32)
    is_simple = begins.all() and ends.all() and np.array_equal(n_ends[opening], n_ends[closing])
    return data.translate(None, b'"') if is_simple else None


def _numbers(
    form: TextFormat, data: bytes, separator: str, columns: Sequence[int], ids: Collection[int]
) -> dict[int, NDArray[Any]] | None:
    """The columns of a block of nothing but numbers."""
    if data.translate(None, _NUMERIC + separator.encode()):  # pandas would also convert "True" to 1
        return None
    if b"0" * 20 in data:  # before pandas 3, digits after so many zeros are lost
        return None
    if _has_padding(data, separator):
        return None
    frame = _parse(form, data, separator, dtype=None)
    if frame is None:
        return None
    cells = {column: frame[column].to_numpy() for column in columns}
    for column, values in cells.items():
        is_float = column not in ids and values.dtype == np.float64 and (np.abs(values) < _MAX_EXACT).all()
        if values.dtype != np.int64 and not is_float:
            return None
    return cells


def _texts(
    form: TextFormat, data: bytes, separator: str, columns: Sequence[int], ids: Collection[int],
    known: dict[int, dict[str, str]],
) -> dict[int, NDArray[Any]] | None:  # fmt: skip
    """The columns of a block of any text."""
    frame = _parse(form, data, separator, dtype=object)
    if frame is None:
        return None
    cells = {
        column: typed_cells(frame[column].to_numpy(object), column in ids, known.setdefault(column, {}))
        for column in columns
    }
    # A row in which all these cells are empty may be blank, and blank rows are left out.
    maybe_blank = np.ones(len(frame), bool)
    for values in cells.values():
        maybe_blank &= values == "" if values.dtype == object else False
    return None if maybe_blank.any() else cells


def _parse(form: TextFormat, data: bytes, separator: str, dtype: Any) -> pd.DataFrame | None:
    n_fields = len(form.fields)
    try:
        frame = pd.read_csv(
            io.BytesIO(data),
            sep=separator,
            header=None,
            names=range(n_fields),
            dtype=dtype,
            quoting=csv.QUOTE_NONE,
            na_filter=False,  # "NA" is a text, not a missing value
            low_memory=False,  # a block is small as it is
            **_EXACT_FLOATS,
        )
    except (ValueError, OverflowError):  # the parser's own errors and bad UTF-8 are ValueErrors
        return None
    # If the first line has too many fields, the frame gets an index; if a later one does, pandas raises an error. A
    # line with too few fields has fewer separators.
    n_separators = data.count(separator.encode())
    is_regular = isinstance(frame.index, pd.RangeIndex) and n_separators == len(frame) * (n_fields - 1)
    return frame if is_regular else None


def _has_padding(data: bytes, separator: str) -> bool:
    """Whether a number in the block has a plus sign or leading zeros."""
    if b"+" in data or b"-0" in data:
        return True
    characters = np.frombuffer(b"\n" + data, np.uint8)  # (n,)
    # In ASCII, spaces and signs come before the decimal point, after which a zero may follow: 3.05.
    is_start = (characters[:-2] < ord(".")) | (characters[:-2] == ord(separator))
    is_start &= characters[1:-1] == ord("0")
    return bool((is_start & (characters[2:] >= ord("0")) & (characters[2:] <= ord("9"))).any())
