"""One model on its way through the epochs: batch, forward, loss, backward, step.

Knows nothing of validation or of when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recsys.data.dataset import Dataset
from recsys.models.base import BaseModel
from recsys.models.deep import DeepModel, equal_shares
from recsys.models.fitted import EpochRecord, Fitted
from recsys.models.linear import fit_linear
from recsys.models.protocol import Towers
from recsys.nn.layers import Array
from recsys.nn.losses import Factors, distillation, masked_in_batch_softmax, output_l2
from recsys.nn.optim import Adam, cosine_decay
from recsys.training.batches import Batch, batches
from recsys.training.defaults import Recipe
from recsys.training.features import (
    history_places,
    history_weights,
    history_windows,
    item_features,
    log_q,
    rating_scale,
)
from recsys.training.teacher import Teacher

Made = tuple[Towers, Teacher | None]


def _base(ratings: Dataset, recipe: Recipe, rng: np.random.Generator, dtype: DTypeLike) -> Made:
    return BaseModel(ratings.n_users, ratings.n_items, recipe.dim, log_q(ratings), rng, dtype), None


def _deep(ratings: Dataset, recipe: Recipe, rng: np.random.Generator, dtype: DTypeLike) -> Made:
    place = history_places(ratings)
    history = history_weights(ratings, place)
    histories = equal_shares(history.astype(dtype))
    start = fit_linear(history_windows(ratings, place), histories, recipe.dim, rng, dtype)
    features = item_features(ratings), ratings.user_features
    towers = DeepModel(history, rating_scale(ratings), start, *features, rng, dtype)
    return towers, Teacher(start, histories)


MODELS: dict[str, Callable[[Dataset, Recipe, np.random.Generator, DTypeLike], Made]] = {
    "base": _base,
    "deep": _deep,
}


class Run:
    """One model on its way through the epochs.

    Args:
        model: ``"base"`` or ``"deep"``.
        ratings: what it learns from.
        recipe: settings.
        rng: draws weights, batches and dropout.
        dtype: float32 to train, float64 to check gradients.
    """

    def __init__(
        self,
        model: str,
        ratings: Dataset,
        recipe: Recipe,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.ratings, self.recipe, self.rng = ratings, recipe, rng
        self.towers, self.teacher = MODELS[model](ratings, recipe, rng, dtype)
        self.optimiser = Adam(self.towers.parameters().values())
        self.log_q = log_q(ratings).astype(dtype)
        self.user_weights = (ratings.user_counts / ratings.user_counts[ratings.user_counts > 0].mean()).astype(dtype)
        self.kept: list[Array] = []

    def epoch(self, epoch: int) -> float:
        """One pass over the ratings; the mean of the data term over its pairs. Epochs count from 1."""
        learning_rate = self.recipe.learning_rate * cosine_decay(epoch - 1, self.recipe.epochs)
        total = 0.0
        for batch in batches(self.ratings.matrix, self.recipe.batch_size, self.rng):
            inputs = self.towers.training_inputs(batch.users, self.rng)
            total += self.gradients(batch, inputs) * float(batch.counts.sum())
            self.optimiser.step(learning_rate)
        return total / self.ratings.n_ratings

    def gradients(self, batch: Batch, inputs: Any) -> float:
        """Add the gradients of one batch, loss and penalties, to the parameters; returns the loss alone."""
        users, user_cache = self.towers.users_forward(inputs)
        items, bias, item_cache = self.towers.items_forward(batch.items)
        selves, selves_cache = self.towers.selves_forward(inputs, items, batch.items, batch.pairs.film)
        log_q, pairs = self.log_q[batch.items], batch.pairs
        z, own, scores_cache = batch.candidates.forward(users, items, bias - log_q, selves)
        loss, slope, own_slope = masked_in_batch_softmax(z, own, pairs)
        user_slope = self.recipe.l2 * output_l2(users, self.user_weights[batch.users])
        item_slope, bias_slope = self.recipe.l2 * output_l2(items), np.zeros_like(bias)
        through_pairs = own_slope
        if self.teacher is not None:
            scores = Factors(users, items, bias, selves, own + log_q[pairs.film])
            pull = distillation(scores, self.teacher.scores(batch), pairs, self.recipe.distillation)
            through_pairs = own_slope + pull.pairs
            own_slope = own_slope + pull.own
            user_slope += pull.users
            item_slope += pull.items
            bias_slope += pull.bias
        slopes = batch.candidates.backward(slope, through_pairs, scores_cache)
        user_slope += slopes.users
        item_slope += slopes.items + self.towers.selves_backward(-own_slope, selves_cache)
        bias_slope += slopes.offset
        self.towers.users_backward(user_slope, user_cache)
        self.towers.items_backward(item_slope, bias_slope, item_cache)
        return loss

    def item_vectors(self) -> NDArray[np.float32]:
        """As the towers are now, (n_items, d)."""
        vectors, _, _ = self.towers.items_forward(np.arange(self.ratings.n_items))
        return vectors.astype(np.float32)

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """What could be served if training ended now."""
        users, _ = self.towers.users_forward(self.towers.serving_inputs(np.arange(self.ratings.n_users)))
        items, bias, _ = self.towers.items_forward(np.arange(self.ratings.n_items))
        return Fitted(
            name=self.towers.name,
            user_vectors=users.astype(np.float32),
            item_vectors=items.astype(np.float32),
            # The loss does not see a constant added to all biases: with mean zero, scores are easier to read.
            item_bias=(bias - bias.mean()).astype(np.float32),
            history=tuple(history),
            best_epoch=epoch,
            towers=self.towers,
            recipe=self.recipe,
        )

    def keep(self) -> None:
        """Remember the weights as they are."""
        self.kept = [parameter.value.copy() for parameter in self.towers.parameters().values()]

    def restore(self) -> None:
        """Go back to the weights last kept."""
        for parameter, value in zip(self.towers.parameters().values(), self.kept, strict=True):
            parameter.value[...] = value
