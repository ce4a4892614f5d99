"""The deep two-tower model: what films are and what users rated, through an MLP in each tower.

    item vector = e_i + MLP([e_i, genres_i, year_i])
    user vector = h_u + MLP([h_u, features_u]),   h_u = sum over rated films of weight p_i / sqrt(n_u)

Film embeddings e and history embeddings p start from linear towers in closed form, all else at what changes nothing,
so that training refines these. In training a rated film counts 1, whatever its rating: it was chosen. Served, it
counts by its rating and its age; for a newcomer, who was not in training, by its rating, and beside average films,
for a few say little of a taste. There is no vector for a user's id: beside a history it learns the training part by
heart and makes the lists worse. User features are dropped at random in training, so that the tower also serves a
visitor of whom nothing is known but a few films. Knows nothing of losses or training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.errors import DataError
from recsys.models.base import Ids
from recsys.models.linear import LinearTowers, own_shares
from recsys.models.rating_scale import RatingScale
from recsys.models.state import State, checked, restore, rows_apart, rows_together, values
from recsys.nn.layers import MLP, Array, Embedding, Parameter, WeightedSum, dropout_rows, named

AVERAGE_FILMS = 8
"""Films that a newcomer is taken to have rated beside those they give: of these nothing is known but what is in a
history on average. With few given, their list leans on what many like; with many, it is theirs alone."""


@dataclass(frozen=True)
class UserInputs:
    """What the deep user tower sees of U users.

    Attributes:
        history: (U, n_items), weights of the rated films, already divided by the square root of their number.
        features: (U, n_features), zero where dropped.
    """

    history: sparse.csr_array[Any]
    features: Array


class DeepModel:
    """Two towers over histories, what films are and what users are, see the module.

    Args:
        history: (n_users, n_items), the weight of each rated film when served; not yet divided by the root of the
            length of the history.
        scale: what a newcomer's ratings weigh.
        start: the linear towers to begin from; their rank is the length d of the vectors, and the MLPs are twice as
            wide inside.
        item_features: (n_items, g).
        user_features: (n_users, f), f may be 0.
        rng: draws the initial weights.
        dtype: float32 to train, float64 to check gradients.
    """

    name = "deep"
    feature_dropout = 0.5

    def __init__(
        self,
        history: sparse.csr_array[Any],
        scale: RatingScale,
        start: LinearTowers,
        item_features: Array,
        user_features: Array,
        rng: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        n_items, dim = start.items.shape
        self.history = history.astype(dtype)
        self.scale = scale
        self.item_features = item_features.astype(dtype)
        self.user_features = user_features.astype(dtype)
        self.pool = WeightedSum(n_items, dim, 0.0, rng, dtype)
        self.pool.table.value[...] = start.history
        self.user_mlp = MLP(dim + user_features.shape[1], 2 * dim, dim, rng, dtype)
        self.item = Embedding(n_items, dim, 0.0, rng, dtype)
        self.item.table.value[...] = start.items
        self.item_mlp = MLP(dim + item_features.shape[1], 2 * dim, dim, rng, dtype)
        self.bias = Embedding(n_items, 1, 0.0, rng, dtype)

    def parameters(self) -> dict[str, Parameter]:
        """By name."""
        return named(
            {
                "pool": self.pool,
                "user_mlp": self.user_mlp,
                "item": self.item,
                "item_mlp": self.item_mlp,
                "bias": self.bias,
            }
        )

    def state(self) -> State:
        """All that :meth:`from_state` needs."""
        return {
            **values(self.parameters()),
            **rows_apart("history", self.history),
            "rating_scale": np.array([self.scale.low, self.scale.high]),
            "item_features": self.item_features,
            "user_features": self.user_features,
        }

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this :meth:`state`, in float32.

        Raises:
            DataError: an array is missing, not of these sizes, or does not go with the others.
        """
        history = rows_together("history", (n_users, n_items), state)
        low, high = checked(state, "rating_scale", (2,), np.float64).tolist()
        if low > high:
            raise DataError(f"the array rating_scale is from {low} to {high}; expected the lowest rating first")
        item_features = checked(state, "item_features", (n_items, None))
        user_features = checked(state, "user_features", (n_users, None))
        for mlp, features in (("user_mlp", user_features), ("item_mlp", item_features)):
            # Before there is room made for as many: sizes that are small each can be large in a product.
            checked(state, f"{mlp}.inner.weight", (dim + features.shape[1], 2 * dim))
        start = LinearTowers(*(checked(state, name, (n_items, dim)) for name in ("pool.table", "item.table")))
        unused = np.random.default_rng(0)  # what it draws is overwritten at once
        model = cls(history, RatingScale(low, high), start, item_features, user_features, unused, np.float32)
        restore(model.parameters(), state)
        return model

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> UserInputs:
        """What the user tower sees of ``users`` (U,) in training: films as 1 each, features at random."""
        kept = dropout_rows(len(users), self.feature_dropout, rng, self.history.dtype)
        return UserInputs(equal_shares(self.history[users]), self.user_features[users] * kept)

    def serving_inputs(self, users: Ids) -> UserInputs:
        """What the user tower sees of ``users`` (U,) once trained: all of it, films by rating and age."""
        return UserInputs(normalised(self.history[users]), self.user_features[users])

    def newcomers(self, ratings: sparse.csr_array[Any]) -> Array:
        """Vectors of N people who were not in training, from their ``ratings`` (N, n_items), one an entry: (N, d).

        Films by rating, all of them new, beside :data:`AVERAGE_FILMS` average ones; no features.
        """
        weights = self.scale.weights(ratings.data).astype(self.history.dtype)
        rated = sparse.csr_array((weights, ratings.indices, ratings.indptr), shape=ratings.shape)
        lengths = AVERAGE_FILMS + np.diff(ratings.indptr)[:, None]
        pooled = (rated @ self.pool.table.value + AVERAGE_FILMS * self.average_film()) / np.sqrt(lengths)
        features = np.zeros((ratings.shape[0], self.user_features.shape[1]))
        vectors, _ = self._refine(pooled.astype(self.history.dtype), features.astype(self.history.dtype))
        return vectors

    def average_film(self) -> Array:
        """What a film of the training histories adds to a history on average, whatever its weight there: (d,)."""
        counts = np.bincount(self.history.indices, minlength=self.history.shape[1])
        average: Array = (counts / counts.sum()) @ self.pool.table.value
        return average

    def users_forward(self, inputs: UserInputs) -> tuple[Array, tuple[Any, ...]]:
        """User vectors (U, d)."""
        pooled, pool_cache = self.pool.forward(inputs.history)
        vectors, mlp_cache = self._refine(pooled, inputs.features)
        return vectors, (pool_cache, mlp_cache)

    def users_backward(self, gradient: Array, cache: tuple[Any, ...]) -> None:
        """From the gradient of the user vectors (U, d)."""
        pool_cache, mlp_cache = cache
        gradient = gradient + self.user_mlp.backward(gradient, mlp_cache)[:, : gradient.shape[1]]
        self.pool.backward(gradient, pool_cache)

    def users_without_one(self, users: Ids) -> Array:
        """The served vector of each user without one film of their history: (P, d), for P entries of the histories.

        One row for each entry of ``history[users]`` in turn: the other films keep their weights and are divided by
        the root of one less. The pool is summed once a user and the one film taken off, which costs P rows; really
        made, the histories that lack one would have as many entries as the sum of the squared lengths.
        """
        history, table = self.history[users], self.pool.table.value
        lengths = np.diff(history.indptr)
        owner, others = np.repeat(np.arange(len(users)), lengths), np.repeat(lengths, lengths) - 1
        pooled = (history @ table)[owner] - history.data[:, None] * table[history.indices]
        pooled /= np.sqrt(np.maximum(others, 1), dtype=pooled.dtype)[:, None]
        vectors, _ = self._refine(pooled, self.user_features[users][owner])
        return vectors

    def _refine(self, pooled: Array, features: Array) -> tuple[Array, Any]:
        """User vectors (U, d) from pooled histories (U, d)."""
        refined, cache = self.user_mlp.forward(np.concatenate([pooled, features], axis=1))
        return pooled + refined, cache

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

    def selves_forward(self, inputs: UserInputs, vectors: Array, items: Ids, film: Ids) -> tuple[Array, Any]:
        """What each film of a history adds to its own score through the pool, (P,), so that it can be taken away.

        A film must not predict itself: it would learn to, and nobody is ever recommended what they rated. What goes
        through the user tower's MLP is left.

        Args:
            inputs: whose histories hold P films.
            vectors: (F, d), of the batch's films.
            items: (F,), their ids.
            film: (P,), for each entry of the histories in turn, its place among them.
        """
        pooled, weights = self.pool.table.value[items], inputs.history.data
        return own_shares(weights, film, pooled, vectors), (pooled, weights, vectors, items, film)

    def selves_backward(self, gradient: Array, cache: tuple[Any, ...]) -> Array:
        """From the gradient of what each adds (P,) to that of the vectors (F, d)."""
        pooled, weights, vectors, items, film = cache
        total = np.bincount(film, gradient * weights, len(items)).astype(gradient.dtype)[:, None]  # (F, 1)
        self.pool.table.gradient[items] += total * vectors
        slope: Array = total * pooled
        return slope


def normalised(history: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """Each row divided by the square root of the number of its entries; empty rows stay empty.

    Between the mean, in which a long history is worth no more than a short one, and the sum, in which it is worth
    everything.
    """
    length = np.diff(history.indptr)
    scale = 1 / np.sqrt(np.maximum(length, 1))
    data = history.data * np.repeat(scale, length).astype(history.dtype)
    return sparse.csr_array((data, history.indices, history.indptr), shape=history.shape)


def equal_shares(history: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """The same, as if every entry were 1."""
    ones = np.ones_like(history.data)
    return normalised(sparse.csr_array((ones, history.indices, history.indptr), shape=history.shape))
