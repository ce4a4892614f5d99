"""Alternating least squares on "rated or not": one side's vectors, the other side fixed.

What the ``ALS`` baseline consists of, and where ``base`` starts from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

STEPS = 3
"""Conjugate-gradient steps for each vector in each half epoch."""
INITIAL_LENGTH = 0.1
"""About the length of fresh item vectors."""
_BLOCK_NUMBERS = 2_000_000
"""Numbers held at once for the ratings of a block: 8 MB, a few times over. Blocks that fit a cache are faster too."""


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
    by_user: Any = rated[is_active]
    by_item = by_user.T.tocsr()
    active = np.zeros((by_user.shape[0], dim), np.float32)
    items = (INITIAL_LENGTH / np.sqrt(dim) * rng.standard_normal((by_user.shape[1], dim))).astype(np.float32)
    for _ in range(epochs):
        active = half_epoch(by_user, active, items, l2, unobserved)
        items = half_epoch(by_item, items, active, l2, unobserved)
    users = np.zeros((len(is_active), dim), np.float32)
    users[is_active] = active
    return users, items


def half_epoch(
    rated: Any,
    vectors: NDArray[np.float32],
    others: NDArray[np.float32],
    l2: float,
    unobserved: float,
    steps: int = STEPS,
) -> NDArray[np.float32]:
    """Improve the vectors of one side while the other is fixed.

    Args:
        rated: sparse (n, m), 1 where a row rated, or was rated by, a column.
        vectors: (n, d), to start from.
        others: (m, d), the fixed side.
        l2: weight of the penalty.
        unobserved: weight of a pair without a rating.
        steps: conjugate-gradient steps; d of them solve exactly.

    Returns:
        (n, d).
    """
    # What the normal equations of all rows share: every pair weighs ``unobserved``; a rated one gets the rest on top.
    shared = np.float32(unobserved) * (others.T @ others)  # (d, d)
    solved = np.empty_like(vectors)
    for rows in _blocks(rated.indptr, others.shape[1]):
        block = rated[rows]
        counts = np.diff(block.indptr)
        ridge = (l2 * (counts + unobserved * rated.shape[1])).astype(np.float32)[:, None]
        system = _NormalEquations(block, others, shared, ridge, np.float32(1 - unobserved))
        solved[rows] = _conjugate_gradients(system, vectors[rows], block @ others, steps)
    return solved


def _blocks(starts: NDArray[np.integer[Any]], dim: int) -> Iterator[slice]:
    """Consecutive rows with a bounded number of ratings; a row with more is a block of its own."""
    first, max_ratings = 0, max(1, _BLOCK_NUMBERS // dim)
    while first < len(starts) - 1:
        after = int(np.searchsorted(starts, starts[first] + max_ratings, "right")) - 1
        last = min(max(after, first + 1), first + max_ratings)
        yield slice(first, last)
        first = last


class _NormalEquations:
    """The normal equations of a block of rows, one system for each row, applied without forming any matrix (d, d)."""

    def __init__(
        self,
        rated: Any,
        others: NDArray[np.float32],
        shared: NDArray[np.float32],
        ridge: NDArray[np.float32],
        extra: np.float32,
    ) -> None:
        self.rated, self.others, self.shared, self.ridge, self.extra = rated, others, shared, ridge, extra
        self.row = np.repeat(np.arange(rated.shape[0]), np.diff(rated.indptr))
        self.partner = others[rated.indices]  # (n_ratings, d)

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """``(unobserved Q'Q + (1 - unobserved) sum over rated of q q' + ridge) p``, (n, d), row by row."""
        dots = self.extra * np.einsum("nd,nd->n", vectors[self.row], self.partner)
        observed = sparse.csr_array((dots, self.rated.indices, self.rated.indptr), shape=self.rated.shape)
        product: NDArray[np.float32] = vectors @ self.shared + observed @ self.others + self.ridge * vectors
        return product


def _conjugate_gradients(
    system: _NormalEquations, x: NDArray[np.float32], right: NDArray[np.float32], steps: int
) -> NDArray[np.float32]:
    """Solve ``system(x) = right`` for each row separately (Hestenes and Stiefel 1952)."""
    residual = right - system(x)
    direction, square = residual, _dot(residual, residual)
    for _ in range(steps):
        image = system(direction)
        along = _ratio(square, _dot(direction, image))
        x, residual = x + along * direction, residual - along * image
        before, square = square, _dot(residual, residual)
        direction = residual + _ratio(square, before) * direction
    return x


def _dot(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Row by row, (n, 1)."""
    products: NDArray[np.float32] = np.einsum("nd,nd->n", a, b)
    return products[:, None]


def _ratio(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 where ``b`` is: that row is solved, or has nothing to solve."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)
