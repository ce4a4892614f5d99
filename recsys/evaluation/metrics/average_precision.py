"""Average precision, whose mean over users is MAP (mean average precision)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import AccuracyMetric, Counts, Hits


def average_precision(hits: Hits, n_relevant: Counts) -> NDArray[np.float64]:
    """Precision at the rank of each hit, summed and divided by the number of relevant items: (n,)."""
    rank = np.arange(1, hits.shape[1] + 1)  # (k,)
    values: NDArray[np.float64] = (hits * np.cumsum(hits, axis=1) / rank).sum(axis=1) / n_relevant
    return values


METRIC = AccuracyMetric(
    "map", "MAP", "sum over hits of (hits up to that rank / rank), divided by relevant", average_precision
)
