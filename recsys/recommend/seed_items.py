"""Films to begin with: well known, and far from each other on the map.

Knows counts and places, nothing of models or pages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 60
"""Films to begin with."""
_AMONG = 4
"""They are found among so many times as many of the most rated."""


def starters(places: NDArray[np.floating[Any]], counts: NDArray[np.integer[Any]], most: int = MOST) -> list[int]:
    """Rows of films, best to begin with first.

    The most rated film; then, over and over, of the most rated ones the film with the largest distance to the nearest
    chosen one, times the root of its number of ratings. So the beginning of the list, too, is spread over the map.
    Equals go to the lower row.

    Args:
        places: (n_films, 2), on the map.
        counts: (n_films,), ratings of each; what nobody rated is never chosen.
        most: how many.
    """
    order = np.argsort(-counts, kind="stable")[: _AMONG * most]
    among = np.sort(order[counts[order] > 0])
    if not len(among):
        return []
    fame, distance = np.sqrt(counts[among]), np.full(len(among), np.inf)
    chosen = [int(counts[among].argmax())]
    while len(chosen) < min(most, len(among)):
        last = places[among] - places[among[chosen[-1]]]
        distance = np.minimum(distance, np.hypot(last[:, 0], last[:, 1]))
        worth = distance * fame
        worth[chosen] = -1  # of films at one place each has its turn
        chosen.append(int(worth.argmax()))
    return [int(among[place]) for place in chosen]
