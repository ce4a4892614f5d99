"""The gradient check: analytic gradients against central differences in float64."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from recsys.nn.layers import Parameter

STEP = 1e-5
LIMIT = 1e-6


def numeric(value: NDArray, loss: Callable[[], float]) -> NDArray:
    """Central differences of ``loss`` with respect to every entry of ``value``, which it reads in place."""
    gradient = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        original = value[index]
        value[index] = original + STEP
        above = loss()
        value[index] = original - STEP
        below = loss()
        value[index] = original
        gradient[index] = (above - below) / (2 * STEP)  # its error falls with the square of the step
    return gradient


def relative_error(analytic: NDArray, expected: NDArray) -> float:
    """|a - n| / (|a| + |n|), norms over the whole array; 0 where both are 0."""
    size = np.linalg.norm(analytic) + np.linalg.norm(expected)
    return float(np.linalg.norm(analytic - expected) / size) if size > 0 else 0.0


def errors(parameters: Mapping[str, Parameter], loss: Callable[[], float]) -> dict[str, float]:
    """The error of each parameter's gradient, which a backward pass has filled before."""
    return {name: relative_error(p.gradient, numeric(p.value, loss)) for name, p in parameters.items()}
