"""How much a rating of a new user weighs in their history, relative to the middle of the scale.

Users of the training part weigh by :class:`~recsys.data.rating_scale.RatingScale`: they chose what they rated, and
validation decides what their ratings add to that. A new user rates to be answered: what was disliked weighs nothing
or less, and is never a reason for another item.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.rating_scale import LIKED_FROM, STARS, Opinions, RatingScale

STAR_WEIGHTS = (-0.3, 0.0, 0.6, 0.95, 1.0)
"""Of one to five stars; between them in a straight line. That three stars are about neutral with these, and fewer
count against an item, is due to how a short history is completed, see :mod:`recsys.models.short_history`."""


def new_user_weights(scale: RatingScale, ratings: NDArray[Any]) -> NDArray[np.float64]:
    """Weights of ratings of any shape: at most 0 for what was disliked, 1 for the best, and for infinity.

    Opinions weigh by where they lie in the range of the log's ratings: the low end as one star, the high end as five.
    Counts, and ratings that are all alike, weigh as in training: any is a choice. Where these are negative, they say
    as much as one star.
    """
    if isinstance(scale, Opinions):
        return _weights_of_fractions((np.asarray(ratings, np.float64) - scale.low) / (scale.high - scale.low))
    weights = scale.weights(ratings)
    return np.where(weights < 0, STAR_WEIGHTS[0], weights)


def star_weights() -> NDArray[np.float64]:
    """Weights of one to :data:`~recsys.data.rating_scale.STARS` stars on the Rate page, (STARS,).

    One star is as bad as it gets, whatever the data set's own scale, be it half a star to five or one to ten. Even
    where all its ratings are equal, as in a log of clicks, a user of the Rate page may dislike something.
    """
    return np.array(STAR_WEIGHTS)


def half_star_weights(scale: RatingScale, ratings: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Weights of half a star, one, one and a half, ... five stars on the Rate page, (2 * STARS,).

    Where ratings are opinions, those of :func:`star_weights` and between them; half a star weighs as one. Elsewhere
    there is nothing but liking or not: a like, :data:`~recsys.data.rating_scale.LIKED_FROM` stars or more, weighs
    what ratings (n,) that speak for their item weigh on average, as the model was trained; fewer stars weigh as one.
    """
    stars = np.arange(1, 2 * STARS + 1) / 2
    if isinstance(scale, Opinions):
        return _weights_of_fractions((stars - 1) / (STARS - 1))
    weights = scale.weights(ratings)
    positive = weights[weights > 0]
    return np.where(stars >= LIKED_FROM, positive.mean() if len(positive) else 1.0, STAR_WEIGHTS[0])


def _weights_of_fractions(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    weights: NDArray[np.float64] = np.interp(fractions, np.linspace(0, 1, STARS), STAR_WEIGHTS)
    return weights
