"""The distillation teacher: closed-form linear towers whose scores a model is pulled towards (Hinton et al. 2015).

Scores are given as narrow factors, a batch at a time, so that no matrix of users by items is made.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from scipy import sparse

from recsys.data.sorting import position_in_group
from recsys.models.linear import LinearTowers, self_contributions
from recsys.nn.arrays import Ids, pair_dots
from recsys.nn.losses import Factors


class Teacher:
    """Linear towers and the history of every user.

    Args:
        towers: as fitted.
        histories: (n_users, n_items), each user's items, 1 divided by the square root of their number.
    """

    def __init__(self, towers: LinearTowers, histories: sparse.csr_array[Any]) -> None:
        self.towers, self.starts = towers, histories.indptr
        self.users = histories @ towers.history  # (n_users, d)
        self.self_contributions = self_contributions(
            histories.data, histories.indices, towers.history, towers.items
        )  # (n_ratings,)
        user = np.repeat(np.arange(histories.shape[0]), np.diff(histories.indptr))
        dots = pair_dots(self.users, user, towers.items, histories.indices)
        self.positive_scores = dots - self.self_contributions  # (n_ratings,)

    def of_users(self, users: Ids) -> Teacher:
        """The same for some of the users alone."""
        lengths = np.diff(self.starts)[users]
        entries = np.repeat(self.starts[users], lengths) + position_in_group(lengths)
        part = copy.copy(self)
        part.starts = np.r_[0, np.cumsum(lengths)]
        part.users, part.self_contributions = self.users[users], self.self_contributions[entries]
        part.positive_scores = self.positive_scores[entries]
        return part

    def scores(self, users: Ids, items: Ids, entries: Ids) -> Factors:
        """Scores of ``items`` (F,) for ``users`` (U,), no item adding to its own score.

        Args:
            users: ids.
            items: ids.
            entries: (P,), which stored entries of the histories the pairs of the batch are.
        """
        return Factors(
            users=self.users[users],
            items=self.towers.items[items],
            bias=np.zeros(len(items), self.users.dtype),
            self_contributions=self.self_contributions[entries],
            positive_scores=self.positive_scores[entries],
        )
