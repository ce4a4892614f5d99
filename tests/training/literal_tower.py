"""``deep_tower.js`` run as its documentation says, slowly: the reference for the page and for Python.

Reads the exported file alone and imports no other arithmetic.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

import numpy as np

from recsys.schema import DeepTower

History = Sequence[tuple[int, int]]
"""Rows of rated items, each with its stars."""


def halves(text: str, *shape: int) -> np.ndarray:
    """The numbers in base64 of little-endian float16."""
    content = base64.b64decode(text)
    return np.array(struct.unpack(f"<{len(content) // 2}e", content)).reshape(shape)


class LiteralTower:
    """In float64, one item after the other, one hidden unit after the other."""

    def __init__(self, tower: DeepTower) -> None:
        n, dim, hidden = len(tower.item_ids), tower.dim, tower.hidden
        self.tower = tower
        self.pool, self.average = halves(tower.pool, n, dim), halves(tower.average, dim)
        self.inner_weight, self.inner_bias = halves(tower.inner_weight, dim, hidden), halves(tower.inner_bias, hidden)
        self.outer_weight, self.outer_bias = halves(tower.outer_weight, hidden, dim), halves(tower.outer_bias, dim)
        self.items, self.bias = halves(tower.items, n, dim), halves(tower.item_bias, n)

    def vector(self, history: History) -> np.ndarray:
        """(dim,)."""
        pooled = self.tower.average_films * self.average
        for row, stars in history:
            pooled += self.tower.star_weights[stars - 1] * self.pool[row]
        pooled /= np.sqrt(self.tower.average_films + len(history))
        vector = pooled + self.outer_bias
        for unit in range(self.tower.hidden):
            vector += max(0.0, pooled @ self.inner_weight[:, unit] + self.inner_bias[unit]) * self.outer_weight[unit]
        return vector

    def scores(self, history: History) -> np.ndarray:
        """(n,)."""
        return self.items @ self.vector(history) + self.bias

    def unseen(self, history: History) -> np.ndarray:
        """Scores (n,) of what may be recommended; -inf for rated items."""
        scores = self.scores(history)
        scores[[row for row, _ in history]] = -np.inf
        return scores

    def strengths(self, history: History, recommended: Sequence[int]) -> np.ndarray:
        """How much each score falls without one item of the history: (len(history), len(recommended))."""
        whole = self.scores(history)
        without = [self.scores([*history[:i], *history[i + 1 :]]) for i in range(len(history))]
        return np.array([(whole - scores)[recommended] for scores in without]).reshape(len(history), len(recommended))
