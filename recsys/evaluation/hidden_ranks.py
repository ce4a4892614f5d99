"""Where a model ranks the held-out ratings among all items, beyond the first k too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.alignment import align_test
from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by
from recsys.evaluation import candidates
from recsys.evaluation.ranking import Scorer, align_to, score_blocks


def hidden_ranks(fitted: Scorer, train: Dataset, test: Dataset) -> NDArray[np.int64]:
    """The rank of every rating of ``test``, from 1, among all items that its user's list may hold.

    Equal scores rank in index order: where a list of :func:`~recsys.evaluation.ranking.top_k` holds the item, this is
    its rank there. An item whose twin is listed in its place has the rank of that twin. What no list may hold, as the
    user rated a twin of it in training, ranks behind all others. Models and data are joined by id, as in
    :func:`~recsys.evaluation.report.evaluate`.

    Returns:
        Ranks (n,), in the order of the entries of ``test.matrix``.

    Raises:
        DataError: models and data do not fit together, or a score is not finite.
    """
    train = align_to(fitted, train, "the training part")
    hidden = align_test(test, train)
    ranks = _ranks_of_entries(fitted, train, hidden)
    if hidden is not test:
        by_rating = np.empty_like(ranks)
        by_rating[order_by(hidden.user, hidden.item)] = ranks  # from the entries of one matrix to the ratings ...
        ranks = by_rating[order_by(test.user, test.item)]  # ... and to the entries of the other
    return ranks


def _ranks_of_entries(fitted: Scorer, train: Dataset, test: Dataset) -> NDArray[np.int64]:
    """The ranks (n,) of the entries of ``test.matrix``; all in the order of the model."""
    ranks, hidden = np.empty(test.n_ratings, np.int64), test.matrix
    # All users, in the same blocks as for the lists: the last bit of a matrix product may depend on its shape, and
    # ranks must agree with lists.
    for users, block in score_blocks(fitted, np.arange(train.n_users)):
        candidates.exclude(block, train.rated(users), train.twins)
        ascending = np.sort(block, axis=1)
        for user, scores, ordered in zip(users, block, ascending, strict=True):
            entries = slice(hidden.indptr[user], hidden.indptr[user + 1])
            items = hidden.indices[entries]
            if train.twins:
                items = candidates.listed_instead(scores, items, train.twins)
            ranks[entries] = _ranks(scores, ordered, items)
    return ranks


def _ranks(
    scores: NDArray[np.floating[Any]], ascending: NDArray[np.floating[Any]], items: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """Ranks of ``items`` (h,) by one user's scores (n_items,), which are given in ascending order too."""
    item_scores = scores[items]
    not_above = np.searchsorted(ascending, item_scores, side="right")  # items with this score or a lower one
    ranks: NDArray[np.int64] = len(scores) - not_above + 1
    n_equal = not_above - np.searchsorted(ascending, item_scores, side="left")
    # Equal scores: those of a lower index come first. What may not be listed shares one rank, behind the rest.
    for index in np.flatnonzero((n_equal > 1) & np.isfinite(item_scores)):
        ranks[index] += np.count_nonzero(scores[: items[index]] == item_scores[index])
    return ranks
