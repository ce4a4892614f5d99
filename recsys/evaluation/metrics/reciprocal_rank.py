"""Reciprocal rank, whose mean over users is MRR (mean reciprocal rank; Voorhees 1999)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import AccuracyMetric, Counts, Hits


def reciprocal_rank(hits: Hits, n_relevant: Counts) -> NDArray[np.float64]:
    """One over the rank of the first hit, 0 without any: (n,)."""
    first = hits.argmax(axis=1) + 1  # also 1 where there is no hit, which the next line turns into 0
    return np.where(hits.any(axis=1), 1 / first, 0.0)


METRIC = AccuracyMetric("mrr", "MRR", "1 / rank of the first hit; 0 without one", reciprocal_rank)
