"""A model as named arrays, and how arrays that come from elsewhere are checked before they become a model.

Knows parameters and arrays, nothing of files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.errors import DataError
from recsys.nn.layers import Parameter

State = Mapping[str, NDArray[Any]]
"""All that a model is made of, by name."""


def checked(
    arrays: State, name: str, shape: tuple[int | None, ...], kind: type[np.generic] = np.float32
) -> NDArray[Any]:
    """The array of that name, if it is what it must be.

    Args:
        arrays: where it is looked for.
        name: what it is called.
        shape: lengths; None for any.
        kind: its dtype, or what that must be a kind of.

    Raises:
        DataError: it is not there, its shape or dtype is another, or a number is not finite.
    """
    if name not in arrays:
        raise DataError(f"the array {name} is missing")
    found = arrays[name]
    fits = found.ndim == len(shape) and all(length in (None, n) for length, n in zip(shape, found.shape, strict=True))
    if not fits or not found.dtype.isnative or not np.issubdtype(found.dtype, kind):
        told = ", ".join("any" if length is None else str(length) for length in shape)
        raise DataError(
            f"the array {name} is {found.dtype} of shape {found.shape}; expected {kind.__name__} of shape ({told})"
        )
    if not np.isfinite(found).all():
        raise DataError(f"the array {name} holds {found[~np.isfinite(found)][0]}; expected finite numbers")
    return found


def values(parameters: Mapping[str, Parameter]) -> dict[str, NDArray[Any]]:
    """The learned arrays, not copied."""
    return {name: parameter.value for name, parameter in parameters.items()}


def restore(parameters: Mapping[str, Parameter], state: State) -> None:
    """Give every parameter the numbers of its name.

    Raises:
        DataError: there are none that fit.
    """
    for name, parameter in parameters.items():
        parameter.value[...] = checked(state, name, parameter.value.shape)


def rows_apart(name: str, rows: sparse.csr_array[Any]) -> dict[str, NDArray[Any]]:
    """A sparse matrix as arrays, by names that begin with ``name``."""
    return {f"{name}.data": rows.data, f"{name}.indices": rows.indices, f"{name}.indptr": rows.indptr}


def rows_together(name: str, shape: tuple[int, int], arrays: State) -> sparse.csr_array[Any]:
    """The matrix of that shape that :func:`rows_apart` took apart.

    Raises:
        DataError: the arrays are none, or it would be empty.
    """
    data = checked(arrays, f"{name}.data", (None,))
    indices = checked(arrays, f"{name}.indices", (len(data),), np.signedinteger)
    indptr = checked(arrays, f"{name}.indptr", (shape[0] + 1,), np.signedinteger)
    try:
        rows = sparse.csr_array((data, indices, indptr), shape=shape)
        rows.check_format(full_check=True)
    except ValueError as problem:
        raise DataError(f"the arrays {name} are no sparse matrix of shape {shape} ({problem})") from None
    if not 0 < rows.nnz == len(data) or not rows.has_canonical_format:
        raise DataError(f"the arrays {name} are no sparse matrix with entries, each once, in ascending order")
    return rows
