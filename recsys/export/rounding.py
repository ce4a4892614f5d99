"""Round a table to a few bits a number: the fewer bits, the more items fit in a page.

A number is one of ``2 ** bits`` levels, which lie evenly between plus and minus the largest magnitude in its part of
the row: ``scale * ((2 * code + 1) / 2 ** bits - 1)``. Rows differ in length, and so may the parts of a row that come
from different towers; with a scale for each, all use the whole range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recsys import schema
from recsys.export.encoding import encode_array, encode_bits
from recsys.nn.arrays import Array

MAX_BITS = 8
"""Bits of a rounded number at most, so that its code fits in a byte."""


@dataclass(frozen=True, eq=False)
class Rounded:
    """A table (n, d) of rounded numbers.

    Attributes:
        bits: of each number, 1 to :data:`MAX_BITS`.
        columns: of each part of a row; their sum is d.
        codes: uint8 (n, d), the level of each number, 0 for the lowest.
        scales: float16 (n, parts), the largest magnitude in each part of each row.
    """

    bits: int
    columns: tuple[int, ...]
    codes: NDArray[np.uint8]
    scales: NDArray[np.float16]

    @classmethod
    def of(cls, table: Array, columns: Sequence[int], bits: int) -> Self:
        """Round to the nearest level.

        Args:
            table: (n, d).
            columns: of each part of a row; a part may be empty.
            bits: 1 to :data:`MAX_BITS`.
        """
        parts = _parts(table, columns)
        with np.errstate(over="ignore"):  # an infinite scale is refused when it is encoded
            scales = np.stack([np.abs(part).max(axis=1, initial=0) for part in parts], axis=1).astype(np.float16)
        n_levels = 2**bits
        codes = []
        for part, scale in zip(parts, scales.T.astype(np.float64), strict=True):
            fraction = np.divide(part, scale[:, None], out=np.zeros(part.shape), where=scale[:, None] > 0)  # -1 to 1
            levels = np.floor((fraction + 1) / 2 * n_levels)
            codes.append(np.clip(levels, 0, n_levels - 1).astype(np.uint8))
        return cls(bits, tuple(columns), np.concatenate(codes, axis=1), scales)

    def values(self) -> NDArray[np.float32]:
        """The numbers (n, d) that a page reads."""
        scales = np.repeat(self.scales.astype(np.float32), self.columns, axis=1)  # (n, d)
        values: NDArray[np.float32] = scales * ((2 * self.codes.astype(np.float32) + 1) / 2**self.bits - 1)
        return values

    def encoded(self, file: str) -> schema.RoundedTable:
        """As JSON has it.

        Args:
            file: that it is for, for the error message.

        Raises:
            OutputError: a scale is too large for float16, or not finite.
        """
        return schema.RoundedTable(
            bits=self.bits,
            columns=list(self.columns),
            codes=encode_bits(self.codes, self.bits),
            scales=encode_array(self.scales, "float16", file),
        )


def _parts(table: Array, columns: Sequence[int]) -> list[NDArray[Any]]:
    return np.split(table, np.cumsum(columns)[:-1], axis=1)
