"""What a model has to beat: popularity, neighbours of items, and a linear model in closed form.

Each baseline has ``scores(users)``, so that the same function judges it, and takes any rating as 1, whatever its
value. Knows ratings, nothing of towers. Implicit ALS has a module of its own, :mod:`recsys.baselines.als`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.errors import ConfigError

Ids = NDArray[np.integer[Any]]

EASE_LARGEST = 5000
"""Rows of the largest matrix that EASE inverts: 200 MB, and a few seconds."""
_ROWS = 512
"""Items whose similarities are held at once."""


def rated_or_not(dataset: Dataset) -> sparse.csr_array[np.float32]:
    """1 for every rating: float32 (n_users, n_items)."""
    matrix = dataset.matrix.copy()
    matrix.data[:] = 1
    return matrix


class Popularity:
    """Everyone is shown what most people rated."""

    def __init__(self, train: Dataset) -> None:
        self.n_users = train.n_users
        self.counts = train.item_counts.astype(np.float32)

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """Number of training ratings of each item, the same for all users: float32 (n, n_items)."""
        n = self.n_users if users is None else len(users)
        return np.tile(self.counts, (n, 1))

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """The same for N people who need not have been in training, whatever they rated: float32 (N, n_items)."""
        return np.tile(self.counts, (ratings.shape[0], 1))


class ItemKNN:
    """Items like those a user rated, by the people they share (Sarwar et al. 2001; shrinkage: Bell and Koren 2007).

    The similarity of items i and j is ``n_ij / (sqrt(n_i n_j) + shrinkage)``, where ``n_ij`` users rated both: the
    cosine of their columns, shrunk where few people speak for it.

    Args:
        train: the ratings to learn from.
        neighbours: how many of the most similar others count for an item; all that tie for the last place do.
        shrinkage: in ratings; 0 is the plain cosine.
    """

    def __init__(self, train: Dataset, neighbours: int = 200, shrinkage: float = 0.0) -> None:
        self.rated = rated_or_not(train)
        by_item = self.rated.T.tocsr()
        blocks = [
            _nearest(by_item, self.rated, slice(start, start + _ROWS), neighbours, shrinkage)
            for start in range(0, train.n_items, _ROWS)
        ]
        self.weights = sparse.vstack(blocks).T.tocsr()  # (n_items rated, n_items scored)

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """Summed similarity of each item to those the user rated, among its neighbours: float32 (n, n_items)."""
        rated = self.rated if users is None else self.rated[users]
        scores: NDArray[np.float32] = (rated @ self.weights).toarray()
        return scores


def _nearest(by_item: Any, by_user: Any, rows: slice, neighbours: int, shrinkage: float) -> Any:
    """Similarities of some items to their neighbours: sparse (len(rows), n_items)."""
    counts = np.diff(by_item.indptr)
    shared = by_item[rows] @ by_user
    item = np.repeat(np.arange(by_item.shape[0])[rows], np.diff(shared.indptr))
    size = np.sqrt(counts[item] * counts[shared.indices].astype(np.float64))
    shared.data = np.where(item == shared.indices, 0, shared.data / (size + shrinkage)).astype(np.float32)
    for start, end in zip(shared.indptr, shared.indptr[1:], strict=False):
        row = shared.data[start:end]
        if len(row) > neighbours:
            row[row < np.partition(row, -neighbours)[-neighbours]] = 0
    shared.eliminate_zeros()
    return shared


class EASE:
    """The linear model in which each item is explained by all others, in closed form (Steck 2019).

    Minimises ``|X - X B|^2 + l2 |B|^2`` with a diagonal of zeros, X being 1 where a user rated an item. With
    ``P = (X'X + l2)^-1`` that is ``B = I - P / diag(P)``. Where there are fewer users than items the smaller matrix
    is inverted instead: ``l2 P = I - X' (XX' + l2)^-1 X``.

    Args:
        train: the ratings to learn from.
        l2: weight of the penalty, in ratings.

    Raises:
        ConfigError: both users and items are more than :data:`EASE_LARGEST`.
    """

    def __init__(self, train: Dataset, l2: float = 300.0) -> None:
        if not can_ease(train):
            raise ConfigError(
                f"EASE inverts a matrix of {min(train.n_users, train.n_items)} rows here; expected at most "
                f"{EASE_LARGEST} users or items"
            )
        self.rated = rated_or_not(train).astype(np.float64)
        self.l2 = l2
        self.users_first = train.n_users < train.n_items
        small = self.rated if self.users_first else self.rated.T
        self.inverse = np.linalg.inv((small @ small.T).toarray() + l2 * np.eye(small.shape[0]))
        if self.users_first:
            self.diagonal = (1 - self.rated.multiply(self.inverse @ self.rated).sum(axis=0)) / l2
        else:
            self.diagonal = np.diag(self.inverse)

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """How much each item is to be expected beside those the user rated: float32 (n, n_items)."""
        return self.fold_in_scores(self.rated if users is None else self.rated[users])

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """The same for N people who need not have been in training: float32 (N, n_items).

        Args:
            ratings: (N, n_items), an entry where somebody rated an item, whatever its value.
        """
        rated = sparse.csr_array((np.ones(ratings.nnz), ratings.indices, ratings.indptr), shape=ratings.shape)
        # What stands in the history itself takes away what an item says of itself.
        scores: NDArray[np.float32] = (rated.toarray() - self._through_p(rated) / self.diagonal).astype(np.float32)
        return scores

    def _through_p(self, rated: sparse.csr_array[np.float64]) -> NDArray[np.float64]:
        """Histories (N, n_items) times P, the same shape."""
        found: NDArray[np.float64]
        if self.users_first:
            shared = (rated @ self.rated.T).toarray()  # (N, n_users), films in common
            found = (rated.toarray() - (shared @ self.inverse) @ self.rated) / self.l2
        else:
            found = rated @ self.inverse
        return found


def can_ease(train: Dataset) -> bool:
    """Whether the matrix that EASE inverts is small enough."""
    return min(train.n_users, train.n_items) <= EASE_LARGEST
