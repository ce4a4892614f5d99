"""What users rated, by genre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.categories import known_categories
from recsys.data.dataset import Dataset

MAX_GENRES = 20


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


def genre_shares(train: Dataset) -> GenreShares:
    """The genres with most ratings in ``train``, at most :data:`MAX_GENRES`, and each user's shares; ties by name.

    A genre called unknown is none.
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
