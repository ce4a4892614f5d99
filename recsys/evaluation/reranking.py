"""Re-rank a user's best candidates by score minus popularity: the setting ``discovery``, from 0 to 1.

A popular item is in many lists, although most users know it anyway. So a longer list is cut to k items by

    adjusted score = score - discovery * popularity * spread of scores / spread of popularity
    popularity     = log2(n_train + 1)

where both spreads are standard deviations over the user's own candidates: the best :data:`CANDIDATES_PER_PLACE` * k
items of the model. That makes 0 to 1 mean the same on any log and for any model, whatever the scale of its scores: at
0 the list is the model's own; at 1 a candidate that is one standard deviation less popular outweighs one that is one
standard deviation better. Only candidates are listed, so even 1 recommends nothing that does not suit the user.

The popularity is that of novelty as mean self-information (Zhou et al. 2010; Vargas and Castells 2011), up to a
constant that changes no order. Cutting a longer list by score and popularity together is the popularity-aware
re-ranking of Abdollahpouri et al. 2019; Steck 2011 has the same trade-off in training. The Rate page does the same in
``templates/assets/rate/discovery.js``, to scores in which the genres that a visitor chooses count too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.evaluation.ranking import Scorer, top_k
from recsys.nn.arrays import Ids

CANDIDATES_PER_PLACE = 10
"""Candidates for each place of a list: enough for lists to differ, few enough for all of them to be good."""

FORMULAS = {
    "discovery": f"of the best {CANDIDATES_PER_PLACE} * k items of a model for a user, the k with the highest score "
    "- discovery * log2(n_train + 1) * (standard deviation of the scores / standard deviation of log2(n_train + "
    "1)), where both deviations are over these items; ties stay in the order of the model",
}


def top_k_discovered(
    fitted: Scorer,
    users: Ids,
    k: int,
    train: Dataset,
    discovery: float,
    popular: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The lists of ``users`` (n,) after re-ranking: items and scores (n, k), the scores still those of the model.

    Args:
        fitted: a fitted model or baseline.
        users: indices of users.
        k: length of the lists.
        train: what it was fitted to, in the order of its users and items; rated items are left out of the lists.
        discovery: from 0, where this is :func:`~recsys.evaluation.ranking.top_k`, to 1.
        popular: (n_items,), how popular items are, where ``train`` has some of the users alone; None for
            :func:`popularity` of it.

    Raises:
        ConfigError: k is below 1 or above the number of items.
        DataError: a score is not finite.
    """
    items, scores = candidates(fitted, users, k, train)
    return rerank(items, scores, popularity(train) if popular is None else popular, discovery, k)


def candidates(fitted: Scorer, users: Ids, k: int, train: Dataset) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The candidates for lists of k items: items and scores (n, m), best first; -1 and -inf where there are fewer.

    m is ten times k, or the number of items where that is less.
    """
    return top_k(fitted, users, n_candidates(k, train.n_items), exclude=train)


def n_candidates(k: int, n_items: int) -> int:
    """How many candidates there are for a list of k items."""
    return max(k, min(CANDIDATES_PER_PLACE * k, n_items))


def popularity(train: Dataset) -> NDArray[np.float64]:
    """How popular each item is, (n_items,): ``log2(n_train + 1)``, in bits."""
    bits: NDArray[np.float64] = np.log2(train.item_counts + 1.0)
    return bits


def rerank(
    items: NDArray[np.int32],
    scores: NDArray[np.floating[Any]],
    popularity: NDArray[np.float64],
    discovery: float,
    k: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The best k of each user's candidates by adjusted score; equals stay in the order of the candidates.

    Args:
        items: int32 (n, m), the candidates, best first; -1 for no item.
        scores: (n, m), those of the model.
        popularity: (n_items,).
        discovery: 0 to 1.
        k: length of the lists, at most m.

    Returns:
        Items int32 and the model's scores float32, both (n, k); -1 and -inf where a user has fewer candidates.
    """
    is_item = items >= 0
    score, popular = np.where(is_item, scores, 0.0).astype(np.float64), np.where(is_item, popularity[items], 0.0)
    spread = _spread(popular, is_item)  # (n, 1)
    # Where all candidates are equally popular, popularity does not change their order.
    exchange = np.divide(_spread(score, is_item), spread, out=np.zeros_like(spread), where=spread > 0)
    adjusted = np.where(is_item, score - discovery * exchange * popular, -np.inf)
    order = np.argsort(-adjusted, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(items, order, axis=1), np.take_along_axis(scores, order, axis=1).astype(np.float32)


def _spread(values: NDArray[np.float64], is_item: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Standard deviation over the items of each row: (n, 1) for (n, m); 0 without any."""
    n = np.maximum(is_item.sum(axis=1, keepdims=True), 1)
    mean = np.where(is_item, values, 0.0).sum(axis=1, keepdims=True) / n
    variance = np.where(is_item, (values - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / n
    spread: NDArray[np.float64] = np.sqrt(variance)
    return spread
