"""What a few rated items say about all others: the history of a new user, completed.

A history is pooled as a sum of item embeddings p, weighted by the ratings. For a user with few ratings that sum says
little and is biased: people do not rate the same items first as later. So it is completed in two ways.

    d = sum of w_i (p_i - p_average) / (A + n)
    e = sum of (p_i - p_average) / (A + n)
    h = sqrt(A + n) (p_average + d + B / (B + n) sum over k of s_k (e M_k + m_k))

Padding with A average items shrinks d, what n rated items say about taste. Linear corrections, M_k and m_k, are
fitted to the training users: they predict the mean of a user's other items from a few of them. They fade as ratings
come in. They read which items were rated, e, and not how highly: an item that its user disliked still shows what the
user comes across. A correction also takes back part of what an item adds to its own score, since the predicted items
never include it; so among few ratings those in the middle of the scale are about neutral, and lower ones push similar
items down.

There is a correction for each order in which users may give their items: random ones, as in a list that a visitor
picks; and, where there are times, those they rated first, as a service sees its newest users. The two need different
answers, and the given items show which it is: s_k is how likely each order is (a mixture of experts, Jacobs et al.
1991, with a gate that is fitted first), by logistic regression on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax

from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by, position_in_group
from recsys.models.logistic import fit_logistic
from recsys.nn.arrays import Array

AVERAGE_ITEMS = 8
"""A, how many average items pad a history; on validation data 4 to 16 differ by 2 %."""
HALF_FADED = 4
"""B, the number of ratings at which the corrections have faded to half. With more, the answer to many first items is
better, and the answer to random ones is worse."""
RANDOM_PARTS = 3
"""How many parts of histories are random for each that is the first in time; so also how much likelier a random one
is before any item is known. With fewer, the answer to first items is better, and that to random ones is worse."""
_ROUNDS = 3
"""How often every training user takes part in each order, where there are few users."""
_MAX_USERS = 5000
"""Training users that the corrections are fitted to, at most; and how many parts of histories there are at most in
each order, over all rounds."""
_MAX_GATE_ROWS = 12_000
"""Parts of histories that the gate is fitted to, at most. With five times as many, the shares of orders differ by
0.01 on average."""
_RIDGE = 0.5
"""Penalty of the regression, relative to the mean square of its inputs. With less, sparse logs lose; with more, a
correction takes back less of what an item adds to itself, and low ratings push similar items down less."""
_GATE_RIDGE = 0.3
"""The same for the logistic regression. It keeps shares near the middle where few items are known: up to three given
items, the answer to first ones loses 2 % with 0.01, and that to random ones with 1."""


@dataclass(frozen=True, eq=False)
class ShortHistory:
    """How histories of new users are pooled.

    Attributes:
        average: (d,), the mean embedding over all training ratings.
        correction: (K, d + 1, d), for each of K orders M_k, and m_k as the last row.
        gate: (2 d + 2, K - 1), weights of the logistic regression: how much likelier than the first each other order
            is.
    """

    average: Array
    correction: Array
    gate: Array

    @classmethod
    def without_correction(cls, average: Array) -> Self:
        """Padding with average items alone."""
        dim = len(average)
        return cls(average, np.zeros((1, dim + 1, dim), average.dtype), np.zeros((2 * dim + 2, 0), average.dtype))

    @classmethod
    def fit(cls, ratings: Dataset, table: Array, rng: np.random.Generator) -> Self:
        """Fit the corrections by ridge regression.

        Every user of a sample gives parts of their history, from one item to half of them, all of weight 1; the
        target is the mean embedding of the rest. A user counts by the square root of the length of that rest, a
        compromise between the average user and the average rating. The gate is fitted to the same parts before the
        corrections, which are so fitted to its actual shares, mistakes included.

        Args:
            ratings: of the training part.
            table: (n_items, d), the embeddings p.
            rng: draws users and parts.
        """
        average = (ratings.item_counts / max(ratings.n_ratings, 1)) @ table.astype(np.float64)  # (d,)
        deviations, dim = table - average, table.shape[1]  # (n_items, d)
        parts = list(_parts(ratings, rng))
        gate = _fit_gate(parts, deviations, rng)
        size = (gate.shape[1] + 1) * (dim + 1)  # of all K corrections' inputs
        gram, moments = np.zeros((size, size)), np.zeros((size, dim))
        for part in parts:
            total, given = part.all @ deviations, part.given @ deviations  # (U, d)
            n_all, n_given = np.diff(part.all.indptr)[:, None], np.diff(part.given.indptr)[:, None]  # (U, 1)
            inputs = _correction_inputs(given, n_given, gate)  # (U, K (d + 1))
            targets = (total - given) / (n_all - n_given) - given / (AVERAGE_ITEMS + n_given)  # (U, d)
            root_weights = (n_all - n_given) ** 0.25  # roots, because both factors of each product get them
            inputs *= root_weights
            gram += inputs.T @ inputs  # a product with itself takes half the time
            moments += inputs.T @ (root_weights * targets)
        # Each M_k is penalised relative to the scale of its own inputs; the offsets m_k are not penalised.
        penalty = np.zeros((gate.shape[1] + 1, dim + 1))
        penalty[:, :dim] = _RIDGE * np.diag(gram).reshape(penalty.shape)[:, :dim].mean(axis=1, keepdims=True)
        # Where no user has two ratings, or nothing varies, this is singular; the solution of least norm is 0.
        solution = np.linalg.lstsq(gram + np.diag(penalty.ravel()), moments, rcond=None)[0]
        return cls(
            average.astype(table.dtype),
            solution.reshape(-1, dim + 1, dim).astype(table.dtype),
            gate.astype(table.dtype),
        )

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
        inputs = _correction_inputs(rated @ table - counts * self.average, counts, self.gate)  # (N, K (d + 1))
        completed = self.average + taste + inputs @ np.concatenate(self.correction)
        pooled: Array = (np.sqrt(lengths) * completed).astype(table.dtype)
        return pooled


def _correction_inputs(sums: Array, counts: NDArray[np.integer[Any]], gate: Array) -> Array:
    """What the corrections are multiplied by: s_k B / (B + n) (e, 1) for every order k, (N, K (d + 1)).

    Args:
        sums: (N, d), of the deviations of the given items from the average one.
        counts: (N, 1), how many these are.
        gate: (2 d + 2, K - 1).
    """
    fade = HALF_FADED / (HALF_FADED + counts)
    faded = fade * np.column_stack([sums / (AVERAGE_ITEMS + counts), np.ones(len(sums))])  # (N, d + 1)
    logits = np.column_stack([np.zeros(len(sums)), _gate_inputs(sums, counts) @ gate])  # (N, K)
    shares = softmax(logits, axis=1)
    inputs: Array = (shares[:, :, None] * faded[:, None, :]).reshape(len(sums), shares.shape[1] * faded.shape[1])
    return inputs


def _gate_inputs(sums: Array, counts: NDArray[np.integer[Any]]) -> Array:
    """What the order is inferred from: the items, how similar they are, and how many there are, (N, 2 d + 2).

    Sums of deviations are divided by the root of 1 + n, so that those of random items are about as large for any n.
    """
    scaled = sums / np.sqrt(1 + counts)
    return np.column_stack([scaled, scaled**2, np.log1p(counts), np.ones(len(sums))])


def _fit_gate(parts: Sequence[_Part], deviations: Array, rng: np.random.Generator) -> Array:
    """Weights (2 d + 2, K - 1): one column where some parts are the first in time, else none.

    Args:
        parts: of known order.
        deviations: (n_items, d), of the embeddings from the average one.
        rng: draws a sample of them where they are many.
    """
    n_inputs = 2 * deviations.shape[1] + 2
    if not any(part.is_first for part in parts):
        return np.zeros((n_inputs, 0))
    max_rows = _MAX_GATE_ROWS // len(parts)  # of each part, so that orders are as frequent as before
    samples = [_sample_rows(part.given, max_rows, rng) for part in parts]
    given = sparse.vstack(samples, format="csr")
    is_first = np.repeat([part.is_first for part in parts], [sample.shape[0] for sample in samples])
    inputs = _gate_inputs(given @ deviations, np.diff(given.indptr)[:, None])
    return fit_logistic(inputs, is_first, _GATE_RIDGE)[:, None]


def _sample_rows(matrix: sparse.csr_array[Any], max_rows: int, rng: np.random.Generator) -> sparse.csr_array[Any]:
    """Some rows of a matrix, drawn at random where it has more."""
    n_rows = matrix.shape[0]
    return matrix if n_rows <= max_rows else matrix[rng.choice(n_rows, max_rows, replace=False)]


@dataclass(frozen=True, eq=False)
class _Part:
    """Histories of U users, and a part of each, the first in time or random: (U, n_items), ones."""

    is_first: bool
    all: sparse.csr_array[Any]
    given: sparse.csr_array[Any]


def _parts(ratings: Dataset, rng: np.random.Generator) -> Iterator[_Part]:
    """Some parts of the histories that are first in time, where there are times, and more that are random."""
    eligible = np.flatnonzero(ratings.user_counts > 1)
    users = np.sort(rng.choice(eligible, min(len(eligible), _MAX_USERS), replace=False))
    if not len(users):
        return
    sample = ratings.subset(np.isin(ratings.user, users))
    # Random numbers are assigned in order of user and item, so that the order of lines does not matter.
    order = order_by(sample.user, sample.item)
    row, item = np.searchsorted(users, sample.user[order]), sample.item[order].astype(np.intp)
    lengths = sample.user_counts[users]
    histories = _ones(row, item, (len(users), ratings.n_items))
    timestamp = sample.timestamp[order] if sample.timestamp is not None and sample.has_times else None
    n_rounds = max(1, min(_ROUNDS, _MAX_USERS // len(users)))
    for keys in [*([] if timestamp is None else [(timestamp,)]), *[()] * RANDOM_PARTS] * n_rounds:
        position = np.empty(len(row), np.int64)
        position[np.lexsort((rng.random(len(row)), *keys, row))] = position_in_group(lengths)
        # Log-uniform from 1 to half: as many of one or two items as of ten or twenty.
        n_given = np.floor((np.maximum(lengths // 2, 1) + 1) ** rng.random(len(users))).astype(np.int64)
        is_given = position < n_given[row]
        yield _Part(bool(keys), histories, _ones(row[is_given], item[is_given], histories.shape))


def _ones(row: NDArray[np.intp], item: NDArray[np.intp], shape: tuple[int, ...]) -> sparse.csr_array[Any]:
    return sparse.csr_array((np.ones(len(row), np.float32), (row, item)), shape=shape)
