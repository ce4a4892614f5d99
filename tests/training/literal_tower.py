"""The deep tower, computed literally as its schema says: the reference for JavaScript and for Python.

Reads the exported file alone and imports none of the arithmetic that it is compared with.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

import numpy as np

from recsys.schema import DeepTower, RoundedTable

History = Sequence[tuple[int, float]]
"""Rows of rated items, each with its stars, halves too."""


def decode_float16(text: str, *shape: int) -> np.ndarray:
    """Decode base64 of little-endian float16."""
    content = base64.b64decode(text)
    return np.array(struct.unpack(f"<{len(content) // 2}e", content)).reshape(shape)


def decode_table(table: str | RoundedTable, n: int, dim: int) -> np.ndarray:
    """Decode a table (n, dim): float16, or rounded, by one long binary number."""
    if isinstance(table, str):
        return decode_float16(table, n, dim)
    bits = "".join(f"{byte:08b}" for byte in base64.b64decode(table.codes))
    codes = [int(bits[start : start + table.bits], 2) for start in range(0, n * dim * table.bits, table.bits)]
    scales = np.repeat(decode_float16(table.scales, n, len(table.columns)), table.columns, axis=1)
    return scales * ((2 * np.array(codes).reshape(n, dim) + 1) / 2**table.bits - 1)


class LiteralTower:
    """In float64, one item and one hidden unit at a time, so that it shares no vectorised code with the models."""

    def __init__(self, tower: DeepTower) -> None:
        n, dim, hidden, refined = len(tower.item_ids), tower.dim, tower.hidden, tower.refined_dim
        self.tower = tower
        self.pool, self.average = decode_table(tower.pool, n, dim), decode_float16(tower.average, dim)
        self.correction, self.offset = np.zeros((dim, dim)), np.zeros(dim)
        if tower.correction:
            blocks = decode_float16(tower.correction, -1)
            self.correction[:refined, :refined] = blocks[: refined**2].reshape(refined, refined)
            self.correction[refined:, refined:] = blocks[refined**2 :].reshape(dim - refined, dim - refined)
            self.offset = decode_float16(tower.correction_offset, dim)
        self.inner_weight = decode_table(tower.inner_weight, refined, hidden)
        self.inner_bias = decode_float16(tower.inner_bias, hidden)
        self.outer_weight = decode_table(tower.outer_weight, hidden, refined)
        self.outer_bias = decode_float16(tower.outer_bias, refined)
        self.items, self.bias = decode_table(tower.items, n, dim), decode_float16(tower.item_bias, n)

    def pooled(self, history: History) -> np.ndarray:
        """The completed history (dim,)."""
        # As if average_films average items had been rated too, so that few ratings stay near the average user.
        length = self.tower.average_films + len(history)
        taste, context = np.zeros(self.tower.dim), np.zeros(self.tower.dim)
        for row, stars in history:
            deviation = (self.pool[row] - self.average) / length
            taste += self.tower.half_star_weights[round(2 * stars) - 1] * deviation
            context += deviation
        # What a few items say of the others, however they were rated, fades as more are.
        fade = self.tower.average_films / length
        pooled = self.average + taste + fade * (context @ self.correction + self.offset)
        # By the root, not by the number, so that many ratings still say more than few.
        return pooled * np.sqrt(length)

    def vector(self, history: History) -> np.ndarray:
        """User vector (dim,): the refined part, f + relu(f @ W1 + b1) @ W2 + b2; then the direction of the rest."""
        first, rest = np.split(self.pooled(history), [self.tower.refined_dim])
        refined = first + self.outer_bias
        for unit in range(self.tower.hidden):
            refined += max(0.0, first @ self.inner_weight[:, unit] + self.inner_bias[unit]) * self.outer_weight[unit]
        length = np.sqrt(sum(value**2 for value in rest))
        direction = rest / length if length > 0 else np.zeros(len(rest))
        refined_scale, direction_scale = self.tower.scales
        return np.concatenate([refined_scale * refined, direction_scale * direction])

    def scores(self, history: History) -> np.ndarray:
        """Scores (n,) of all items."""
        return self.items @ self.vector(history) + self.bias

    def unseen(self, history: History) -> np.ndarray:
        """Scores (n,) of all items, -inf for those that were rated."""
        scores = self.scores(history)
        scores[[row for row, _ in history]] = -np.inf
        return scores

    def strengths(self, history: History, recommended: Sequence[int]) -> np.ndarray:
        """How much each score falls when an item of the history is left out: (len(history), len(recommended))."""
        full = self.scores(history)
        without = [self.scores([*history[:i], *history[i + 1 :]]) for i in range(len(history))]
        return np.array([(full - scores)[recommended] for scores in without]).reshape(len(history), len(recommended))
