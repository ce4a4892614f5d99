"""Convert pandas columns to ids, numbers and times, or raise an error that names the row and its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.errors import DataError


def need_columns(table: str, frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a frame that lacks one of ``names``.

    Raises:
        DataError: one is absent.
    """
    absent = [name for name in names if name not in frame]
    if absent:
        present = ", ".join(map(str, frame.columns)) or "none"
        raise DataError(f"{table} has no column {absent[0]!r}; expected {', '.join(names)}, found {present}")


def ids(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Ids as signed whole numbers of any width, or as objects that are all text.

    Raises:
        DataError: an id is missing, neither a whole number nor text, or too large for 64 bits.
    """
    _none_missing(f"{name} id", column)
    if pd.api.types.is_integer_dtype(column):
        plain = isinstance(column.dtype, np.dtype) and column.dtype.kind == "i"
        return column if plain else _int64(f"{name} id", column)
    column = column.astype(object)
    odd = [value for value in column.unique() if not isinstance(value, str)]
    if odd:
        kind = type(odd[0]).__name__
        raise DataError(f"{name} id {odd[0]!r} is of type {kind}; expected ids of whole numbers, or all of text")
    return column


def numbers(name: str, column: pd.Series[Any]) -> NDArray[np.float64]:
    """Numbers, with NaN where there is none.

    Raises:
        DataError: a value is not a number.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        raise DataError(f"{name} {column.iloc[0]} in row 0 is a date; expected a number")
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return column.to_numpy(np.float64)
    values = np.array(pd.to_numeric(column.astype(object), errors="coerce"), np.float64)
    _refuse(name, column, np.isnan(values) & column.notna().to_numpy(), "is not a number")
    return values


def whole_years(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Years, with NaN where there is none.

    Raises:
        DataError: a value is not a whole number.
    """
    years = numbers("year", column)
    odd = np.isinf(years) | (~np.isnan(years) & (years != np.round(years)))
    _refuse("year", column, odd, "is not a whole number; leave it empty if unknown")
    return years


def timestamps(column: pd.Series[Any]) -> NDArray[np.int64]:
    """Times as int64: whole numbers as they are, datetimes in their own unit.

    Raises:
        DataError: a time is missing, or not a whole number of 64 bits.
    """
    _none_missing("timestamp", column)
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.array(column.astype("int64"))
    if not pd.api.types.is_numeric_dtype(column):
        column = column.astype(object)
        numbers("timestamp", column)  # raises the error for a value that is not a number
        column = pd.to_numeric(column)
    if not pd.api.types.is_integer_dtype(column):
        values = np.asarray(column, np.float64)
        is_integer = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2.0**63)
        _refuse("timestamp", column, ~is_integer, "is not a whole number of 64 bits")
    return np.array(_int64("timestamp", column))


def _int64(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_unsigned_integer_dtype(column):
        _refuse(name, column, np.asarray(column, np.uint64) > 2**63 - 1, "is not a whole number of 64 bits")
    return column.astype("int64")


def _none_missing(name: str, column: pd.Series[Any]) -> None:
    missing = np.flatnonzero(column.isna())
    if len(missing):
        raise DataError(f"row {missing[0]} has no {name}; expected one in every row")


def _refuse(name: str, column: pd.Series[Any], mask: NDArray[np.bool_], problem: str) -> None:
    """Raise an error that names the first value for which ``mask`` (n,) is true, if any."""
    rows = np.flatnonzero(mask)
    if len(rows):
        value = column.iloc[rows[0]]
        shown: Callable[[object], str] = repr if isinstance(value, str) else str
        raise DataError(f"{name} {shown(value)} in row {rows[0]} {problem}")
