"""One model on its way through the epochs: batch, forward, loss, backward, step.

Knows nothing of validation or of when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recsys.batches import Batch, batches
from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.features import history_weights, item_features, log_q
from recsys.fitted import EpochRecord, Fitted
from recsys.models.base import BaseModel
from recsys.models.deep import DeepModel
from recsys.models.towers import Towers
from recsys.nn.layers import Array
from recsys.nn.losses import masked_in_batch_softmax, output_l2
from recsys.nn.optim import Adam, cosine_decay


def _base(ratings: Dataset, config: TrainConfig, rng: np.random.Generator, dtype: DTypeLike) -> Towers:
    return BaseModel(ratings.n_users, ratings.n_items, config.dim, log_q(ratings), rng, dtype)


def _deep(ratings: Dataset, config: TrainConfig, rng: np.random.Generator, dtype: DTypeLike) -> Towers:
    history, films = history_weights(ratings), item_features(ratings)
    return DeepModel(history, films, ratings.user_features, config.dim, log_q(ratings), rng, dtype)


MODELS: dict[str, Callable[[Dataset, TrainConfig, np.random.Generator, DTypeLike], Towers]] = {
    "base": _base,
    "deep": _deep,
}


Loss = Callable[[Array, Array, Array, Array, NDArray[np.bool_]], tuple[float, Array]]


class Run:
    """One model on its way through the epochs.

    Args:
        model: ``"base"`` or ``"deep"``.
        ratings: what it learns from.
        config: settings.
        rng: draws weights, batches and dropout.
        dtype: float32 to train, float64 to check gradients.
        loss: takes and returns what :func:`~recsys.nn.losses.masked_in_batch_softmax` does.
    """

    def __init__(
        self,
        model: str,
        ratings: Dataset,
        config: TrainConfig,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
        loss: Loss = masked_in_batch_softmax,
    ) -> None:
        self.loss = loss
        self.ratings, self.config, self.rng = ratings, config, rng
        self.towers = MODELS[model](ratings, config, rng, dtype)
        self.optimiser = Adam(self.towers.parameters().values())
        self.log_q = log_q(ratings).astype(dtype)
        self.user_weights = (ratings.user_counts / ratings.user_counts[ratings.user_counts > 0].mean()).astype(dtype)
        self.kept: list[Array] = []

    def epoch(self, epoch: int) -> float:
        """One pass over the ratings; the mean of the data term over its pairs. Epochs count from 1."""
        learning_rate = self.config.learning_rate * cosine_decay(epoch - 1, self.config.epochs)
        total = 0.0
        for batch in batches(self.ratings.matrix, self.config.batch_size, self.rng):
            inputs = self.towers.training_inputs(batch.users, self.rng)
            total += self.gradients(batch, inputs) * float(batch.counts.sum())
            self.optimiser.step(learning_rate)
        return total / self.ratings.n_ratings

    def gradients(self, batch: Batch, inputs: Any) -> float:
        """Add the gradients of one batch, loss and penalty, to the parameters; returns the loss alone."""
        users, user_cache = self.towers.users_forward(inputs)
        items, bias, item_cache = self.towers.items_forward(batch.items)
        scores = users @ items.T + bias
        known = batch.positives > 0  # whole users: all they rated in the fitting part stands in the batch
        loss, slope = self.loss(scores, self.log_q[batch.items], batch.counts, batch.positives, known)
        _, user_slope = output_l2(users, self.user_weights[batch.users])
        _, item_slope = output_l2(items)
        self.towers.users_backward(slope @ items + self.config.l2 * user_slope, user_cache)
        self.towers.items_backward(slope.T @ users + self.config.l2 * item_slope, slope.sum(axis=0), item_cache)
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
        )

    def keep(self) -> None:
        """Remember the weights as they are."""
        self.kept = [parameter.value.copy() for parameter in self.towers.parameters().values()]

    def restore(self) -> None:
        """Go back to the weights last kept."""
        for parameter, value in zip(self.towers.parameters().values(), self.kept, strict=True):
            parameter.value[...] = value
