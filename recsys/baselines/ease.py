"""EASE: every item explained linearly by all others, in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from recsys.baselines.protocol import BaselineSpec
from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.evaluation.cold_start import TunedColdStart
from recsys.nn.arrays import Ids

COLD_START_GRID = (300.0, 100.0, 1000.0, 3000.0, 10_000.0, 30_000.0, 100_000.0)
"""Values of l2, up to very large ones: the fewer items a new user gives, the larger the best penalty."""
MAX_ROWS = 6000
"""Rows of the matrix that is inverted: 300 MB, and some seconds for each l2."""


class EASE:
    """Embarrassingly shallow autoencoder (Steck 2019).

    Minimises ``|X - X B|^2 + l2 |B|^2`` with a diagonal of zeros, X being 1 where a user rated an item. With
    ``P = (X'X + l2)^-1`` that is ``B = I - P / diag(P)``. Where there are fewer users than items the smaller matrix
    is inverted instead: ``l2 P = I - X' (XX' + l2)^-1 X`` (the Woodbury identity).

    Args:
        train: the ratings to learn from.
        l2: weight of the penalty, in ratings.

    Raises:
        ConfigError: there are more than :data:`MAX_ROWS` users and items, or l2 is too small for the matrix to have
            an inverse.

    >>> import recsys
    >>> dataset = recsys.load_dataset("sample")
    >>> recsys.EASE(dataset, l2=500).scores(users=[0]).shape
    (1, 515)
    """

    is_thread_safe = True

    def __init__(self, train: Dataset, l2: float = 300.0) -> None:
        if skip_reason(train) is not None:
            raise ConfigError(
                f"EASE inverts a matrix of {min(train.n_users, train.n_items)} rows here; expected at most "
                f"{MAX_ROWS} users or items"
            )
        if not 0 < l2 < np.inf:
            raise ConfigError(f"l2 of EASE is {l2:g}; expected a finite number above 0, such as 300")
        self.user_ids, self.item_ids = train.user_ids, train.item_ids
        self.rated = train.binary_matrix().astype(np.float64)
        self.l2 = l2
        self.inverts_users = train.n_users < train.n_items
        small = self.rated if self.inverts_users else self.rated.T
        inverse = _inverse((small @ small.T).toarray() + l2 * np.eye(small.shape[0]))
        if inverse is None:
            raise ConfigError(f"with l2 {l2:g} EASE has no inverse to compute; expected more, such as 300")
        self.inverse = inverse
        if self.inverts_users:
            self.diagonal = (1 - self.rated.multiply(self.inverse @ self.rated).sum(axis=0)) / l2
        else:
            self.diagonal = np.diag(self.inverse)

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """How strongly the items each user rated predict every item: float32 (n, n_items)."""
        return self.fold_in_scores(self.rated if users is None else self.rated[users])

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """The same for any N users, in training or not: float32 (N, n_items).

        Args:
            ratings: (N, n_items), an entry where a user rated an item, whatever its value.
        """
        rated = sparse.csr_array((np.ones(ratings.nnz), ratings.indices, ratings.indptr), shape=ratings.shape)
        # x B = x - (x P) / diag(P). For a rated item, subtracting from x removes what the item says about itself.
        scores: NDArray[np.float32] = (rated.toarray() - self._times_p(rated) / self.diagonal).astype(np.float32)
        return scores

    def _times_p(self, rated: sparse.csr_array[np.float64]) -> NDArray[np.float64]:
        """Histories (N, n_items) times P, the same shape."""
        product: NDArray[np.float64]
        if self.inverts_users:
            in_common = (rated @ self.rated.T).toarray()  # (N, n_users), items in common
            product = (rated.toarray() - (in_common @ self.inverse) @ self.rated) / self.l2
        else:
            product = rated @ self.inverse
        return product


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The inverse of a symmetric positive definite matrix (n, n), which is overwritten; None if it has none.

    By Cholesky decomposition, which needs half the operations of a general inverse.
    """
    # LAPACK reads and writes columns. The rows of a symmetric matrix are its columns, so no copy is made.
    factor, failed = lapack.dpotrf(matrix.T, lower=False, overwrite_a=True)
    if failed:
        return None
    inverse, failed = lapack.dpotri(factor, lower=False, overwrite_c=True)
    if failed:
        return None
    upper: NDArray[np.float64] = np.triu(inverse)  # all that is computed
    upper += np.triu(inverse, 1).T
    return upper


def skip_reason(train: Dataset) -> str | None:
    """Why EASE cannot be computed on these ratings; None where it can."""
    if min(train.n_users, train.n_items) <= MAX_ROWS:
        return None
    return f"more than {MAX_ROWS:,} users and items: the matrix to invert would be too large"


BASELINE = BaselineSpec(
    label="EASE",
    colour=("#0d7f77", "#52cfc2"),
    factory=EASE,
    grid=[{"l2": l2} for l2 in (300, 100, 30, 1000)],
    skip_reason=skip_reason,
    cold_start=TunedColdStart(EASE, COLD_START_GRID, skip_reason),
    relative_time=0.4,
)
