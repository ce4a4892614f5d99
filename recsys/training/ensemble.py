"""Train all towers of one model in step, epoch by epoch: its own and those of its companions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.models.features import log_q
from recsys.models.fitted import Fitted, score_all
from recsys.models.hyperparameters import HyperParameters
from recsys.models.mixture import Mixture, Weights
from recsys.models.protocol import ModelSpec, Scores
from recsys.models.towers import Towers
from recsys.nn.arrays import Array, Ids
from recsys.schema import EpochRecord
from recsys.training.trainer import Trainer

DEFAULT_SHARE = 0.6
"""Share of a model's own towers in the sum of its scores, unless validation data says otherwise."""


def popularity_scorer(log_q: Array) -> Scores:
    """Scores that are the log of each item's share of the ratings (n_items,), the same for every user."""
    return lambda users: np.tile(log_q, (len(users), 1))


def default_weights(names: Sequence[str]) -> Weights:
    """The weights of towers with these names, the model's own first, until others are chosen after training."""
    return Weights.of_share(names, DEFAULT_SHARE)


class Training(Protocol):
    """The towers of a model in training, wherever they are: in this process, or in parts on many machines.

    Attributes:
        spec: of the model.
        names: of its towers, its own first.
        weights: factors with which the scores of the towers are added.
    """

    spec: ModelSpec
    names: list[str]
    weights: Weights

    def begin_epoch(self, epoch: int) -> Callable[[], float]:
        """Begin one pass of all towers over the ratings.

        Args:
            epoch: counted from 1.

        Returns:
            A function that waits for its end and gives the mean of the losses of the towers.
        """
        ...

    def scorer(self, users: Ids) -> Scores:
        """The scores of all items by the towers as they are now, for any of ``users`` (n,)."""
        ...

    def member_scorers(self, users: Ids) -> list[Scores]:
        """The same for each of the towers alone, and last for log popularity."""
        ...

    def item_vectors(self) -> NDArray[np.float32]:
        """The item vectors as they are now, (n_items, d)."""
        ...

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """The model that would be served if training ended now, after ``epoch``."""
        ...

    def save_weights(self) -> None:
        """Remember the learned arrays as they are."""
        ...

    def restore_weights(self) -> None:
        """Go back to those that were saved last."""
        ...


StartTraining = Callable[[ModelSpec, Dataset, HyperParameters, np.random.Generator], Training]
"""Makes the untrained towers of a model, from its spec, the ratings, the hyperparameters and a generator."""


class Ensemble:
    """Trains the towers of a model, each by its own objective, on one set of ratings.

    Args:
        spec: of the model.
        ratings: what it learns from.
        hyperparameters: how.
        rng: draws weights, batches and dropout.

    Attributes:
        weights: factors with which the scores of the towers are added.

    Raises:
        ConfigError: there are companions, but no teacher for them to start from.
    """

    def __init__(
        self, spec: ModelSpec, ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator
    ) -> None:
        self.spec, self.ratings, self.hyperparameters = spec, ratings, hyperparameters
        main = Trainer.create(spec.name, ratings, hyperparameters, rng)
        self.trainers = {spec.name: main}
        for companion in spec.companions:
            settings = companion.defaults(ratings, hyperparameters)
            if settings is not None:
                if main.teacher is None:
                    raise ConfigError(f"{companion.name} towers start from a teacher, and {spec.name} has none")
                towers = companion.create(ratings, main.teacher, settings, rng, np.float32)
                self.trainers[companion.name] = Trainer(
                    companion.name, towers, None, ratings, settings, rng, companion.optimiser
                )
        self.names = list(self.trainers)
        self.log_q = log_q(ratings)
        self.weights = default_weights(self.names)

    def train_epoch(self, epoch: int) -> float:
        """One pass of all towers over the ratings; returns the mean of their losses. Epochs count from 1."""
        return float(np.mean([trainer.train_epoch(epoch) for trainer in self.trainers.values()]))

    def begin_epoch(self, epoch: int) -> Callable[[], float]:
        """As :meth:`Training.begin_epoch`; in this process, the epoch is over before this returns."""
        loss = self.train_epoch(epoch)
        return lambda: loss

    def mixture(self) -> Mixture:
        """The towers as they are now, as one model."""
        members = {name: trainer.towers for name, trainer in self.trainers.items()}
        return Mixture(members, self.weights, self.log_q)

    def of_users(self, users: Ids, rng: np.random.Generator) -> Ensemble:
        """The same for some of the users alone, with a generator of its own; nothing is shared with this one.

        What the ratings of all users say, such as the popularity of items, stays.

        Args:
            users: ascending; at least one has a rating.
            rng: draws batches and dropout.
        """
        part = copy.copy(self)
        part.ratings = self.ratings.of_users(users)
        part.trainers = {name: trainer.of_users(users, part.ratings, rng) for name, trainer in self.trainers.items()}
        return part

    def scorer(self, users: Ids) -> Scores:
        """The scores of all items by the towers as they are now, for any of ``users`` (n,)."""
        mixture = self.mixture()
        items, bias = mixture.items()
        vectors = mixture.users(users)  # of a large log, only few users are scored
        row = np.zeros(self.ratings.n_users, np.intp)
        row[users] = np.arange(len(users))
        return lambda block: score_all(vectors[row[block]], items, bias)

    def member_scorers(self, users: Ids) -> list[Scores]:
        """The same for each of the towers alone, and last for log popularity."""

        def scorer(towers: Towers) -> Scores:
            items, bias, _ = towers.items_forward(np.arange(self.ratings.n_items))

            def scores(users: Ids) -> Array:
                vectors, _ = towers.users_forward(towers.serving_inputs(users))
                return (vectors @ items.T + bias).astype(np.float32)

            return scores

        return [*(scorer(trainer.towers) for trainer in self.trainers.values()), popularity_scorer(self.log_q)]

    def item_vectors(self) -> NDArray[np.float32]:
        """The item vectors as they are now, (n_items, d)."""
        vectors, _ = self.mixture().items()
        return vectors

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """The model that would be served if training ended now, after ``epoch``."""
        mixture = self.mixture()
        items, bias = mixture.items()
        return Fitted(
            name=self.spec.name,
            user_ids=self.ratings.user_ids,
            item_ids=self.ratings.item_ids,
            user_vectors=mixture.users(np.arange(self.ratings.n_users)),
            item_vectors=items,
            item_bias=bias,
            history=tuple(history),
            best_epoch=epoch,
            towers=mixture,
            hyperparameters=self.hyperparameters,
        )

    def save_weights(self) -> None:
        """Copy the learned arrays as they are."""
        for trainer in self.trainers.values():
            trainer.save_weights()

    def restore_weights(self) -> None:
        """Go back to the last copy."""
        for trainer in self.trainers.values():
            trainer.restore_weights()
