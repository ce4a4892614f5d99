"""Is one model ahead of another? User by user, on the same lists of users. Knows numbers, not models."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics import bootstrap_intervals

_DECIMALS = 12
"""Differences are rounded to so many, so that equals are equal whatever the order of a sum."""

FORMULAS = {
    "difference": "mean over users of the nDCG of the first minus that of the second, with its interval from the "
    "bootstrap of the metrics, the same draws",
    "p": "Wilcoxon signed-rank test of the users' differences (rounded to 12 decimals), two-sided: zeros dropped, "
    "mean ranks for ties, normal approximation with correction of its variance for ties, none for continuity; 1 "
    "where all are zero",
    "won, tied, lost": "users whose difference is above, equal to and below 0",
}


@dataclass(frozen=True)
class Comparison:
    """One model against another.

    Attributes:
        mean, low, high: the mean difference and its 95 % bootstrap interval.
        p: how likely a difference like this is where there is none, by Wilcoxon's test.
        won, tied, lost: users for whom the first is better, as good, worse.
    """

    mean: float
    low: float
    high: float
    p: float
    won: int
    tied: int
    lost: int


def differences(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """User by user (n,): above 0 where the first is better, 0 where they are equal but for the order of a sum."""
    return np.round(first - second, _DECIMALS)


def compare(first: NDArray[np.float64], second: NDArray[np.float64]) -> Comparison:
    """Compare two models by one number per user each, both (n,)."""
    difference = differences(first, second)
    low, high = bootstrap_intervals({"ndcg": difference})
    return Comparison(
        mean=float(difference.mean()),
        low=low["ndcg"],
        high=high["ndcg"],
        p=signed_rank(difference),
        won=int((difference > 0).sum()),
        tied=int((difference == 0).sum()),
        lost=int((difference < 0).sum()),
    )


def signed_rank(difference: NDArray[np.float64]) -> float:
    """Two-sided p of the signed-rank test of paired differences (n,) (Wilcoxon 1945); 1 where all are zero.

    ``scipy.stats.wilcoxon`` says the same, and takes longer to import than this to run.
    """
    difference = difference[difference != 0]
    n = len(difference)
    if n == 0:
        return 1.0
    _, place, times = np.unique(np.abs(difference), return_inverse=True, return_counts=True)
    rank = np.cumsum(times) - (times - 1) / 2  # the mean rank of equals
    positive = float(rank[place][difference > 0].sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((times.astype(float) ** 3 - times).sum()) / 48
    return math.erfc(abs(positive - n * (n + 1) / 4) / math.sqrt(2 * variance))
