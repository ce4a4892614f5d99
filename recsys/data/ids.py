"""Ids as the source wrote them: how they compare between tables, logs and models.

An id is a whole number of 64 bits or text. Two ids are the same if they are written the same: 1 and "1" are one id,
"007" and 7 are two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CANONICAL = re.compile(r"0|-?[1-9][0-9]*")


def written_id(value: Any) -> str:
    """One id as text, whatever holds it: 1, 1.0 and "1" are one id, "007" and 7 are two."""
    if isinstance(value, float | np.floating) and value.is_integer():
        return str(int(value))
    return str(value)


def written_ids(ids: NDArray[Any]) -> NDArray[np.object_]:
    """Each id as text, (n,) str objects; ids that are text are returned as they are."""
    if ids.dtype == object:
        return ids
    texts = np.empty(len(ids), object)
    texts[:] = list(map(str, ids.tolist()))
    return texts


def quoted_id(value: Any) -> str:
    """An id for a message: in quotes, unless it is a number or a word."""
    text = str(value)
    return text if re.fullmatch(r"[\w.-]+", text) else repr(text)


def comparable_ids(first: NDArray[Any], second: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two arrays of ids, (n,) and (m,), in one kind: as they are where the kinds agree, else both as text."""
    if (first.dtype == object) == (second.dtype == object):
        return first, second
    return written_ids(first), written_ids(second)


def ids_from_text(texts: Sequence[str]) -> NDArray[Any]:
    """The ids of one column, (n,): int64 if every text is the decimal form of a whole number, else objects."""
    if all(map(is_canonical, texts)):
        return np.array(list(map(int, texts)), np.int64)
    ids = np.empty(len(texts), object)
    ids[:] = texts
    return ids


def is_canonical(text: str) -> bool:
    """Whether a text is the decimal form of a whole number of 64 bits: "7" and "-7" are, "007" and "+7" are not."""
    return _CANONICAL.fullmatch(text) is not None and len(text) <= 20 and -(2**63) <= int(text) < 2**63
