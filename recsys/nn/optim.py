"""Adam, and the learning rate over the epochs. Knows parameters and their gradients, nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from recsys.nn.layers import Parameter


class Adam:
    """Adam (Kingma & Ba 2015) with bias correction.

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
        rate = learning_rate * math.sqrt(1 - self.beta2**self.steps) / (1 - self.beta1**self.steps)
        for parameter, first, second in zip(self.parameters, self.first, self.second, strict=True):
            gradient = parameter.gradient
            scratch = gradient * (1 - self.beta1)  # the one allocation of a step
            first *= self.beta1
            first += scratch
            np.multiply(gradient, gradient, out=scratch)
            scratch *= 1 - self.beta2
            second *= self.beta2
            second += scratch
            np.sqrt(second, out=scratch)
            scratch += self.epsilon
            np.divide(first, scratch, out=scratch)
            scratch *= rate
            parameter.value -= scratch
            parameter.zero_gradient()


def cosine_decay(epoch: int, epochs: int) -> float:
    """Factor on the learning rate in epoch 0, 1, ...: from 1 down towards 0 along half a cosine."""
    return 0.5 * (1 + math.cos(math.pi * epoch / epochs))
