"""Why this film: which of a user's rated films stand behind each that is recommended to them.

For the deep model by exact ablation: the user tower is run again without one rated film, and the reason's strength is
by how much the score falls. That is what the trained model would answer, not what a model trained without the rating
would. The base model has no history to take a film from: there it is the likeness of the two films, found afterwards.
Knows fitted models and ratings, nothing of JSON or pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.evaluation.ranking import Ids
from recsys.models.deep import DeepModel
from recsys.models.fitted import Fitted
from recsys.recommend.lists import Lists
from recsys.recommend.similar import unit_vectors

MOST_CAUSES, MOST_LIKENESSES = 3, 2
"""Reasons given for one recommended film, by ablation and by likeness."""
DECIMALS = 4
"""Of strengths; what is not positive in these is no reason."""
_BLOCK_STRENGTHS = 100_000
"""Pairs of a rated and a listed film looked at in one go: with all that belongs to them, some 20 MB."""


@dataclass(frozen=True, eq=False)
class Reasons:
    """Rated films behind every place of every list, strongest first.

    Attributes:
        items: int32 (n_users, k, m); -1 where there are fewer reasons.
        strengths: float32 (n_users, k, m), rounded; -inf there.
    """

    items: NDArray[np.int32]
    strengths: NDArray[np.float32]


def explain(fitted: Fitted, train: Dataset, lists: Lists) -> Reasons:
    """The reasons for every list of a model, in its own way; equal strengths in catalogue order.

    Args:
        fitted: the model.
        train: what it was trained on.
        lists: what it recommends to every user.
    """
    way, most = _WAYS[fitted.name]
    vectors_of, item_vectors = way(fitted)
    shape = (*lists.items.shape, most)
    items, strengths = np.full(shape, -1, np.int32), np.full(shape, -np.inf, np.float32)
    for users in _blocks(train.user_counts, _BLOCK_STRENGTHS // lists.items.shape[1]):
        rated = train.matrix[users]
        listed = np.repeat(lists.items[users], np.diff(rated.indptr), axis=0)
        found = _products(vectors_of(users, rated), item_vectors, listed)
        places, strengths[users] = _strongest(found, rated.indptr[:-1], most)
        items[users] = np.where(places < 0, -1, rated.indices[places])
    return Reasons(items, strengths)


_Vectors = tuple[Callable[[Ids, "sparse.csr_array[Any]"], NDArray[np.float32]], NDArray[np.float32]]
"""Of a model: a function from U users and what they rated (U, n_items), P ratings in all, to a vector for each rating
(P, d); and vectors of all items (n_items, d). The product of two is how strongly the one stands behind the other."""


def _by_ablation(fitted: Fitted) -> _Vectors:
    """By how much an item's score falls without a rated one.

    With all n films of a history a user's vector is f(sum of w_j p_j / sqrt(n)), without film i it is f(sum over the
    others of w_j p_j / sqrt(n - 1)): weights, features and all learned numbers are kept. A film's bias is in both
    scores and falls out. This is occlusion (Zeiler & Fergus 2014), one film at a time: effects of films that say the
    same do not add up.
    """
    towers = fitted.towers
    assert isinstance(towers, DeepModel)

    def lost(users: Ids, rated: sparse.csr_array[Any]) -> NDArray[np.float32]:
        whole = np.repeat(fitted.user_vectors[users], np.diff(rated.indptr), axis=0)
        return whole - towers.users_without_one(users).astype(np.float32)

    return lost, fitted.item_vectors


def _by_likeness(fitted: Fitted) -> _Vectors:
    """Cosine of the item vectors."""
    unit = unit_vectors(fitted.item_vectors)
    return lambda users, rated: unit[rated.indices], unit


_WAYS: dict[str, tuple[Callable[[Fitted], _Vectors], int]] = {
    "deep": (_by_ablation, MOST_CAUSES),
    "base": (_by_likeness, MOST_LIKENESSES),
}


def _products(vectors: NDArray[Any], items: NDArray[Any], listed: Ids) -> NDArray[np.float32]:
    """Of each vector (P, d) with those of the films listed beside it (P, k): (P, k), -inf where none is listed."""
    columns = [np.einsum("pd,pd->p", vectors, items[column]) for column in listed.T]
    return np.where(listed < 0, -np.inf, np.stack(columns, axis=1)).astype(np.float32)


def _strongest(
    strengths: NDArray[np.float32], starts: Ids, most: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The largest of each run of rows (P, k), as rows and rounded values (U, k, most); -1 and -inf for no more.

    Args:
        strengths: (P, k); what does not round to more than 0 is none.
        starts: (U,), the first row of each run; none is empty.
        most: how many.
    """
    left = np.where(np.round(strengths, DECIMALS) > 0, strengths, np.float32(-np.inf))
    row = np.arange(len(left))[:, None]
    run = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(left)]))
    shape = (len(starts), left.shape[1], most)
    places, values = np.full(shape, -1), np.full(shape, -np.inf, np.float32)
    for place in range(most):
        largest = np.maximum.reduceat(left, starts)
        first = np.minimum.reduceat(np.where(left == largest[run], row, len(left)), starts)
        places[:, :, place] = np.where(np.isneginf(largest), -1, first)
        values[:, :, place] = np.round(largest, DECIMALS)
        left[row == first[run]] = -np.inf
    return places, values


def _blocks(counts: NDArray[np.int64], most: int) -> Iterator[Ids]:
    """Users with a rating, as many at a time as have about ``most`` ratings together, or one alone who has more."""
    users = np.flatnonzero(counts)
    block = np.cumsum(counts[users]) // max(1, most)
    yield from np.split(users, np.flatnonzero(np.diff(block)) + 1)
