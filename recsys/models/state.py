"""A model as named arrays, and the checks that arrays from a file must pass before they become a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.errors import DataError
from recsys.nn.layers import Parameter

State = Mapping[str, NDArray[Any]]
"""Every array that a model consists of, by name."""


def require_array(
    arrays: State, name: str, shape: tuple[int | None, ...], kind: type[np.generic] = np.float32
) -> NDArray[Any]:
    """The array of that name, if it has the right shape and dtype and finite numbers.

    Args:
        arrays: where to look.
        name: of the array.
        shape: expected lengths; None for any.
        kind: its dtype, or an abstract type that the dtype must belong to.

    Raises:
        DataError: it is missing, its shape or dtype is wrong, or a number is not finite.
    """
    if name not in arrays:
        raise DataError(f"the array {name} is missing")
    array = arrays[name]
    fits = array.ndim == len(shape) and all(length in (None, n) for length, n in zip(shape, array.shape, strict=True))
    # Byte-swapped numbers are refused too: BLAS would misread them.
    if not fits or not array.dtype.isnative or not np.issubdtype(array.dtype, kind):
        lengths = ", ".join("any" if length is None else str(length) for length in shape)
        raise DataError(
            f"the array {name} is {array.dtype} of shape {array.shape}; expected {kind.__name__} of shape ({lengths})"
        )
    if not np.isfinite(array).all():
        raise DataError(f"the array {name} holds {array[~np.isfinite(array)][0]}; expected finite numbers")
    return array


def values(parameters: Mapping[str, Parameter]) -> dict[str, NDArray[Any]]:
    """The learned arrays, not copied."""
    return {name: parameter.value for name, parameter in parameters.items()}


def restore(parameters: Mapping[str, Parameter], state: State) -> None:
    """Copy into every parameter the array of its name.

    Raises:
        DataError: an array is missing or does not fit.
    """
    for name, parameter in parameters.items():
        parameter.value[...] = require_array(state, name, parameter.value.shape)


def ids_to_array(ids: NDArray[Any]) -> NDArray[Any]:
    """Ids (n,) as an array of numbers: whole numbers as they are, text as the bytes of a JSON list."""
    if np.issubdtype(ids.dtype, np.signedinteger):
        return ids.astype(np.int64)
    # ASCII, so that any text comes back, even one that is not valid Unicode.
    return np.frombuffer(json.dumps([str(value) for value in ids.tolist()]).encode(), np.uint8)


def ids_from_array(name: str, n: int, arrays: State) -> NDArray[Any]:
    """The ids (n,) from the array of :func:`ids_to_array`: int64 or str objects.

    Raises:
        DataError: the array is missing, or does not hold n different ids.
    """
    is_text = name in arrays and arrays[name].dtype == np.uint8
    if not is_text:
        ids = require_array(arrays, name, (n,), np.int64)
    else:
        try:
            values = json.loads(require_array(arrays, name, (None,), np.uint8).tobytes())
        except (ValueError, RecursionError) as problem:
            raise DataError(f"the array {name} holds no list of ids ({problem})") from None
        if not isinstance(values, list) or len(values) != n or not all(isinstance(value, str) for value in values):
            raise DataError(f"the array {name} holds no list of ids; expected {n} strings")
        ids = np.array(values, object)
    if len(set(ids.tolist())) < n:
        raise DataError(f"the array {name} holds an id twice; expected {n} different ids")
    return ids


def csr_to_arrays(name: str, matrix: sparse.csr_array[Any]) -> dict[str, NDArray[Any]]:
    """A sparse matrix as its three arrays, under names that begin with ``name``."""
    return {f"{name}.data": matrix.data, f"{name}.indices": matrix.indices, f"{name}.indptr": matrix.indptr}


def csr_from_arrays(name: str, shape: tuple[int, int], arrays: State) -> sparse.csr_array[Any]:
    """The matrix of that shape from the arrays of :func:`csr_to_arrays`.

    Raises:
        DataError: the arrays are no such matrix, or it has no entries.
    """
    data = require_array(arrays, f"{name}.data", (None,))
    indices = require_array(arrays, f"{name}.indices", (len(data),), np.signedinteger)
    indptr = require_array(arrays, f"{name}.indptr", (shape[0] + 1,), np.signedinteger)
    try:
        matrix = sparse.csr_array((data, indices, indptr), shape=shape)
        matrix.check_format(full_check=True)
    except ValueError as problem:
        raise DataError(f"the arrays {name} are no sparse matrix of shape {shape} ({problem})") from None
    if not 0 < matrix.nnz == len(data) or not matrix.has_canonical_format:
        raise DataError(f"the arrays {name} are no sparse matrix with entries, each once, in ascending order")
    return matrix
