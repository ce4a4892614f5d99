"""How good the lists of one model are: every metric of the registry, with intervals over users.

All items that the user rated in the held-out part are relevant, or with ``relevant_from`` those rated at least as
high. Items of the same title and year count as the same item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.alignment import align_test, refuse_shared_ratings
from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.evaluation.bootstrap import bootstrap_intervals
from recsys.evaluation.metrics import accuracy_metrics, list_metrics
from recsys.evaluation.ranking import Scorer, align_to, top_k
from recsys.evaluation.relevance import check_threshold, none_relevant, relevant_counts, relevant_ratings
from recsys.schema import Interval, Mean


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """How good the lists of one model are.

    Attributes:
        users: (n_evaluated,), those with at least one held-out rating that counts as relevant: indices into
            ``fitted.user_ids``.
        items: int32 (n_evaluated, k), their lists: indices into ``fitted.item_ids``.
        per_user: by accuracy metric, float64 (n_evaluated,).
        accuracy: by accuracy metric, the mean over users and its 95 % bootstrap interval.
        beyond: by the other metrics, the value over all lists together.
    """

    users: NDArray[np.intp]
    items: NDArray[np.int32]
    per_user: dict[str, NDArray[np.float64]]
    accuracy: dict[str, Interval]
    beyond: dict[str, Mean]

    def __repr__(self) -> str:
        """The means; the arrays would fill pages."""
        means = ", ".join(f"{name} {interval.mean:.4f}" for name, interval in self.accuracy.items())
        return f"<Report on {len(self.users):,} users: {means}>"

    @property
    def mean(self) -> dict[str, float]:
        """The mean over users of each accuracy metric, by name."""
        return {name: interval.mean for name, interval in self.accuracy.items()}

    @property
    def low(self) -> dict[str, float]:
        """The lower end of the interval of each accuracy metric, by name."""
        return {name: interval.low for name, interval in self.accuracy.items()}

    @property
    def high(self) -> dict[str, float]:
        """The upper end of the interval of each accuracy metric, by name."""
        return {name: interval.high for name, interval in self.accuracy.items()}


def evaluate(
    fitted: Scorer, train: Dataset, test: Dataset, k: int = 10, relevant_from: float | None = None
) -> Report:
    """Rank all items for every user with a relevant held-out rating, and score their top k against what is relevant.

    Models and data are joined by the written form of their ids: the number 1 and the text "1" are the same id.

    Args:
        fitted: a trained model or baseline.
        train: what it was trained on, in any order of users and items; these items are left out of the lists.
        test: what was held out, of some or all of these users and items, in any order.
        k: length of the lists.
        relevant_from: the lowest held-out rating that counts as relevant; None where all do. Users without a relevant
            one are not evaluated.

    Raises:
        ConfigError: k is not a whole number, below 1 or above the number of items; ``relevant_from`` is not a finite
            number, or no held-out rating is as high.
        DataError: ``train`` has other users or items than ``fitted``, ``test`` has users, items or ratings that it
            must not have (users and items that ``train`` lacks, ratings that are in ``train`` too), or a score is not
            finite.

    >>> import recsys
    >>> parts = recsys.split(recsys.load_dataset("sample"))
    >>> report = recsys.evaluate(recsys.Popularity(parts.train), parts.train, parts.test, k=5)
    >>> list(report.mean)
    ['ndcg', 'recall', 'precision', 'map', 'mrr']
    >>> report.low["ndcg"] < report.mean["ndcg"] < report.high["ndcg"]
    True
    """
    check_threshold(relevant_from)
    train = align_to(fitted, train, "the training part")
    test = align_test(test, train)
    refuse_shared_ratings(train, test)
    relevant = relevant_ratings(train, test, relevant_from)
    if relevant is None:
        remedy = "hide other ratings" if relevant_from is None else "give a lower one, or None for all ratings"
        raise ConfigError(f"{none_relevant(test, relevant_from)}; {remedy}")
    users = np.flatnonzero(relevant.user_counts)
    items, _ = top_k(fitted, users, k, exclude=train)
    return score_lists(items, users, train, relevant)


def score_lists(items: NDArray[np.int32], users: NDArray[np.intp], train: Dataset, relevant: Dataset) -> Report:
    """The report on given lists.

    Args:
        items: int32 (n, k), best first; -1 for no item.
        users: (n,), whose lists these are; each has a rating in ``relevant``.
        train: the training ratings.
        relevant: the held-out ratings that count.
    """
    per_user = accuracy_per_user(hits(items, users, relevant), relevant_counts(train, relevant)[users])
    return Report(
        users=users,
        items=items,
        per_user=per_user,
        accuracy=bootstrap_intervals(per_user),
        beyond={name: Mean(metric.over_lists(items, train)) for name, metric in list_metrics().items()},
    )


def accuracy_per_user(
    hits: NDArray[np.bool_], n_relevant: NDArray[np.integer[Any]]
) -> dict[str, NDArray[np.float64]]:
    """Every accuracy metric by name, (n,), from hits (n, k) and numbers of relevant items (n,)."""
    return {name: metric.per_user(hits, n_relevant) for name, metric in accuracy_metrics().items()}


def hits(
    items: NDArray[np.integer[Any]], users: NDArray[np.integer[Any]], test: Dataset | None
) -> NDArray[np.bool_]:
    """Which of the listed items count as rated in ``test``: (n, k) for lists (n, k) of ``users`` (n,).

    An item counts as rated if the user rated it or an item of the same title and year.
    """
    if test is None:
        return np.zeros(items.shape, bool)
    listed, rated = test.twins.first_of(items), test.twins.first_of(test.item)
    return contains_pairs(users, listed, test.user, rated, test.n_items)


def contains_pairs(
    users: NDArray[np.integer[Any]],
    items: NDArray[np.integer[Any]],
    rated_users: NDArray[np.integer[Any]],
    rated_items: NDArray[np.integer[Any]],
    n_items: int,
) -> NDArray[np.bool_]:
    """Whether a user and an item in their list are among the pairs of ``rated_users`` and ``rated_items`` (m,).

    Args:
        users: (n,), whose lists these are.
        items: (n, k), the lists; -1 for no item.
        rated_users: (m,).
        rated_items: (m,).
        n_items: how many items there are.

    Returns:
        (n, k).
    """
    # A pair of user and item becomes one number, so that membership is one search in a sorted array.
    rated = np.sort(rated_users.astype(np.int64) * n_items + rated_items)  # (m,)
    listed = np.asarray(users, np.int64)[:, None] * n_items + items  # (n, k)
    nearest = np.minimum(np.searchsorted(rated, listed), len(rated) - 1)
    is_rated: NDArray[np.bool_] = (rated[nearest] == listed) & (items >= 0)
    return is_rated
