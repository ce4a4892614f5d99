"""Array types, and two row-wise helpers that several packages share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""Floating-point numbers: float32 to train, float64 to check gradients."""
Ids = NDArray[np.integer[Any]]
"""Row numbers of users, of items, or of rows of a batch."""

PAIR_NUMBERS = 1 << 17
"""Numbers that are gathered at once from the vectors of each side: both together fit in a processor's cache."""


def pair_dots(left: Array, rows: Ids, right: Array, columns: Ids) -> Array:
    """``left[rows] . right[columns]`` for P pairs, a block at a time: (P,)."""
    dots = np.empty(len(rows), left.dtype)
    n_pairs = max(1, PAIR_NUMBERS // max(1, left.shape[1]))
    for start in range(0, len(rows), n_pairs):
        block = slice(start, start + n_pairs)
        np.einsum("pd,pd->p", left.take(rows[block], axis=0), right.take(columns[block], axis=0), out=dots[block])
    return dots


def unit_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row (n, d) divided by its length, so that dot products are cosines; a row of zeros stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return unit
