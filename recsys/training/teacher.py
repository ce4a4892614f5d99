"""What a model is held to while it learns: linear towers with every user's history.

Their scores are told as narrow factors, a batch at a time. Knows nothing of losses or training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from recsys.models.linear import LinearTowers, own_shares
from recsys.nn.losses import Factors
from recsys.nn.negatives import pair_dots
from recsys.training.batches import Batch


class Teacher:
    """Linear towers with every user's history: what a model is held to while it learns.

    Args:
        towers: as fitted.
        histories: (n_users, n_items), each user's films.
    """

    def __init__(self, towers: LinearTowers, histories: sparse.csr_array[Any]) -> None:
        self.items = towers.items
        self.users = histories @ towers.history
        self.selves = own_shares(histories.data, histories.indices, towers.history, towers.items)
        user = np.repeat(np.arange(histories.shape[0]), np.diff(histories.indptr))
        self.own = pair_dots(self.users, user, towers.items, histories.indices) - self.selves

    def scores(self, batch: Batch) -> Factors:
        """Of the batch's films for its users; no film adds to its own score."""
        return Factors(
            users=self.users[batch.users],
            items=self.items[batch.items],
            bias=np.zeros(len(batch.items), self.items.dtype),
            selves=self.selves[batch.entries],
            own=self.own[batch.entries],
        )
