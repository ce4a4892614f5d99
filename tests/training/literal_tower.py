"""``deep_tower.js`` run as its documentation says, slowly: the reference for the page and for Python.

Knows the exported file alone, nothing of how it came about.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

import numpy as np

from recsys.schema import DeepTower

History = Sequence[tuple[int, int]]
"""Rows of rated films, each with its stars."""


def halves(text: str, *shape: int) -> np.ndarray:
    """The numbers in base64 of little-endian float16."""
    content = base64.b64decode(text)
    return np.array(struct.unpack(f"<{len(content) // 2}e", content)).reshape(shape)


class LiteralTower:
    """In float64, one film after the other, one hidden unit after the other."""

    def __init__(self, told: DeepTower) -> None:
        n, dim, hidden = len(told.item_ids), told.dim, told.hidden
        self.told = told
        self.pool, self.average = halves(told.pool, n, dim), halves(told.average, dim)
        self.inner_weight, self.inner_bias = halves(told.inner_weight, dim, hidden), halves(told.inner_bias, hidden)
        self.outer_weight, self.outer_bias = halves(told.outer_weight, hidden, dim), halves(told.outer_bias, dim)
        self.items, self.bias = halves(told.items, n, dim), halves(told.item_bias, n)

    def vector(self, history: History) -> np.ndarray:
        """(dim,)."""
        pooled = self.told.average_films * self.average
        for row, stars in history:
            pooled += self.told.star_weights[stars - 1] * self.pool[row]
        pooled /= np.sqrt(self.told.average_films + len(history))
        vector = pooled + self.outer_bias
        for unit in range(self.told.hidden):
            vector += max(0.0, pooled @ self.inner_weight[:, unit] + self.inner_bias[unit]) * self.outer_weight[unit]
        return vector

    def scores(self, history: History) -> np.ndarray:
        """(n,)."""
        return self.items @ self.vector(history) + self.bias

    def unseen(self, history: History) -> np.ndarray:
        """Scores (n,) of what may be listed; -inf for what was rated."""
        scores = self.scores(history)
        scores[[row for row, _ in history]] = -np.inf
        return scores

    def strengths(self, history: History, listed: Sequence[int]) -> np.ndarray:
        """By how much each score falls once one film is struck from the history: (len(history), len(listed))."""
        whole = self.scores(history)
        without = [self.scores([*history[:place], *history[place + 1 :]]) for place in range(len(history))]
        return np.array([(whole - one)[listed] for one in without]).reshape(len(history), len(listed))
