"""Convert pandas frames to the arrays of a :class:`~recsys.data.dataset.Dataset`: indices, facts, features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.categories import genre_flags
from recsys.data.columns import ids, plain, refuse_where, whole_years
from recsys.data.columns import titles as titles_of
from recsys.data.features import Features, Kind, Note, encode_features
from recsys.data.ids import is_canonical, written_ids
from recsys.data.matching import check_ids_match
from recsys.data.rating_values import parse_ratings
from recsys.data.tables import need_columns
from recsys.data.times import timestamps
from recsys.errors import DataError

_FACTS = ("title", "year", "genres")
_MAX_TABLE = 1 << 24
"""Ids below this are looked up in an array of at most 64 MiB; larger ids by hashing, which is slower."""


@dataclass(frozen=True)
class Converted:
    """The result of converting frames.

    Attributes:
        arrays: the arrays of a data set, by their names in :class:`~recsys.data.dataset.Dataset`.
        n_unlisted: by table, the number of users or items that have ratings and are not in the table.
        columns: by table, what was done with its extra columns, in words.
        are_events: whether the column of ratings holds events, such as view and purchase, each of which counts 1.
    """

    arrays: dict[str, Any]
    n_unlisted: dict[str, int]
    columns: dict[str, dict[str, str]]
    are_events: bool = False


def convert_frames(
    ratings: pd.DataFrame,
    items: pd.DataFrame | None,
    users: pd.DataFrame | None,
    note: Callable[[str], None],
    genres: str = "genres",
) -> Converted:
    """Convert frames whose columns have the package's names.

    Args:
        ratings: columns user, item and, if known, rating and timestamp; others are ignored.
        items: columns item and, if known, title, year and genres; others become features.
        users: column user; others become features.
        note: called with sentences about what is left out.
        genres: what these sentences call genres.

    Raises:
        DataError: as :meth:`~recsys.data.dataset.Dataset.from_frames` says.
    """
    need_columns("ratings", ratings, ["user", "item"], ["rating", "timestamp"])
    items, users = _facts("item", items), _facts("user", users)
    rated_items, listed_items = _same_kind(ids("item", ratings["item"]), items, "item")
    rated_users, listed_users = _same_kind(ids("user", ratings["user"]), users, "user")
    item_ids = _catalogue("item", rated_items, listed_items)
    user_ids = _catalogue("user", rated_users, listed_users)
    user_rows, item_rows = _indices(user_ids, listed_users), _indices(item_ids, listed_items)
    about_users = _features("users", users, ["user"], user_rows, len(user_ids), note)
    about_items = _features("items", items, ["item", *_FACTS], item_rows, len(item_ids), note)
    rating, are_events = np.ones(len(ratings), np.float32), False
    if "rating" in ratings:
        rating, are_events = _ratings(ratings["rating"])
    arrays: dict[str, Any] = {
        "user": _indices(user_ids, rated_users),
        "item": _indices(item_ids, rated_items),
        "rating": rating,
        "timestamp": timestamps(ratings["timestamp"]) if "timestamp" in ratings else None,
    }
    n_unlisted = {
        "users": _count_unlisted(arrays["user"], user_rows, len(user_ids)) if users is not None else 0,
        "items": _count_unlisted(arrays["item"], item_rows, len(item_ids)) if items is not None else 0,
    }
    arrays |= {
        "user_ids": np.asarray(user_ids),
        "item_ids": np.asarray(item_ids),
        "user_features": about_users.values,
        "user_feature_names": about_users.names,
        "item_features": about_items.values,
        "item_feature_names": about_items.names,
        **_item_facts(items, item_rows, item_ids, note, genres),
    }
    columns = {"users": about_users.columns, "items": about_items.columns}
    return Converted(arrays, n_unlisted, columns, are_events)


def _features(
    kind: Kind, table: pd.DataFrame | None, others: Sequence[str], index: NDArray[np.int32], n: int, note: Note
) -> Features:
    """The features of the columns of a table that have no other use."""
    if table is None:
        return Features(np.zeros((n, 0), np.float32), (), {})
    need_columns(kind, table, others[:1], list(map(str, table.columns)))
    return encode_features(kind, table.drop(columns=list(others), errors="ignore"), index, n, note)


def _count_unlisted(rated: NDArray[np.int32], listed: NDArray[np.int32], n: int) -> int:
    """How many of n users or items have ratings but are not in the table."""
    is_unlisted = np.zeros(n, bool)
    is_unlisted[rated] = True
    is_unlisted[listed] = False
    return int(is_unlisted.sum())


def _ratings(column: pd.Series[Any]) -> tuple[NDArray[np.float32], bool]:
    """Ratings (n,), finite or not, and whether they are events."""
    parsed = parse_ratings(column)
    what = "is a date; expected a number" if plain(column).dtype.kind == "M" else "is not a number"
    refuse_where("rating", column, parsed.is_bad, what)
    return ratings_in_32_bits(column, parsed.values), parsed.form == "events"


def ratings_in_32_bits(column: pd.Series[Any], values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Ratings in 32 bits (n,).

    Args:
        column: the ratings as they are written.
        values: (n,), the same as numbers.

    Raises:
        RowError: a rating is too large.
    """
    with np.errstate(over="ignore"):  # too large numbers become infinite
        ratings = values.astype(np.float32)
    too_large = np.isinf(ratings)
    if too_large.any():
        too_large &= np.isfinite(values) | np.array([isinstance(value, int) for value in column])  # 10**400
        limit = f"{np.finfo(np.float32).max:.1e}"
        problem = f"does not fit into 32 bits; expected -{limit} to {limit} (rescale or drop it)"
        refuse_where("rating", column, too_large, problem)
    return ratings


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


def _same_kind(
    rated: pd.Series[Any], table: pd.DataFrame | None, name: str
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The ids of the ratings and of a table in the type of the ratings, or as text if one is written like "007"."""
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
    """The index in ``ids`` (sorted) of each value of the column, all of which are among the ids."""
    if len(ids) and ids.dtype == np.int64 and ids[0] >= 0 and ids[-1] < _MAX_TABLE:
        table = np.empty(ids[-1] + 1, np.int32)  # id -> index; other elements are never read
        table[ids] = np.arange(len(ids))
        return np.asarray(table[column.to_numpy()])
    return ids.get_indexer(pd.Index(column)).astype(np.int32)


def _item_facts(
    items: pd.DataFrame | None, index: NDArray[np.int32], item_ids: pd.Index[Any], note: Note, genres_name: str
) -> dict[str, Any]:
    """Titles, years and genres in the order of the catalogue; ``index`` (n_rows,) is the item of each row."""
    n_items = len(item_ids)
    titles = np.array([str(id_) for id_ in item_ids], dtype=object)
    years = np.full(n_items, np.nan)
    genres, genre_names = np.zeros((n_items, 0), bool), tuple[str, ...]()
    if items is not None:
        need_columns("items", items, ["item"], _FACTS)
        if "title" in items:
            texts, is_known = titles_of(items["title"])
            titles[index[is_known]] = texts[is_known]
        if "year" in items:
            years[index] = whole_years(items["year"])
        if "genres" in items:
            genres, genre_names = genre_flags(items["genres"], index, n_items, note, genres_name)
    return {"titles": titles, "years": years, "genres": genres, "genre_names": genre_names}
