"""All towers of one model through their epochs, in step: those of the model itself and of its companions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.models.features import log_q
from recsys.models.fitted import Fitted
from recsys.models.hyperparameters import HyperParameters
from recsys.models.mixture import Mixture, Weights
from recsys.models.protocol import ModelSpec
from recsys.schema import EpochRecord
from recsys.training.trainer import Trainer

DEFAULT_SHARE = 0.6
"""Share of a model's own towers in the sum of its scores, unless validation data says otherwise."""


def default_weights(names: Sequence[str]) -> Weights:
    """Those of towers with these names, the model's own first, in all epochs: others are chosen after the last."""
    return Weights.of_share(names, DEFAULT_SHARE)


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
        ConfigError: there are companions, and no teacher for them to start from.
    """

    def __init__(
        self, spec: ModelSpec, ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator
    ) -> None:
        self.spec, self.ratings, self.hyperparameters = spec, ratings, hyperparameters
        own = Trainer.create(spec.name, ratings, hyperparameters, rng)
        self.trainers = {spec.name: own}
        for companion in spec.companions:
            settings = companion.defaults(ratings, hyperparameters)
            if settings is not None:
                if own.teacher is None:
                    raise ConfigError(f"{companion.name} towers start from a teacher, and {spec.name} has none")
                towers = companion.create(ratings, own.teacher, settings, rng, np.float32)
                self.trainers[companion.name] = Trainer(
                    companion.name, towers, None, ratings, settings, rng, companion.optimiser
                )
        self.log_q = log_q(ratings)
        self.weights = default_weights(list(self.trainers))

    def train_epoch(self, epoch: int) -> float:
        """One pass of all towers over the ratings; returns the mean of their losses. Epochs count from 1."""
        return float(np.mean([trainer.train_epoch(epoch) for trainer in self.trainers.values()]))

    def mixture(self) -> Mixture:
        """The towers as they are now, as one."""
        members = {name: trainer.towers for name, trainer in self.trainers.items()}
        return Mixture(members, self.weights, self.log_q)

    def item_vectors(self) -> NDArray[np.float32]:
        """As they are now, (n_items, d)."""
        vectors, _ = self.mixture().items()
        return vectors

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """What would be served if training ended now."""
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
