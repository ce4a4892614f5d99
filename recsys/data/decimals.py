"""Convert 32-bit floats to the decimals they stand for: 6.3, not 6.300000190734863."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAX_DECIMALS = 6
"""A float32 has 7 to 9 significant digits; ratings with more decimals are rare, and are converted one by one."""
_MAX_INTEGER = 2.0**24
"""A float32 holds every whole number up to this."""


def shortest_decimals(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The shortest decimal that stands for each float32, as ``str`` writes it: float64 of the same shape.

    Ratings are stored as float32. Converted directly, 6.3 would become 6.300000190734863 in float64 and in every
    file; so means and limits are computed from these decimals.
    """
    values = np.asarray(values, np.float32)
    result = values.astype(np.float64)
    flat, exact = result.reshape(-1), values.reshape(-1)
    pending = np.flatnonzero(flat != np.floor(flat))
    for decimals in range(1, _MAX_DECIMALS + 1):
        rounded = np.round(flat[pending], decimals)
        is_same = rounded.astype(np.float32) == exact[pending]  # with fewer decimals it was not
        flat[pending[is_same]] = rounded[is_same]
        pending = pending[~is_same]
    pending = np.concatenate([pending, np.flatnonzero(np.abs(flat) >= _MAX_INTEGER)])
    flat[pending] = [float(str(value)) for value in exact[pending]]
    return result
