"""Every user's list, and what they rated best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.alignment import align_test
from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by
from recsys.evaluation.hidden_ranks import HiddenRanks
from recsys.evaluation.ranking import BestItems, Scorer, align_to, top_k, visit_scores
from recsys.evaluation.report import hits
from recsys.evaluation.reranking import top_k_discovered


@dataclass(frozen=True, eq=False)
class Lists:
    """One model's list for every user.

    Attributes:
        items: int32 (n_users, k), best first; -1 where a user has fewer unseen items.
        scores: float32 (n_users, k); -inf where there is no item.
        held_out: (n_users, k), true where the user rated the item, or another of the same title and year, in the
            held-out part.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    held_out: NDArray[np.bool_]


def recommend(fitted: Scorer, train: Dataset, test: Dataset | None, k: int) -> Lists:
    """The k best unseen items of every user: rows follow ``fitted.user_ids``, items index ``fitted.item_ids``.

    Raises:
        ConfigError: k is below 1 or above the number of items.
        DataError: model and data have different ids, see :func:`~recsys.evaluation.report.evaluate`; or a score is
            not finite.
    """
    train = align_to(fitted, train, "the training part")
    test = None if test is None else align_test(test, train)
    users = np.arange(train.n_users)
    items, scores = top_k(fitted, users, k, exclude=train)
    return Lists(items, scores, hits(items, users, test))


def recommend_and_rank(
    fitted: Scorer, train: Dataset, test: Dataset | None, k: int
) -> tuple[Lists, NDArray[np.int64]]:
    """:func:`recommend` and :func:`~recsys.evaluation.hidden_ranks.hidden_ranks` at once: users are scored once.

    Returns:
        The lists; and the ranks of the entries of ``test.matrix``, empty if ``test`` is None.

    Raises:
        ConfigError: as :func:`recommend`.
        DataError: likewise.
    """
    train = align_to(fitted, train, "the training part")
    users = np.arange(train.n_users)
    best = BestItems(len(users), train.n_items, k)
    ranks = None if test is None else HiddenRanks(train, test)
    visit_scores(fitted, users, [best.visit, *([] if ranks is None else [ranks.visit])], exclude=train)
    lists = Lists(best.items, best.scores, hits(best.items, users, None if ranks is None else ranks.hidden))
    return lists, np.empty(0, np.int64) if ranks is None else ranks.of_entries()


def recommend_discovered(
    fitted: Scorer,
    train: Dataset,
    test: Dataset | None,
    k: int,
    discovery: float,
    popular: NDArray[np.float64] | None = None,
) -> Lists:
    """As :func:`recommend`, but chosen by score minus popularity; the scores are still those of the model.

    Args:
        fitted: a fitted model or baseline.
        train: what it was fitted to.
        test: the held-out ratings; None if there are none.
        k: length of the lists.
        discovery: how much popularity counts, from 0 to 1, see :mod:`recsys.evaluation.reranking`.
        popular: (n_items,), popularity in the order of the model, if ``train`` has only some of the users; else None.

    Raises:
        ConfigError: as :func:`recommend`.
        DataError: likewise.
    """
    train = align_to(fitted, train, "the training part")
    test = None if test is None else align_test(test, train)
    users = np.arange(train.n_users)
    items, scores = top_k_discovered(fitted, users, k, train, discovery, popular)
    return Lists(items, scores, hits(items, users, test))


def best_rated(train: Dataset, n: int) -> list[NDArray[np.int64]]:
    """Each user's ``n`` best ratings, as positions in ``train``; ties: the newest, then the lower item index."""
    _, rank = np.unique(-train.rating, return_inverse=True)  # 0 for the highest rating there is
    newest_first = () if train.timestamp is None else (-train.timestamp,)
    order = order_by(train.user, rank, *newest_first, train.item)
    ends = np.cumsum(train.user_counts)
    return [order[end - count : end][:n] for end, count in zip(ends, train.user_counts, strict=True)]
