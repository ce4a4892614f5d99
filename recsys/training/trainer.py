"""One model through its epochs: batch, forward, loss, backward, step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recsys.data.dataset import Dataset
from recsys.models.features import log_q
from recsys.models.fitted import Fitted
from recsys.models.hyperparameters import HyperParameters
from recsys.models.registry import model_spec
from recsys.nn.arrays import Array
from recsys.nn.losses import Factors, distillation, masked_in_batch_softmax, output_l2
from recsys.nn.optim import Adam, cosine_decay
from recsys.schema import EpochRecord
from recsys.training.batches import Batch, batches


class Trainer:
    """Trains one model on one set of ratings.

    The objective of a batch is

        softmax loss + l2 (mean_u w_u |user_u|^2 + mean_i |item_i|^2) + distillation distance(scores, teacher_scores)

    with w_u proportional to how much user u rated, and the last term only where the model has a teacher.

    Args:
        model: a name in :data:`recsys.models.registry.MODELS`.
        ratings: what it learns from.
        hyperparameters: how.
        rng: draws weights, batches and dropout.
        dtype: float32 to train, float64 to check gradients.
    """

    def __init__(
        self,
        model: str,
        ratings: Dataset,
        hyperparameters: HyperParameters,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.model, self.ratings, self.hyperparameters, self.rng = model, ratings, hyperparameters, rng
        self.towers, self.teacher = model_spec(model).create(ratings, hyperparameters, rng, dtype)
        self.optimiser = Adam(self.towers.parameters().values())
        self.log_q = log_q(ratings).astype(dtype)  # (n_items,)
        mean_count = ratings.user_counts[ratings.user_counts > 0].mean()
        self.user_weights = (ratings.user_counts / mean_count).astype(dtype)  # (n_users,), mean 1 over active users
        self.saved_weights: list[Array] = []

    def train_epoch(self, epoch: int) -> float:
        """One pass over the ratings; returns the mean softmax loss of its pairs. Epochs count from 1."""
        learning_rate = self.hyperparameters.learning_rate * cosine_decay(epoch - 1, self.hyperparameters.epochs)
        total = 0.0
        for batch in batches(self.ratings.matrix, self.hyperparameters.batch_size, self.rng):
            inputs = self.towers.training_inputs(batch.users, self.rng)
            total += self.add_gradients(batch, inputs) * float(batch.counts.sum())
            self.optimiser.step(learning_rate)
        return total / self.ratings.n_ratings

    def add_gradients(self, batch: Batch, inputs: Any) -> float:
        """Add the gradients of one batch's objective to the parameters; returns the softmax loss alone."""
        hyperparameters, pairs, log_q = self.hyperparameters, batch.pairs, self.log_q[batch.items]
        # Forward: both towers, then scores. The towers' scores hold the self-contributions; the loss must not.
        users, user_cache = self.towers.users_forward(inputs)  # (U, d)
        items, bias, item_cache = self.towers.items_forward(batch.items)  # (F, d), (F,)
        contributions, contributions_cache = self.towers.self_contributions_forward(
            inputs, items, batch.items, pairs.item
        )  # (P,)
        # logQ correction: the softmax sees score - log q; serving uses the score.
        z, positive_z, scores_cache = batch.negatives.forward(users, items, bias - log_q, contributions)
        loss, z_gradient, positive_gradient = masked_in_batch_softmax(z, positive_z, pairs)

        # Backward, down to the outputs of the towers.
        users_gradient = hyperparameters.l2 * output_l2(users, self.user_weights[batch.users])
        items_gradient, bias_gradient = hyperparameters.l2 * output_l2(items), np.zeros_like(bias)
        through_scores = positive_gradient
        if self.teacher is not None:
            scores = Factors(users, items, bias, contributions, positive_z + log_q[pairs.item])
            teacher_scores = self.teacher.scores(batch.users, batch.items, batch.entries)
            extra = distillation(scores, teacher_scores, pairs, hyperparameters.distillation)
            # The product's part of the distillation gradient goes straight to the factors; what the pairs have on top
            # takes the way of the softmax's positives. The contributions see all of it.
            through_scores = positive_gradient + extra.pair_correction
            positive_gradient = positive_gradient + extra.positive_scores
            users_gradient += extra.users
            items_gradient += extra.items
            bias_gradient += extra.bias
        scores_gradients = batch.negatives.backward(z_gradient, through_scores, scores_cache)
        users_gradient += scores_gradients.users
        # Contributions are subtracted from the positives, hence the minus.
        items_gradient += scores_gradients.items + self.towers.self_contributions_backward(
            -positive_gradient, contributions_cache
        )
        bias_gradient += scores_gradients.offset

        # Backward through the towers.
        self.towers.users_backward(users_gradient, user_cache)
        self.towers.items_backward(items_gradient, bias_gradient, item_cache)
        return loss

    def item_vectors(self) -> NDArray[np.float32]:
        """As they are now, (n_items, d)."""
        vectors, _, _ = self.towers.items_forward(np.arange(self.ratings.n_items))
        return vectors.astype(np.float32)

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """What would be served if training ended now."""
        users, _ = self.towers.users_forward(self.towers.serving_inputs(np.arange(self.ratings.n_users)))
        items, bias, _ = self.towers.items_forward(np.arange(self.ratings.n_items))
        return Fitted(
            name=self.model,
            user_ids=self.ratings.user_ids,
            item_ids=self.ratings.item_ids,
            user_vectors=users.astype(np.float32),
            item_vectors=items.astype(np.float32),
            # A constant added to all biases changes neither loss nor ranking: with mean zero, scores read easier.
            item_bias=(bias - bias.mean()).astype(np.float32),
            history=tuple(history),
            best_epoch=epoch,
            towers=self.towers,
            hyperparameters=self.hyperparameters,
        )

    def save_weights(self) -> None:
        """Copy the weights as they are."""
        self.saved_weights = [parameter.value.copy() for parameter in self.towers.parameters().values()]

    def restore_weights(self) -> None:
        """Go back to the last copy."""
        for parameter, value in zip(self.towers.parameters().values(), self.saved_weights, strict=True):
            parameter.value[...] = value
