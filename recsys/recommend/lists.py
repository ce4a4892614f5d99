"""From scores to what people see: every user's list, their best-rated items, and which items are alike.

Knows fitted models and ratings, nothing of JSON or pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by
from recsys.evaluation.metrics import hits
from recsys.evaluation.ranking import Scorer, best, top_k

_ALIKE = 256
"""Items whose likeness to all others is worked out at once: of 27,000 others 27 MB."""


@dataclass(frozen=True, eq=False)
class Lists:
    """One model's list for every user.

    Attributes:
        items: int32 (n_users, k), best first; -1 where a user has fewer unseen items.
        scores: float32 (n_users, k); -inf there.
        held_out: (n_users, k), true where the user rated the item in the hidden part.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    held_out: NDArray[np.bool_]


def recommend(fitted: Scorer, train: Dataset, test: Dataset | None, k: int) -> Lists:
    """The k best unseen items of every user.

    Raises:
        ConfigError: k is below 1 or above the number of items.
        DataError: a score is not finite.
    """
    users = np.arange(train.n_users)
    items, scores = top_k(fitted, users, k, exclude=train)
    held_out = np.zeros(items.shape, bool) if test is None else hits(items, users, test)
    return Lists(items, scores, held_out)


def best_rated(train: Dataset, n: int) -> list[NDArray[np.int64]]:
    """Each user's ``n`` best ratings, as positions in ``train``; ties: the newest, then the lower item index."""
    _, level = np.unique(-train.rating, return_inverse=True)
    ages = () if train.timestamp is None else (-train.timestamp,)
    order = order_by(train.user, level, *ages, train.item)
    ends = np.cumsum(train.user_counts)
    return [order[end - count : end][:n] for end, count in zip(ends, train.user_counts, strict=True)]


def similar_items(vectors: NDArray[np.float32], k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k nearest other items by cosine, in blocks; a vector of zeros is like nothing.

    Args:
        vectors: (n_items, d).
        k: neighbours of each.

    Returns:
        Items and similarities, both (n_items, k), nearest first; -1 and -inf where there are fewer other items.
    """
    n, unit = len(vectors), unit_vectors(vectors)
    items, similarity = np.full((n, k), -1, np.int32), np.full((n, k), -np.inf, np.float32)
    kept = min(k, n)
    for start in range(0, n, _ALIKE):
        rows = slice(start, start + _ALIKE)
        cosine = unit[rows] @ unit.T
        np.clip(cosine, -1, 1, out=cosine)
        cosine[np.arange(len(cosine)), np.arange(n)[rows]] = -np.inf
        items[rows, :kept], similarity[rows, :kept] = best(cosine, kept)
    return items, similarity


def unit_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row (n, d) divided by its length, so that products are cosines; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return unit
