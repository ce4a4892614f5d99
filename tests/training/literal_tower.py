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
        rest = dim - refined
        self.corrections = []  # of each order a matrix (dim, dim) and an offset (dim,)
        if tower.correction:
            offsets = decode_float16(tower.correction_offset, -1, dim)
            for blocks, offset in zip(decode_float16(tower.correction, len(offsets), -1), offsets, strict=True):
                correction = np.zeros((dim, dim))
                correction[:refined, :refined] = blocks[: refined**2].reshape(refined, refined)
                correction[refined:, refined:] = blocks[refined**2 :].reshape(rest, rest)
                self.corrections.append((correction, offset))
        self.inner_weight = decode_table(tower.inner_weight, refined, hidden)
        self.inner_bias = decode_float16(tower.inner_bias, hidden)
        self.outer_weight = decode_table(tower.outer_weight, hidden, refined)
        self.outer_bias = decode_float16(tower.outer_bias, refined)
        self.items, self.bias = decode_table(tower.items, n, dim), decode_float16(tower.item_bias, n)

    def pooled(self, history: History) -> np.ndarray:
        """The completed history (dim,)."""
        # As if average_items average items had been rated too, so that few ratings stay near the average user.
        length = self.tower.average_items + len(history)
        taste, context = np.zeros(self.tower.dim), np.zeros(self.tower.dim)
        for row, stars in history:
            deviation = (self.pool[row] - self.average) / length
            taste += self.tower.half_star_weights[round(2 * stars) - 1] * deviation
            context += deviation
        # What a few items say of the others, however they were rated, fades as more are.
        fade = self.tower.half_faded / (self.tower.half_faded + len(history))
        pooled = self.average + taste
        shares = self.shares(context * length, len(history))
        for share, (correction, offset) in zip(shares, self.corrections, strict=True):
            pooled += fade * share * (context @ correction + offset)
        # By the root, not by the number, so that many ratings still say more than few.
        return pooled * np.sqrt(length)

    def shares(self, sums: np.ndarray, count: int) -> list[np.ndarray]:
        """How likely each order is, (dim,), from the summed deviations (dim,) of so many items."""
        if not self.tower.gates:
            return [np.ones(len(sums)) for _ in self.corrections]
        likely = []
        for part, gate in zip(np.split(sums, [self.tower.refined_dim]), self.tower.gates, strict=False):
            scaled = part / np.sqrt(1 + count)
            logit = np.array(gate) @ [*scaled, *scaled**2, np.log(1 + count), 1]
            likely += [1 / (1 + np.exp(-logit))] * len(part)
        return [1 - np.array(likely), np.array(likely)]

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
