"""Similar items: nearest neighbours by the cosine of item vectors, shrunk where few ratings support it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.data.twins import Twins
from recsys.evaluation.candidates import exclude
from recsys.evaluation.ranking import largest
from recsys.nn.arrays import unit_vectors

SHRINKAGE = 5
"""Ratings with which a cosine counts half, chosen on validation users of five logs: tests/benchmarks/RESULTS.md."""
SIMILARITY_BLOCK = 48
"""Items whose similarities to all others are computed at once: with 27,000 others 5 MB, which stay in a processor's
cache from one pass to the next."""


def similar_items(
    vectors: NDArray[np.float32],
    counts: NDArray[np.int64],
    k: int,
    twins: Twins | None = None,
    shrinkage: float = SHRINKAGE,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k most similar other items with positive similarity.

    The similarity of items i and j is::

        cos(v_i, v_j) m / (m + shrinkage),  m = min(n_i, n_j)

    where v are their vectors and n the numbers of ratings that these were learned from. A vector learned from few
    ratings mostly reflects the few users who gave them, and is close to whatever else they rated; so a cosine is
    shrunk towards 0, as Bell and Koren (2007) shrink correlations. The smaller of the two counts decides, as in the
    significance weighting of Herlocker et al. (1999): for a rare item all more popular items are shrunk alike, so
    that in a log where most items have one to three ratings it still has other rare items as neighbours. An item
    without a rating has no neighbours, and is a neighbour of none.

    Args:
        vectors: (n_items, d); a vector of zeros has similarity 0 to everything.
        counts: (n_items,), how many ratings each item has in the training part.
        k: how many neighbours each item gets.
        twins: of the catalogue: an item's own twins are not listed, and of other twins only the most similar is.
        shrinkage: in ratings; 0 is the plain cosine.

    Returns:
        Items and similarities, both (n_items, k), most similar first, ties to the lower index; -1 and -inf where
        there are fewer.
    """
    n, unit = len(vectors), unit_vectors(vectors)
    items, similarity = np.full((n, k), -1, np.int32), np.full((n, k), -np.inf, np.float32)
    support = (counts / np.maximum(counts + shrinkage, 1)).astype(np.float32)  # rises with the count, as m does
    width = min(k, n)
    for start in range(0, n, SIMILARITY_BLOCK):
        rows = slice(start, start + SIMILARITY_BLOCK)
        block = unit[rows] @ unit.T  # (block, n), cosines
        np.clip(block, -1, 1, out=block)  # rounding may give a little more than 1
        block *= np.minimum.outer(support[rows], support)
        exclude(block, (np.arange(len(block)), np.arange(n)[rows]), twins)  # an item is not its own neighbour
        items[rows, :width], similarity[rows, :width] = largest(block, width)
    items[similarity <= 0], similarity[similarity <= 0] = -1, -np.inf
    return items, similarity
