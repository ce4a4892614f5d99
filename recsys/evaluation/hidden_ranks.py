"""Where a model ranks the held-out ratings among all items, beyond the first k too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.alignment import align_test
from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by
from recsys.evaluation import candidates
from recsys.evaluation.ranking import Scorer, align_to, visit_scores


def hidden_ranks(fitted: Scorer, train: Dataset, test: Dataset) -> NDArray[np.int64]:
    """The rank of every rating of ``test``, from 1, among all items that its user's list may hold.

    Equal scores rank in index order: where a list of :func:`~recsys.evaluation.ranking.top_k` holds the item, this is
    its rank there. An item whose twin is listed in its place has the rank of that twin. An item that may not be
    listed, because the user rated a twin of it in training, ranks behind all others. Models and data are joined by
    id, as in :func:`~recsys.evaluation.report.evaluate`.

    Returns:
        Ranks (n,), in the order of the entries of ``test.matrix``.

    Raises:
        DataError: model and data have different ids, or a score is not finite.
    """
    train = align_to(fitted, train, "the training part")
    ranks = HiddenRanks(train, test)
    visit_scores(fitted, np.arange(train.n_users), [ranks.visit], exclude=train)
    return ranks.of_entries()


class HiddenRanks:
    """The ranks of the ratings of ``test``, from the scores of all users.

    Args:
        train: the training ratings, with users and items in the order of the model.
        test: the held-out ratings, with users and items in any order.

    Attributes:
        hidden: the held-out ratings, with users and items in the order of the model.

    Raises:
        DataError: ``test`` has users or items that ``train`` lacks.
    """

    def __init__(self, train: Dataset, test: Dataset) -> None:
        self._test, self.hidden, self._twins = test, align_test(test, train), train.twins
        self._matrix = self.hidden.matrix
        self._ranks = np.empty(test.n_ratings, np.int64)

    def visit(self, rows: slice, scores: NDArray[np.floating[Any]]) -> None:
        """Rank the held-out items of the users in ``rows``, from their scores (n, n_items)."""
        indptr, indices = self._matrix.indptr, self._matrix.indices
        for user, user_scores in zip(range(rows.start, rows.stop), scores, strict=True):
            entries = slice(indptr[user], indptr[user + 1])
            items = indices[entries]
            if not len(items):
                continue
            if self._twins:
                items = candidates.listed_instead(user_scores, items, self._twins)
            self._ranks[entries] = _ranks(user_scores, items)

    def of_entries(self) -> NDArray[np.int64]:
        """The ranks (n,) of the entries of ``test.matrix``, once all users have been visited."""
        if self.hidden is self._test:
            return self._ranks
        hidden, test = self.hidden, self._test
        by_rating = np.empty_like(self._ranks)
        by_rating[order_by(hidden.user, hidden.item)] = self._ranks  # from the entries of one matrix to ratings ...
        ranks: NDArray[np.int64] = by_rating[order_by(test.user, test.item)]  # ... and to the entries of the other
        return ranks


def _ranks(scores: NDArray[np.floating[Any]], items: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Ranks of ``items`` (h,), h at least 1, by one user's scores (n_items,)."""
    item_scores = scores[items]
    ascending = np.sort(scores[scores >= item_scores.min()])  # lower scores do not count, and most are lower
    not_above = np.searchsorted(ascending, item_scores, side="right")  # items with this score or a lower one
    ranks: NDArray[np.int64] = len(ascending) - not_above + 1
    n_equal = not_above - np.searchsorted(ascending, item_scores, side="left")
    # Of equal scores, those with a lower index come first. Items that may not be listed share the last rank.
    for index in np.flatnonzero((n_equal > 1) & np.isfinite(item_scores)):
        ranks[index] += np.count_nonzero(scores[: items[index]] == item_scores[index])
    return ranks
