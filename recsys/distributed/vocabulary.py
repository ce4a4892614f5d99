"""The distinct cells of a column and how often each occurs, in one part or in many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import plain
from recsys.data.ids import written_ids
from recsys.data.readers.cells import joined, series


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The distinct cells of a column, without missing ones.

    Attributes:
        values: (m,), each once, in the order of their first appearance.
        counts: (m,), how many rows have each value.
    """

    values: NDArray[Any]
    counts: NDArray[np.int64]

    @property
    def column(self) -> pd.Series[Any]:
        """The values as a column."""
        return series(self.values)

    def positions(self, values: NDArray[Any]) -> NDArray[np.int32]:
        """The position of each of some values (n,) in the vocabulary, (n,); -1 for a missing one."""
        values = written_ids(values) if self.values.dtype == object else values
        # With a dtype, because pandas would otherwise convert objects that are text.
        index = pd.Index(self.values, dtype=self.values.dtype)
        positions: NDArray[np.int32] = index.get_indexer(pd.Index(values, dtype=values.dtype)).astype(np.int32)
        return positions


def encode(column: pd.Series[Any]) -> tuple[NDArray[np.int32], Vocabulary]:
    """The position of each cell in the vocabulary, (n,), -1 if it is missing; and the vocabulary."""
    codes, values = pd.factorize(plain(column))
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    return codes.astype(np.int32), Vocabulary(np.asarray(values), counts)


def merge_vocabularies(*parts: Vocabulary) -> Vocabulary:
    """The vocabulary of the same column in all parts: of text if any part has text."""
    codes, values = pd.factorize(joined([part.values for part in parts]))
    counts = np.zeros(len(values), np.int64)
    np.add.at(counts, codes, np.concatenate([part.counts for part in parts]))
    return Vocabulary(np.asarray(values), counts)


def sum_arrays(*arrays: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum of arrays of the same shape."""
    total: NDArray[np.int64] = np.sum(arrays, axis=0)
    return total


def cycled(values: Sequence[Any] | NDArray[Any], n: int) -> NDArray[Any]:
    """The values, repeated to length n, (n,); None throughout if there are none."""
    array = np.asarray(values)
    return np.resize(array, n) if len(array) else np.full(n, None, object)
