"""Percentile bootstrap over users (Efron 1979): how far a mean could move with other users of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recsys.schema import Interval

RESAMPLES = 1000
SEED = 0
CONFIDENCE = 0.95
MAX_CACHED = 1_000_000
"""Resamples times users up to which draws are cached, because models, groups and comparisons share them."""

Intervals = Callable[[Mapping[str, NDArray[np.float64]]], dict[str, Interval]]
"""From one value per user, by metric, to the means with their intervals."""


def bootstrap_intervals(
    per_user: Mapping[str, NDArray[np.float64]],
    resamples: int = RESAMPLES,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> dict[str, Interval]:
    """The mean of each metric with the interval that holds ``confidence`` of the means of resampled users.

    One generator of ``seed`` draws ``resamples`` times n users with replacement, ``integers(n, size=n)``. All metrics
    share the draws, so that their intervals can be compared.

    Args:
        per_user: by metric, one value for each user: float64 (n,), n at least 1.
        resamples: how often users are drawn.
        seed: of the generator.
        confidence: share of the means inside the interval.
    """
    columns = [np.ascontiguousarray(values, np.float64) for values in per_user.values()]  # (n,) each
    n = len(columns[0])
    means = np.empty((resamples, len(columns)))
    # A product for each metric: in that of a matrix, the last bit would depend on which other metrics are in it.
    for row, times_drawn in zip(means, _draws(n, resamples, seed), strict=True):
        row[:] = [times_drawn @ values / n for values in columns]
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0).tolist()
    return {
        name: Interval(float(values.mean()), low[index], high[index])
        for index, (name, values) in enumerate(per_user.items())
    }


def _draws(n: int, resamples: int, seed: int) -> Iterable[NDArray[np.float64]]:
    """For each resample, how often each of n users is drawn, (n,): a mean is then a dot product."""
    return _cached(n, resamples, seed) if n * resamples <= MAX_CACHED else _drawn(n, resamples, seed)


def _drawn(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)


@lru_cache(maxsize=8)
def _cached(n: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """All draws at once, (resamples, n)."""
    return np.stack(list(_drawn(n, resamples, seed)))
