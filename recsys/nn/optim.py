"""Optimisers, Adam and plain gradient descent, and the learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from recsys.nn.arrays import Array
from recsys.nn.layers import Parameter

_BLOCK = 1 << 16
"""Numbers updated at once: all that a step reads and writes of them fits in a core's own cache."""


class Adam:
    """Adam (Kingma & Ba 2015) with bias correction.

    The paper's update, with gradient g at step t, is

        m = beta1 m + (1 - beta1) g        m_hat = m / (1 - beta1^t)
        v = beta2 v + (1 - beta2) g^2      v_hat = v / (1 - beta2^t)
        value -= rate m_hat / (sqrt(v_hat) + epsilon)

    Here the moments are kept as sums without the factors (1 - beta), M = m / (1 - beta1) and V = v / (1 - beta2), and
    all constant factors go into the learning rate and epsilon: two passes over the parameters fewer.

    Args:
        parameters: what to update; each keeps its own moments.
        beta1, beta2, epsilon: as in the paper.
    """

    def __init__(
        self, parameters: Iterable[Parameter], beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self.parameters = list(parameters)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.steps = 0
        self.first = [np.zeros_like(p.value) for p in self.parameters]
        self.second = [np.zeros_like(p.value) for p in self.parameters]

    def step(self, learning_rate: float) -> None:
        """Move every parameter against its gradient, then set the gradients to zero."""
        rate, epsilon = self._next_rate(learning_rate)
        for parameter, first, second in zip(self.parameters, self.first, self.second, strict=True):
            arrays = [array.reshape(-1) for array in (parameter.value, parameter.gradient, first, second)]
            for start in range(0, parameter.value.size, _BLOCK):
                self._update([array[start : start + _BLOCK] for array in arrays], rate, epsilon)  # views
            parameter.zero_gradient()

    def _next_rate(self, learning_rate: float) -> tuple[float, float]:
        """Count a step; the rate and epsilon of :meth:`_update` in it."""
        self.steps += 1
        # Bias correction: m and v start at 0, so early on they are too small by 1 - beta^t. Both corrections are
        # scalars, so they scale the rate instead of the arrays. Epsilon is added to sqrt(v) before its correction, as
        # in the paper's own shortcut at the end of its section 2; the difference from the textbook is of its size.
        root = math.sqrt(1 - self.beta2)
        rate = learning_rate * math.sqrt(1 - self.beta2**self.steps) / (1 - self.beta1**self.steps)
        # m / (sqrt(v) + eps) = (1 - beta1) M / (root sqrt(V) + eps) = ((1 - beta1) / root) M / (sqrt(V) + eps / root)
        return rate * (1 - self.beta1) / root, self.epsilon / root

    def _update(self, arrays: Sequence[Array], rate: float, epsilon: float) -> None:
        """One step of some numbers, in place, from their values, gradients and both moments."""
        value, gradient, m, v = arrays
        m *= self.beta1
        m += gradient
        v *= self.beta2
        step = gradient * gradient  # the only allocation
        v += step
        np.sqrt(v, out=step)
        step += epsilon
        np.divide(m, step, out=step)
        step *= rate
        value -= step


class LazyAdam(Adam):
    """Adam for tables of which a batch reads few rows: a row without a gradient keeps its value and its moments.

    Plain Adam goes on moving such a row by its first moment, and passes over the whole table to do so. Arguments as
    there; every parameter is a table (n, d).
    """

    def step(self, learning_rate: float) -> None:
        """Move every row that has a gradient against it, then set the gradients to zero."""
        rate, epsilon = self._next_rate(learning_rate)
        for parameter, first, second in zip(self.parameters, self.first, self.second, strict=True):
            touched = np.flatnonzero(parameter.gradient.any(axis=1))
            n_rows = max(1, _BLOCK // parameter.value.shape[1])
            for start in range(0, len(touched), n_rows):
                rows = touched[start : start + n_rows]
                arrays = [array[rows] for array in (parameter.value, parameter.gradient, first, second)]  # copies
                self._update(arrays, rate, epsilon)
                parameter.value[rows], _, first[rows], second[rows] = arrays
            parameter.zero_gradient()


class SGD:
    """Stochastic gradient descent: ``value -= rate g``, the same rate for every number.

    The models use Adam; the playground offers both, and tests compare it with this.

    Args:
        parameters: what to update.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self.parameters = list(parameters)

    def step(self, learning_rate: float) -> None:
        """Move every parameter against its gradient, then set the gradients to zero."""
        for parameter in self.parameters:
            parameter.value -= learning_rate * parameter.gradient
            parameter.zero_gradient()


def cosine_decay(epoch: int, epochs: int) -> float:
    """Factor on the learning rate in epoch 0, 1, ...: from 1 down towards 0 along half a cosine."""
    return 0.5 * (1 + math.cos(math.pi * epoch / epochs))
