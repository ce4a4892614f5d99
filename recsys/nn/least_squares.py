"""Alternating least squares on "rated or not": the vectors of one side are solved for while the other side is fixed.

It is the ``ALS`` baseline, and gives ``base`` its first vectors on sparse logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

STEPS = 3
"""Conjugate-gradient steps for each vector in each half epoch."""
INITIAL_LENGTH = 0.1
"""About the length of the first item vectors, which are drawn at random."""
BLOCK_NUMBERS = 400_000
"""Numbers of a block's gathered vectors: 1.6 MB, which stay in a core's cache from one product to the next."""
_MAX_PADDING = 0.125
"""By what share a row may be longer than the shortest of its block, which is padded to the length of the longest."""


class PaddedRows(NamedTuple):
    """Some rows of a sparse matrix (n_rows, m) with about as many entries each, as a table.

    Attributes:
        rows: (b,), their numbers in the matrix.
        columns: int32 (b, n), the columns of their entries; shorter rows are filled up with m, one past the last.
        counts: (b,), how many entries each row has.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.int32]
    counts: NDArray[np.integer[Any]]


def alternating_least_squares(
    rated: sparse.csr_array[Any], dim: int, l2: float, unobserved: float, epochs: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors of both sides from nothing: users and items are solved for in turn.

    Args:
        rated: float32 (n_users, n_items), 1 where a user rated an item.
        dim: length of the vectors.
        l2: weight of the penalty.
        unobserved: weight of a pair without a rating.
        epochs: how often both sides are solved for.
        rng: draws the first item vectors.

    Returns:
        (n_users, dim), zero for users without ratings, and (n_items, dim).
    """
    # Of active users only: an item's penalty grows with the rows of the matrix, and where settings are compared on a
    # sample of the ratings, most rows are empty.
    is_active = np.diff(rated.indptr) > 0
    matrix: Any = rated[is_active]
    by_user, by_item = list(padded_rows(matrix, dim)), list(padded_rows(matrix.T.tocsr(), dim))
    active = np.zeros((matrix.shape[0], dim), np.float32)
    items = (INITIAL_LENGTH / np.sqrt(dim) * rng.standard_normal((matrix.shape[1], dim))).astype(np.float32)
    for _ in range(epochs):
        active = half_epoch(by_user, active, items, l2, unobserved)
        items = half_epoch(by_item, items, active, l2, unobserved)
    users = np.zeros((len(is_active), dim), np.float32)
    users[is_active] = active
    return users, items


def padded_rows(rated: sparse.csr_array[Any], dim: int) -> Iterator[PaddedRows]:
    """All rows in blocks of similar lengths, the shortest first; a block's vectors have a bounded number of numbers.

    Args:
        rated: (n, m), an entry where a row rated, or was rated by, a column.
        dim: length of the vectors.
    """
    counts, n_columns = np.diff(rated.indptr), rated.shape[1]
    order = np.argsort(counts, kind="stable")
    ascending, first, max_ratings = counts[order], 0, max(1, BLOCK_NUMBERS // dim)
    while first < len(order):
        longest = int(ascending[first] * (1 + _MAX_PADDING))
        last = min(int(np.searchsorted(ascending, longest, "right")), first + max(1, max_ratings // max(1, longest)))
        rows, in_row = order[first:last], np.arange(ascending[last - 1])
        entries = rated.indptr[rows, None] + in_row  # (b, n)
        columns = np.full(entries.shape, n_columns, np.int32)
        is_entry = in_row < counts[rows, None]
        columns[is_entry] = rated.indices[entries[is_entry]]
        yield PaddedRows(rows, columns, counts[rows])
        first = last


def half_epoch(
    rated: Sequence[PaddedRows],
    vectors: NDArray[np.float32],
    others: NDArray[np.float32],
    l2: float,
    unobserved: float,
    steps: int = STEPS,
) -> NDArray[np.float32]:
    """Improve the vectors of one side while the other is fixed.

    Args:
        rated: all rows, as :func:`padded_rows` gives them, with the columns that a row rated, or was rated by.
        vectors: (n, d), to start from.
        others: (m, d), the fixed side.
        l2: weight of the penalty.
        unobserved: weight of a pair without a rating.
        steps: conjugate-gradient steps; d of them solve exactly.

    Returns:
        (n, d).
    """
    # The normal equations of all rows share this: every pair weighs ``unobserved``, and a rated one ``extra`` more.
    shared = np.float32(unobserved) * (others.T @ others)  # (d, d)
    extra, n_others = np.float32(1 - unobserved), len(others)
    others = np.concatenate([others, np.zeros((1, others.shape[1]), np.float32)])  # the vector of padding is zero
    solved = np.empty_like(vectors)
    for rows, columns, counts in rated:
        ridge = (l2 * (counts + unobserved * n_others)).astype(np.float32)[:, None]
        system = _NormalEquations(others.take(columns, axis=0), shared, ridge, extra)
        solved[rows] = _conjugate_gradients(system, vectors[rows], steps)
    return solved


class _NormalEquations:
    """The normal equations of b rows, one system for each row, applied without forming any matrix (d, d).

    Row by row, ``(unobserved Q'Q + (1 - unobserved) sum over rated of q q' + ridge) p = sum over rated of q``.

    Args:
        partners: (b, n, d), the vectors q of what each row rated, and zeros as padding.
        shared: (d, d), unobserved Q'Q.
        ridge: (b, 1).
        extra: 1 - unobserved.
    """

    def __init__(
        self,
        partners: NDArray[np.float32],
        shared: NDArray[np.float32],
        ridge: NDArray[np.float32],
        extra: np.float32,
    ) -> None:
        self.partners, self.shared, self.ridge, self.extra = partners, shared, ridge, extra

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The left side, (b, d)."""
        return self._unrated(vectors) + self._sum(self.extra * self._dots(vectors))

    def residual(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The right side minus the left, (b, d)."""
        return self._sum(1 - self.extra * self._dots(vectors)) - self._unrated(vectors)

    def _unrated(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        product: NDArray[np.float32] = vectors @ self.shared + self.ridge * vectors
        return product

    def _dots(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The dot product p . q of each row with what it rated, (b, 1, n)."""
        dots: NDArray[np.float32] = np.matmul(self.partners, vectors[:, :, None])
        return dots.transpose(0, 2, 1)

    def _sum(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum of weights (b, 1, n) times q, (b, d)."""
        total: NDArray[np.float32] = np.matmul(weights, self.partners)
        return total[:, 0]


def _conjugate_gradients(system: _NormalEquations, x: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    """Solve the system of each row separately (Hestenes and Stiefel 1952)."""
    residual = system.residual(x)  # (b, d)
    direction, squared_norm = residual, _dot(residual, residual)
    for _ in range(steps):
        image = system(direction)
        step = _ratio(squared_norm, _dot(direction, image))  # (b, 1): to the minimum along the direction
        x, residual = x + step * direction, residual - step * image
        previous, squared_norm = squared_norm, _dot(residual, residual)
        # Conjugate to all earlier directions: a step along it does not spoil what they have solved.
        direction = residual + _ratio(squared_norm, previous) * direction
    return x


def _dot(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Row by row, (n, 1)."""
    products: NDArray[np.float32] = np.einsum("nd,nd->n", a, b)
    return products[:, None]


def _ratio(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """``a / b``, and 0 where ``b`` is 0: that row is solved, or has nothing to solve."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)
