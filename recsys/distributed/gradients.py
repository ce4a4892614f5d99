"""Gradients as they are sent between workers, with only the rows that a batch has touched; and their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from recsys.nn.arrays import Array, Ids
from recsys.nn.layers import Parameter


class Rows(NamedTuple):
    """The rows of a gradient (n, d) that are not zero.

    Attributes:
        rows: (r,), ascending.
        values: (r, d).
    """

    rows: Ids
    values: Array


Packed = Array | Rows


@dataclass(frozen=True, eq=False)
class Gradients:
    """The gradients of the objective of one batch, or of several.

    Attributes:
        arrays: by the name of the parameter.
        n_pairs: over how many pairs the objective is a mean; 0 if there was no batch.
    """

    arrays: Mapping[str, Packed]
    n_pairs: int


def take_gradient(parameter: Parameter) -> Packed:
    """Take the gradient out of a parameter: a copy of it, after which the parameter's own is zero."""
    gradient = parameter.gradient
    touched = np.flatnonzero(gradient.any(axis=1)) if gradient.ndim == 2 else np.arange(0)
    if gradient.ndim == 2 and 2 * len(touched) < len(gradient):
        packed: Packed = Rows(touched, gradient[touched])
    else:
        packed = gradient.copy()
    parameter.zero_gradient()
    return packed


def put_gradient(parameter: Parameter, packed: Packed) -> None:
    """Set the gradient of a parameter, which must be zero."""
    if isinstance(packed, Rows):
        parameter.gradient[packed.rows] = packed.values
    else:
        parameter.gradient[...] = packed


def mean_gradients(parts: Sequence[Gradients]) -> Gradients:
    """The gradients of the mean loss over the pairs of all parts, added in the order of ``parts``."""
    n_pairs = sum(part.n_pairs for part in parts)
    with_pairs = [part for part in parts if part.n_pairs]
    if not with_pairs:
        return Gradients({}, 0)
    names = with_pairs[0].arrays
    return Gradients(
        {name: _sum([scaled(part.arrays[name], part.n_pairs / n_pairs) for part in with_pairs]) for name in names},
        n_pairs,
    )


def scaled(packed: Packed, factor: float) -> Packed:
    """The gradient times a factor."""
    if factor == 1:
        return packed
    if isinstance(packed, Rows):
        return Rows(packed.rows, packed.values * packed.values.dtype.type(factor))
    return packed * packed.dtype.type(factor)


def _sum(parts: Sequence[Packed]) -> Packed:
    if len(parts) == 1:
        return parts[0]
    dense = [part for part in parts if not isinstance(part, Rows)]
    if dense:
        total = np.zeros_like(dense[0])
        for part in parts:
            if isinstance(part, Rows):
                total[part.rows] += part.values
            else:
                total += part
        return total
    sparse = [part for part in parts if isinstance(part, Rows)]
    rows = np.unique(np.concatenate([part.rows for part in sparse]))
    values = np.zeros((len(rows), sparse[0].values.shape[1]), sparse[0].values.dtype)
    for part in sparse:
        values[np.searchsorted(rows, part.rows)] += part.values
    return Rows(rows, values)
