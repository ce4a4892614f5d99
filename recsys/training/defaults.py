"""Settings that follow from the model and the shape of the data, in one place: what a setting left open becomes.

The figures behind them are in ``tests/benchmarks/RESULTS.md``. Knows settings and ratings, nothing of training.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.training.batches import number_of_batches

FEWEST, MOST = 4, 24
"""Batches in an epoch: with fewer there are too few steps, with more the optimiser, which moves all users at each
step, costs more than the ratings."""
BATCH, LARGEST_BATCH, MOST_USERS = 32768, 1 << 20, 1 << 14
"""Ratings in a batch, between the two; ratings and, about, users at most, so that memory is bounded."""
STEPS = {"base": 288, "deep": 72}
"""Of training, about, in a large log: the more batches, the fewer epochs."""
EPOCHS = {"base": (12, 40), "deep": (4, 15)}
"""At least and at most, each pass being all that a user is seen of."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one model is trained on one data set: :class:`~recsys.config.TrainConfig` with nothing left open.

    Attributes:
        dim, epochs, patience, learning_rate, l2, batch_size: as there.
        distillation: weight of the distance from the linear towers' scores; 0 for a model that has no teacher.
    """

    dim: int
    epochs: int
    patience: int
    learning_rate: float
    l2: float
    batch_size: int
    distillation: float


def recipe(model: str, ratings: Dataset, config: TrainConfig) -> Recipe:
    """What is set, and rules for the rest.

    - batch size: a quarter of the ratings, so that small logs get enough steps; 32768 from 131,072 ratings on; from
      786,432 on the 24th part of them, at most 1,048,576, or those of 16,384 users.
    - epochs: ``base`` starts from noise and takes 40, ``deep`` starts from a solution and refines it in 15; where
      there are more batches, fewer, so that about 288 and 72 steps are made, but 12 and 4 at least.
    - learning rate: 0.01 from noise, 0.003 from a solution, which larger steps would lose.
    - l2: ``base`` has nothing else to hold it back, and the less is known of each user and film the more it needs;
      ``deep`` is held to its teacher's scores instead, likewise.

    Args:
        model: ``"base"`` or ``"deep"``.
        ratings: what it learns from.
        config: settings; None stands for "by rule".
    """
    deep, known = model == "deep", _known(ratings)
    batch_size = config.batch_size or _batch_size(ratings.n_ratings, int((ratings.user_counts > 0).sum()))
    fewest, most = EPOCHS[model]
    ruled = {
        "epochs": min(most, max(fewest, round(STEPS[model] / number_of_batches(ratings.n_ratings, batch_size)))),
        "learning_rate": 0.003 if deep else 0.01,
        "l2": 0.0 if deep else round(0.085 * known**-0.6, 4),
        "batch_size": batch_size,
    }
    given = {name: getattr(config, name) for name in ruled if getattr(config, name) is not None}
    settings = {**ruled, **given}
    return Recipe(
        dim=config.dim,
        epochs=int(settings["epochs"]),
        patience=config.patience,
        learning_rate=float(settings["learning_rate"]),
        l2=float(settings["l2"]),
        batch_size=int(settings["batch_size"]),
        distillation=max(1.0, round(1 / known, 4)) if deep else 0.0,
    )


def _batch_size(n_ratings: int, n_users: int) -> int:
    wanted = min(-(-n_ratings // FEWEST), max(BATCH, -(-n_ratings // MOST)))
    return min(wanted, LARGEST_BATCH, -(-n_ratings * MOST_USERS // n_users))


def _known(ratings: Dataset) -> float:
    """How much is known of a user and a film: their ratings, in the geometric mean of both means, in units of 60.

    60 is what MovieLens 100K has.
    """
    n_users, n_items = (ratings.user_counts > 0).sum(), (ratings.item_counts > 0).sum()
    return ratings.n_ratings / math.sqrt(float(n_users * n_items)) / 60
