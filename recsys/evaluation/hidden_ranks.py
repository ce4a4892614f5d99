"""Where a model ranks what is hidden: beyond the first k places too. Knows scores, not models."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.evaluation.ranking import Scorer, score_blocks


def hidden_ranks(fitted: Scorer, train: Dataset, test: Dataset) -> NDArray[np.int64]:
    """The rank of every rating of ``test``, from 1, among all items its user has no rating of in ``train``.

    Equal scores in index order: where a list of :func:`~recsys.evaluation.ranking.top_k` holds the item, this is its
    place there.

    Returns:
        Ranks (n,), in the order of the entries of ``test.matrix``.

    Raises:
        DataError: a score is not finite.
    """
    ranks, hidden = np.empty(test.n_ratings, np.int64), test.matrix
    # All users, in the blocks that lists are made of: the last bit of a product may depend on what stands beside it.
    for users, scores in score_blocks(fitted, np.arange(train.n_users)):
        scores[train.rated(users)] = -np.inf
        ordered = np.sort(scores, axis=1)
        for user, own, rising in zip(users, scores, ordered, strict=True):
            entries = slice(hidden.indptr[user], hidden.indptr[user + 1])
            ranks[entries] = _ranks(own, rising, hidden.indices[entries])
    return ranks


def _ranks(
    scores: NDArray[np.floating[Any]], rising: NDArray[np.floating[Any]], items: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Of ``items`` (h,) by one user's scores (n_items,), which are given in rising order too."""
    found = scores[items]
    upto = np.searchsorted(rising, found, side="right")
    ranks: NDArray[np.int64] = len(scores) - upto + 1
    for place in np.flatnonzero(upto - np.searchsorted(rising, found, side="left") > 1):
        ranks[place] += np.count_nonzero(scores[: items[place]] == found[place])
    return ranks
