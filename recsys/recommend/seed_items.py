"""Items for a new user to start from: well known, and far apart on the map."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_SEED_ITEMS = 60
_POOL_FACTOR = 4
"""They are chosen among this many times as many of the most rated items."""


def seed_items(
    points: NDArray[np.floating[Any]], counts: NDArray[np.integer[Any]], n: int = MAX_SEED_ITEMS
) -> list[int]:
    """Rows of items, best to start from first.

    Farthest-point sampling weighted by popularity: first the most rated item; then, over and over, the item of the
    pool for which the distance to the nearest chosen one, times the square root of its ratings, is largest. So every
    beginning of the list is spread over the map. Ties go to the lower row.

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
        gain[chosen] = -1  # so that several items at one point each get their turn
        chosen.append(int(gain.argmax()))
    return [int(pool[index]) for index in chosen]
