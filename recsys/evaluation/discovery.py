"""What the setting ``discovery`` costs and brings: accuracy, novelty and coverage from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.evaluation.metrics.coverage import coverage
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.evaluation.metrics.novelty import novelty
from recsys.evaluation.ranking import Scorer
from recsys.evaluation.relevance import relevant_counts
from recsys.evaluation.report import hits
from recsys.evaluation.reranking import candidates, n_candidates, popularity, rerank
from recsys.schema import DiscoveryCurves, DiscoveryPoint

AMOUNTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""The values of ``discovery`` that are measured."""
MAX_USERS = 2_000
"""Of more users, a random sample is measured: its mean is accurate to about one percent."""


def discovery_curves(
    models: Mapping[str, Scorer], train: Dataset, relevant: Dataset, k: int, rng: np.random.Generator
) -> DiscoveryCurves:
    """nDCG, novelty and coverage of the lists of each model at each of :data:`AMOUNTS`.

    Args:
        models: by name.
        train: the training ratings, in the order of the models' users and items.
        relevant: the held-out ratings that count, in the same order.
        k: length of the lists.
        rng: draws the users where more than :data:`MAX_USERS` have a relevant rating.
    """
    users = np.flatnonzero(relevant.user_counts)
    if len(users) > MAX_USERS:
        users = np.sort(rng.choice(users, MAX_USERS, replace=False))
    return DiscoveryCurves(
        n_users=len(users),
        candidates=n_candidates(k, train.n_items),
        models={name: _curve(fitted, users, k, train, relevant) for name, fitted in models.items()},
    )


def _curve(
    fitted: Scorer, users: NDArray[np.intp], k: int, train: Dataset, relevant: Dataset
) -> list[DiscoveryPoint]:
    best, scores = candidates(fitted, users, k, train)
    n_relevant, popular = relevant_counts(train, relevant)[users], popularity(train)
    points = []
    for amount in AMOUNTS:
        items, _ = rerank(best, scores, popular, amount, k)
        points.append(
            DiscoveryPoint(
                discovery=amount,
                ndcg=float(ndcg(hits(items, users, relevant), n_relevant).mean()),
                novelty=novelty(items, train),
                coverage=coverage(items, train),
            )
        )
    return points
