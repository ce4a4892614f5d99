"""How arrays are told in JSON: ids as text, numbers to four decimals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ids(values: NDArray[Any]) -> list[str]:
    """Ids of the source as text."""
    return [str(one) for one in values.tolist()]


def rounded(values: NDArray[Any]) -> Any:
    """To 4 decimals, as Python numbers; -0.0 becomes 0.0, which reads better and compresses better."""
    return (np.round(np.asarray(values, np.float64), 4) + 0.0).tolist()
