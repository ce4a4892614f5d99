"""Novelty as mean self-information: how surprising the recommended items are (Zhou et al. 2010)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import ListMetric, TrainingCounts


def novelty(items: NDArray[np.integer[Any]], train: TrainingCounts) -> float:
    """Mean of ``-log2((n_train + 1) / (n_users + 1))`` over all listed items (n, k), in bits; 0 without any."""
    # One is added to both counts, so that an item without ratings has a finite surprise.
    surprise = -np.log2((train.item_counts + 1) / (train.n_users + 1))  # (n_items,)
    listed = items[items >= 0]
    return float(surprise[listed].mean()) if len(listed) else 0.0


METRIC = ListMetric(
    "novelty", "Novelty", "mean over recommended items of -log2((n_train + 1) / (n_users + 1))", novelty
)
