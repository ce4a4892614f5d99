"""Items for a new user to start from: well known, and far apart on the map."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_SEED_ITEMS = 60
_POOL_FACTOR = 4
"""The pool that they are chosen from has this many times as many items, the most rated ones."""


def seed_items(
    points: NDArray[np.floating[Any]], counts: NDArray[np.integer[Any]], n: int = MAX_SEED_ITEMS
) -> list[int]:
    """Rows of items, the best to start from first.

    Farthest-point sampling weighted by popularity: first the most rated item; then, repeatedly, the item of the pool
    for which the distance to the nearest chosen item, times the square root of its ratings, is largest. So the first
    few items are already spread over the map. Ties go to the lower row.

    Args:
        points: (n_items, 2), on the map.
        counts: (n_items,), ratings of each; an unrated item is never chosen.
        n: how many at most.
    """
    by_count = np.argsort(-counts, kind="stable")[: _POOL_FACTOR * n]
    pool = np.sort(by_count[counts[by_count] > 0])
    if not len(pool):
        return []
    weight, distance = np.sqrt(counts[pool]), np.full(len(pool), np.inf)
    chosen = [int(counts[pool].argmax())]
    while len(chosen) < min(n, len(pool)):
        offset = points[pool] - points[pool[chosen[-1]]]
        distance = np.minimum(distance, np.hypot(offset[:, 0], offset[:, 1]))
        gain = distance * weight
        gain[chosen] = -1  # so that each of several items at the same point is chosen once
        chosen.append(int(gain.argmax()))
    return [int(pool[index]) for index in chosen]
