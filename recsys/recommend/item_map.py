"""Where the items of a model are on the map, by principal components and by neighbours; and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.recommend.neighbour_layout import neighbour_layout
from recsys.recommend.pca import Projection, principal_components
from recsys.recommend.similar import similar_items
from recsys.recommend.trustworthiness import trustworthiness
from recsys.schema import Trustworthiness

N_NEIGHBOURS = 15
"""Neighbours of an item that the layout puts near it, and that trustworthiness compares."""
MAX_LAID_OUT = 10_000
"""The most rated items are laid out by neighbours; the time is about proportional. Pages draw fewer."""


@dataclass(frozen=True, eq=False)
class ItemMap:
    """The maps of one model.

    Attributes:
        projection: all items on their first two principal components.
        laid_out: (m,), the items in the layout by neighbours, ascending.
        neighbour_layout: float32 (m, 2), their coordinates.
        trustworthiness: of both maps, over the items that are laid out; None if these are too few.
    """

    projection: Projection
    laid_out: NDArray[np.intp]
    neighbour_layout: NDArray[np.float32]
    trustworthiness: Trustworthiness | None


def map_items(
    vectors: NDArray[np.float32],
    n_ratings: NDArray[np.int64],
    n_train: NDArray[np.int64],
    rng: np.random.Generator,
    max_laid_out: int = MAX_LAID_OUT,
) -> ItemMap:
    """The maps of a model's item vectors.

    The neighbours are those that are listed as similar items. An item without a training rating counts as having one,
    so that it is placed next to the items with the most similar vectors.

    Args:
        vectors: (n_items, d).
        n_ratings: (n_items,), of each item in the whole log; the most rated are laid out, ties to the lower index.
        n_train: (n_items,), ratings that each vector was learned from.
        rng: draws the points that repel others in the layout.
        max_laid_out: how many items are laid out at most.
    """
    projection = principal_components(vectors)
    laid_out = np.sort(np.argsort(-n_ratings, kind="stable")[:max_laid_out])
    known = vectors[laid_out]
    neighbours, _ = similar_items(known, np.maximum(n_train[laid_out], 1), N_NEIGHBOURS)
    layout = neighbour_layout(neighbours, projection.points[laid_out], rng)
    k = min(N_NEIGHBOURS, (len(known) - 1) // 2)
    measured = None
    if k:
        projection_trust, layout_trust = (
            round(trustworthiness(known, points, k), 4) for points in (projection.points[laid_out], layout)
        )
        measured = Trustworthiness(k=k, projection=projection_trust, neighbour_layout=layout_trust)
    return ItemMap(projection, laid_out, layout, measured)
