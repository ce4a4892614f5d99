"""How far a map can be trusted: whether points that are near on it have near vectors (Venna and Kaski 2001)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from recsys.nn.arrays import unit_vectors

BLOCK = 256
"""Vectors whose cosines to all others are computed at once: with 10,000 others, 10 MB."""


def trustworthiness(
    vectors: NDArray[np.float32], points: NDArray[np.floating[Any]], k: int
) -> float:
    """Whether the k nearest points on a map have near vectors: 1 if these are the k nearest ones, at worst 0.

    With U_k(i) the points that are among the k nearest of i on the map but not by their vectors, and r(i, j) the rank
    of j among all others by the cosine of its vector with that of i::

        1 - 2 / (n k (2 n - 3 k - 1)) * sum over i, j in U_k(i) of (r(i, j) - k)

    Vectors of equal cosine share the best of their ranks, so that their order does not matter.

    Args:
        vectors: (n, d).
        points: (n, 2), their positions on the map.
        k: size of the neighbourhoods; at least 1 and below n / 2, for which the formula was normalised.
    """
    n = len(vectors)
    if not 1 <= k < n / 2:
        raise ValueError(f"k is {k}; expected at least 1 and less than half of the {n} points")
    unit, nearest = unit_vectors(vectors), _nearest(points, k)
    excess = 0
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        cosines = unit[rows] @ unit.T  # (block, n)
        of_nearest = np.take_along_axis(cosines, nearest[rows], axis=1)  # (block, k)
        cosines[np.arange(len(rows)), rows] = -np.inf  # an item is not one of the others
        cosines.sort(axis=1)
        for ascending, values in zip(cosines, of_nearest, strict=True):
            ranks = 1 + n - np.searchsorted(ascending, values, side="right")
            excess += int(np.maximum(ranks - k, 0).sum())
    return 1 - 2 * excess / (n * k * (2 * n - 3 * k - 1))


def _nearest(points: NDArray[np.floating[Any]], k: int) -> NDArray[np.intp]:
    """The k nearest other points of each: (n, k)."""
    _, indices = cKDTree(points).query(points, k + 1)
    # A point is among its own nearest, unless more than k others lie exactly on it: then drop the last.
    is_other = indices != np.arange(len(points))[:, None]
    is_other[is_other.all(axis=1), -1] = False
    nearest: NDArray[np.intp] = indices[is_other].reshape(len(points), k)
    return nearest
