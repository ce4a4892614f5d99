"""Recall: how many of the items that a user went on to rate are in the list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import AccuracyMetric, Counts, Hits


def recall(hits: Hits, n_relevant: Counts) -> NDArray[np.float64]:
    """Hits among all relevant items: (n,). Above k relevant items, no list reaches 1."""
    values: NDArray[np.float64] = hits.sum(axis=1) / n_relevant
    return values


METRIC = AccuracyMetric("recall", "Recall", "hits / relevant", recall)
