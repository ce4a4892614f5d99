"""Histograms of the ratings of each item."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.decimals import shortest_decimals
from recsys.data.outliers import usual_range
from recsys.data.rating_scale import Counts, RatingScale

MAX_BINS = 11
"""As many as there are values of whole stars from 0 to 10."""
_MAX_STEPS = 50
"""A scale of at most so many even steps has bins with equally many steps; a finer one has bins of equal width."""
_DIGITS = 9
"""Significant digits of the ends of bins, as many as a float32 may need."""


@dataclass(frozen=True, eq=False)
class Histograms:
    """How often each item got which ratings.

    Attributes:
        low, high: float64 (n_bins,), the lowest and the highest rating of each bin, lowest bin first.
        counts: int64 (n_items, n_bins).
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]


def rating_histograms(dataset: Dataset) -> Histograms:
    """One bin for each rating value if there are at most :data:`MAX_BINS`; otherwise bins that suit the ratings.

    The ends of bins of counts have about equal ratios, and bins of a scale have equal widths; on a scale of even
    steps, such as half stars, each bin has the same number of steps, and no value is an end of two bins. The first
    and the last bin also hold outliers.
    """
    rating = shortest_decimals(dataset.rating)
    start, end = shortest_decimals(np.array([dataset.rating_scale.low, dataset.rating_scale.high])).tolist()
    low, high = _bins(np.unique(rating), replace(dataset.rating_scale, low=start, high=end))
    bins = np.searchsorted(low[1:], rating, side="right")  # a rating at an end of two bins is in the upper one
    # Item and bin become one number, so that one count gives the whole table.
    counts = np.bincount(dataset.item * np.int64(len(low)) + bins, minlength=dataset.n_items * len(low))
    return Histograms(low, high, counts.reshape(dataset.n_items, len(low)))


def _bins(values: NDArray[np.float64], scale: RatingScale) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and highest value of each bin, (n_bins,), from the distinct ratings (n,), ascending."""
    if len(values) <= MAX_BINS:
        return values, values
    if isinstance(scale, Counts):
        are_whole = bool((values == np.round(values)).all())
        edges = np.geomspace(scale.low, scale.high, MAX_BINS)
        edges = np.round(edges) if are_whole else edges
        edges = np.unique([float(f"{edge:.1e}") for edge in edges])  # two digits, because 63.52225 is hard to read
        if are_whole:
            low, high = edges[:-1], np.append(edges[1:-1] - 1, edges[-1])
        else:
            low, high = edges[:-1], edges[1:]
    else:
        start, end = usual_range(values) if scale.low == scale.high else (scale.low, scale.high)
        step = np.diff(values).min()
        steps = np.round((values - start) / step)
        n_steps = round((end - start) / step) + 1
        if n_steps <= _MAX_STEPS and np.allclose(values, start + steps * step):
            width = -(-n_steps // MAX_BINS)  # steps in a bin, rounded up
            first = np.arange(0, n_steps, width)
            low, high = start + first * step, start + np.minimum(first + width, n_steps) * step - step
        else:
            edges, width = np.linspace(start, end, MAX_BINS, retstep=True)
            edges = np.round(edges, 1 - int(np.floor(np.log10(width))))  # in two digits of the width
            low, high = edges[:-1], edges[1:]
    # Rounded before anything is counted: 0.1 + 2 * 0.1 is a little more than the rating 0.3.
    digits = _DIGITS - int(np.ceil(np.log10(np.abs(values).max())))
    return np.r_[values[0], np.round(low[1:], digits)], np.r_[np.round(high[:-1], digits), values[-1]]
