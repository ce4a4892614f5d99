"""What a model is held to while it learns: linear towers with every user's history.

Their scores are told as narrow factors, a batch at a time. Knows nothing of losses or training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.batches import Batch
from recsys.models.linear import LinearTowers, own_shares
from recsys.nn.layers import Array
from recsys.nn.losses import Factors

_BLOCK = 100_000
"""Pairs that are worked on at once, so that memory stays bounded."""


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
        self.own = _dots(self.users, user, towers.items, histories.indices) - self.selves

    def scores(self, batch: Batch) -> Factors:
        """Of the batch's films for its users; no film adds to its own score."""
        return Factors(
            users=self.users[batch.users],
            items=self.items[batch.items],
            bias=np.zeros(len(batch.items), self.items.dtype),
            selves=self.selves[batch.entries],
            own=self.own[batch.entries],
        )


def _dots(left: Array, rows: NDArray[np.integer[Any]], right: Array, columns: NDArray[np.integer[Any]]) -> Array:
    """``left[rows] . right[columns]``, a block at a time: (P,)."""
    found = np.empty(len(rows), left.dtype)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        np.einsum("pd,pd->p", left[rows[block]], right[columns[block]], out=found[block])
    return found
