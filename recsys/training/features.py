"""What the towers are given to see of a data set: sampling shares, history weights, film features.

Arrays in, arrays out; knows nothing of towers or training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by
from recsys.models.rating_scale import RatingScale

RECENCY = 0.3
"""How the weight of a rated film fades with age: the oldest of a long history has exp(-RECENCY) of the newest's."""
WINDOWS = 6
"""Overlapping windows that a history is cut into, to see what was watched at about the same time."""
WINDOW_WEIGHT = 0.5
"""What a pair of films in one window counts, on top of the 1 for being in the same history."""


def log_q(dataset: Dataset) -> NDArray[np.float32]:
    """Log of each item's share of the ratings, (n_items,): the chance that it is drawn into a batch.

    An item without a rating counts as having one, so that it stays finite.
    """
    counts = np.maximum(dataset.item_counts, 1)
    return np.log(counts / dataset.n_ratings).astype(np.float32)


def rating_scale(dataset: Dataset) -> RatingScale:
    """From the lowest to the highest rating there is."""
    return RatingScale(float(dataset.rating.min()), float(dataset.rating.max()))


def history_weights(dataset: Dataset, place: NDArray[np.float64]) -> sparse.csr_array[np.float32]:
    """What each rated film weighs in its user's history once trained, (n_users, n_items): rating times recency.

    A rating counts as the :class:`~recsys.models.rating_scale.RatingScale` of the data says. A film at place p of its
    history is worth ``exp(-RECENCY (1 - p))`` of that.

    Args:
        dataset: the ratings.
        place: (n_ratings,), see :func:`history_places`.
    """
    weights = rating_scale(dataset).weights(dataset.rating) * np.exp(-RECENCY * (1 - place))
    return _by_user(dataset, weights)


def history_windows(dataset: Dataset, place: NDArray[np.float64]) -> sparse.csr_array[np.float32]:
    """Whole histories, and under them each cut into overlapping windows: ((1 + WINDOWS) n_users, n_items).

    Of ``A'A``, an entry is how many users rated both films, plus :data:`WINDOW_WEIGHT` times how far they did so at
    about the same time. A window is a triangle over the places of a history, so that together they count each film
    once.

    Args:
        dataset: the ratings.
        place: (n_ratings,), see :func:`history_places`.
    """
    parts = [_by_user(dataset, np.ones(dataset.n_ratings))]
    for centre in range(WINDOWS):
        share = WINDOW_WEIGHT * np.maximum(0, 1 - np.abs(place * (WINDOWS - 1) - centre))
        inside = np.flatnonzero(share)
        parts.append(_by_user(dataset, np.sqrt(share[inside]), inside))
    rows: sparse.csr_array[np.float32] = sparse.vstack(parts, format="csr")
    return rows


def history_places(dataset: Dataset) -> NDArray[np.float64]:
    """Where each rating stands in its user's history by time, (n_ratings,): above 0, the newest near 1.

    The mean rank among the user's n ratings, less one half, divided by n; ratings of the same time share a place.
    Without timestamps all are the newest: 1.
    """
    if dataset.timestamp is None:
        return np.ones(dataset.n_ratings)
    order = order_by(dataset.user, dataset.timestamp)
    user, time = dataset.user[order], dataset.timestamp[order]
    starts = np.flatnonzero(np.r_[True, (user[1:] != user[:-1]) | (time[1:] != time[:-1])])
    sizes = np.diff(np.r_[starts, len(order)])
    first_of_user = (np.cumsum(dataset.user_counts) - dataset.user_counts)[user]
    place = np.empty(dataset.n_ratings)
    middle = np.repeat(starts + sizes / 2, sizes)  # of a run of equal times, among all ratings in order
    place[order] = (middle - first_of_user) / dataset.user_counts[user]
    return place


def _by_user(
    dataset: Dataset, values: NDArray[np.float64], which: NDArray[np.intp] | slice = slice(None)
) -> sparse.csr_array[Any]:
    """One value for each rating, or some, as a matrix (n_users, n_items): float32, items ascending, zeros stored."""
    shape, places = (dataset.n_users, dataset.n_items), (dataset.user[which], dataset.item[which])
    matrix = sparse.csr_array((values.astype(np.float32), places), shape=shape)
    matrix.sort_indices()
    return matrix


def item_features(dataset: Dataset) -> NDArray[np.float32]:
    """Genres as 0 and 1, then the year with mean 0 and deviation 1, (n_items, n_genres + 1).

    An unknown year is the mean; a data set without any year has a column of zeros.
    """
    known = np.isfinite(dataset.years)
    year = np.zeros(dataset.n_items)
    if known.any():
        year[known] = dataset.years[known] - dataset.years[known].mean()
        year /= year[known].std() or 1.0
    return np.column_stack([dataset.genres, year]).astype(np.float32)
