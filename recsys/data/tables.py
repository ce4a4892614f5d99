"""Convert tables of any kind to pandas frames with plain columns, or raise an error that says what they are."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

import pandas as pd

from recsys.errors import DataError


def as_frame(table: str, data: Any) -> pd.DataFrame:
    """A frame with one level of columns, its rows numbered from 0.

    Accepts frames, lists of dicts, dicts of lists, record arrays, and Arrow or Polars tables. Users or items in the
    index of a frame, as after a ``groupby``, become columns.

    Raises:
        DataError: the data is not a table, or has several levels of columns.
    """
    frame = _converted(table, data)
    if frame.columns.nlevels > 1:
        raise DataError(
            f"{table} has {frame.columns.nlevels} levels of columns, such as {frame.columns[0]!r}; expected one "
            "(join the names, or take one level)"
        )
    names = [name for name in frame.index.names if name in ("user", "item") and name not in frame]
    if names:
        frame = frame.reset_index(level=names)
    is_numbered = isinstance(frame.index, pd.RangeIndex) and frame.index.equals(pd.RangeIndex(len(frame)))
    return frame if is_numbered else frame.reset_index(drop=True)  # which may copy


def need_columns(table: str, frame: pd.DataFrame, names: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuse a frame that lacks one of ``names``, or has one of ``names`` or ``optional`` twice.

    Raises:
        DataError: a column is missing or repeated.
    """
    present = [str(name) for name in frame.columns]
    absent = [name for name in names if name not in frame]
    if absent:
        raise DataError(
            f"{table} has no column {absent[0]!r}; expected {', '.join(names)}, found {', '.join(present) or 'none'}"
        )
    repeated = [name for name in (*names, *optional) if present.count(name) > 1]
    if repeated:
        raise DataError(
            f"{table} has {present.count(repeated[0])} columns called {repeated[0]!r}; expected one "
            "(drop or rename the others)"
        )


def _converted(table: str, data: Any) -> pd.DataFrame:
    if isinstance(data, pd.DataFrame):
        return data
    if data is None or isinstance(data, (str, bytes, PathLike, pd.Series, pd.Index)):
        remedy = "; read a file by recsys.load_dataset" if isinstance(data, (str, PathLike)) else ""
        raise DataError(f"{table} is of type {type(data).__name__}; expected a pandas frame{remedy}")
    try:
        frame = data.to_pandas() if hasattr(data, "to_pandas") else pd.DataFrame(data)
    except Exception as error:  # whatever another library raises, or pandas for something that is not a table
        raise DataError(
            f"{table} of type {type(data).__name__} cannot be converted to a pandas frame: {error}"
        ) from None
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"{table} is of type {type(data).__name__}; expected a pandas frame")
    return frame
