"""Logistic regression with two classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.special import expit

_MAX_STEPS = 25
_TOLERANCE = 1e-4
"""Size of the last step relative to the largest weight; Newton's error after such a step is about its square."""


def fit_logistic(inputs: NDArray[np.floating[Any]], labels: NDArray[np.bool_], ridge: float) -> NDArray[np.float64]:
    """Weights v (m,) with P(label | x) = 1 / (1 + exp(-x v)), by Newton's method.

    Minimises ``sum_n -log P(label_n | x_n) + ridge / 2 sum_j v_j^2 sum_n x_nj^2``, in which the units of an input do
    not matter. (Iteratively reweighted least squares, Green 1984.) Each input is first divided by the root of its sum
    of squares, so that the matrix to be solved is well conditioned whatever the units.

    Args:
        inputs: x, (N, m); a column of ones among them is the intercept, and is penalised like the others.
        labels: (N,).
        ridge: weight of the penalty, above 0.
    """
    lengths = np.sqrt(np.einsum("nj,nj->j", inputs, inputs))  # (m,)
    lengths[lengths == 0] = 1.0  # of an input that is 0 throughout: its weight is 0
    inputs = inputs / lengths
    weights = np.zeros(inputs.shape[1])
    for _ in range(_MAX_STEPS):
        likely = expit(inputs @ weights)  # (N,)
        gradient = inputs.T @ (likely - labels) + ridge * weights
        scaled = inputs * np.sqrt(likely * (1 - likely))[:, None]
        curvature = scaled.T @ scaled  # (m, m), a product with itself takes half the time
        np.einsum("jj->j", curvature)[...] += ridge  # a view of the diagonal
        step = scipy.linalg.solve(curvature, gradient, assume_a="pos")
        weights -= step
        if np.abs(step).max() <= _TOLERANCE * np.abs(weights).max():
            break
    weights /= lengths
    return weights
