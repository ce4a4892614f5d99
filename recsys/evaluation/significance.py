"""Is one model better than another? Paired over users: the mean difference, its interval, and a signed-rank test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.bootstrap import Intervals, bootstrap_intervals
from recsys.schema import Comparison, UserDifference

MAX_USERS_NAMED = 10
"""Users named on either side, where the one or the other model is better."""
_DECIMALS = 12
"""Decimals of differences, so that values which differ only by the order of a sum are a tie."""

FORMULAS = {
    "difference": "mean over users of the nDCG of the first minus that of the second, with its interval from the "
    "bootstrap of the metrics, the same draws",
    "p": "Wilcoxon signed-rank test of the users' differences (rounded to 12 decimals), two-sided: zeros dropped, "
    "mean ranks for ties, normal approximation with the variance corrected for ties and without a continuity "
    "correction; 1 where all are zero",
    "won, tied, lost": "users whose difference is above, equal to and below 0",
}


def differences(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """User by user (n,): above 0 where the first is better, 0 where both are equal up to rounding."""
    return np.round(first - second, _DECIMALS)


def compare(
    model: str, per_user: Mapping[str, NDArray[np.float64]], intervals: Intervals = bootstrap_intervals
) -> list[Comparison]:
    """Compare a model with every other by one number for each user.

    Args:
        model: name of the model that is compared.
        per_user: by name, the values of the same users: (n,) each.
        intervals: the bootstrap; all comparisons share its draws.
    """
    difference = {name: differences(per_user[model], values) for name, values in per_user.items() if name != model}
    if not difference:
        return []
    means = intervals(difference)
    return [
        Comparison(
            model=model,
            against=name,
            difference=means[name],
            p=signed_rank(values),
            won=int((values > 0).sum()),
            tied=int((values == 0).sum()),
            lost=int((values < 0).sum()),
        )
        for name, values in difference.items()
    ]


def largest_differences(
    pair: Mapping[str, NDArray[np.float64]], user_ids: Sequence[str], sign: int
) -> list[UserDifference]:
    """The users who gain most by the second of two models over the first (sign 1), or lose most by it (-1).

    Args:
        pair: by name of both models, nDCG of each user: (n,).
        user_ids: (n,).
        sign: 1 or -1.

    Returns:
        At most :data:`MAX_USERS_NAMED`, most first; ties in the order of the users.
    """
    (first_name, first), (last_name, last) = pair.items()
    ahead = sign * differences(last, first)
    order = np.argsort(-ahead, kind="stable")[:MAX_USERS_NAMED]
    return [
        UserDifference(user_ids[row], {first_name: float(first[row]), last_name: float(last[row])})
        for row in order[ahead[order] > 0].tolist()
    ]


def signed_rank(difference: NDArray[np.float64]) -> float:
    """Two-sided p of the signed-rank test of paired differences (n,) (Wilcoxon 1945); 1 where all are zero.

    ``scipy.stats.wilcoxon`` gives the same number with ``method="approx"`` and ``correction=False``; by default it
    uses the exact distribution for few users. Importing ``scipy.stats`` takes longer than this takes to run.
    """
    difference = difference[difference != 0]
    n = len(difference)
    if n == 0:
        return 1.0
    _, group, group_size = np.unique(np.abs(difference), return_inverse=True, return_counts=True)
    rank = np.cumsum(group_size) - (group_size - 1) / 2  # ties share the mean of their ranks
    positive = float(rank[group][difference > 0].sum())  # W+, the sum of the ranks of positive differences
    # Under the null hypothesis each rank is positive by the toss of a coin: W+ has mean n (n + 1) / 4 and this
    # variance, of which ties take some away.
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((group_size.astype(float) ** 3 - group_size).sum()) / 48
    return math.erfc(abs(positive - n * (n + 1) / 4) / math.sqrt(2 * variance))
