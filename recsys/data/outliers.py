"""The range of values without outliers, so that a single absurd value does not change what all others mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_TRIMMED = 0.01
"""The share of the values, at each end, that may be outliers."""
_MIN_VALUES = 10
"""With fewer values than this, none is an outlier."""


def usual_range(values: NDArray[np.floating[Any]], support: int = 1) -> tuple[float, float]:
    """The lowest and the highest value that are not outliers.

    The middle 98 % of the values are never outliers. From there the range grows outwards, value by value, until the
    gap to the next value is wider than the range so far; that value and all beyond it are outliers. So rare but
    plausible values are not outliers, such as one star among many fives or a film of 1922, but a rating of 1,000,000
    among stars is.

    Args:
        values: (n,), finite, at least one.
        support: how many values must be at or beyond each end; with more than 1, no single value is an end.
    """
    n = len(values)
    first = 0 if n < _MIN_VALUES else max(1, int(_TRIMMED * n))  # the middle 98 %, as positions in order
    last = n - 1 - first
    ordered = np.partition(values, [first, last])  # the two ends are complete, but not in order
    lower, upper = np.sort(ordered[: first + 1]), np.sort(ordered[last:])
    beyond = min(support, len(lower)) - 1  # so many values have too little support to be an end
    lower = np.unique(lower[beyond:]).astype(np.float64)
    upper = np.unique(upper[: len(upper) - beyond]).astype(np.float64)
    return -_extend(-lower[::-1], -upper[0]), _extend(upper, lower[-1])


def standardised(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Values (n,) scaled to mean 0 and standard deviation 1, where outliers become the nearest value that is not one.

    If all values are equal, they become 0.
    """
    values = np.asarray(values, np.float64)
    low, high = usual_range(values)
    if low == high:
        return np.zeros_like(values)
    exponent = np.frexp(max(abs(low), abs(high)))[1]  # division by a power of two, so that no square overflows
    # Subtracting the lowest value keeps small differences between large values exact.
    lowest = np.ldexp(low, -exponent)
    usual = np.ldexp(values[(values >= low) & (values <= high)], -exponent) - lowest
    clipped = np.ldexp(np.clip(values, low, high), -exponent) - lowest
    scaled: NDArray[np.float64] = (clipped - usual.mean()) / usual.std()
    return scaled


def _extend(ascending: NDArray[np.float64], start: float) -> float:
    """The last of ascending values (n,) before a gap that is wider than from ``start`` to where the gap begins."""
    is_gap = np.diff(ascending) > ascending[:-1] - start
    return float(ascending[np.argmax(is_gap)] if is_gap.any() else ascending[-1])
