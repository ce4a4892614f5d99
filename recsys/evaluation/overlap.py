"""How far two models' lists are the same, user by user. Knows lists, not models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERSISTENCE = 0.9
"""The p of rank-biased overlap: the first ten ranks have about 86 % of the weight."""

FORMULAS = {
    "overlap": "films in both models' lists of a user; of this and of what follows, over all users who have a list",
    "jaccard": "films in both lists / films in either",
    "rbo": "rank-biased overlap, extrapolated (RBO_ext of Webber, Moffat & Zobel 2010): X_n / n p^n + (1 - p) / p "
    "times the sum over d = 1 to n of X_d / d p^d, where X_d is how many films are in the first d of both lists, and "
    "n is the length of both: k, or the number of unseen films where that is less",
}


@dataclass(frozen=True, eq=False)
class Agreement:
    """Of two models' lists, for the users who have some.

    Attributes:
        overlap: int64 (n,), films that stand in both lists of a user.
        jaccard: float64 (n,), 0 to 1.
        rbo: float64 (n,), 0 to 1: alike at the top counts most.
    """

    overlap: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    rbo: NDArray[np.float64]


def agree(first: NDArray[np.int32], second: NDArray[np.int32], p: float = PERSISTENCE) -> Agreement:
    """Compare two models' lists of the same users, both (n_users, k), best first; -1 is no film.

    A user's two lists have equally many films, for both models choose among the same unseen ones; users who have none
    are left out.
    """
    length = (first >= 0).sum(axis=1)
    some = length > 0
    length, depth = length[some], np.arange(1, first.shape[1] + 1)
    shared = np.cumsum(_new_at_depth(first[some], second[some]), axis=1)  # X_d, (n, k)
    overlap = shared[:, -1]
    inside = depth <= length[:, None]
    weighted = np.where(inside, shared / depth * p**depth, 0.0).sum(axis=1)
    return Agreement(
        overlap=overlap,
        jaccard=overlap / (2 * length - overlap),
        rbo=overlap / length * p**length + (1 - p) / p * weighted,
    )


def _new_at_depth(first: NDArray[np.int32], second: NDArray[np.int32]) -> NDArray[np.int64]:
    """How many films are in both lists as of each depth and not before, (n, k): the later of a film's two places."""
    n, k = first.shape
    n_items = int(max(first.max(initial=0), second.max(initial=0))) + 1
    keys, places = [], []
    for lists in (first, second):
        user, place = np.nonzero(lists >= 0)
        keys.append(user * n_items + lists[user, place])
        places.append(place)
    both, in_first, in_second = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
    later = np.maximum(places[0][in_first], places[1][in_second])
    return np.bincount(both // n_items * k + later, minlength=n * k).reshape(n, k)
