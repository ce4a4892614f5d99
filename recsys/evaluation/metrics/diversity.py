"""Intra-list diversity by genres (Ziegler et al. 2005): how little the items of one list have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.categories import known_categories
from recsys.evaluation.metrics.metric import ListMetric, TrainingCounts

BLOCK_PAIRS = 1_000_000
"""Pairs of listed items compared at once, which bounds memory."""


def diversity(items: NDArray[np.integer[Any]], train: TrainingCounts) -> float | None:
    """Mean over lists (n, k) of the mean over their pairs of 1 - Jaccard index of the genres.

    Items without a genre are left out, and so are lists with fewer than two others; None where no list is left.
    """
    known_names = set(known_categories(train.genre_names))
    genres = train.genres[:, [name in known_names for name in train.genre_names]]
    n_genres = genres.sum(axis=1)  # (n_items,)
    total, n_lists = 0.0, 0
    block = max(1, BLOCK_PAIRS // items.shape[1] ** 2)
    for start in range(0, len(items), block):
        listed = items[start : start + block]
        known = (listed >= 0) & (n_genres[listed] > 0)
        sets = (genres[listed] & known[:, :, None]).astype(np.float32)  # (n, k, n_genres)
        # Of 0/1 rows, a dot product counts the genres in both: one product gives all pairs of a list.
        intersection = sets @ sets.transpose(0, 2, 1)  # (n, k, k)
        size = sets.sum(axis=2)
        union = size[:, :, None] + size[:, None, :] - intersection
        jaccard = np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)
        similarity = jaccard.sum(axis=(1, 2), dtype=float)  # (n,)
        n = known.sum(axis=1)
        comparable = n > 1
        # The sum has each item with itself, which is 1, and each pair twice: subtract n, divide by n (n - 1).
        n, similarity = n[comparable], similarity[comparable]
        total += float((1 - (similarity - n) / (n * (n - 1))).sum())
        n_lists += int(comparable.sum())
    return total / n_lists if n_lists else None


METRIC = ListMetric(
    "diversity",
    "Diversity",
    "mean over lists of the mean over pairs of their items of 1 - (genres in both / genres in either); "
    "items without a genre and lists with less than two others are left out; null where no list is left",
    diversity,
)
