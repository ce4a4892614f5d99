"""Train one pair of towers: batch, forward, loss, backward, step."""

from __future__ import annotations

import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from recsys.data.dataset import Dataset
from recsys.models.features import log_q
from recsys.models.hyperparameters import HyperParameters, number_of_batches
from recsys.models.registry import model_spec
from recsys.models.teacher import Teacher
from recsys.models.towers import Towers, TrainingInputs
from recsys.nn.arrays import Array, Ids
from recsys.nn.losses import Factors, Pairs, distillation, masked_in_batch_softmax, output_l2
from recsys.nn.optim import Adam, cosine_decay
from recsys.training.batches import Batch, draw_users, make_batch
from recsys.training.divergence import check_loss, check_numbers


class BatchLoss(NamedTuple):
    """The softmax losses of the pairs of a batch, or of several batches.

    Attributes:
        total: their sum.
        n_pairs: how many pairs there are; 0 where nothing was to be predicted.
    """

    total: float
    n_pairs: int

    @property
    def mean(self) -> float:
        """The mean loss of a pair; 0 where there are none."""
        return self.total / max(self.n_pairs, 1)

    def plus(self, other: BatchLoss) -> BatchLoss:
        """The losses of the pairs of both."""
        return BatchLoss(self.total + other.total, self.n_pairs + other.n_pairs)


NOTHING = BatchLoss(0.0, 0)
"""The loss of no batch."""


def learning_rate(hyperparameters: HyperParameters, epoch: int) -> float:
    """The learning rate in an epoch, counted from 1."""
    return hyperparameters.learning_rate * cosine_decay(epoch - 1, hyperparameters.epochs)


class Trainer:
    """Trains one pair of towers on one set of ratings.

    The objective of a batch is

        softmax loss + l2 (mean_u w_u |user_u|^2 + mean_i |item_i|^2) + distillation distance(scores, teacher_scores)

    with w_u proportional to how much user u rated, and the last term only where the model has a teacher.

    Args:
        name: of the towers, in messages.
        towers: what is trained.
        teacher: whose scores they are pulled towards, if any.
        ratings: what they learn from.
        hyperparameters: how.
        rng: draws batches and dropout.
        optimiser: what moves the parameters.
    """

    def __init__(
        self,
        name: str,
        towers: Towers,
        teacher: Teacher | None,
        ratings: Dataset,
        hyperparameters: HyperParameters,
        rng: np.random.Generator,
        optimiser: type[Adam] = Adam,
    ) -> None:
        self.name, self.towers, self.teacher, self.ratings = name, towers, teacher, ratings
        self.hyperparameters, self.rng = hyperparameters, rng
        self.optimiser = optimiser(towers.parameters().values())
        dtype = next(iter(towers.parameters().values())).value.dtype
        self.log_q = log_q(ratings).astype(dtype)  # (n_items,)
        # (n_users,), mean 1 over active users
        self.user_weights = (ratings.user_counts / ratings.mean_user_count).astype(dtype)
        self.saved_weights: list[Array] = []

    @classmethod
    def create(
        cls,
        model: str,
        ratings: Dataset,
        hyperparameters: HyperParameters,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> Self:
        """A trainer of new towers of a model.

        Args:
            model: a name in :data:`recsys.models.registry.MODELS`.
            ratings: what it learns from.
            hyperparameters: how.
            rng: draws weights, batches and dropout.
            dtype: float32 to train, float64 to check gradients.
        """
        towers, teacher = model_spec(model).create(ratings, hyperparameters, rng, dtype)
        return cls(model, towers, teacher, ratings, hyperparameters, rng)

    def of_users(self, users: Ids, ratings: Dataset, rng: np.random.Generator) -> Self:
        """The same for some of the users alone, with a new optimiser; nothing is shared with this one.

        Args:
            users: ascending.
            ratings: of these users.
            rng: draws batches and dropout.
        """
        part = copy.copy(self)
        part.towers = self.towers.of_users(users)
        part.teacher = None if self.teacher is None else self.teacher.of_users(users)
        part.ratings, part.rng, part.saved_weights = ratings, rng, []
        part.user_weights = self.user_weights[users]
        part.optimiser = type(self.optimiser)(part.towers.parameters().values())
        return part

    def train_epoch(self, epoch: int) -> float:
        """One pass over the ratings; returns the mean softmax loss of its pairs. Epochs count from 1.

        Raises:
            TrainingError: training has diverged, see :mod:`recsys.training.divergence`.
        """
        rate = learning_rate(self.hyperparameters, epoch)
        total = NOTHING
        n_batches = number_of_batches(self.ratings.n_ratings, self.hyperparameters.batch_size)
        for number, users in enumerate(draw_users(self.ratings.matrix, n_batches, self.rng), start=1):
            loss = self.add_batch_gradients(users, f"epoch {epoch}, batch {number}")
            if loss.n_pairs:
                self.optimiser.step(rate)
            total = total.plus(loss)
        self.check_parameters(epoch)
        return total.mean

    def add_batch_gradients(self, users: Ids, context: str) -> BatchLoss:
        """Draw the batch of some users, and add the gradients of its objective to the parameters.

        Args:
            users: as :func:`~recsys.training.batches.make_batch` takes them.
            context: which batch it is, such as "epoch 3, batch 2".

        Raises:
            TrainingError: the loss shows that training has diverged.
        """
        batch = make_batch(self.ratings.matrix, users, self.rng)
        inputs = self.towers.training_inputs(batch.users, self.rng)
        n_pairs = len(batch.pairs.user[inputs.predicted])
        if not n_pairs:  # every user of the batch has a single rating, so none could be hidden and predicted
            return NOTHING
        loss = self.add_gradients(batch, inputs)
        n_negatives = float(batch.negatives.counts.sum())
        check_loss(loss, n_negatives, self.hyperparameters, f"{self.name}, {context}: the loss")
        return BatchLoss(loss * n_pairs, n_pairs)

    def add_gradients(self, batch: Batch, training_inputs: TrainingInputs) -> float:
        """Add the gradients of one batch's objective to the parameters; returns the softmax loss alone."""
        hyperparameters, pairs, log_q = self.hyperparameters, batch.pairs, self.log_q[batch.items]
        inputs, predicted = training_inputs
        # Forward: both towers, then scores. The towers' scores hold the self-contributions; the loss must not.
        users, user_cache = self.towers.users_forward(inputs)  # (U, d)
        items, bias, item_cache = self.towers.items_forward(batch.items)  # (F, d), (F,)
        contributions, contributions_cache = self.towers.self_contributions_forward(
            inputs, items, batch.items, pairs.item
        )  # (P,)
        # logQ correction: the softmax sees score - log q; serving uses the score.
        z, positive_z, scores_cache = batch.negatives.forward(users, items, bias - log_q, contributions)
        # All rated items are masked as negatives; positives are those of them that the towers are to predict.
        positives = Pairs(pairs.user[predicted], pairs.item[predicted], pairs.counts[predicted])
        loss, z_gradient, predicted_gradient = masked_in_batch_softmax(z, positive_z[predicted], positives)
        positive_gradient = np.zeros_like(positive_z)
        positive_gradient[predicted] = predicted_gradient

        # Backward, down to the outputs of the towers.
        users_gradient = hyperparameters.l2 * output_l2(users, self.user_weights[batch.users])
        items_gradient, bias_gradient = hyperparameters.l2 * output_l2(items), np.zeros_like(bias)
        through_scores = positive_gradient
        if self.teacher is not None:
            scores = Factors(users, items, bias, contributions, positive_z + log_q[pairs.item])
            teacher_scores = self.teacher.scores(batch.users, batch.items, batch.entries)
            extra = distillation(scores, teacher_scores, pairs, hyperparameters.distillation)
            # The distillation gradient of the plain product is added to the factors below. Its correction at the
            # pairs goes back through the scores, as the gradient of the softmax's positives does; the
            # self-contributions get the whole gradient at the pairs.
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

    def check_parameters(self, epoch: int) -> None:
        """Raise TrainingError where a parameter, or the mean square of its gradients, is not finite after an epoch.

        With such a mean square Adam no longer moves the parameter, and no loss would show it.
        """
        context = f"{self.name}, after epoch {epoch}"
        for (name, parameter), squares in zip(self.towers.parameters().items(), self.optimiser.second, strict=True):
            check_numbers(parameter.value, self.hyperparameters, f"{context}: {name} holds numbers")
            check_numbers(squares, self.hyperparameters, f"{context}: {name} has gradients")

    def save_weights(self) -> None:
        """Copy the weights as they are."""
        self.saved_weights = [parameter.value.copy() for parameter in self.towers.parameters().values()]

    def restore_weights(self) -> None:
        """Go back to the last copy."""
        for parameter, value in zip(self.towers.parameters().values(), self.saved_weights, strict=True):
            parameter.value[...] = value
