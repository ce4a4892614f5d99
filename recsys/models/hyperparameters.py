"""Hyperparameters: ``TrainConfig`` with every value filled in, and the rules that all models share.

Each model's own values are in its file (``defaults``); the measurements behind them are in
``tests/benchmarks/RESULTS.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset

MIN_BATCHES = 2
"""Batches in an epoch, however few the ratings: with one, an epoch is a single step, and training ends too early."""
MIN_DEFAULT_BATCHES, MAX_DEFAULT_BATCHES = 4, 24
"""Batches in an epoch by default: with fewer there are too few steps; with more the optimiser, which updates every
user at each step, costs more than the ratings."""
DIM = 64
"""Length of user and item vectors by default."""
BATCH_SIZE, MAX_BATCH_SIZE, MAX_BATCH_USERS = 32768, 1 << 20, 1 << 14
"""Ratings in a batch by default and at most; and about how many users at most, so that memory is bounded."""
DENSE = 0.5
"""The :func:`relative_density` from which a log is dense; below it, models have longer vectors and other starts."""
REFERENCE_DENSITY = 60
"""Ratings per user and item (see :func:`relative_density`) of MovieLens 100K, on which the defaults were tuned."""


@dataclass(frozen=True, kw_only=True)
class HyperParameters:
    """How one model is trained on one data set.

    Attributes:
        dim, epochs, patience, learning_rate, l2, batch_size: as in :class:`~recsys.config.TrainConfig`.
        distillation: weight of the distance from the teacher's scores; 0 for a model without a teacher.
        unobserved: weight of a pair without a rating, relative to 1 for one with a rating, in the factorisation that
            a model starts from; 0 for a model that starts from something else.
        start_l2: penalty in fitting what a model starts from, in ratings.
        scale: in base, what its scores, about 1 where a user rated an item, are multiplied by.
        popularity: in base, weight of the log of an item's share of the ratings in the first scores.
        cosine_dim: how many components of the vectors belong to cosine towers; 0 for none.
    """

    dim: int
    epochs: int
    patience: int
    learning_rate: float
    l2: float
    batch_size: int
    distillation: float
    unobserved: float = 0.0
    start_l2: float = 0.0
    scale: float = 0.0
    popularity: float = 0.0
    cosine_dim: int = 0

    def in_as_many_steps(self, ratings: Dataset, part: Dataset) -> HyperParameters:
        """The same for a part of the ratings: batches are smaller in proportion, so that an epoch has as many."""
        if part.n_ratings == ratings.n_ratings:
            return self
        return replace(self, batch_size=max(1, self.batch_size * part.n_ratings // ratings.n_ratings))


def resolve(
    config: TrainConfig,
    ratings: Dataset,
    *,
    steps: int,
    epochs: tuple[int, int],
    learning_rate: float,
    l2: float,
    distillation: float,
    dim: int = DIM,
) -> HyperParameters:
    """Fill in what ``config`` leaves open (None) with a model's values.

    Args:
        config: settings; whatever is set wins.
        ratings: what the model learns from; its size determines the batch size and the number of epochs.
        steps: about how many optimiser steps to make in a large log: the more batches, the fewer epochs.
        epochs: fewest and most, whatever ``steps`` says.
        learning_rate: see :class:`HyperParameters`.
        l2: likewise.
        distillation: likewise.
        dim: likewise.
    """
    batch_size = config.batch_size or default_batch_size(ratings.n_ratings, ratings.n_active_users)
    if config.epochs is None:
        min_epochs, max_epochs = epochs
        n_epochs = round(steps / number_of_batches(ratings.n_ratings, batch_size))
        n_epochs = min(max_epochs, max(min_epochs, n_epochs))
    else:
        n_epochs = config.epochs
    return HyperParameters(
        dim=dim if config.dim is None else config.dim,
        epochs=n_epochs,
        patience=config.patience,
        learning_rate=float(learning_rate if config.learning_rate is None else config.learning_rate),
        l2=float(l2 if config.l2 is None else config.l2),
        batch_size=batch_size,
        distillation=distillation,
    )


def default_batch_size(n_ratings: int, n_users: int) -> int:
    """Ratings in a batch for a log of ``n_ratings`` by ``n_users`` users who rated something.

    A quarter of a small log, so that it gets enough steps; 32,768 from 131,072 ratings on; from 786,432 on a
    twenty-fourth of them, but at most 1,048,576, or about the ratings of 16,384 users.
    """
    # -(-a // b) rounds up
    batch_size = min(-(-n_ratings // MIN_DEFAULT_BATCHES), max(BATCH_SIZE, -(-n_ratings // MAX_DEFAULT_BATCHES)))
    return bounded_batch_size(batch_size, n_ratings, n_users)


def bounded_batch_size(batch_size: int, n_ratings: int, n_users: int) -> int:
    """At most :data:`MAX_BATCH_SIZE` ratings, and about those of :data:`MAX_BATCH_USERS` users, to bound memory."""
    return min(batch_size, MAX_BATCH_SIZE, -(-n_ratings * MAX_BATCH_USERS // n_users))


def number_of_batches(n_ratings: int, batch_size: int) -> int:
    """Batches in an epoch: as many of equal size as come nearest to ``batch_size`` ratings each, at least two."""
    return max(MIN_BATCHES, round(n_ratings / batch_size))


def relative_density(ratings: Dataset) -> float:
    """Ratings per user and per item (geometric mean of both averages), relative to MovieLens 100K.

    The less is known of each user and item, the more regularisation a model needs.
    """
    n_users, n_items = ratings.n_active_users, (ratings.item_counts > 0).sum()
    # sqrt(n/n_users * n/n_items) = n / sqrt(n_users * n_items)
    return ratings.n_ratings / math.sqrt(float(n_users * n_items)) / REFERENCE_DENSITY
