"""Run a task for each part, and merge results into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from recsys.distributed.cluster import Cluster, Future

_FAN_IN = 8
"""How many results one task merges."""


def each(cluster: Cluster, function: Callable[..., Any], parts: Sequence[Any], *others: Any) -> list[Future]:
    """Submit a function for each part, with further arguments that are the same for all; the results in order."""
    return [cluster.submit(function, part, *others) for part in parts]


def tree(cluster: Cluster, merge: Callable[..., Any], futures: Sequence[Future]) -> Future:
    """Merge all results into one, a few at a time."""
    while len(futures) > 1:
        futures = [
            cluster.submit(merge, *futures[start : start + _FAN_IN]) for start in range(0, len(futures), _FAN_IN)
        ]
    return futures[0]
