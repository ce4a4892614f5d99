"""Check the history of a new user that a caller passes, and make it a row of ratings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from recsys.errors import DataError


def history_row(items: ArrayLike, ratings: ArrayLike | None, n_items: int) -> sparse.csr_array[Any]:
    """A history as a matrix (1, n_items), items ascending.

    Args:
        items: (n,) item indices, each once; may be empty.
        ratings: (n,), one for each item; None for items that were just liked, which is infinity in the matrix.
        n_items: how many items there are.

    Raises:
        DataError: the items are no such indices, or the ratings are not as many finite numbers.
    """
    indices = _indices(items, n_items)
    values = np.full(len(indices), np.inf) if ratings is None else _numbers(ratings, len(indices))
    order = np.argsort(indices)  # always summed in the same order, so that equal histories give equal bytes
    return sparse.csr_array((values[order], indices[order], [0, len(indices)]), shape=(1, n_items))


def _indices(items: ArrayLike, n_items: int) -> NDArray[np.intp]:
    array = _array(items)
    if array.shape == (0,):
        return np.empty(0, np.intp)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise DataError(f"items are {array.dtype} of shape {array.shape}; expected a list of item indices")
    if array.min() < 0 or array.max() >= n_items:
        raise DataError(f"item indices are {array.min()} to {array.max()}; expected 0 to {n_items - 1}")
    values, counts = np.unique(array, return_counts=True)
    if counts.max() > 1:
        raise DataError(f"item {values[counts.argmax()]} is given {counts.max()} times; expected each item once")
    return array.astype(np.intp)


def _numbers(ratings: ArrayLike, n: int) -> NDArray[np.float64]:
    array = _array(ratings)
    if array.shape != (n,):
        raise DataError(f"ratings have shape {array.shape}; expected ({n},), one for each item")
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = None
    if numbers is None or array.dtype.kind in "bSU":  # numpy would convert text that looks like a number
        raise DataError(f"ratings are {ratings!r}; expected {n} numbers, one for each item")
    if not np.isfinite(numbers).all():
        raise DataError(f"ratings[{int(np.flatnonzero(~np.isfinite(numbers))[0])}] is not finite; expected a number")
    return numbers


def _array(values: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:  # lists of unequal lengths
        raise DataError(f"found {values!r}; expected a list of numbers") from None
