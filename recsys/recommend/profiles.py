"""Profiles by counting: the genres a user rated, and the ratings an item got."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset

MAX_BINS = 10
MAX_GENRES = 20


@dataclass(frozen=True, eq=False)
class Histograms:
    """How often each item got which ratings.

    Attributes:
        low, high: float64 (n_bins,), the lowest and the highest rating of each bin, lowest bin first.
        counts: int64 (n_items, n_bins).
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GenreShares:
    """What users rated, by genre.

    Attributes:
        names: the genres, those of most ratings first.
        shares: float64 (n_users, n_genres), share of a user's items that have the genre; items may have several. 0
            where there are no items.
    """

    names: tuple[str, ...]
    shares: NDArray[np.float64]


def rating_histograms(dataset: Dataset) -> Histograms:
    """One bin for each rating value, or :data:`MAX_BINS` bins of equal width where there are more values.

    Equal bins reach from the lowest rating to the highest. A rating at the edge of two bins is in the upper one.
    """
    rating = dataset.rating.astype(np.float64)
    values = np.unique(rating)
    if len(values) <= MAX_BINS:
        low, high = values, values
        edges = values[1:]
    else:
        ends = np.linspace(values[0], values[-1], MAX_BINS + 1)
        low, high, edges = ends[:-1], ends[1:], ends[1:-1]
    bins = np.searchsorted(edges, rating, side="right")
    # Item and bin become one number, so that one count gives the whole table.
    counts = np.bincount(dataset.item * np.int64(len(low)) + bins, minlength=dataset.n_items * len(low))
    return Histograms(low, high, counts.reshape(dataset.n_items, len(low)))


def genre_shares(train: Dataset) -> GenreShares:
    """The genres with most ratings in ``train``, at most :data:`MAX_GENRES`, and each user's shares; ties by name."""
    genres = train.genres.astype(np.float64)
    n_ratings = train.item_counts @ genres
    order = sorted(np.flatnonzero(n_ratings), key=lambda genre: (-n_ratings[genre], train.genre_names[genre]))
    chosen = order[:MAX_GENRES]
    rated = train.matrix.astype(np.float64)
    rated.data[:] = 1
    shares = (rated @ genres[:, chosen]) / np.maximum(train.user_counts, 1)[:, None]
    return GenreShares(tuple(train.genre_names[genre] for genre in chosen), shares)
