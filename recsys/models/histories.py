"""What models that read histories have in common: how histories are saved, and how those of new users are pooled."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from recsys.data.new_user_weights import new_user_weights
from recsys.data.rating_scale import KINDS, RatingScale
from recsys.errors import DataError
from recsys.models.short_history import ShortHistory
from recsys.models.state import State, csr_from_arrays, csr_to_arrays, require_array
from recsys.nn.arrays import Array, Ids

_RATINGS = "ratings."
"""Prefix of the array in a saved model that holds the range of the ratings; their kind follows it."""
_SHORT_HISTORY = "short_history."
"""Prefix of the arrays by which the histories of new users are completed."""


def padding(history: sparse.csr_array[Any], table: Array) -> ShortHistory:
    """How new users' histories are pooled before corrections are fitted: padded with the average item.

    Args:
        history: (n_users, n_items), an entry where a user rated an item.
        table: (n_items, d), what each item adds to a history.
    """
    counts = np.bincount(history.indices, minlength=len(table))  # (n_items,)
    average = counts @ table / max(counts.sum(), 1)  # (d,)
    return ShortHistory.without_correction(average.astype(table.dtype))


def pool_new_users(
    scale: RatingScale, ratings: sparse.csr_array[Any], short_history: ShortHistory, table: Array
) -> Array:
    """The pooled histories (N, d) of N new users.

    Args:
        scale: what ratings are.
        ratings: (N, n_items).
        short_history: how short histories are completed.
        table: (n_items, d), what each item adds to a history.
    """
    weights = new_user_weights(scale, ratings.data).astype(table.dtype)
    rated = sparse.csr_array((weights, ratings.indices, ratings.indptr), shape=ratings.shape)
    return short_history.pool(rated, table)


def pool_without_one(history: sparse.csr_array[Any], table: Array) -> tuple[Array, Ids]:
    """Sums over histories, each without one of its items.

    Each history is summed once and the one item subtracted, which costs P rows. Built naively, the histories that
    lack one item would have as many entries as the sum of the squared lengths.

    Args:
        history: (U, n_items), P weights of rated items.
        table: (n_items, d), what each item adds to a history.

    Returns:
        The sums (P, d), one row for each entry of the histories in turn; and the row of its history, (P,).
    """
    row = np.repeat(np.arange(history.shape[0]), np.diff(history.indptr))
    pooled: Array = (history @ table)[row] - history.data[:, None] * table[history.indices]  # sum_j w_j p_j - w_i p_i
    return pooled, row


def history_to_arrays(
    history: sparse.csr_array[Any], scale: RatingScale, short_history: ShortHistory
) -> dict[str, Any]:
    """Histories, the scale of their ratings, and how short ones are completed, as arrays of a saved model."""
    return {
        **csr_to_arrays("history", history),
        f"{_RATINGS}{scale.kind}": np.array([scale.low, scale.high]),
        **{f"{_SHORT_HISTORY}{name}": array for name, array in vars(short_history).items()},
    }


def history_from_arrays(
    shape: tuple[int, int, int], state: State
) -> tuple[sparse.csr_array[Any], RatingScale, ShortHistory]:
    """The same from the arrays of :func:`history_to_arrays`.

    Args:
        shape: numbers of users and items, and the length of the vectors.
        state: arrays, not trusted.

    Raises:
        DataError: an array is missing, or is not what it should be.
    """
    n_users, n_items, dim = shape
    shapes = {"average": (dim,), "correction": (None, dim + 1, dim), "gate": (2 * dim + 2, None)}
    arrays = {name: require_array(state, f"{_SHORT_HISTORY}{name}", shape) for name, shape in shapes.items()}
    orders = len(arrays["correction"]), arrays["gate"].shape[1] + 1
    if orders not in [(1, 1), (2, 2)]:
        raise DataError(f"corrections have {orders[0]} orders, their gate has {orders[1]}; expected 1 or 2 in both")
    return csr_from_arrays("history", (n_users, n_items), state), _scale_from_state(state), ShortHistory(**arrays)


def _scale_from_state(state: State) -> RatingScale:
    """The scale of the ratings of the training part.

    Raises:
        DataError: it is missing or impossible.
    """
    kind = next((kind for kind in KINDS if f"{_RATINGS}{kind}" in state), next(iter(KINDS)))
    low, high = require_array(state, f"{_RATINGS}{kind}", (2,), np.float64).tolist()
    # Each kind divides by what the range must not be: zero, or for counts a logarithm of what is not positive.
    impossible = {"scale": low >= high, "counts": not 0 < low <= high, "equal": low != high}[kind]
    if impossible:
        raise DataError(f"the array {_RATINGS}{kind} is {low} to {high}; expected the range of ratings of that kind")
    return KINDS[kind](low, high)
