"""The deep two-tower model: what films are and what users rated, through an MLP in each tower.

    item vector = e_i + MLP([e_i, genres_i, year_i])
    user vector = h_u + MLP([h_u, features_u]),   h_u = id_u + sum over rated films of weight(rating) p_i / sqrt(n_u)

Both MLPs are added to what they refine, so that training starts from a plain two-tower model. The user's own id
vector and features are dropped at random in training, together and each alone, so that the tower also serves a
visitor who has neither; and part of each history is hidden, so that films learn to be predicted by the others.
Knows nothing of losses or training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.models.base import INITIAL_SCALE, Ids
from recsys.nn.layers import MLP, Array, Embedding, Parameter, WeightedSum, dropout_rows, named


@dataclass(frozen=True)
class UserInputs:
    """What the deep user tower sees of U users.

    Attributes:
        ids: (U,), whose embedding is looked up.
        id_kept: (U, 1), 1 where the embedding counts, 0 where it is dropped or there is none.
        history: (U, n_items), weights of the rated films, already divided by the square root of their number.
        features: (U, n_features), zero where dropped.
    """

    ids: Ids
    id_kept: Array
    history: sparse.csr_array[Any]
    features: Array


class DeepModel:
    """Two towers over ids, histories and features, see the module.

    Args:
        history: (n_users, n_items), the weight of each rated film; not yet divided by the length of the history.
        item_features: (n_items, g).
        user_features: (n_users, f), f may be 0.
        dim: length d of the vectors; the MLPs are twice as wide inside.
        log_q: (n_items,), where the films' biases start.
        rng: draws the initial weights.
        dtype: float32 to train, float64 to check gradients.
    """

    name = "deep"
    id_dropout = 0.2
    feature_dropout = 0.5
    history_dropout = 0.8

    def __init__(
        self,
        history: sparse.csr_array[Any],
        item_features: Array,
        user_features: Array,
        dim: int,
        log_q: Array,
        rng: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        n_users, n_items = history.shape
        self.history = history.astype(dtype)
        self.item_features = item_features.astype(dtype)
        self.user_features = user_features.astype(dtype)
        self.user = Embedding(n_users, dim, INITIAL_SCALE, rng, dtype)
        self.pool = WeightedSum(n_items, dim, INITIAL_SCALE, rng, dtype)
        self.user_mlp = MLP(dim + user_features.shape[1], 2 * dim, dim, rng, dtype)
        self.item = Embedding(n_items, dim, INITIAL_SCALE, rng, dtype)
        self.item_mlp = MLP(dim + item_features.shape[1], 2 * dim, dim, rng, dtype)
        self.bias = Embedding(n_items, 1, 0.0, rng, dtype)
        self.bias.table.value[:, 0] = log_q

    def parameters(self) -> dict[str, Parameter]:
        """By name."""
        return named(
            {
                "user": self.user,
                "pool": self.pool,
                "user_mlp": self.user_mlp,
                "item": self.item,
                "item_mlp": self.item_mlp,
                "bias": self.bias,
            }
        )

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> UserInputs:
        """What the user tower sees of ``users`` (U,) in training: part of it, drawn anew each time."""
        dtype = self.history.dtype
        history = self.history[users]
        history.data = history.data * (rng.random(history.nnz) >= self.history_dropout)
        history.eliminate_zeros()
        return UserInputs(
            ids=users,
            id_kept=dropout_rows(len(users), self.id_dropout, rng, dtype),
            history=normalised(history),
            features=self.user_features[users] * dropout_rows(len(users), self.feature_dropout, rng, dtype),
        )

    def serving_inputs(self, users: Ids) -> UserInputs:
        """What the user tower sees of ``users`` (U,) once trained: all of it."""
        kept = np.ones((len(users), 1), self.history.dtype)
        return UserInputs(users, kept, normalised(self.history[users]), self.user_features[users])

    def users_forward(self, inputs: UserInputs) -> tuple[Array, tuple[Any, ...]]:
        """User vectors (U, d)."""
        ids, user_cache = self.user.forward(inputs.ids)
        pooled, pool_cache = self.pool.forward(inputs.history)
        known = inputs.id_kept * ids + pooled
        refined, mlp_cache = self.user_mlp.forward(np.concatenate([known, inputs.features], axis=1))
        return known + refined, (inputs.id_kept, user_cache, pool_cache, mlp_cache)

    def users_backward(self, gradient: Array, cache: tuple[Any, ...]) -> None:
        """From the gradient of the user vectors (U, d)."""
        id_kept, user_cache, pool_cache, mlp_cache = cache
        gradient = gradient + self.user_mlp.backward(gradient, mlp_cache)[:, : gradient.shape[1]]
        self.user.backward(id_kept * gradient, user_cache)
        self.pool.backward(gradient, pool_cache)

    def items_forward(self, items: Ids) -> tuple[Array, Array, tuple[Any, ...]]:
        """Film vectors (F, d) and biases (F,)."""
        own, item_cache = self.item.forward(items)
        refined, mlp_cache = self.item_mlp.forward(np.concatenate([own, self.item_features[items]], axis=1))
        bias, bias_cache = self.bias.forward(items)
        return own + refined, bias[:, 0], (item_cache, mlp_cache, bias_cache)

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: tuple[Any, ...]) -> None:
        """From the gradients of the film vectors (F, d) and biases (F,)."""
        item_cache, mlp_cache, bias_cache = cache
        gradient = gradient + self.item_mlp.backward(gradient, mlp_cache)[:, : gradient.shape[1]]
        self.item.backward(gradient, item_cache)
        self.bias.backward(bias_gradient[:, None], bias_cache)


def normalised(history: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """Each row divided by the square root of the number of its entries; empty rows stay empty.

    Between the mean, in which a long history is worth no more than a short one, and the sum, in which it is worth
    everything.
    """
    length = np.diff(history.indptr)
    scale = 1 / np.sqrt(np.maximum(length, 1))
    data = history.data * np.repeat(scale, length).astype(history.dtype)
    return sparse.csr_array((data, history.indices, history.indptr), shape=history.shape)
