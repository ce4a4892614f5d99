"""Convert pandas frames to the arrays of a :class:`~recsys.data.dataset.Dataset`: indices, facts, features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import ids, need_columns, numbers, timestamps, whole_years
from recsys.data.outliers import standardised
from recsys.errors import DataError

_MAX_TABLE = 1 << 24
"""Ids below this are looked up in an array, of 64 MiB at most; larger ones by their hash, which is slower."""


def arrays_from_frames(
    ratings: pd.DataFrame, items: pd.DataFrame | None, users: pd.DataFrame | None
) -> dict[str, Any]:
    """The arrays of a data set, by the names of :class:`~recsys.data.dataset.Dataset`.

    Raises:
        DataError: as :meth:`~recsys.data.dataset.Dataset.from_frames` says.
    """
    need_columns("ratings", ratings, ["user", "item", "rating"])
    rated = {name: ids(name, ratings[name]) for name in ("user", "item")}
    items, users = _facts("item", items), _facts("user", users)
    item_ids, user_ids = _catalogue("item", rated["item"], items), _catalogue("user", rated["user"], users)
    features, feature_names = _user_features(users, user_ids)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, which the data set refuses
        rating = numbers("rating", ratings["rating"]).astype(np.float32)
    return {
        "user": _indices(user_ids, rated["user"]),
        "item": _indices(item_ids, rated["item"]),
        "rating": rating,
        "timestamp": timestamps(ratings["timestamp"]) if "timestamp" in ratings else None,
        "user_ids": np.asarray(user_ids),
        "item_ids": np.asarray(item_ids),
        "user_features": features,
        "user_feature_names": feature_names,
        **_item_facts(items, item_ids),
    }


def _facts(name: str, table: pd.DataFrame | None) -> pd.DataFrame | None:
    """A table of items or users with checked ids, each of them once; None if it has no rows."""
    if table is None or not len(table):
        return None
    need_columns(f"{name}s", table, [name])
    table = table.assign(**{name: ids(name, table[name])})
    repeated = table[name][table[name].duplicated()]
    if len(repeated):
        raise DataError(f"{name}s names {name} {repeated.tolist()[0]!r} more than once; expected one row each")
    return table


def _catalogue(name: str, rated: pd.Series[Any], table: pd.DataFrame | None) -> pd.Index[Any]:
    """All ids of the ratings and the table, each once, sorted."""
    columns = [rated] if table is None else [rated, table[name]]
    kinds = ["text" if column.dtype == object else "whole numbers" for column in columns]
    if len(set(kinds)) > 1:
        raise DataError(
            f"{name} ids are {kinds[0]} in the ratings and {kinds[1]} in the table of {name}s; expected the same "
            "kind in both"
        )
    unique = [column.unique().astype(object if kinds[0] == "text" else np.int64) for column in columns]
    all_ids: pd.Index[Any] = pd.Index(pd.unique(np.concatenate(unique))).sort_values()
    return all_ids


def _indices(ids: pd.Index[Any], column: pd.Series[Any]) -> NDArray[np.int32]:
    """The index in ``ids`` (sorted) of each value of the column, all of which are among them."""
    if len(ids) and ids.dtype == np.int64 and ids[0] >= 0 and ids[-1] < _MAX_TABLE:
        table = np.empty(ids[-1] + 1, np.int32)  # id -> index; where there is no such id, never read
        table[ids] = np.arange(len(ids))
        return np.asarray(table[column.to_numpy()])
    return ids.get_indexer(pd.Index(column)).astype(np.int32)


def _item_facts(items: pd.DataFrame | None, item_ids: pd.Index[Any]) -> dict[str, Any]:
    """Titles, years and genres in catalogue order."""
    n_items = len(item_ids)
    titles = np.array([str(id_) for id_ in item_ids], dtype=object)
    years = np.full(n_items, np.nan)
    genres, genre_names = np.zeros((n_items, 0), bool), tuple[str, ...]()
    if items is not None:
        index = _indices(item_ids, items["item"])
        need_columns("items", items, ["item", "title"])
        known = items["title"].notna().to_numpy() & (items["title"].astype(str).str.strip() != "").to_numpy()
        titles[index[known]] = items["title"].astype(str).to_numpy(object)[known]
        if "year" in items:
            years[index] = whole_years(items["year"])
        if "genres" in items:
            genres, genre_names = _genre_flags(items["genres"], index, n_items)
    return {"titles": titles, "years": years, "genres": genres, "genre_names": genre_names}


def _genre_flags(
    column: pd.Series[Any], index: NDArray[np.int32], n_items: int
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """``"A|B"`` texts as a boolean matrix, and the genres in alphabetical order."""
    texts = column.astype(object).where(column.notna(), "")
    lists = [[name.strip() for name in text.split("|") if name.strip()] for text in texts]
    names = sorted({name for genres in lists for name in genres})
    column_of = {name: position for position, name in enumerate(names)}
    flags = np.zeros((n_items, len(names)), bool)
    for row, genres in zip(index, lists, strict=True):
        flags[row, [column_of[name] for name in genres]] = True
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
    """A number, standardised; a missing one is 0, and 1 in a second column."""
    values = np.asarray(column, np.float64)
    missing = ~np.isfinite(values)
    known = values[~missing]
    if not len(known):
        return []
    encodable = np.zeros(len(values))
    encodable[~missing] = standardised(known)
    encoded = [(name, encodable)]
    if missing.any():
        encoded.append((f"{name} is missing", missing.astype(float)))
    return encoded


def _one_hot(name: str, column: pd.Series[Any]) -> list[tuple[str, NDArray[np.float64]]]:
    """A column of 0 and 1 for each value, and one for missing values."""
    texts = [None if value is None else str(value) for value in column.astype(object).where(column.notna(), None)]
    values = sorted({text for text in texts if text is not None})
    encoded = [(f"{name}={value}", np.array([text == value for text in texts], float)) for value in values]
    if column.isna().any():
        encoded.append((f"{name} is missing", np.asarray(column.isna(), float)))
    return encoded
