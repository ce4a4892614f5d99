"""Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), with binary relevance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import AccuracyMetric, Counts, Hits


def ndcg(hits: Hits, n_relevant: Counts) -> NDArray[np.float64]:
    """Gain of the hits, each discounted by its rank, as a share of the best possible: (n,), from 0 to 1."""
    k = hits.shape[1]
    discount = 1 / np.log2(np.arange(1, k + 1) + 1)  # (k,): 1, .63, .5, ...
    # Both sums run from the first rank on (cumsum, not sum), so that they round alike: a perfect list has exactly 1.
    gain = np.cumsum(hits * discount, axis=1)[:, -1]
    ideal = np.cumsum(discount)[np.minimum(n_relevant, k) - 1]  # all relevant items first, as far as the list reaches
    values: NDArray[np.float64] = gain / ideal
    return values


METRIC = AccuracyMetric(
    "ndcg",
    "nDCG",
    "sum over hits of 1/log2(rank + 1), divided by the same sum for hits at ranks 1 to min(k, relevant)",
    ndcg,
)
