"""Popularity: every user gets the items that most users rated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.baselines.protocol import BaselineSpec
from recsys.data.dataset import Dataset
from recsys.evaluation.cold_start import UntunedColdStart
from recsys.nn.arrays import Ids


class Popularity:
    """Ranks items by their number of training ratings.

    Args:
        train: the ratings to learn from.

    >>> import recsys
    >>> dataset = recsys.load_dataset("sample")
    >>> recsys.Popularity(dataset).scores(users=[0, 1]).shape
    (2, 515)
    """

    is_thread_safe = True

    def __init__(self, train: Dataset) -> None:
        self.user_ids, self.item_ids = train.user_ids, train.item_ids
        self.n_users = train.n_users
        self.counts = train.item_counts.astype(np.float32)

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """Number of training ratings of each item, the same for all users: float32 (n, n_items)."""
        n = self.n_users if users is None else len(users)
        return np.tile(self.counts, (n, 1))

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """The same for N new users, whatever they rated (N, n_items): float32 (N, n_items)."""
        return np.tile(self.counts, (ratings.shape[0], 1))


BASELINE = BaselineSpec(
    label="Popularity",
    colour=("#8b8494", "#8f8799"),
    factory=Popularity,
    cold_start=UntunedColdStart(lambda train, number: Popularity(train)),
    relative_time=0.0,
)
