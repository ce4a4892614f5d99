"""How far two models recommend the same items, user by user."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.bootstrap import Intervals, bootstrap_intervals
from recsys.schema import Agreement

PERSISTENCE = 0.9
"""The p of rank-biased overlap: the first ten ranks have about 86 % of the weight."""

FORMULAS = {
    "overlap": "items that are in the lists of both models for a user, those of the same title and year counting as "
    "one; like jaccard and rbo, measured for all users who have a list",
    "jaccard": "items in both lists / items in either",
    "rbo": "rank-biased overlap, extrapolated (RBO_ext of Webber, Moffat & Zobel 2010): X_n / n p^n + (1 - p) / p "
    "times the sum over d = 1 to n of X_d / d p^d, where X_d is the number of items among the first d of both lists, "
    "and n is the length of both: k, or the number of unseen items if that is less",
}


class ListOverlap(NamedTuple):
    """Two models' lists compared, for the users who have a list.

    Attributes:
        shared: int64 (n,), items in both lists of a user.
        jaccard: float64 (n,), 0 to 1.
        rbo: float64 (n,), 0 to 1: agreement at the top counts most.
    """

    shared: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    rbo: NDArray[np.float64]


def list_overlap(
    first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]], p: float = PERSISTENCE
) -> ListOverlap:
    """Compare two models' lists of the same users, both (n_users, k), best first; -1 is no item.

    A user's two lists have the same length, because both models choose among the same unseen items; users without
    unseen items are left out.
    """
    length = (first >= 0).sum(axis=1)
    has_list = length > 0
    length = length[has_list]
    depth = np.arange(1, first.shape[1] + 1)
    shared = np.cumsum(_first_shared_at(first[has_list], second[has_list]), axis=1)  # X_d, (n, k)
    n_shared = shared[:, -1]
    weighted = np.where(depth <= length[:, None], shared / depth * p**depth, 0.0).sum(axis=1)
    return ListOverlap(
        shared=n_shared,
        jaccard=n_shared / (2 * length - n_shared),
        rbo=n_shared / length * p**length + (1 - p) / p * weighted,
    )


def agreement(
    names: tuple[str, str],
    first: NDArray[np.integer[Any]],
    second: NDArray[np.integer[Any]],
    intervals: Intervals = bootstrap_intervals,
) -> Agreement | None:
    """The means over users, with intervals; None where no user has a list.

    Args:
        names: of both models.
        first: (n_users, k), the lists of the first.
        second: (n_users, k), the lists of the second.
        intervals: the bootstrap.
    """
    overlap = list_overlap(first, second)
    if not len(overlap.shared):
        return None
    means = intervals({"jaccard": overlap.jaccard, "rbo": overlap.rbo})
    return Agreement(
        models=names,
        n_users=len(overlap.shared),
        overlap=np.bincount(overlap.shared, minlength=first.shape[1] + 1).tolist(),
        jaccard=means["jaccard"],
        rbo=means["rbo"],
        rbo_p=PERSISTENCE,
    )


def _first_shared_at(first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """How many items are in both lists from each depth on and not before, (n, k): the later of their ranks counts."""
    n, k = first.shape
    n_items = int(max(first.max(initial=0), second.max(initial=0))) + 1
    keys, ranks = [], []
    for lists in (first, second):
        user, rank = np.nonzero(lists >= 0)
        keys.append(user * n_items + lists[user, rank])  # one number for each pair of user and item
        ranks.append(rank)
    both, in_first, in_second = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
    later = np.maximum(ranks[0][in_first], ranks[1][in_second])
    return np.bincount(both // n_items * k + later, minlength=n * k).reshape(n, k)
