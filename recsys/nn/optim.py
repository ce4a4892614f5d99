"""Adam, and the learning rate over the epochs. Knows parameters and their gradients, nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from recsys.nn.layers import Parameter

_BLOCK = 1 << 16
"""Numbers that are worked on at once: all that a step reads and writes of them fits in a core's own cache."""


class Adam:
    """Adam (Kingma & Ba 2015) with bias correction.

    Both moments are kept without the factors 1 - beta, which go into the learning rate and epsilon: two passes over
    the parameters less.

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
        """Move every parameter against its gradient, then forget the gradients."""
        self.steps += 1
        root = math.sqrt(1 - self.beta2)
        rate = learning_rate * math.sqrt(1 - self.beta2**self.steps) / (1 - self.beta1**self.steps)
        rate, epsilon = rate * (1 - self.beta1) / root, self.epsilon / root
        for parameter, first, second in zip(self.parameters, self.first, self.second, strict=True):
            arrays = [array.reshape(-1) for array in (parameter.value, parameter.gradient, first, second)]
            for start in range(0, parameter.value.size, _BLOCK):
                value, gradient, m, v = (array[start : start + _BLOCK] for array in arrays)
                m *= self.beta1
                m += gradient
                v *= self.beta2
                step = gradient * gradient  # the one allocation
                v += step
                np.sqrt(v, out=step)
                step += epsilon
                np.divide(m, step, out=step)
                step *= rate
                value -= step
            parameter.zero_gradient()


def cosine_decay(epoch: int, epochs: int) -> float:
    """Factor on the learning rate in epoch 0, 1, ...: from 1 down towards 0 along half a cosine."""
    return 0.5 * (1 + math.cos(math.pi * epoch / epochs))
