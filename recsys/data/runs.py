"""Runs of equal length or not, one after another, as the ratings of one user after another are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def places(lengths: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Where each element stands in its run, from 0, for runs of these lengths (n,): (sum of lengths,)."""
    before = np.cumsum(lengths) - lengths
    found: NDArray[np.int64] = np.arange(int(lengths.sum())) - np.repeat(before, lengths)
    return found
