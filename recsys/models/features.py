"""What the towers read of a data set: sampling probabilities, weighted histories, item features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.outliers import standardised
from recsys.data.sorting import order_by, position_in_group

RECENCY = 0.3
"""How the weight of a rated item decays with age: the oldest of a long history has exp(-RECENCY) of the newest's."""
WINDOWS = 6
"""Overlapping time windows that a history is cut into, to see what was rated at about the same time."""
WINDOW_WEIGHT = 0.5
"""What a pair of items in the same window counts, on top of the 1 for being in the same history."""


def log_q(dataset: Dataset) -> NDArray[np.float32]:
    """Log of each item's share of the ratings, (n_items,): its probability of being drawn into a batch.

    Popular items are in most batches and would be pushed down as negatives just for that. Subtracting log q from the
    scores during training cancels it (the logQ correction). An item without ratings counts as having one, so that its
    logarithm is finite.
    """
    counts = np.maximum(dataset.item_counts, 1)  # (n_items,)
    return np.log(counts / dataset.n_ratings).astype(np.float32)


def history_weights(dataset: Dataset, recency_rank: NDArray[np.float64]) -> sparse.csr_array[np.float32]:
    """The weight of each rated item in its user's history once trained, (n_users, n_items): rating times recency.

    A rating weighs as the :class:`~recsys.data.rating_scale.RatingScale` of the data says; recency multiplies it
    by ``exp(-RECENCY (1 - recency_rank))``, which is 1 for the newest.

    Args:
        dataset: the ratings.
        recency_rank: (n_ratings,), see :func:`recency_ranks`.
    """
    recency = np.exp(-RECENCY * (1 - recency_rank))  # (n_ratings,)
    return _by_user(dataset, dataset.rating_scale.weights(dataset.rating) * recency)


def history_windows(dataset: Dataset, recency_rank: NDArray[np.float64]) -> sparse.csr_array[np.float32]:
    """Whole histories, and below them each cut into overlapping windows: A, ((1 + WINDOWS) n_users, n_items).

    An entry of ``A'A`` is how many users rated both items, plus :data:`WINDOW_WEIGHT` times how much they did so at
    about the same time. So EASE, which only sees ``A'A``, takes items rated together in time as more alike.

    Args:
        dataset: the ratings.
        recency_rank: (n_ratings,), see :func:`recency_ranks`.
    """
    parts = [_by_user(dataset, np.ones(dataset.n_ratings))]
    for centre in range(WINDOWS):
        # A triangle of width 2 around each centre 0, 1, ... WINDOWS - 1. Neighbours overlap by half, so that at any
        # position the triangles add up to 1 and every rating counts the same in total.
        membership = WINDOW_WEIGHT * np.maximum(0, 1 - np.abs(recency_rank * (WINDOWS - 1) - centre))
        inside = np.flatnonzero(membership)
        # The root, because A'A squares it again.
        parts.append(_by_user(dataset, np.sqrt(membership[inside]), inside))
    rows: sparse.csr_array[np.float32] = sparse.vstack(parts, format="csr")
    return rows


def recency_ranks(dataset: Dataset) -> NDArray[np.float64]:
    """The position of each rating in its user's history by time, (n_ratings,): the oldest near 0, the newest near 1.

    With n ratings, the mean rank (from 1) among those of the same time, less one half, divided by n. Ranks, not
    times, so that the unit of time and pauses between visits do not matter. Where there are no timestamps, or
    none of them orders two ratings of one user, all are the newest: 1.
    """
    if dataset.timestamp is None or not dataset.has_times:
        return np.ones(dataset.n_ratings)
    order = order_by(dataset.user, dataset.timestamp)
    user, time = dataset.user[order], dataset.timestamp[order]
    # A run is a user's ratings of one time; all of a run share the rank of its middle.
    starts = np.flatnonzero(np.r_[True, (user[1:] != user[:-1]) | (time[1:] != time[:-1])])
    sizes = np.diff(np.r_[starts, len(order)])
    middle = np.repeat(starts + sizes / 2, sizes)  # among all ratings in order
    first_of_user = (np.cumsum(dataset.user_counts) - dataset.user_counts)[user]
    ranks = np.empty(dataset.n_ratings)
    ranks[order] = (middle - first_of_user) / dataset.user_counts[user]
    return ranks


def normalised(history: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """Each row divided by the square root of its number n of entries; empty rows stay empty.

    The pooled history is then a compromise between the mean (1 / n), in which a long history says no more than a
    short one, and the sum. A sum of n independent vectors grows as sqrt(n), so that after the division the vectors of
    all users have about the same length.
    """
    length = np.diff(history.indptr)  # (n_users,), a row's entries are data[indptr[u] : indptr[u + 1]]
    scale = 1 / np.sqrt(np.maximum(length, 1))
    data = history.data * np.repeat(scale, length).astype(history.dtype)  # (n_ratings,)
    return sparse.csr_array((data, history.indices, history.indptr), shape=history.shape)


def equal_weights(history: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """The history with weight 1 for every entry, normalised."""
    ones = np.ones_like(history.data)
    return normalised(sparse.csr_array((ones, history.indices, history.indptr), shape=history.shape))


def hidden_entries(lengths: NDArray[np.integer[Any]], share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which entries of each history are hidden: (P,), for P entries of histories of ``lengths`` (U,) in turn.

    The share of each history, rounded, but at least one entry is hidden and one stays; a single entry is not hidden.
    """
    order = np.lexsort((rng.random(lengths.sum()), np.repeat(np.arange(len(lengths)), lengths)))  # shuffled in each
    n_hidden = np.clip(np.round(share * lengths), 1, np.maximum(lengths - 1, 0)).astype(np.intp)  # (U,)
    hidden = np.empty(len(order), bool)
    hidden[order] = position_in_group(lengths) < np.repeat(n_hidden, lengths)
    return hidden


def item_features(dataset: Dataset) -> NDArray[np.float32]:
    """Genres as 0 and 1, the year with mean 0 and standard deviation 1, and the data set's own features of items.

    Of shape (n_items, n_genres + 1 + n_item_features).

    An unknown year counts as the mean, and so does the year 0, which does not exist; a data set without any year has
    a column of zeros. Outliers count as the nearest year that is not one.
    """
    known = np.isfinite(dataset.years) & (dataset.years != 0)
    year = np.zeros(dataset.n_items)  # 0 is the mean after centring: what an unknown year should be
    if known.any():
        year[known] = standardised(dataset.years[known])
    return np.column_stack([dataset.genres, year, dataset.item_features]).astype(np.float32)


def _by_user(
    dataset: Dataset, values: NDArray[np.float64], rows: NDArray[np.intp] | slice = slice(None)
) -> sparse.csr_array[Any]:
    """One value per rating, or per rating in ``rows``, as a matrix (n_users, n_items).

    float32, items ascending in each row; zeros are stored, because an entry means "rated".
    """
    shape = (dataset.n_users, dataset.n_items)
    matrix = sparse.csr_array((values.astype(np.float32), (dataset.user[rows], dataset.item[rows])), shape=shape)
    matrix.sort_indices()
    return matrix
