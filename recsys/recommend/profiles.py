"""Profiles of users: the genres of the items they rated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.categories import known_categories
from recsys.data.dataset import Dataset

MAX_GENRES = 20


@dataclass(frozen=True, eq=False)
class GenreShares:
    """The genres of the items that users rated.

    Attributes:
        names: the genres, in descending order of their ratings.
        shares: float64 (n_users, n_genres), the share of a user's items that have the genre; items may have several
            genres. 0 for users without items.
    """

    names: tuple[str, ...]
    shares: NDArray[np.float64]


def genre_shares(train: Dataset) -> GenreShares:
    """The at most :data:`MAX_GENRES` genres with most ratings in ``train``, ties by name; and each user's shares.

    A genre that means "unknown" does not count.
    """
    genres = train.genres.astype(np.float64)
    n_ratings = train.item_counts @ genres
    known = set(known_categories(train.genre_names))
    rated_genres = [genre for genre in np.flatnonzero(n_ratings) if train.genre_names[genre] in known]
    order = sorted(rated_genres, key=lambda genre: (-n_ratings[genre], train.genre_names[genre]))
    chosen = order[:MAX_GENRES]
    rated = train.matrix.astype(np.float64)
    rated.data[:] = 1
    shares = (rated @ genres[:, chosen]) / np.maximum(train.user_counts, 1)[:, None]
    return GenreShares(tuple(train.genre_names[genre] for genre in chosen), shares)
