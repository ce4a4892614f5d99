"""Convert the cells of a column, which are text, to what all of them are: whole numbers, numbers, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.ids import is_canonical, written_ids

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def is_plain_number(text: str) -> bool:
    """Whether a text is a finite number without ornaments; ``float`` would also take "nan", "inf" and "1_0"."""
    return _NUMBER.fullmatch(text) is not None and abs(float(text)) < float("inf")


def typed_cells(texts: NDArray[np.object_], is_id: bool, known: dict[str, str]) -> NDArray[Any]:
    """The cells of a column, (n,): int64 or float64 if all are numbers, else text, each text one object.

    Args:
        texts: str objects, (n,).
        is_id: "2.5" and "1e3" are text, as in a version number.
        known: every text of the column so far, by itself; new ones are added.
    """
    codes, written = pd.factorize(texts)
    unique = [text.strip() for text in written]
    if all(map(is_canonical, unique)):
        return np.array(list(map(int, unique)), np.int64)[codes]
    if not is_id and all(map(is_plain_number, unique)):
        return np.array(list(map(float, unique)), np.float64)[codes]
    objects = np.empty(len(unique), object)
    objects[:] = [known.setdefault(text, text) for text in unique]
    return objects[codes]


def narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers in 32 bits where all of them are the same in 32 bits; a copy, so that no block is kept in memory."""
    if values.dtype == np.int64 and len(values) and values.min() >= -(2**31) and values.max() < 2**31:
        return values.astype(np.int32)
    if values.dtype == np.float64:
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        if np.array_equal(single, values):
            return single
    return values.copy()


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The parts of a column as one, in the type that holds them all; whole numbers are text if one part is."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return np.empty(0, object)
    if any(part.dtype == object for part in parts):
        return np.concatenate([written_ids(part) for part in parts])
    kinds = {part.dtype.kind for part in parts}
    if kinds == {"i", "f"}:  # numpy would join int32 and float32 as float64, and int64 and float64 as well
        return np.concatenate([part.astype(np.float64) for part in parts])
    return np.concatenate(parts)


def series(values: NDArray[Any]) -> pd.Series[Any]:
    """A column of the array's dtype: left to itself, pandas makes text of objects, which is converted back later."""
    return pd.Series(values, dtype=values.dtype, copy=False)
