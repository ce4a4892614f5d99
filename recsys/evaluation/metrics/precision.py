"""Precision: the share of the list that the user went on to rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import AccuracyMetric, Counts, Hits


def precision(hits: Hits, n_relevant: Counts) -> NDArray[np.float64]:
    """Hits among the k positions: (n,). Positions without an item count as misses."""
    values: NDArray[np.float64] = hits.sum(axis=1) / hits.shape[1]
    return values


METRIC = AccuracyMetric("precision", "Precision", "hits / k", precision)
