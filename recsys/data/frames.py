"""Pandas frames to the arrays of a :class:`~recsys.data.dataset.Dataset`.

Knows nothing of files: readers make frames, this makes indices, features and sentences about what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.errors import DataError


def arrays_from_frames(
    ratings: pd.DataFrame, items: pd.DataFrame | None, users: pd.DataFrame | None
) -> dict[str, Any]:
    """The arrays of a data set, by the names of :class:`~recsys.data.dataset.Dataset`.

    Raises:
        DataError: as :meth:`~recsys.data.dataset.Dataset.from_frames` says.
    """
    _need_columns("ratings", ratings, ["user", "item", "rating"])
    item_tables = [ratings["item"]] if items is None else [ratings["item"], _own_ids("items", items, "item")]
    user_tables = [ratings["user"]] if users is None else [ratings["user"], _own_ids("users", users, "user")]
    item_ids, user_ids = _catalogue("item", item_tables), _catalogue("user", user_tables)
    features, feature_names = _user_features(users, user_ids)
    return {
        "user": _positions(user_ids, ratings["user"]).astype(np.int32),
        "item": _positions(item_ids, ratings["item"]).astype(np.int32),
        "rating": _numbers("rating", ratings["rating"]).astype(np.float32),
        "timestamp": _timestamps(ratings["timestamp"]) if "timestamp" in ratings else None,
        "user_ids": _id_array(user_ids),
        "item_ids": _id_array(item_ids),
        "user_features": features,
        "user_feature_names": feature_names,
        **_item_facts(items, item_ids),
    }


def _need_columns(table: str, frame: pd.DataFrame, names: Sequence[str]) -> None:
    absent = [name for name in names if name not in frame]
    if absent:
        found = ", ".join(map(str, frame.columns)) or "none"
        raise DataError(f"{table} has no column {absent[0]!r}; expected {', '.join(names)}, found {found}")


def _own_ids(table: str, frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """The id column of a table in which every id stands once."""
    _need_columns(table, frame, [name])
    repeated = frame[name][frame[name].duplicated()]
    if len(repeated):
        raise DataError(f"{table} names {name} {repeated.iloc[0]!r} more than once; expected one row each")
    return frame[name]


def _catalogue(name: str, columns: Sequence[pd.Series[Any]]) -> pd.Index[Any]:
    """All ids, each once, in their natural order."""
    for column in columns:
        if column.isna().any():
            row = int(np.flatnonzero(column.isna())[0])
            raise DataError(f"row {row} has no {name} id; expected one in every row")
    kinds = [_id_kind(name, column) for column in columns]
    if len(set(kinds)) > 1:
        raise DataError(
            f"{name} ids are {kinds[0]} in the ratings and {kinds[1]} in the table of {name}s; expected the same "
            "kind in both"
        )
    ids: pd.Index[Any] = pd.Index(pd.concat(list(columns)).unique()).sort_values()
    return ids


def _id_kind(name: str, column: pd.Series[Any]) -> str:
    if pd.api.types.is_integer_dtype(column):
        return "whole numbers"
    if all(isinstance(value, str) for value in column.unique()):
        return "text"
    odd = next(value for value in column if not isinstance(value, str))
    raise DataError(f"{name} id {odd!r} is a {type(odd).__name__}; expected ids of whole numbers, or all of text")


def _positions(ids: pd.Index[Any], column: pd.Series[Any]) -> NDArray[np.intp]:
    return np.asarray(ids.get_indexer(pd.Index(column)))


def _id_array(ids: pd.Index[Any]) -> NDArray[Any]:
    return np.asarray(ids, np.int64 if pd.api.types.is_integer_dtype(ids) else object)


def _numbers(name: str, column: pd.Series[Any]) -> NDArray[np.float64]:
    try:
        return np.asarray(column.astype("float64"))
    except (ValueError, TypeError):
        numbers = pd.to_numeric(column, errors="coerce")
        row = int(np.flatnonzero(numbers.isna())[0])
        raise DataError(f"{name} {column.iloc[row]!r} in row {row} is not a number") from None


def _timestamps(column: pd.Series[Any]) -> NDArray[np.int64]:
    if column.isna().any():
        row = int(np.flatnonzero(column.isna())[0])
        raise DataError(f"row {row} has no timestamp; expected one in every row, or no such column")
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.asarray(column.astype("int64"))
    numbers = _numbers("timestamp", column)
    whole = numbers == np.floor(numbers)
    if not whole.all():
        row = int(np.flatnonzero(~whole)[0])
        raise DataError(f"timestamp {column.iloc[row]!r} in row {row} is not a whole number")
    return np.asarray(column.astype("int64"))


def _years(column: pd.Series[Any]) -> NDArray[np.float64]:
    years = _numbers("year", column)
    odd = ~np.isnan(years) & (years != np.round(years)) | np.isinf(years)
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise DataError(f"year {column.iloc[row]!r} in row {row} is not a whole number; leave it empty if unknown")
    return years


def _item_facts(items: pd.DataFrame | None, item_ids: pd.Index[Any]) -> dict[str, Any]:
    """Titles, years and genres in catalogue order."""
    n_items = len(item_ids)
    titles = np.array([str(one) for one in item_ids], dtype=object)
    years = np.full(n_items, np.nan)
    genres, genre_names = np.zeros((n_items, 0), bool), tuple[str, ...]()
    if items is not None:
        place = _positions(item_ids, items["item"])
        _need_columns("items", items, ["item", "title"])
        known = items["title"].notna().to_numpy() & (items["title"].astype(str).str.strip() != "").to_numpy()
        titles[place[known]] = items["title"].astype(str).to_numpy(object)[known]
        if "year" in items:
            years[place] = _years(items["year"])
        if "genres" in items:
            genres, genre_names = _flags(items["genres"], place, n_items)
    return {"titles": titles, "years": years, "genres": genres, "genre_names": genre_names}


def _flags(
    column: pd.Series[Any], place: NDArray[np.intp], n_items: int
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """``"A|B"`` texts as a boolean matrix, and the genres in alphabetical order."""
    lists = [[name for name in text.split("|") if name] for text in column.fillna("").astype(str)]
    names = sorted({name for found in lists for name in found})
    number = {name: position for position, name in enumerate(names)}
    flags = np.zeros((n_items, len(names)), bool)
    for row, found in zip(place, lists, strict=True):
        flags[row, [number[name] for name in found]] = True
    return flags, tuple(names)


def _user_features(
    users: pd.DataFrame | None, user_ids: pd.Index[Any]
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    if users is not None:
        table = users.set_index("user").reindex(user_ids)
        for name in table.columns:
            encode = _standardised if pd.api.types.is_numeric_dtype(table[name]) else _one_hot
            for label, values in encode(str(name), table[name]):
                names.append(label)
                columns.append(values)
    matrix = np.stack(columns, axis=1) if columns else np.zeros((len(user_ids), 0))
    return matrix.astype(np.float32), tuple(names)


def _standardised(name: str, column: pd.Series[Any]) -> list[tuple[str, NDArray[np.float64]]]:
    """Mean 0 and deviation 1; where values are missing, 0 and a column that says so."""
    values = np.asarray(column, np.float64)
    missing = ~np.isfinite(values)
    known = values[~missing]
    if not len(known):
        return []
    spread = float(known.std()) or 1.0
    encoded = [(name, np.where(missing, 0.0, (values - known.mean()) / spread))]
    if missing.any():
        encoded.append((f"{name}=missing", missing.astype(float)))
    return encoded


def _one_hot(name: str, column: pd.Series[Any]) -> list[tuple[str, NDArray[np.float64]]]:
    text = column.astype(object).where(column.notna(), None)
    values = sorted({str(value) for value in text if value is not None})
    encoded = [(f"{name}={value}", np.array([one is not None and str(one) == value for one in text], float))
               for value in values]  # fmt: skip
    if column.isna().any():
        encoded.append((f"{name}=missing", np.asarray(column.isna(), float)))
    return encoded
