"""Item k-NN: items similar to those a user rated, where similar items have many users in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.baselines.hyperparameters import require_counts, require_weights
from recsys.baselines.protocol import BaselineSpec, Settings
from recsys.data.dataset import Dataset
from recsys.nn.arrays import Ids

BLOCK_ITEMS = 512
"""Items whose similarities to all others are held at once."""
MIN_ADDITIONS = 20_000
"""Number of similarities added up for a user, on average, above which users are scored one at a time."""


class ItemKNN:
    """Item-based nearest neighbours (Sarwar et al. 2001) with shrunk similarity (Bell and Koren 2007).

    The similarity of items i and j is ``n_ij / (sqrt(n_i n_j) + shrinkage)``, where ``n_ij`` users rated both: the
    cosine of their columns, shrunk where few users support it.

    Args:
        train: the ratings to learn from.
        neighbours: how many of the most similar items count for each item; all that tie for the last rank count.
        shrinkage: in ratings; 0 is the plain cosine.

    Raises:
        ConfigError: neighbours is not a whole number from 1, or shrinkage not a finite number from 0.

    >>> import recsys
    >>> dataset = recsys.load_dataset("sample")
    >>> recsys.ItemKNN(dataset, neighbours=20).scores(users=[0]).shape
    (1, 515)
    """

    is_thread_safe = True

    def __init__(self, train: Dataset, neighbours: int = 200, shrinkage: float = 0.0) -> None:
        require_counts("ItemKNN", neighbours=neighbours)
        require_weights("ItemKNN", shrinkage=shrinkage)
        self.user_ids, self.item_ids = train.user_ids, train.item_ids
        self.rated = train.binary_matrix()
        (nearest,) = _nearest(self.rated, neighbours, [shrinkage])
        self.weights = nearest.T.tocsr()  # (n_items rated, n_items scored)

    @classmethod
    def of_all(cls, train: Dataset, neighbours: int, shrinkages: Sequence[float]) -> Iterator[Self]:
        """A scorer for each shrinkage; they share the counts of common users, which are most of the work."""
        rated = train.binary_matrix()
        for nearest in _nearest(rated, neighbours, shrinkages):
            scorer = cls.__new__(cls)
            scorer.user_ids, scorer.item_ids = train.user_ids, train.item_ids
            scorer.rated, scorer.weights = rated, nearest.T.tocsr()
            yield scorer

    def narrowed(self, neighbours: int) -> Self:
        """The same with fewer neighbours, which are among these."""
        scorer = copy(self)
        nearest = self.weights.T.tocsr()
        _keep_nearest(nearest, neighbours)
        scorer.weights = nearest.T.tocsr()
        return scorer

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """Summed similarity of each item to those the user rated, among its neighbours: float32 (n, n_items)."""
        rated = self.rated if users is None else self.rated[users]
        n_additions = np.diff(self.weights.indptr)[rated.indices].sum()
        if n_additions <= MIN_ADDITIONS * rated.shape[0]:
            scores: NDArray[np.float32] = (rated @ self.weights).toarray()
            return scores
        # A product of two sparse matrices lists the columns of each result row; here that is most columns, and takes
        # a third of the time. A product with a vector adds the same numbers in the same order without such a list.
        scores = np.empty((rated.shape[0], len(self.item_ids)), np.float32)
        for row, items in zip(scores, np.split(rated.indices, rated.indptr[1:-1]), strict=True):
            row[:] = self.weights[items].T @ np.ones(len(items), np.float32)
        return scores


def _nearest(rated: Any, neighbours: int, shrinkages: Sequence[float]) -> list[Any]:
    """For each shrinkage, similarities of each item to its nearest neighbours: sparse (n_items, n_items)."""
    by_item = rated.T.tocsr()
    counts = np.diff(by_item.indptr)
    blocks: list[list[Any]] = [[] for _ in shrinkages]
    for start in range(0, by_item.shape[0], BLOCK_ITEMS):
        rows = slice(start, start + BLOCK_ITEMS)
        common = by_item[rows] @ rated  # (rows, n_items): users in common
        item = np.repeat(np.arange(by_item.shape[0])[rows], np.diff(common.indptr))
        scale = np.sqrt(counts[item] * counts[common.indices].astype(np.float64))
        common.data[item == common.indices] = 0  # an item is not its own neighbour
        for shrinkage, shrunk in zip(shrinkages, blocks, strict=True):
            similarity = common.copy()
            similarity.data = (common.data / (scale + shrinkage)).astype(np.float32)
            _keep_nearest(similarity, neighbours)
            shrunk.append(similarity)
    return [sparse.vstack(shrunk).tocsr() for shrunk in blocks]


def _keep_nearest(similarity: Any, neighbours: int) -> None:
    """Remove all but the largest entries of each row, and those that tie with the last of them, in place."""
    for start, end in zip(similarity.indptr, similarity.indptr[1:], strict=False):
        row = similarity.data[start:end]
        if len(row) > neighbours:
            row[row < np.partition(row, -neighbours)[-neighbours]] = 0
    similarity.eliminate_zeros()


def _try_all(train: Dataset, grid: Sequence[Settings]) -> Iterator[ItemKNN]:
    """A scorer for each entry of a grid, cut down from one with the most neighbours for each shrinkage."""
    widest = max(int(settings["neighbours"]) for settings in grid)
    shrinkages = list(dict.fromkeys(settings["shrinkage"] for settings in grid))
    by_shrinkage = dict(zip(shrinkages, ItemKNN.of_all(train, widest, shrinkages), strict=True))
    for settings in grid:
        yield by_shrinkage[settings["shrinkage"]].narrowed(int(settings["neighbours"]))


BASELINE = BaselineSpec(
    label="Item k-NN",
    colour=("#7c45b5", "#bd9af2"),
    factory=ItemKNN,
    try_all=_try_all,
    grid=[{"neighbours": n, "shrinkage": shrinkage} for n in (30, 100, 400) for shrinkage in (0, 20, 100)],
)
