"""Catalogue coverage: how much of the catalogue is recommended at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics.metric import ListMetric, TrainingCounts


def coverage(items: NDArray[np.integer[Any]], train: TrainingCounts) -> float:
    """Share of the catalogue that is in some list (n, k); -1 is no item."""
    return len(np.unique(items[items >= 0])) / train.n_items


METRIC = ListMetric(
    "coverage", "Coverage", "distinct items in the lists of the evaluated users / items in the catalogue", coverage
)
