"""Convert arrays to what JSON can hold: ids to text, numbers to four decimals, large arrays to base64.

``templates/assets/shared/decode.js`` decodes base64 in a page.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recsys.errors import OutputError

Encoding = Literal["uint8", "int8", "uint16", "uint32", "float16"]


def ids(values: NDArray[Any]) -> list[str]:
    """Ids of the source as text."""
    return [str(value) for value in values.tolist()]


def rounded(values: NDArray[Any]) -> Any:
    """To 4 decimals, as Python numbers; -0.0 becomes 0.0, which reads better and compresses better."""
    return (np.round(np.asarray(values, np.float64), 4) + 0.0).tolist()


def encode_array(values: NDArray[Any], dtype: Encoding, file: str) -> str:
    """Base64 of an array of any shape, row by row.

    Args:
        values: finite numbers; integers for the integer types, which hold them exactly. float16 rounds to 11 bits.
        dtype: how each number is stored.
        file: the file that the text is for, for the error message.

    Raises:
        OutputError: a number is outside the range of the type, or is not finite.
    """
    info = np.finfo(dtype) if dtype == "float16" else np.iinfo(dtype)
    with np.errstate(over="ignore"):
        encoded = np.ascontiguousarray(values, np.dtype(dtype).newbyteorder("<"))
    # Out of range, a float16 becomes infinite and an integer wraps around.
    fits = np.isfinite(encoded).all() if dtype == "float16" else np.array_equal(encoded, values)
    if not fits:
        largest = np.abs(values).max()
        raise OutputError(f"{file}: {largest} does not fit in {dtype}; expected {int(info.min)} to {int(info.max)}")
    return base64.b64encode(encoded.tobytes()).decode()


def encode_bits(codes: NDArray[np.integer[Any]], bits: int) -> str:
    """Base64 of integers of ``bits`` bits each, without gaps, the high bit first; zeros fill the last byte.

    Args:
        codes: from 0 to below ``2 ** bits``, any shape, row by row.
        bits: 1 to 16.
    """
    pairs = np.ascontiguousarray(codes, ">u2").reshape(-1, 1).view(np.uint8)  # (n, 2), the high byte first
    each = np.unpackbits(pairs, axis=1)[:, 16 - bits :]  # (n, bits)
    return base64.b64encode(np.packbits(each).tobytes()).decode()


def padded(lists: Sequence[Sequence[int]], width: int, padding: int) -> NDArray[np.int64]:
    """(len(lists), width): a list in each row, and ``padding`` after it.

    Args:
        lists: of at most ``width`` numbers.
        width: of a row.
        padding: fills what is left of it.
    """
    rows = np.full((len(lists), width), padding, np.int64)
    for row, values in zip(rows, lists, strict=True):
        row[: len(values)] = values
    return rows
