"""Settings that follow from the model and the shape of the data, in one place: what a setting left open becomes.

The figures behind them are in ``tests/benchmarks/RESULTS.md``. Knows settings and ratings, nothing of training.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset

BATCHES = 4
"""In an epoch of a small log: fewer would be too few steps."""
LARGEST_BATCH = 32768
"""Ratings; a larger batch costs memory and brings no better negatives."""


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

    - epochs: ``base`` starts from noise and takes 40, ``deep`` starts from a solution and refines it in 15.
    - learning rate: 0.01 from noise, 0.003 from a solution, which larger steps would lose.
    - l2: ``base`` has nothing else to hold it back, and the less is known of each user and film the more it needs;
      ``deep`` is held to its teacher's scores instead, likewise.
    - batch size: a quarter of the ratings, so that small logs get enough steps; at most 32768.

    Args:
        model: ``"base"`` or ``"deep"``.
        ratings: what it learns from.
        config: settings; None stands for "by rule".
    """
    deep, known = model == "deep", _known(ratings)
    ruled = {
        "epochs": 15 if deep else 40,
        "learning_rate": 0.003 if deep else 0.01,
        "l2": 0.0 if deep else round(0.085 * known**-0.6, 4),
        "batch_size": min(LARGEST_BATCH, -(-ratings.n_ratings // BATCHES)),
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


def _known(ratings: Dataset) -> float:
    """How much is known of a user and a film: their ratings, in the geometric mean of both means, in units of 60.

    60 is what MovieLens 100K has.
    """
    n_users, n_items = (ratings.user_counts > 0).sum(), (ratings.item_counts > 0).sum()
    return ratings.n_ratings / math.sqrt(float(n_users * n_items)) / 60
