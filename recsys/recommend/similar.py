"""Similar items: nearest neighbours by the cosine of item vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.data.twins import Twins
from recsys.evaluation.candidates import exclude
from recsys.evaluation.ranking import largest
from recsys.nn.arrays import unit_vectors

SIMILARITY_BLOCK = 256
"""Items whose similarities to all others are computed at once: with 27,000 others, 27 MB."""


def similar_items(
    vectors: NDArray[np.float32], k: int, twins: Twins | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k nearest other items by cosine; a vector of zeros has similarity 0 to everything.

    Args:
        vectors: (n_items, d).
        k: neighbours of each.
        twins: of the catalogue: an item's own twins are not among its nearest, and of others only the nearest one.

    Returns:
        Items and similarities, both (n_items, k), nearest first; -1 and -inf where there are fewer other items.
    """
    n, unit = len(vectors), unit_vectors(vectors)
    items, similarity = np.full((n, k), -1, np.int32), np.full((n, k), -np.inf, np.float32)
    width = min(k, n)
    for start in range(0, n, SIMILARITY_BLOCK):
        rows = slice(start, start + SIMILARITY_BLOCK)
        cosine = unit[rows] @ unit.T  # (block, n)
        np.clip(cosine, -1, 1, out=cosine)  # rounding may carry it a little beyond
        exclude(cosine, (np.arange(len(cosine)), np.arange(n)[rows]), twins)  # an item is no neighbour of its own
        items[rows, :width], similarity[rows, :width] = largest(cosine, width)
    return items, similarity
