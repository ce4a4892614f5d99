"""A trained model as everything after training sees it: two vectors, a bias, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.models.towers import Towers
from recsys.rules import Recipe


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch left behind, as in ``loss_history.json``.

    Attributes:
        epoch: counted from 1.
        train_loss: the data term (no l2), mean over the epoch's pairs.
        validation_loss: the same on ratings held out of the fit; None where they are too few.
        validation_ndcg: nDCG@10 on them; None where they are too few.
    """

    epoch: int
    train_loss: float
    validation_loss: float | None
    validation_ndcg: float | None


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model: score of item i for user u = ``user_vectors[u] . item_vectors[i] + item_bias[i]``.

    Attributes:
        name: ``"base"`` or ``"deep"``.
        user_vectors: float32 (n_users, d).
        item_vectors: float32 (n_items, d).
        item_bias: float32 (n_items,).
        history: one record an epoch.
        best_epoch: how many epochs the served model was trained for: the last that was as good as the best, to within
            one standard error.
        towers: the trained towers themselves.
        recipe: the settings they were trained with.
    """

    name: str
    user_vectors: NDArray[np.float32]
    item_vectors: NDArray[np.float32]
    item_bias: NDArray[np.float32]
    history: tuple[EpochRecord, ...]
    best_epoch: int
    towers: Towers
    recipe: Recipe

    @property
    def n_parameters(self) -> int:
        """Learned numbers in both towers."""
        return sum(parameter.value.size for parameter in self.towers.parameters().values())

    def scores(self, users: NDArray[np.integer[Any]] | None = None) -> NDArray[np.float32]:
        """Scores of all items for ``users`` (n,), or for all users: float32 (n, n_items)."""
        vectors = self.user_vectors if users is None else self.user_vectors[users]
        scores: NDArray[np.float32] = vectors @ self.item_vectors.T
        scores += self.item_bias
        return scores
