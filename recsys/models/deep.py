"""``deep``: item features and rated histories through an MLP in each tower.

    item vector = e_i + MLP([e_i, genres_i, year_i])
    user vector = h_u + MLP([h_u, features_u]),   h_u = sum over the n_u rated items of weight_i p_i / sqrt(n_u)

Item embeddings e and history embeddings p start from linear towers (:mod:`recsys.models.linear_start`), and the MLPs
at zero, so that training refines a model that is good already. In training every rated item weighs 1, whatever its
rating: the user chose it. In serving it weighs by its rating and its age; for a new user, by its rating alone, and
the history is completed, see :mod:`recsys.models.short_history`. There is no embedding of the user's id: together
with a history it memorises the training ratings and makes the lists worse. User features are dropped at random in
training, so that the tower also serves a new user with only a few known ratings.

On sparse logs the scores are added to those of a second pair of towers, :mod:`recsys.models.cosine`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.data.rating_scale import RatingScale
from recsys.models import cosine
from recsys.models.features import (
    equal_weights,
    history_weights,
    item_features,
    normalised,
    recency_ranks,
)
from recsys.models.fitted import Fitted
from recsys.models.histories import history_from_arrays, history_to_arrays, padding, pool_new_users, pool_without_one
from recsys.models.hyperparameters import DENSE, DIM, HyperParameters, relative_density, resolve
from recsys.models.linear import LinearTowers, self_contributions
from recsys.models.linear_start import choose_start, linear_start, start_defaults, start_notice
from recsys.models.protocol import Explanation, ModelSpec
from recsys.models.short_history import ShortHistory
from recsys.models.state import State, csr_to_arrays, require_array, restore, values
from recsys.models.teacher import Teacher
from recsys.models.towers import TrainingInputs
from recsys.nn.arrays import Array, Ids
from recsys.nn.layers import MLP, Embedding, Parameter, WeightedSum, dropout_rows, named

MAX_REASONS = 3
"""Rated items named for one recommended item."""
SPARSE_DIM = 320
"""Length of the vectors by default on sparse logs, where a catalogue is large and more directions help."""
COSINE_FIFTHS = 3
"""How many fifths of that length the cosine towers get: they gain from more than 128 directions, the MLPs do not."""
MIN_USERS = 200
"""Users with two or more ratings that the cosine towers need: they learn to predict one half of each history."""


@dataclass(frozen=True)
class UserInputs:
    """What the user tower reads of U users.

    Attributes:
        history: (U, n_items), weights of the rated items, already divided by the square root of their number.
        features: (U, n_features), zero where dropped.
    """

    history: sparse.csr_array[Any]
    features: Array


class DeepModel:
    """Two towers over histories, item features and user features; see the module.

    Args:
        history: (n_users, n_items), the weight of each rated item in serving; not yet divided by the root of the
            length of the history.
        scale: how much a new user's ratings weigh.
        start: the linear towers to begin from; their rank is the length d of the vectors, and the MLPs are twice as
            wide inside.
        item_features: (n_items, g).
        user_features: (n_users, f), f may be 0.
        rng: draws the initial weights.
        dtype: float32 to train, float64 to check gradients.
    """

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
        self.pool = WeightedSum(n_items, dim, 0.0, rng, dtype)  # p
        self.pool.table.value[...] = start.history
        self.user_mlp = MLP(dim + user_features.shape[1], 2 * dim, dim, rng, dtype)
        self.item = Embedding(n_items, dim, 0.0, rng, dtype)  # e
        self.item.table.value[...] = start.items
        self.item_mlp = MLP(dim + item_features.shape[1], 2 * dim, dim, rng, dtype)
        self.bias = Embedding(n_items, 1, 0.0, rng, dtype)  # 0, because the linear towers have none
        self.short_history = padding(self.history, self.pool.table.value)

    def parameters(self) -> dict[str, Parameter]:
        """The parameters, by name."""
        user_tower = {"pool": self.pool, "user_mlp": self.user_mlp}
        item_tower = {"item": self.item, "item_mlp": self.item_mlp, "bias": self.bias}
        return named({**user_tower, **item_tower})

    def user_parameters(self) -> frozenset[str]:
        """None: a user is represented by what they rated."""
        return frozenset()

    def of_users(self, users: Ids) -> Self:
        """The same towers for some of the users (U,) alone, in float32; no array is shared with these."""
        histories = csr_to_arrays("history", self.history[users])
        state = {**self.state(), **histories, "user_features": self.user_features[users]}
        return self.from_state(state, len(users), *self.item.table.value.shape)

    def state(self) -> State:
        """All that :meth:`from_state` needs."""
        return {
            **values(self.parameters()),
            **history_to_arrays(self.history, self.scale, self.short_history),
            "item_features": self.item_features,
            "user_features": self.user_features,
        }

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this :meth:`state`, in float32.

        Raises:
            DataError: an array is missing, not of these sizes, or inconsistent with the others.
        """
        history, scale, short_history = history_from_arrays((n_users, n_items, dim), state)
        item_features = require_array(state, "item_features", (n_items, None))
        user_features = require_array(state, "user_features", (n_users, None))
        for mlp, features in (("user_mlp", user_features), ("item_mlp", item_features)):
            # Before the constructor allocates weights of this size: two small lengths can have a huge product.
            require_array(state, f"{mlp}.inner.weight", (dim + features.shape[1], 2 * dim))
        start = LinearTowers(*(require_array(state, name, (n_items, dim)) for name in ("pool.table", "item.table")))
        unused = np.random.default_rng(0)  # what it draws is overwritten at once
        model = cls(history, scale, start, item_features, user_features, unused, np.float32)
        restore(model.parameters(), state)
        model.short_history = short_history
        return model

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> TrainingInputs:
        """What the user tower reads of ``users`` (U,) in training: items weigh 1, features are dropped at random."""
        mask = dropout_rows(len(users), self.feature_dropout, rng, self.history.dtype)  # (U, 1)
        return TrainingInputs(UserInputs(equal_weights(self.history[users]), self.user_features[users] * mask))

    def serving_inputs(self, users: Ids) -> UserInputs:
        """What the user tower reads of ``users`` (U,) once trained: items by rating and age, and all features."""
        return UserInputs(normalised(self.history[users]), self.user_features[users])

    def prepare_fold_in(self, ratings: Dataset, rng: np.random.Generator) -> None:
        """Fit how short histories are completed, to the item embeddings as they are now."""
        self.short_history = ShortHistory.fit(ratings, self.pool.table.value, rng)

    def fold_in(self, ratings: sparse.csr_array[Any]) -> Array:
        """Vectors (N, d) of N new users from their ``ratings`` (N, n_items).

        Items weigh by rating, all as new; the history is completed from what a few items of other users say of the
        rest of theirs; there are no features. Nothing is learned: the tower is applied to a history it has not seen.
        """
        pooled = pool_new_users(self.scale, ratings, self.short_history, self.pool.table.value)
        features = np.zeros((ratings.shape[0], self.user_features.shape[1]), self.history.dtype)
        vectors, _ = self._refine(pooled, features)
        return vectors

    def users_forward(self, inputs: UserInputs) -> tuple[Array, tuple[Any, ...]]:
        """User vectors (U, d)."""
        pooled, pool_cache = self.pool.forward(inputs.history)  # (U, d), h
        vectors, mlp_cache = self._refine(pooled, inputs.features)
        return vectors, (pool_cache, mlp_cache)

    def users_backward(self, gradient: Array, cache: tuple[Any, ...]) -> None:
        """Add to the parameters' gradients, from the gradient of the user vectors (U, d)."""
        pool_cache, mlp_cache = cache
        # Through the residual h and through the MLP's first d inputs, which are h too; its other inputs are features.
        gradient = gradient + self.user_mlp.backward(gradient, mlp_cache)[:, : gradient.shape[1]]
        self.pool.backward(gradient, pool_cache)

    def leave_one_out(self, users: Ids) -> Array:
        """The served vector of each user without one item of their history: (P, d), for P entries of the histories.

        One row for each entry of ``history[users]`` in turn. The other items keep their weights and are divided by
        the root of one less.
        """
        history = self.history[users]
        pooled, row = pool_without_one(history, self.pool.table.value)  # (P, d), (P,)
        others = np.diff(history.indptr)[row] - 1  # (P,)
        pooled /= np.sqrt(np.maximum(others, 1), dtype=pooled.dtype)[:, None]
        vectors, _ = self._refine(pooled, self.user_features[users][row])
        return vectors

    def _refine(self, pooled: Array, features: Array) -> tuple[Array, Any]:
        """User vectors (U, d) from pooled histories (U, d)."""
        refined, cache = self.user_mlp.forward(np.concatenate([pooled, features], axis=1))  # (U, d + f) -> (U, d)
        return pooled + refined, cache  # residual: the MLP learns what to change

    def items_forward(self, items: Ids) -> tuple[Array, Array, tuple[Any, ...]]:
        """Item vectors (F, d) and biases (F,)."""
        embedded, item_cache = self.item.forward(items)  # (F, d), e
        refined, mlp_cache = self.item_mlp.forward(np.concatenate([embedded, self.item_features[items]], axis=1))
        bias, bias_cache = self.bias.forward(items)  # (F, 1)
        return embedded + refined, bias[:, 0], (item_cache, mlp_cache, bias_cache)

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: tuple[Any, ...]) -> None:
        """Add to the parameters' gradients, from those of the item vectors (F, d) and biases (F,)."""
        item_cache, mlp_cache, bias_cache = cache
        # As in users_backward: e gets a gradient from the residual and from the MLP's first d inputs.
        gradient = gradient + self.item_mlp.backward(gradient, mlp_cache)[:, : gradient.shape[1]]
        self.item.backward(gradient, item_cache)
        self.bias.backward(bias_gradient[:, None], bias_cache)

    def self_contributions_forward(
        self, inputs: UserInputs, vectors: Array, items: Ids, item: Ids
    ) -> tuple[Array, Any]:
        """How much each rated item adds to its own score through the pool, (P,), to be subtracted in training.

        The user vector is a sum over the history, so the score of a rated item i holds the term w_i p_i . v_i. With
        it, the model would learn to recognise items of the history, which are never recommended. The part that goes
        through the user tower's MLP stays, because it is not a separate term.

        Args:
            inputs: whose histories have P entries.
            vectors: (F, d), of the batch's items.
            items: (F,), their ids.
            item: (P,), for each entry of the histories in turn, its row among them.
        """
        pooled, weights = self.pool.table.value[items], inputs.history.data  # (F, d), (P,)
        contributions = self_contributions(weights, item, pooled, vectors)
        return contributions, (pooled, weights, vectors, items, item)

    def self_contributions_backward(self, gradient: Array, cache: tuple[Any, ...]) -> Array:
        """The gradient of the item vectors (F, d), from that of the self-contributions (P,); adds to the pool's."""
        pooled, weights, vectors, items, item = cache
        # Each is w p_i . v_i, linear in p_i and in v_i; the pairs of one item are summed.
        total = np.bincount(item, gradient * weights, len(items)).astype(gradient.dtype)[:, None]  # (F, 1)
        self.pool.table.gradient[items] += total * vectors  # += is safe: each item is there once
        vectors_gradient: Array = total * pooled
        return vectors_gradient


def create(
    ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike
) -> tuple[DeepModel, Teacher]:
    """Towers that score as the leading directions of linear towers, and these as the teacher."""
    recency_rank = recency_ranks(ratings)  # (n_ratings,)
    history = history_weights(ratings, recency_rank)  # (n_users, n_items), for serving
    histories = equal_weights(history.astype(dtype))  # the same as training reads them
    start = linear_start(ratings, recency_rank, hyperparameters, rng, dtype)
    features = item_features(ratings), ratings.user_features
    leading = start.leading(hyperparameters.dim - hyperparameters.cosine_dim)
    return DeepModel(history, ratings.rating_scale, leading, *features, rng, dtype), Teacher(start, histories)


def defaults(ratings: Dataset, config: TrainConfig) -> HyperParameters:
    """Few small steps, because larger ones would lose the solution it starts from; and distillation in place of l2.

    The less is known of each user and item, the more the teacher counts. On sparse logs more directions are worth
    their cost, and the cosine towers get most of them.
    """
    density = relative_density(ratings)
    is_sparse = density < DENSE and (ratings.user_counts > 1).sum() >= MIN_USERS
    resolved = resolve(
        config,
        ratings,
        dim=SPARSE_DIM if is_sparse else DIM,
        steps=72,
        epochs=(4, 15),
        learning_rate=0.003,
        l2=0.0,
        distillation=max(1.0, round(1 / density, 4)),
    )
    cosine_dim = COSINE_FIFTHS * resolved.dim // 5 if is_sparse else 0
    return start_defaults(ratings, replace(resolved, cosine_dim=cosine_dim))


def explain(fitted: Fitted) -> Explanation:
    """Reasons by ablation: how much an item's score falls when the user tower runs without one rated item.

    With all n items of a history the user vector is f(sum of w_j p_j / sqrt(n)); without item i it is f(sum over the
    others of w_j p_j / sqrt(n - 1)). Weights, features and all learned numbers stay. The bias of the recommended item
    is in both scores and cancels. This is occlusion (Zeiler & Fergus 2014), one item at a time, so the effects of
    similar items do not add up. It is the answer of the trained model, not of a model trained without the rating.
    """

    def difference(users: Ids, rated: sparse.csr_array[Any]) -> Array:
        user_vectors = np.repeat(fitted.user_vectors[users], np.diff(rated.indptr), axis=0)  # (P, d)
        return user_vectors - fitted.towers.leave_one_out(users)

    return Explanation(difference, fitted.item_vectors, MAX_REASONS)


MODEL = ModelSpec(
    name="deep",
    label="Deep",
    colour=("#bf4a12", "#f79560"),
    description="What items are and what users rated, through an MLP in each tower.",
    towers=DeepModel,
    create=create,
    defaults=defaults,
    explain=explain,
    reasons="effect",
    notice=start_notice,
    choose=choose_start,
    companions=(cosine.TOWERS,),
)
