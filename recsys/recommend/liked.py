"""Which hits their users liked: those they rated at or above their own mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.models.rating_scale import rating_scale
from recsys.recommend.lists import Lists


def liked_hits(lists: Lists, dataset: Dataset, test: Dataset | None) -> NDArray[np.object_]:
    """Whether users liked the hits in their lists: True, False or None, (n_users, k).

    None stands where there is no hit, and everywhere where ratings do not say what is liked.

    Args:
        lists: of one model.
        dataset: the whole log, for the mean is over all ratings of a user.
        test: its hidden part.
    """
    liked = np.full(lists.items.shape, None, object)
    if test is None or not ratings_say_liking(dataset):
        return liked
    user, rank = np.nonzero(lists.held_out)  # (h,) each, of the hits
    if not len(user):  # scipy gives a sparse array, not an empty one, for no entries
        return liked
    rating = np.asarray(test.matrix[user, lists.items[user, rank]], np.float64)
    total = np.bincount(dataset.user, dataset.rating.astype(np.float64), dataset.n_users)  # (n_users,)
    # rating >= total / n, multiplied by n: a quotient is rounded, and would undo the equality where all of a user's
    # ratings are the same. Sums and multiples of float32 values are exact in float64.
    liked[user, rank] = rating * dataset.user_counts[user] >= total[user]
    return liked


def ratings_say_liking(dataset: Dataset) -> bool:
    """Whether a higher rating means that an item was liked more: not where all are alike, or are counts."""
    return rating_scale(dataset.rating).kind == "scale"
