"""What a few rated items say of all the others: the history of a new user, completed.

A history is pooled as a sum of item embeddings p, weighted by the ratings. Of a user with few ratings that sum says
little, and what it says is biased: people rate other items first than later. So it is completed in two ways.

    d = sum of w_i (p_i - p_average) / (A + n)
    e = sum of (p_i - p_average) / (A + n)
    h = sqrt(A + n) (p_average + d + A / (A + n) (e M + m))

Padding with A average items shrinks what n rated items say of the taste, d. A linear correction, M and m, is fitted
to the training users: from a few of the items of each, to the mean of the rest. It fades as ratings come in, at the
rate of the padding. It reads which items were rated, e, not how: an item that was disliked, too, says what its user
comes across. The correction takes back part of what an item adds for itself, since the rest is never the item itself;
so of a few ratings those in the middle of the scale are about neutral, and items like those rated lower fall.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by, position_in_group
from recsys.nn.arrays import Array

AVERAGE_ITEMS = 8
"""A, how many average items pad a history; on validation data 4 to 16 differ by 2 %."""
RANDOM_PARTS = 5
"""Parts of histories that are drawn at random, for each that is the first in time. With fewer, the answer to first
items is better and the answer to random ones, such as those of a list that somebody brings, is worse."""
_ROUNDS = 2
"""How often every training user takes part in each way."""
_MAX_USERS = 5000
"""Training users that the correction is fitted to, at most."""
_RIDGE = 0.1
"""Penalty of the regression, relative to the mean square of its inputs; from 0.01 to 1 it makes no difference."""


@dataclass(frozen=True, eq=False)
class ShortHistory:
    """How histories of new users are pooled.

    Attributes:
        average: (d,), the mean embedding over all training ratings.
        correction: (d, d), M.
        offset: (d,), m.
    """

    average: Array
    correction: Array
    offset: Array

    @classmethod
    def without_correction(cls, average: Array) -> Self:
        """Padding alone."""
        dim = len(average)
        return cls(average, np.zeros((dim, dim), average.dtype), np.zeros(dim, average.dtype))

    @classmethod
    def fit(cls, ratings: Dataset, table: Array, rng: np.random.Generator) -> Self:
        """Fit the correction by ridge regression.

        Every user of a sample gives parts of their history, between one item and half of them, all weighing 1; the
        target is the mean embedding of the rest. Users count by the square root of the length of that rest, between
        the average user and the average rating.

        Args:
            ratings: of the training part.
            table: (n_items, d), the embeddings p.
            rng: draws users and parts.
        """
        average = (ratings.item_counts / max(ratings.n_ratings, 1)) @ table.astype(np.float64)  # (d,)
        deviations, dim = table - average, table.shape[1]  # (n_items, d)
        gram, moments = np.zeros((dim + 1, dim + 1)), np.zeros((dim + 1, dim))
        for part in _parts(ratings, rng):
            total, given = part.all @ deviations, part.given @ deviations  # (U, d)
            n_all, n_given = np.diff(part.all.indptr)[:, None], np.diff(part.given.indptr)[:, None]  # (U, 1)
            padded, fade = given / (AVERAGE_ITEMS + n_given), AVERAGE_ITEMS / (AVERAGE_ITEMS + n_given)
            inputs = fade * np.column_stack([padded, np.ones(len(padded))])  # (U, d + 1)
            targets = (total - given) / (n_all - n_given) - padded  # (U, d)
            weighted = inputs * np.sqrt(n_all - n_given)
            gram += weighted.T @ inputs
            moments += weighted.T @ targets
        penalty = np.append(np.full(dim, _RIDGE * np.trace(gram[:dim, :dim]) / dim), 0.0)
        # Where nobody has two ratings, or nothing varies, the least-squares solution of least norm is 0.
        solution = np.linalg.lstsq(gram + np.diag(penalty), moments)[0].astype(table.dtype)
        return cls(average.astype(table.dtype), solution[:dim], solution[dim])

    def pool(self, weights: sparse.csr_array[Any], table: Array) -> Array:
        """Pooled histories (N, d).

        Args:
            weights: (N, n_items), an entry for each rated item, also where it is 0.
            table: (n_items, d), the embeddings p.
        """
        counts = np.diff(weights.indptr)[:, None]  # (N, 1)
        rated = sparse.csr_array((np.ones_like(weights.data), weights.indices, weights.indptr), shape=weights.shape)
        lengths, sums = AVERAGE_ITEMS + counts, np.asarray(weights.sum(axis=1))[:, None]
        taste = (weights @ table - sums * self.average) / lengths  # (N, d), d
        context = (rated @ table - counts * self.average) / lengths  # (N, d), e
        fade = AVERAGE_ITEMS / lengths
        completed = self.average + taste + fade * (context @ self.correction + self.offset)
        pooled: Array = (np.sqrt(lengths) * completed).astype(table.dtype)
        return pooled


@dataclass(frozen=True, eq=False)
class _Part:
    """Histories of U users, and a part of each: (U, n_items), ones."""

    all: sparse.csr_array[Any]
    given: sparse.csr_array[Any]


def _parts(ratings: Dataset, rng: np.random.Generator) -> Iterator[_Part]:
    """Some parts of the histories that are first in time, where there are times, and more that are random."""
    eligible = np.flatnonzero(ratings.user_counts > 1)
    users = np.sort(rng.choice(eligible, min(len(eligible), _MAX_USERS), replace=False))
    if not len(users):
        return
    sample = ratings.subset(np.isin(ratings.user, users))
    # Random numbers are handed out by user and item, so that the order of lines has no part in it.
    order = order_by(sample.user, sample.item)
    row, item = np.searchsorted(users, sample.user[order]), sample.item[order].astype(np.intp)
    lengths = sample.user_counts[users]
    histories = _ones(row, item, (len(users), ratings.n_items))
    timestamp = sample.timestamp[order] if sample.timestamp is not None and sample.has_times else None
    for keys in [() if timestamp is None else (timestamp,), *[()] * RANDOM_PARTS] * _ROUNDS:
        position = np.empty(len(row), np.int64)
        position[np.lexsort((rng.random(len(row)), *keys, row))] = position_in_group(lengths)
        # Log-uniform from 1 to half: as many of one or two items as of ten or twenty.
        n_given = np.floor((np.maximum(lengths // 2, 1) + 1) ** rng.random(len(users))).astype(np.int64)
        is_given = position < n_given[row]
        yield _Part(histories, _ones(row[is_given], item[is_given], histories.shape))


def _ones(row: NDArray[np.intp], item: NDArray[np.intp], shape: tuple[int, ...]) -> sparse.csr_array[Any]:
    return sparse.csr_array((np.ones(len(row), np.float32), (row, item)), shape=shape)
