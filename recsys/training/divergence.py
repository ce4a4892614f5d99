"""When training has diverged: numbers that are not finite, or a loss far above that of popularity."""

from __future__ import annotations

import math

import numpy as np

from recsys.errors import TrainingError
from recsys.models.hyperparameters import HyperParameters
from recsys.nn.arrays import Array

MAX_LOSS = 10.0
"""How many times the loss of popularity a loss may be. With default settings no batch of six logs exceeded 1.1 times;
with a learning rate of 1, a hundred times the default, the loss reaches 86 times within six epochs."""


def check_loss(loss: float, n_negatives: float, hyperparameters: HyperParameters, context: str) -> None:
    """Raise where a softmax loss shows that training has diverged.

    Args:
        loss: mean over pairs.
        n_negatives: from how many ratings n the negatives of a pair come. Popularity scores each item by the log of
            its share of the ratings; the logQ correction takes just that away, so its loss is log(1 + n).
        hyperparameters: of the training.
        context: where the loss was seen, as in "base, epoch 3, batch 2: the loss".

    Raises:
        TrainingError: it is not finite, or more than :data:`MAX_LOSS` times that of popularity.
    """
    popularity = math.log1p(max(n_negatives, 1.0))  # with none, every loss is 0 up to rounding
    if not loss <= MAX_LOSS * popularity:  # not NaN either
        raise TrainingError(
            f"training has diverged ({context} is {loss:.3g}, and that of popularity {popularity:.3g}); "
            f"{_advice(hyperparameters)}"
        )


def check_numbers(values: Array, hyperparameters: HyperParameters, context: str) -> None:
    """Raise where an array holds a number that is not finite.

    Raises:
        TrainingError: it does.
    """
    # If there is a NaN, it is both the minimum and the maximum, so no array of booleans is needed.
    if values.size and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        raise TrainingError(
            f"training has diverged ({context} beyond what 32 bits hold); {_advice(hyperparameters)}"
        )


def _advice(hyperparameters: HyperParameters) -> str:
    """What to lower: of all settings, only extreme values of the learning rate make training diverge.

    The number is that of this training, which may be lower than the setting.
    """
    return f"lower learning_rate; this training began with {hyperparameters.learning_rate:g}"
