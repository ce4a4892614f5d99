"""The range of values without outliers, so that no single mad value decides what all others mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_TRIMMED = 0.01
"""Share of the values that is looked at as possible outliers, at each end."""
_MIN_VALUES = 10
"""With fewer, none is called an outlier."""


def usual_range(values: NDArray[np.floating[Any]], support: int = 1) -> tuple[float, float]:
    """The lowest and the highest of values (n,) that are no outliers.

    The middle 98 % are never outliers. From there the range grows outwards, value by value, until the next one is
    farther away than the middle is wide by then: such a gap, and whatever lies beyond, is not of the same kind.
    So a rare but plausible value is kept, be it one star among many fives or a film of 1922, and a rating of
    1,000,000 among stars is not.

    Args:
        values: finite, at least one.
        support: how many values must lie at or beyond each end; with more than 1, no single value is an end.
    """
    n = len(values)
    first = 0 if n < _MIN_VALUES else max(1, int(_TRIMMED * n))  # of the middle, in the order of values
    last = n - 1 - first
    ordered = np.partition(values, [first, last])  # the two ends are in no order, but in their places
    lower, upper = np.sort(ordered[: first + 1]), np.sort(ordered[last:])
    beyond = min(support, len(lower)) - 1  # values that are no end for want of others like them
    lower = np.unique(lower[beyond:]).astype(np.float64)
    upper = np.unique(upper[: len(upper) - beyond]).astype(np.float64)
    return -_extend(-lower[::-1], -upper[0]), _extend(upper, lower[-1])


def standardised(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Values (n,) with mean 0 and standard deviation 1 but for outliers, which count as the nearest other value.

    Equal values are 0.
    """
    values = np.asarray(values, np.float64)
    low, high = usual_range(values)
    if low == high:
        return np.zeros_like(values)
    exponent = np.frexp(max(abs(low), abs(high)))[1]  # a power of two is taken out, so that no square overflows
    # Counted from the lowest, values keep their differences where these are small next to the values.
    lowest = np.ldexp(low, -exponent)
    usual = np.ldexp(values[(values >= low) & (values <= high)], -exponent) - lowest
    clipped = np.ldexp(np.clip(values, low, high), -exponent) - lowest
    scaled: NDArray[np.float64] = (clipped - usual.mean()) / usual.std()
    return scaled


def _extend(ascending: NDArray[np.float64], start: float) -> float:
    """The last of ascending values (n,) before a gap that is wider than from ``start`` to where the gap begins."""
    is_gap = np.diff(ascending) > ascending[:-1] - start
    return float(ascending[np.argmax(is_gap)] if is_gap.any() else ascending[-1])
