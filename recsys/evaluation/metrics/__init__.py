"""The metrics, one file each. A new one is a new file and one line in :data:`METRICS`."""

from __future__ import annotations

from recsys.evaluation.metrics import (
    average_precision,
    coverage,
    diversity,
    ndcg,
    novelty,
    precision,
    recall,
    reciprocal_rank,
)
from recsys.evaluation.metrics.metric import AccuracyMetric, ListMetric

METRICS: dict[str, AccuracyMetric | ListMetric] = {
    "ndcg": ndcg.METRIC,
    "recall": recall.METRIC,
    "precision": precision.METRIC,
    "map": average_precision.METRIC,
    "mrr": reciprocal_rank.METRIC,
    "coverage": coverage.METRIC,
    "novelty": novelty.METRIC,
    "diversity": diversity.METRIC,
}
"""The metrics by their key in ``metrics.json``, in the order of display."""


def accuracy_metrics() -> dict[str, AccuracyMetric]:
    """The metrics with one number per user, by name."""
    return {name: metric for name, metric in METRICS.items() if isinstance(metric, AccuracyMetric)}


def list_metrics() -> dict[str, ListMetric]:
    """The metrics of all lists together, by name."""
    return {name: metric for name, metric in METRICS.items() if isinstance(metric, ListMetric)}
