"""Accuracy metrics: one number per user, then means with intervals; and what the lists look like together.

Relevant are all items the user rated in the hidden part, whatever the rating. Knows lists, not models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.errors import DataError
from recsys.evaluation.ranking import Scorer, top_k

RESAMPLES = 1000
BOOTSTRAP_SEED = 0
CONFIDENCE = 0.95
_BLOCK_PAIRS = 1_000_000
"""Pairs of listed items looked at at once."""

FORMULAS = {
    "ndcg": "sum over hits of 1/log2(rank + 1), divided by the same sum for hits at ranks 1 to min(k, relevant)",
    "recall": "hits / relevant",
    "precision": "hits / k",
    "map": "sum over hits of (hits up to that rank / rank), divided by relevant",
    "mrr": "1 / rank of the first hit; 0 without one",
    "coverage": "distinct items in the lists of the evaluated users / items in the catalogue",
    "novelty": "mean over recommended items of -log2((n_train + 1) / (n_users + 1))",
    "diversity": "mean over lists of the mean over pairs of their items of 1 - (genres in both / genres in either); "
    "items without a genre and lists with less than two others are left out; null where no list is left",
}
ACCURACY = ("ndcg", "recall", "precision", "map", "mrr")


@dataclass(frozen=True, eq=False)
class Report:
    """How good the lists of one model are.

    Attributes:
        users: (n_evaluated,), those with at least one hidden rating.
        items: int32 (n_evaluated, k), their lists.
        per_user: by accuracy metric, float64 (n_evaluated,).
        mean, low, high: by accuracy metric, the mean over users and its 95 % bootstrap interval.
        coverage: share of the catalogue that stands in some list.
        novelty: mean surprise of the recommended items, in bits.
        diversity: how little the genres within a list overlap, 0 to 1; None where genres are not known.
    """

    users: NDArray[np.intp]
    items: NDArray[np.int32]
    per_user: dict[str, NDArray[np.float64]]
    mean: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    coverage: float
    novelty: float
    diversity: float | None


def evaluate(fitted: Scorer, train: Dataset, test: Dataset, k: int = 10) -> Report:
    """Judge the top k of every user with a hidden rating; items of ``train`` are left out of the lists.

    Raises:
        ConfigError: k is below 1 or above the number of items.
        DataError: ``train`` and ``test`` are not of the same users and items, or a score is not finite.
    """
    if (train.n_users, train.n_items) != (test.n_users, test.n_items):
        raise DataError(
            f"the training part has {train.n_users} users and {train.n_items} items, the test part {test.n_users} "
            f"and {test.n_items}; expected two subsets of one data set"
        )
    users = np.flatnonzero(test.user_counts)
    items, _ = top_k(fitted, users, k, exclude=train)
    return judge(items, users, train, test)


def judge(items: NDArray[np.int32], users: NDArray[np.intp], train: Dataset, test: Dataset) -> Report:
    """Judge lists (n_evaluated, k) of ``users`` (n_evaluated,), each with at least one rating in ``test``."""
    per_user = accuracy(hits(items, users, test), test.user_counts[users])
    low, high = bootstrap_intervals(per_user)
    return Report(
        users=users,
        items=items,
        per_user=per_user,
        mean={name: float(values.mean()) for name, values in per_user.items()},
        low=low,
        high=high,
        coverage=coverage(items, train.n_items),
        novelty=novelty(items, train),
        diversity=diversity(items, train.genres),
    )


def hits(items: NDArray[np.integer[Any]], users: NDArray[np.integer[Any]], test: Dataset) -> NDArray[np.bool_]:
    """Which of the listed items each user rated in ``test``: (n, k) for lists (n, k) of ``users`` (n,)."""
    pairs = np.sort(test.user.astype(np.int64) * test.n_items + test.item)
    listed = np.asarray(users, np.int64)[:, None] * test.n_items + items
    place = np.minimum(np.searchsorted(pairs, listed), len(pairs) - 1)
    found: NDArray[np.bool_] = (pairs[place] == listed) & (items >= 0)
    return found


def accuracy(hit: NDArray[np.bool_], n_relevant: NDArray[np.integer[Any]]) -> dict[str, NDArray[np.float64]]:
    """Each metric of :data:`FORMULAS` that is one number per user, from hits (n, k) and relevant counts (n,)."""
    k = hit.shape[1]
    rank = np.arange(1, k + 1)
    gain = 1 / np.log2(rank + 1)
    n_hits = hit.sum(axis=1)
    first = hit.argmax(axis=1) + 1
    return {
        # Both sums run from the first rank on, so that a perfect list has 1, not the next number above it.
        "ndcg": np.cumsum(hit * gain, axis=1)[:, -1] / np.cumsum(gain)[np.minimum(n_relevant, k) - 1],
        "recall": n_hits / n_relevant,
        "precision": n_hits / k,
        "map": (hit * np.cumsum(hit, axis=1) / rank).sum(axis=1) / n_relevant,
        "mrr": np.where(n_hits > 0, 1 / first, 0.0),
    }


def bootstrap_intervals(
    per_user: dict[str, NDArray[np.float64]],
    resamples: int = RESAMPLES,
    seed: int = BOOTSTRAP_SEED,
    confidence: float = CONFIDENCE,
) -> tuple[dict[str, float], dict[str, float]]:
    """Low and high ends of percentile bootstrap intervals over users (Efron 1979), by metric.

    One generator of ``seed`` draws ``resamples`` times n users with replacement, ``integers(n, size=n)``; all metrics
    share the draws, so that they can be compared.
    """
    names = list(per_user)
    values = np.stack([per_user[name] for name in names], axis=1)  # (n, metrics)
    rng = np.random.default_rng(seed)
    n = len(values)
    means = np.empty((resamples, len(names)))
    for row in means:
        times = np.bincount(rng.integers(n, size=n), minlength=n)
        row[:] = times @ values / n
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return dict(zip(names, low.tolist(), strict=True)), dict(zip(names, high.tolist(), strict=True))


def coverage(items: NDArray[np.integer[Any]], n_items: int) -> float:
    """Share of the catalogue that stands in some list (n, k); -1 is no item."""
    return len(np.unique(items[items >= 0])) / n_items


def novelty(items: NDArray[np.integer[Any]], train: Dataset) -> float:
    """Mean of ``-log2((n_train + 1) / (n_users + 1))`` over all places of the lists (n, k); 0 without any."""
    surprise = -np.log2((train.item_counts + 1) / (train.n_users + 1))
    listed = items[items >= 0]
    return float(surprise[listed].mean()) if len(listed) else 0.0


def diversity(items: NDArray[np.integer[Any]], genres: NDArray[np.bool_]) -> float | None:
    """Mean over lists (n, k) of the mean over their pairs of 1 - Jaccard index of genres (n_items, n_genres).

    Items without a genre are left out, and so are lists with fewer than two others; None where no list is left.
    """
    width = genres.sum(axis=1)
    total, n_lists = 0.0, 0
    size = max(1, _BLOCK_PAIRS // items.shape[1] ** 2)
    for start in range(0, len(items), size):
        listed = items[start : start + size]
        known = (listed >= 0) & (width[listed] > 0)
        sets = (genres[listed] & known[:, :, None]).astype(np.float32)  # (n, k, n_genres)
        both = sets @ sets.transpose(0, 2, 1)  # (n, k, k)
        own = sets.sum(axis=2)
        either = own[:, :, None] + own[:, None, :] - both
        alike = np.divide(both, either, out=np.zeros_like(both), where=either > 0).sum(axis=(1, 2), dtype=float)
        n = known.sum(axis=1)
        enough = n > 1
        # An item's likeness to itself is 1, and each pair stands twice in the sum.
        total += float((1 - (alike[enough] - n[enough]) / (n[enough] * (n[enough] - 1))).sum())
        n_lists += int(enough.sum())
    return total / n_lists if n_lists else None
