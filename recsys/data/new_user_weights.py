"""How much a rating of a new user weighs in their history, relative to the middle of the scale.

Ratings of users in the training part weigh by :class:`~recsys.data.rating_scale.RatingScale`: these users chose what
they rated, and validation decides how much the value of a rating adds to that. A new user rates items in order to get
recommendations: an item that they dislike weighs nothing or less, and is never a reason for another item.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.rating_scale import LIKED_FROM, STARS, Opinions, RatingScale

STAR_WEIGHTS = (-0.3, 0.0, 0.6, 0.95, 1.0)
"""The weights of one to five stars; between them, weights are interpolated. With these weights, three stars are about
neutral, and fewer count against an item, because of how a short history is completed
(:mod:`recsys.models.short_history`)."""


def new_user_weights(scale: RatingScale, ratings: NDArray[Any]) -> NDArray[np.float64]:
    """Weights of ratings, of the same shape: at most 0 for a dislike, 1 for the best rating, and for infinity.

    Opinions weigh by their position in the range of the log's ratings: the low end as one star, the high end as five.
    Counts, and ratings that are all alike, weigh as in training, since each is a choice; those with a negative weight
    there weigh as one star.
    """
    if isinstance(scale, Opinions):
        return _weights_of_fractions((np.asarray(ratings, np.float64) - scale.low) / (scale.high - scale.low))
    weights = scale.weights(ratings)
    return np.where(weights < 0, STAR_WEIGHTS[0], weights)


def star_weights() -> NDArray[np.float64]:
    """Weights of one to :data:`~recsys.data.rating_scale.STARS` stars on the Rate page, (STARS,).

    One star is the lowest rating there, whatever the scale of the data set, such as half a star to five, or one to
    ten. Even if all its ratings are equal, as in a log of clicks, a user of the Rate page may dislike something.
    """
    return np.array(STAR_WEIGHTS)


def half_star_weights(scale: RatingScale, ratings: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Weights of half a star, one, one and a half, ... five stars on the Rate page, (2 * STARS,).

    If ratings are opinions, these are the weights of :func:`star_weights` and values between them; half a star weighs
    as one star. Otherwise a user can only like an item or not: :data:`~recsys.data.rating_scale.LIKED_FROM` stars or
    more are a like, which weighs the mean of the positive weights of ``ratings`` (n,) in training; fewer stars weigh
    as one star.
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
