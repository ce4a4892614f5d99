"""Which hits their users liked: those they rated at or above their own mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.recommend.lists import Lists


def liked_hits(lists: Lists, dataset: Dataset, test: Dataset | None) -> NDArray[np.object_]:
    """Whether users liked the hits in their lists: True, False or None, (n_users, k).

    None where there is no hit, and everywhere if ratings do not say what is liked. If a user rated several items of
    the same title and year in the held-out part, the highest of these ratings counts.

    Args:
        lists: of one model.
        dataset: the whole log, because the mean is over all ratings of a user.
        test: its held-out part.
    """
    liked = np.full(lists.items.shape, None, object)
    if test is None or not ratings_say_liking(dataset):
        return liked
    user, rank = np.nonzero(lists.held_out)  # (h,) each, of the hits
    rating = _highest_ratings(test, user, lists.items[user, rank])  # (h,)
    total = np.bincount(dataset.user, dataset.rating.astype(np.float64), dataset.n_users)  # (n_users,)
    # rating >= total / n, multiplied by n: the quotient would be rounded, and could exceed the rating although all of
    # a user's ratings are equal. Sums and multiples of float32 values are exact in float64.
    liked[user, rank] = rating * dataset.user_counts[user] >= total[user]
    return liked


def _highest_ratings(
    ratings: Dataset, users: NDArray[np.integer[Any]], items: NDArray[np.integer[Any]]
) -> NDArray[np.float64]:
    """The highest rating that each user gave to an item or one of its twins: (h,), for users and items (h,)."""
    first = ratings.twins.first
    rated = ratings.user.astype(np.int64) * ratings.n_items + first[ratings.item]  # a number for each user and item
    order = np.lexsort((ratings.rating, rated))  # of equal numbers, the highest rating is last
    last = np.searchsorted(rated[order], users * ratings.n_items + first[items], side="right") - 1
    highest: NDArray[np.float64] = ratings.rating[order[last]].astype(np.float64)
    return highest


def ratings_say_liking(dataset: Dataset) -> bool:
    """Whether a higher rating means that an item was liked more, which equal ratings and counts do not say."""
    return dataset.rating_scale.kind == "scale"
