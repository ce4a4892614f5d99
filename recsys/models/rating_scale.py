"""What a rating is worth in a history: the deep tower's reading of stars.

Knows ratings as numbers between a lowest and a highest, nothing of who rated what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DISLIKE = -0.1
"""Weight of the lowest rating; the highest has 1. Below zero, so that a bad rating counts against."""
STARS = 5
"""Of the scale on which a visitor rates, from one."""


@dataclass(frozen=True)
class RatingScale:
    """The lowest and the highest rating of a data set.

    Attributes:
        low: counts :data:`DISLIKE`.
        high: counts 1; where both are the same, as in a log of clicks, every rating does.
    """

    low: float
    high: float

    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """What ratings of any shape weigh: by the square root of the way from the lowest to the highest.

        By the root, so that only what is close to the lowest counts against. Beyond the ends, the ends count.
        """
        if self.low == self.high:
            return np.ones(np.shape(ratings))
        return _by_share((np.asarray(ratings, np.float64) - self.low) / (self.high - self.low))


def star_weights() -> NDArray[np.float64]:
    """What one to :data:`STARS` stars weigh, (STARS,): from end to end, as any scale that has two ends.

    So a visitor's one star is as bad as it gets, also where the data set's own scale begins at half a star or ends
    at ten. Where its ratings are all the same, as in a log of clicks, a visitor may still say what they do not like.
    """
    return _by_share(np.linspace(0, 1, STARS))


def _by_share(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    weights: NDArray[np.float64] = DISLIKE + (1 - DISLIKE) * np.sqrt(np.clip(shares, 0, 1))
    return weights
