"""Users in thirds, by how much and by how popular things they rated; and what each third is recommended.

Knows ratings and lists, not models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset

ACTIVITY = ("few", "some", "many")
TASTE = ("niche", "mixed", "mainstream")

FORMULAS = {
    "by_activity": "nDCG over the evaluated users of each third by n_train, cut at numpy.quantile(n_train, [1/3, "
    "2/3], method='lower'), a user at a cut in the lower third; thirds without a user are left out; intervals as for "
    "the metrics, with resamples of the third's own users",
    "popularity": "a user's mean n_train over the items of their list (recommended) or of their training part "
    "(rated); the mean over the users of each third by the latter, cut in the same way",
}


@dataclass(frozen=True, eq=False)
class Group:
    """Some of the evaluated users.

    Attributes:
        name: which third.
        low, high: the least and the greatest of their values.
        members: bool (n_evaluated,).
    """

    name: str
    low: float
    high: float
    members: NDArray[np.bool_]


def thirds(values: NDArray[Any], names: Sequence[str]) -> tuple[Group, ...]:
    """Cut users (n,) in three by their values, equals always together; a third with nobody in it is left out."""
    cuts = np.quantile(values, [1 / 3, 2 / 3], method="lower")
    third = np.searchsorted(cuts, values, side="left")
    found = []
    for place, name in enumerate(names):
        members = third == place
        if members.any():
            found.append(Group(name, float(values[members].min()), float(values[members].max()), members))
    return tuple(found)


def rated_popularity(train: Dataset, users: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Mean number of ratings of what each user (n,) rated: float64 (n,); each has a rating in ``train``."""
    total = np.bincount(train.user, train.item_counts[train.item], train.n_users)
    mean: NDArray[np.float64] = total[users] / train.user_counts[users]
    return mean


def listed_popularity(train: Dataset, items: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Mean number of ratings of the items of each list (n, k): float64 (n,); 0 for an empty list."""
    there = items >= 0
    total = np.where(there, train.item_counts[items], 0).sum(axis=1)
    mean: NDArray[np.float64] = total / np.maximum(there.sum(axis=1), 1)
    return mean
