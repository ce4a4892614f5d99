"""What a model has to beat. Each baseline has ``scores(users)``, so that the same function judges it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset


class Popularity:
    """Everyone is shown what most people rated."""

    def __init__(self, train: Dataset) -> None:
        self.n_users = train.n_users
        self.counts = train.item_counts.astype(np.float32)

    def scores(self, users: NDArray[np.integer[Any]] | None = None) -> NDArray[np.float32]:
        """Number of training ratings of each item, the same for all users: float32 (n, n_items)."""
        n = self.n_users if users is None else len(users)
        return np.tile(self.counts, (n, 1))
