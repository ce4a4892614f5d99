"""Reasons for recommendations: which of a user's rated items support each item that is recommended to them.

The model says how strongly a rated item supports a recommended one (``ModelSpec.explain``); here the strongest are
picked, in blocks of users.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.twins import Twins
from recsys.evaluation.ranking import align_to
from recsys.models.fitted import Fitted
from recsys.models.registry import MODELS
from recsys.nn.arrays import Ids
from recsys.recommend.lists import Lists
from recsys.threads import for_each

DECIMALS = 4
"""Decimals of strengths."""
SHOWN_DECIMALS = 2
"""Decimals of strengths on pages; an item whose strength is not positive after such rounding is no reason. The same
rule is in ``tower.js``."""
MIN_SHARE = 0.02
"""Share of all positive effects of a user's ratings on an item that an effect must have to be a reason: smaller ones
explain nothing, because many other rated items have as much. A share of the score would depend on its zero, which is
arbitrary. The same rule is in ``tower.js``."""
BLOCK_STRENGTHS = 40_000
"""Pairs of a rated and a recommended item that are processed at once: about 8 MB with all their arrays."""


@dataclass(frozen=True, eq=False)
class Reasons:
    """The rated items that support every entry of every list, strongest first.

    Attributes:
        items: int32 (n_users, k, m); -1 where there are fewer reasons.
        strengths: float32 (n_users, k, m), rounded; -inf where there are fewer reasons.
    """

    items: NDArray[np.int32]
    strengths: NDArray[np.float32]


def explain(fitted: Fitted, train: Dataset, lists: Lists) -> Reasons:
    """The reasons for every list of a model; equal strengths in catalogue order, and of twins only the strongest.

    Args:
        fitted: the model.
        train: what it was trained on, in any order of users and items.
        lists: what it recommends to every user.

    Raises:
        DataError: ``train`` has other users or items than the model.
    """
    train = align_to(fitted, train, "the training part")
    explanation = MODELS[fitted.name].explain(fitted)
    shape = (*lists.items.shape, explanation.max_reasons)
    items, strengths = np.full(shape, -1, np.int32), np.full(shape, -np.inf, np.float32)
    train.matrix[:0]  # computes this lazy property before several threads read it

    def explain_block(users: Ids) -> None:
        rated = train.matrix[users]  # P entries
        recommended = lists.items[users]  # (U, k)
        vectors = explanation.rated_vectors(users, rated)  # (P, d)
        products = np.empty((len(vectors), recommended.shape[1]), np.float32)  # (P, k)
        for start, end, listed in zip(rated.indptr, rated.indptr[1:], recommended, strict=False):
            np.matmul(vectors[start:end], explanation.item_vectors[listed].T, out=products[start:end])
            products[start:end, listed < 0] = -np.inf
        if MODELS[fitted.name].reasons == "effect":
            support = np.add.reduceat(np.maximum(products, 0), rated.indptr[:-1])  # (U, k), of all that a user rated
            products[products < MIN_SHARE * np.repeat(support, np.diff(rated.indptr), axis=0)] = -np.inf
        rows, strengths[users] = strongest_of_runs(products, rated.indptr[:-1], explanation.max_reasons)
        items[users] = np.where(rows < 0, -1, rated.indices[rows])

    for_each(explain_block, list(_blocks(train.user_counts, BLOCK_STRENGTHS // lists.items.shape[1])))
    return Reasons(*_without_lesser_twins(items, strengths, train.twins))


def _without_lesser_twins(
    items: NDArray[np.int32], strengths: NDArray[np.float32], twins: Twins
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The reasons (n_users, k, m) without those whose twin is a stronger reason."""
    if not twins:
        return items, strengths
    first = np.where(items < 0, -1, twins.first[items])
    is_repeated = np.zeros(items.shape, bool)
    for rank in range(1, items.shape[2]):
        is_repeated[:, :, rank] = (first[:, :, :rank] == first[:, :, rank, None]).any(axis=2)
    items, strengths = np.where(is_repeated, -1, items), np.where(is_repeated, np.float32(-np.inf), strengths)
    order = np.argsort(items < 0, axis=2, kind="stable")  # the others move up
    return np.take_along_axis(items, order, axis=2), np.take_along_axis(strengths, order, axis=2)


def strongest_of_runs(
    strengths: NDArray[np.float32], starts: Ids, n: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The n largest of each run of rows, for every column, as row numbers and rounded values, both (U, k, n).

    Args:
        strengths: (P, k); those that pages would show as 0 count as absent.
        starts: (U,), the first row of each run; no run is empty.
        n: how many.

    Returns:
        Rows and values, largest first, equals by row; -1 and -inf where a run has fewer.
    """
    remaining = np.where(np.round(strengths, SHOWN_DECIMALS) > 0, strengths, np.float32(-np.inf))
    row = np.arange(len(remaining))[:, None]  # (P, 1)
    run = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(remaining)]))  # (P,)
    shape = (len(starts), remaining.shape[1], n)
    rows, values = np.full(shape, -1), np.full(shape, -np.inf, np.float32)
    for rank in range(n):
        # Take the largest of each run and column, at its first row, then remove it.
        largest = np.maximum.reduceat(remaining, starts)  # (U, k)
        first = np.minimum.reduceat(np.where(remaining == largest[run], row, len(remaining)), starts)
        rows[:, :, rank] = np.where(np.isneginf(largest), -1, first)
        values[:, :, rank] = np.round(largest, DECIMALS)
        remaining[row == first[run]] = -np.inf
    return rows, values


def _blocks(counts: NDArray[np.int64], n_ratings: int) -> Iterator[Ids]:
    """Users with a rating, in blocks of about ``n_ratings`` ratings; a user with more is a block alone."""
    users = np.flatnonzero(counts)
    block = np.cumsum(counts[users]) // max(1, n_ratings)
    yield from np.split(users, np.flatnonzero(np.diff(block)) + 1)
