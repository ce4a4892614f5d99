"""How much a rating weighs in a history: how the deep model reads stars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DISLIKE = -0.1
"""Weight of the lowest rating; the highest has 1. Below zero, so that a bad rating counts against an item."""
STARS = 5
"""Of the scale from one star on the Rate page."""


@dataclass(frozen=True)
class RatingScale:
    """The lowest and the highest rating of a data set.

    Attributes:
        low: weighs :data:`DISLIKE`.
        high: weighs 1; where both are the same, as in a log of clicks, every rating does.
    """

    low: float
    high: float

    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape; ratings beyond an end of the scale weigh as that end."""
        if self.low == self.high:
            return np.ones(np.shape(ratings))
        return _weights_of_fractions((np.asarray(ratings, np.float64) - self.low) / (self.high - self.low))


def star_weights() -> NDArray[np.float64]:
    """Weights of one to :data:`STARS` stars, (STARS,): one star is the low end and five the high one.

    So one star is as bad as it gets, whatever the data set's own scale, be it half a star to five or one to ten. Even
    where all its ratings are equal, as in a log of clicks, a user of the Rate page may dislike something.
    """
    return _weights_of_fractions(np.linspace(0, 1, STARS))


def _weights_of_fractions(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    # The square root rises steeply from the low end, so that only ratings close to the lowest weigh less than 0.
    weights: NDArray[np.float64] = DISLIKE + (1 - DISLIKE) * np.sqrt(np.clip(fractions, 0, 1))
    return weights
