"""Convert pandas frames to the arrays of a :class:`~recsys.data.dataset.Dataset`: indices, facts, features."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.categories import category_flags, genre_flags, texts_of_users
from recsys.data.columns import (
    cell_types,
    ids,
    is_number,
    numbers,
    parse_numbers,
    plain,
    refuse_surrogates,
    refuse_where,
    whole_years,
)
from recsys.data.columns import titles as titles_of
from recsys.data.ids import is_canonical, written_ids
from recsys.data.matching import check_ids_match
from recsys.data.outliers import standardised
from recsys.data.tables import as_frame, need_columns
from recsys.data.times import timestamps
from recsys.errors import DataError

logger = logging.getLogger(__name__)

_MAX_TABLE = 1 << 24
"""Ids below this are looked up in an array, of 64 MiB at most; larger ones by their hash, which is slower."""


def arrays_from_frames(ratings: Any, items: Any, users: Any) -> dict[str, Any]:
    """The arrays of a data set, by the names of :class:`~recsys.data.dataset.Dataset`.

    Args:
        ratings: a pandas frame, or anything that :func:`~recsys.data.tables.as_frame` converts to one.
        items: the same, or None.
        users: the same, or None.

    Raises:
        DataError: as :meth:`~recsys.data.dataset.Dataset.from_frames` says.
    """
    ratings = as_frame("ratings", ratings)
    need_columns("ratings", ratings, ["user", "item", "rating"], ["timestamp"])
    items, users = _facts("item", items), _facts("user", users)
    rated_items, listed_items = _same_kind(ids("item", ratings["item"]), items, "item")
    rated_users, listed_users = _same_kind(ids("user", ratings["user"]), users, "user")
    item_ids = _catalogue("item", rated_items, listed_items)
    user_ids = _catalogue("user", rated_users, listed_users)
    features, feature_names = _user_features(users, _indices(user_ids, listed_users), len(user_ids))
    return {
        "user": _indices(user_ids, rated_users),
        "item": _indices(item_ids, rated_items),
        "rating": _ratings(ratings["rating"]),
        "timestamp": timestamps(ratings["timestamp"]) if "timestamp" in ratings else None,
        "user_ids": np.asarray(user_ids),
        "item_ids": np.asarray(item_ids),
        "user_features": features,
        "user_feature_names": feature_names,
        **_item_facts(items, _indices(item_ids, listed_items), item_ids),
    }


def _ratings(column: pd.Series[Any]) -> NDArray[np.float32]:
    """Ratings (n,); the data set refuses what is not finite."""
    values = numbers("rating", column)
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        ratings = values.astype(np.float32)
    too_large = np.isinf(ratings)
    if too_large.any():
        too_large &= np.isfinite(values) | np.array([isinstance(value, int) for value in column])  # 10**400
        limit = f"{np.finfo(np.float32).max:.1e}"
        problem = f"does not fit into 32 bits; expected -{limit} to {limit} (rescale or drop it)"
        refuse_where("rating", column, too_large, problem)
    return ratings


def _facts(name: str, data: Any) -> pd.DataFrame | None:
    """A table of items or users with checked ids, each of them once; None if it has no rows."""
    if data is None:
        return None
    table = as_frame(f"{name}s", data)
    if not len(table):
        return None
    need_columns(f"{name}s", table, [name])
    table = table.assign(**{name: ids(name, table[name])})
    repeated = table[name][table[name].duplicated()]
    if len(repeated):
        raise DataError(f"{name}s names {name} {repeated.tolist()[0]!r} more than once; expected one row each")
    return table


def _same_kind(
    rated: pd.Series[Any], table: pd.DataFrame | None, name: str
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The ids of the ratings and of a table in one kind: that of the ratings, or text where one is like "007"."""
    if table is None:
        return rated, rated.iloc[:0]
    listed = table[name]
    if (rated.dtype == object) == (listed.dtype == object):
        return rated, listed
    if rated.dtype != object and all(map(is_canonical, listed)):
        return rated, listed.astype("int64")
    texts = [pd.Series(written_ids(column.to_numpy()), dtype=object) for column in (rated, listed)]
    return texts[0], texts[1]


def _catalogue(name: str, rated: pd.Series[Any], listed: pd.Series[Any]) -> pd.Index[Any]:
    """All ids of the ratings and the table, each once, sorted: numbers by value, text by code point."""
    dtype = object if rated.dtype == object else np.int64
    unique = [column.unique().astype(dtype) for column in (rated, listed)]
    check_ids_match(name, *unique)
    all_ids: pd.Index[Any] = pd.Index(pd.unique(np.concatenate(unique)), dtype=dtype).sort_values()
    return all_ids


def _indices(ids: pd.Index[Any], column: pd.Series[Any]) -> NDArray[np.int32]:
    """The index in ``ids`` (sorted) of each value of the column, all of which are among them."""
    if len(ids) and ids.dtype == np.int64 and ids[0] >= 0 and ids[-1] < _MAX_TABLE:
        table = np.empty(ids[-1] + 1, np.int32)  # id -> index; where there is no such id, never read
        table[ids] = np.arange(len(ids))
        return np.asarray(table[column.to_numpy()])
    return ids.get_indexer(pd.Index(column)).astype(np.int32)


def _item_facts(items: pd.DataFrame | None, index: NDArray[np.int32], item_ids: pd.Index[Any]) -> dict[str, Any]:
    """Titles, years and genres in catalogue order; ``index`` is the item of each row of the table."""
    n_items = len(item_ids)
    titles = np.array([str(id_) for id_ in item_ids], dtype=object)
    years = np.full(n_items, np.nan)
    genres, genre_names = np.zeros((n_items, 0), bool), tuple[str, ...]()
    if items is not None:
        need_columns("items", items, ["item", "title"], ["year", "genres"])
        texts, is_known = titles_of(items["title"])
        titles[index[is_known]] = texts[is_known]
        if "year" in items:
            years[index] = whole_years(items["year"])
        if "genres" in items:
            genres, genre_names = genre_flags(items["genres"], index, n_items)
    return {"titles": titles, "years": years, "genres": genres, "genre_names": genre_names}


def _user_features(
    users: pd.DataFrame | None, index: NDArray[np.int32], n_users: int
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Features (n_users, n_features) and their names; ``index`` is the user of each row of the table."""
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    if users is not None:
        need_columns("users", users, ["user"], list(map(str, users.columns)))
        for name in users.columns.drop("user"):
            for label, values in _encode(str(name), users[name], index, n_users):
                names.append(label)
                columns.append(values)
    refuse_surrogates("the feature", np.array(names, object))
    matrix = np.stack(columns, axis=1) if columns else np.zeros((n_users, 0))
    return matrix.astype(np.float32), tuple(names)


def _encode(
    name: str, column: pd.Series[Any], index: NDArray[np.int32], n_users: int
) -> list[tuple[str, NDArray[np.float64]]]:
    """One column of the users table as features: numbers and dates by value, all else as categories."""
    is_category = isinstance(column.dtype, pd.CategoricalDtype)  # declared to be one, even where it holds numbers
    numbers = None if is_category else _measurements(plain(column))
    if numbers is not None:
        values = np.full(n_users, np.nan)
        values[index] = numbers
        return _standardised(name, pd.Series(values))
    lists: list[list[str] | None] = [None] * n_users
    try:
        for row, texts in zip(index, texts_of_users(name, plain(column)), strict=True):
            lists[row] = texts
    except DataError as error:
        logger.warning("users: column %r is left out: %s", name, error)
        return []
    return category_flags(name, lists)


def _measurements(values: pd.Series[Any]) -> NDArray[np.float64] | None:
    """Numbers as they are, dates and durations in seconds, NaN where missing; None where there is anything else."""
    if values.dtype.kind == "O":
        types = cell_types(values)
        if types and all(map(is_number, types)):
            return parse_numbers(values)[0]
        try:
            if types and all(issubclass(type_, (dt.date, np.datetime64)) for type_ in types):
                values = pd.to_datetime(values, utc=True).dt.tz_convert(None)
            elif types and all(issubclass(type_, (dt.timedelta, np.timedelta64)) for type_ in types):
                values = pd.to_timedelta(values)
        except (TypeError, ValueError, OverflowError):  # beyond the range of pandas
            return None
    if values.dtype.kind in "iufb":
        return values.to_numpy(np.float64)
    if values.dtype.kind in "mM":
        seconds = values.to_numpy().astype(f"{values.dtype.kind}8[s]").astype(np.float64)
        return np.where(values.isna(), np.nan, seconds)
    return None


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
