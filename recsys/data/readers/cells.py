"""Convert the cells of a column, which are text, to what all of them are: whole numbers, floats, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.ids import is_canonical, written_ids

_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ANY_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ANY_WHOLE = re.compile(r"[+-]?[0-9]+")
_SHORT_NUMBERS = re.compile(r"(?:(?:0|-?[1-9][0-9]{0,17})\n)*(?:0|-?[1-9][0-9]{0,17})")
_WHOLE = re.compile(r"-?[0-9]+")


def is_plain_number(text: str) -> bool:
    """Whether a text is a finite number in the usual notation, unlike "nan", "1_0", "007" or "+7".

    Nor is a whole number of more than 64 bits, because a float would lose its last digits.
    """
    if not _NUMBER.fullmatch(text) or abs(float(text)) == float("inf"):
        return False
    return is_canonical(text) or not _WHOLE.fullmatch(text)


def problem_of_number(text: str) -> str | None:
    """Why a text is not a finite number; None if it is one, with a plus sign or leading zeros too."""
    if not _ANY_NUMBER.fullmatch(text):
        return "is not a number"
    return "is not a finite number" if abs(float(text)) == float("inf") else None


def problem_of_integer(text: str) -> str | None:
    """Why a text is not a whole number of 64 bits; None if it is one, with a plus sign or leading zeros too."""
    if not _ANY_WHOLE.fullmatch(text):
        return "is not a whole number"
    number = Decimal(text)  # exact, and without the limit of int() on digits
    return None if -(2**63) <= number < 2**63 else "does not fit 64 bits"


def typed_cells(texts: NDArray[np.object_], is_id: bool, known: dict[str, str]) -> NDArray[Any]:
    """The cells of a column, (n,): int64 or float64 if all are numbers, else text, where equal texts are one object.

    Args:
        texts: str objects, (n,).
        is_id: whether the column holds ids, so that "2.5" and "1e3" are text.
        known: the text objects of the column so far, by their text; new ones are added.
    """
    codes, written = pd.factorize(texts)
    unique = [text.strip() for text in written]
    if _are_canonical(unique):
        return np.array(list(map(int, unique)), np.int64)[codes]
    if not is_id and all(map(is_plain_number, unique)):
        return np.array(list(map(float, unique)), np.float64)[codes]
    return text_array([known.setdefault(text, text) for text in unique])[codes]


def text_array(texts: Sequence[str]) -> NDArray[np.object_]:
    """Texts as an array of str objects, (n,)."""
    objects = np.empty(len(texts), object)
    objects[:] = texts
    return objects


def _are_canonical(texts: Sequence[str]) -> bool:
    """Whether all texts are whole numbers of 64 bits in their decimal form; most by a single match, for speed."""
    together = "\n".join(texts)
    is_simple = together.count("\n") == len(texts) - 1 and _SHORT_NUMBERS.fullmatch(together) is not None
    return is_simple or all(map(is_canonical, texts))


def narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers in 32 bits if these hold all of them exactly; a copy, so that the original block can be freed."""
    if values.dtype == np.int64 and len(values) and values.min() >= -(2**31) and values.max() < 2**31:
        return values.astype(np.int32)
    if values.dtype == np.float64:
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        if np.array_equal(single, values):
            return single
    return values.copy()


def text_of(value: Any) -> str:
    """A value as the cell of a table: a list of texts as ``A|B``, an object as JSON, nothing for null."""
    match value:
        case str():
            return value.strip()
        case None:
            return ""
        case np.ndarray():
            return text_of(value.tolist())
        case bytes():
            return value.decode(errors="replace").strip()
        case list() if all(isinstance(part, str | int | float) for part in value):
            return "|".join(text_of(part).replace("|", "/") for part in value)
        case list() | dict():
            return msgspec.json.encode(value, enc_hook=str).decode()
        case _:
            return str(value)


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The parts of a column as one array of a type that holds them all: text if one part is text."""
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
    """A column of the same dtype as the array; by default, pandas would convert objects to its own type of text."""
    return pd.Series(values, dtype=values.dtype, copy=False)
