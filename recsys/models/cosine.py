"""The cosine towers of ``deep``: histories and items as directions, for logs where little is known of each.

    score of item i for user u = cos(sum over the rated items j of weight_j p_j, e_i) / TEMPERATURE + bias_i

In training a random half of each history is hidden, and the tower predicts it from the other half, which is its task
in serving too. On sparse logs, where a linear solution knows too little of most items, this contrastive loss learns
more. Directions cannot grow, so no penalty is needed (Wang & Isola 2020); the temperature sets how much closer a
rated item must be. Measured in ``tests/benchmarks/RESULTS.md``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.rating_scale import RatingScale
from recsys.models.features import hidden_entries, history_weights, log_q, normalised, recency_ranks
from recsys.models.histories import history_from_arrays, history_to_arrays, padding, pool_new_users, pool_without_one
from recsys.models.hyperparameters import HyperParameters, bounded_batch_size
from recsys.models.linear import LinearTowers
from recsys.models.protocol import CompanionSpec
from recsys.models.short_history import ShortHistory
from recsys.models.state import State, csr_to_arrays, restore, values
from recsys.models.teacher import Teacher
from recsys.models.towers import TrainingInputs
from recsys.nn.arrays import Array, Ids, unit_vectors
from recsys.nn.layers import Embedding, Parameter, UnitLength, WeightedSum, named
from recsys.nn.optim import LazyAdam

TEMPERATURE = 0.12
"""Between 0.1 and 0.15, which are equally good on average over the validation parts of four sparse logs."""
HIDDEN_SHARE = 0.5
"""Share of each history that is hidden at every step."""
LEARNING_RATE = 0.01
BATCH_SIZE, MAX_BATCHES = 2048, 64
"""Ratings in a batch of a small log, and batches in an epoch of a large one, unless it has very many users."""
SCALE = TEMPERATURE**-0.5
"""Length of all vectors: their dot product is the cosine divided by the temperature."""
_INITIAL_NOISE = 0.1
"""Length of the noise that is added to item vectors of length 1: items without a place in the linear towers, whose
vectors are zero, get a direction."""


class CosineModel:
    """Two towers without an MLP whose vectors have one length.

    Args:
        history: (n_users, n_items), the weight of each rated item in serving.
        scale: how much a new user's ratings weigh.
        start: the linear towers to begin from.
        log_shares: (n_items,), log of each item's share of the ratings, the first biases.
        rng: draws the noise of the start.
        dtype: float32 to train, float64 to check gradients.
    """

    def __init__(
        self,
        history: sparse.csr_array[Any],
        scale: RatingScale,
        start: LinearTowers,
        log_shares: Array,
        rng: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        n_items, dim = start.items.shape
        self.history = history.astype(dtype)
        self.scale = scale
        self.pool = WeightedSum(n_items, dim, 0.0, rng, dtype)  # p
        self.item = Embedding(n_items, dim, _INITIAL_NOISE / np.sqrt(dim), rng, dtype)  # e
        self.bias = Embedding(n_items, 1, 0.0, rng, dtype)
        # Lengths of history embeddings say how much an item tells, so they keep their proportions; their mean is 1,
        # the length of item vectors, so that one learning rate suits both.
        mean_length = float(np.linalg.norm(start.history, axis=1).mean())
        self.pool.table.value[...] = start.history / (mean_length or 1.0)
        self.item.table.value += unit_vectors(start.items)
        self.bias.table.value[:, 0] = log_shares - log_shares.mean()
        self.unit = UnitLength()
        self.short_history = padding(self.history, self.pool.table.value)

    def parameters(self) -> dict[str, Parameter]:
        """The parameters, by name."""
        return named({"pool": self.pool, "item": self.item, "bias": self.bias})

    def user_parameters(self) -> frozenset[str]:
        """None: a user is represented by what they rated."""
        return frozenset()

    def of_users(self, users: Ids) -> Self:
        """The same towers for some of the users (U,) alone, in float32; no array is shared with these."""
        histories = csr_to_arrays("history", self.history[users])
        state = {**self.state(), **histories}
        return self.from_state(state, len(users), *self.item.table.value.shape)

    def state(self) -> State:
        """All that :meth:`from_state` needs."""
        return {**values(self.parameters()), **history_to_arrays(self.history, self.scale, self.short_history)}

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this :meth:`state`, in float32.

        Raises:
            DataError: an array is missing, not of these sizes, or inconsistent with the others.
        """
        history, scale, short_history = history_from_arrays((n_users, n_items, dim), state)
        zeros = np.zeros((n_items, dim), np.float32)
        unused = np.random.default_rng(0)  # what it draws is overwritten at once
        start, log_shares = LinearTowers(zeros, zeros), np.zeros(n_items, np.float32)
        model = cls(history, scale, start, log_shares, unused, np.float32)
        restore(model.parameters(), state)
        model.short_history = short_history
        return model

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> TrainingInputs:
        """What the user tower reads of ``users`` (U,): half of each history, whose items weigh 1; and the rest."""
        history = self.history[users]
        hidden = hidden_entries(np.diff(history.indptr), HIDDEN_SHARE, rng)  # (P,)
        visible = sparse.csr_array(
            ((~hidden).astype(history.dtype), history.indices, history.indptr), shape=history.shape
        )
        return TrainingInputs(visible, np.flatnonzero(hidden))

    def serving_inputs(self, users: Ids) -> sparse.csr_array[Any]:
        """Whole histories, items weighted by rating and age; the length of a vector does not change its direction."""
        return normalised(self.history[users])

    def prepare_fold_in(self, ratings: Dataset, rng: np.random.Generator) -> None:
        """Fit how short histories are completed, to the item embeddings as they are now."""
        self.short_history = ShortHistory.fit(ratings, self.pool.table.value, rng)

    def fold_in(self, ratings: sparse.csr_array[Any]) -> Array:
        """Vectors (N, d) of N new users from their ``ratings`` (N, n_items); see the deep model."""
        pooled = pool_new_users(self.scale, ratings, self.short_history, self.pool.table.value)
        return self._scaled(pooled)

    def leave_one_out(self, users: Ids) -> Array:
        """The served vector of each user without one item of their history: (P, d), one row for each entry."""
        pooled, _ = pool_without_one(self.history[users], self.pool.table.value)
        return self._scaled(pooled)

    def _scaled(self, pooled: Array) -> Array:
        """User vectors (N, d) from pooled histories (N, d)."""
        directions, _ = self.unit.forward(pooled)
        vectors: Array = directions * SCALE
        return vectors

    def users_forward(self, inputs: sparse.csr_array[Any]) -> tuple[Array, tuple[Any, ...]]:
        """User vectors (U, d), of length ``1 / sqrt(TEMPERATURE)``."""
        pooled, pool_cache = self.pool.forward(inputs)
        directions, unit_cache = self.unit.forward(pooled)
        return directions * SCALE, (pool_cache, unit_cache)

    def users_backward(self, gradient: Array, cache: tuple[Any, ...]) -> None:
        """Add to the parameters' gradients, from the gradient of the user vectors (U, d)."""
        pool_cache, unit_cache = cache
        self.pool.backward(self.unit.backward(gradient * SCALE, unit_cache), pool_cache)

    def items_forward(self, items: Ids) -> tuple[Array, Array, tuple[Any, ...]]:
        """Item vectors (F, d), of length ``1 / sqrt(TEMPERATURE)``, and biases (F,)."""
        embedded, item_cache = self.item.forward(items)
        directions, unit_cache = self.unit.forward(embedded)
        bias, bias_cache = self.bias.forward(items)  # (F, 1)
        return directions * SCALE, bias[:, 0], (item_cache, unit_cache, bias_cache)

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: tuple[Any, ...]) -> None:
        """Add to the parameters' gradients, from those of the item vectors (F, d) and biases (F,)."""
        item_cache, unit_cache, bias_cache = cache
        self.item.backward(self.unit.backward(gradient * SCALE, unit_cache), item_cache)
        self.bias.backward(bias_gradient[:, None], bias_cache)

    def self_contributions_forward(
        self, inputs: sparse.csr_array[Any], vectors: Array, items: Ids, item: Ids
    ) -> tuple[Array, int]:
        """Zeros (P,): items to be predicted are hidden from the history, so they do not add to their own scores."""
        return np.zeros(len(item), vectors.dtype), len(vectors)

    def self_contributions_backward(self, gradient: Array, cache: int) -> Array:
        """Zeros (F, d), likewise."""
        return np.zeros((cache, self.item.table.value.shape[1]), gradient.dtype)


def create(
    ratings: Dataset, teacher: Teacher, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike
) -> CosineModel:
    """Towers that start from the directions of the teacher of ``deep``."""
    start = teacher.towers.leading(hyperparameters.dim)
    history = history_weights(ratings, recency_ranks(ratings))
    return CosineModel(history, ratings.rating_scale, start, log_q(ratings), rng, dtype)


def defaults(ratings: Dataset, hyperparameters: HyperParameters) -> HyperParameters | None:
    """Many small batches, but a bounded number, so that time stays linear; and larger steps than deep's."""
    if not hyperparameters.cosine_dim:
        return None
    batch_size = max(BATCH_SIZE, -(-ratings.n_ratings // MAX_BATCHES))  # -(-a // b) rounds up
    return replace(
        hyperparameters,
        dim=hyperparameters.cosine_dim,
        learning_rate=LEARNING_RATE,
        batch_size=bounded_batch_size(batch_size, ratings.n_ratings, ratings.n_active_users),
        l2=0.0,
        distillation=0.0,
    )


TOWERS = CompanionSpec(
    name="cosine",
    towers=CosineModel,
    create=create,
    defaults=defaults,
    optimiser=LazyAdam,  # a batch is small, and the catalogue is large
)
