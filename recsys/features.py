"""What the towers are given to see of a data set: sampling shares, history weights, film features.

Arrays in, arrays out; knows nothing of towers or training.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset

DISLIKE = -0.2
"""History weight of the lowest rating; the highest has 1. Below zero, so that a bad rating counts against."""


def log_q(dataset: Dataset) -> NDArray[np.float32]:
    """Log of each item's share of the ratings, (n_items,): the chance that it is drawn into a batch.

    An item without a rating counts as having one, so that it stays finite.
    """
    counts = np.maximum(dataset.item_counts, 1)
    return np.log(counts / dataset.n_ratings).astype(np.float32)


def history_weights(dataset: Dataset) -> sparse.csr_array[np.float32]:
    """What each rating weighs in its user's history, (n_users, n_items).

    Linear from :data:`DISLIKE` at the data set's lowest rating to 1 at its highest; 1 throughout where all ratings
    are the same, as in a log of clicks.
    """
    ratings = dataset.matrix
    low, high = float(dataset.rating.min()), float(dataset.rating.max())
    if low == high:
        weights = np.ones_like(ratings.data)
    else:
        weights = DISLIKE + (1 - DISLIKE) * (ratings.data - low) / (high - low)
    return sparse.csr_array((weights.astype(np.float32), ratings.indices, ratings.indptr), shape=ratings.shape)


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
