"""Decide which columns of a table of items or users hold ids, and which columns of items hold titles, years, genres.

The settings decide, else the names of columns, else their contents in a sample: the first rows, with cells as they
are written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from recsys.config import Role
from recsys.data.column_contents import Contents, describe_contents
from recsys.data.column_names import EXACT, WEAK, is_generic_id, may_name_titles, same_name, says_something
from recsys.data.roles import (
    FACT_ROLES,
    RoleColumn,
    Roles,
    assign_best,
    make_roles,
    named_columns,
    names_of,
    ranked_by_name,
    taken_names,
)

_MIN_SHARED = 0.05
"""A column holds the ids of the ratings if at least this share of its values occurs among them."""


def find_item_columns(
    table: str,
    sample: pd.DataFrame,
    named: Mapping[Role, str],
    rated_ids: Collection[str] = (),
    rated_name: str | None = None,
) -> Roles | None:
    """The roles of the columns of a table of items; None if no column has the ids of items.

    Args:
        table: what errors call the table.
        sample: its first rows.
        named: the names of columns in the settings, by role; that for items may be one of the ratings only.
        rated_ids: some or all ids of rated items, as written: they decide between several columns of ids.
        rated_name: the name of the column of items in the ratings.

    Raises:
        DataError: the settings name a column for titles, years or genres that does not exist.
    """
    names = names_of(sample)
    columns = named_columns(table, names, named, FACT_ROLES)
    key = _key_column("item", sample, names, named, rated_ids, rated_name, {c.name for c in columns.values()})
    if key is None:
        return None
    columns["item"] = key
    contents = {name: describe_contents(sample.iloc[:, index]) for index, name in enumerate(names)}
    free = [name for name in names if name not in {column.name for column in columns.values()}]
    ranked: dict[Role, list[tuple[str, int]]] = {role: ranked_by_name(role, free) for role in FACT_ROLES}
    ranked["year"] = [(name, rank) for name, rank in ranked["year"]
                      if rank == EXACT or contents[name].may_be_year]  # fmt: skip
    columns |= assign_best(ranked, columns)
    if "title" not in columns:
        title = _most_title_like({name: contents[name] for name in free
                                  if name not in taken_names(columns) and may_name_titles(name)})  # fmt: skip
        if title is not None:
            columns["title"] = RoleColumn(title, "title", "contents")
    if "genres" not in columns:
        lists = [name for name in free if name not in taken_names(columns) and not says_something(name)
                 and contents[name].is_list]  # fmt: skip
        if len(lists) == 1:
            columns["genres"] = RoleColumn(lists[0], "genres", "contents")
    return make_roles("items", names, columns)


def find_user_columns(
    table: str,
    sample: pd.DataFrame,
    named: Mapping[Role, str],
    rated_ids: Collection[str] = (),
    rated_name: str | None = None,
) -> Roles | None:
    """The roles of the columns of a table of users; None if no column has the ids of users.

    Args:
        table: what errors call the table.
        sample: its first rows.
        named: the names of columns in the settings, by role.
        rated_ids: some or all ids of users with ratings, as written.
        rated_name: the name of the column of users in the ratings.
    """
    names = names_of(sample)
    key = _key_column("user", sample, names, named, rated_ids, rated_name, set())
    return None if key is None else make_roles("users", names, {"user": key})


def _key_column(
    role: Role,
    sample: pd.DataFrame,
    names: Sequence[str],
    named: Mapping[Role, str],
    rated_ids: Collection[str],
    rated_name: str | None,
    taken: Collection[str],
) -> RoleColumn | None:
    """The column with the ids of a table of items or users."""
    free = [name for name in names if name not in taken]
    setting = same_name(named[role], free) if role in named else None  # it may be meant for the ratings only
    if setting is not None and (
        not rated_ids or _share_rated(sample.iloc[:, names.index(setting)], rated_ids) >= _MIN_SHARED
    ):
        return RoleColumn(setting, role, "setting")
    if role in free:
        return RoleColumn(role, role, "name")
    by_name = [name for name, rank in ranked_by_name(role, free) if rank < WEAK]
    if rated_name is not None and same_name(rated_name, free) is not None:
        by_name.insert(0, str(same_name(rated_name, free)))
    by_name += [name for name in free if is_generic_id(name) and name not in by_name]
    if rated_ids:
        shared = {name: _share_rated(sample.iloc[:, names.index(name)], rated_ids) for name in free}
        best = max(by_name, key=lambda name: shared[name], default=None)  # of equals the best name
        if best is not None and shared[best] >= _MIN_SHARED:
            return RoleColumn(best, role, "name")
        best = max(free, key=lambda name: shared[name], default=None)
        if best is not None and shared[best] >= _MIN_SHARED and not _is_measure(sample.iloc[:, names.index(best)]):
            return RoleColumn(best, role, "contents")
    if by_name:
        return RoleColumn(by_name[0], role, "name")
    last = ranked_by_name(role, free)
    if last:
        return RoleColumn(last[0][0], role, "name")
    unique = [name for name in free if describe_contents(sample.iloc[:, names.index(name)]).share_unique == 1.0]
    return RoleColumn(unique[0], role, "contents") if unique and not rated_ids else None


def _share_rated(column: pd.Series[Any], rated_ids: Collection[str]) -> float:
    """The share of the distinct values of a column that are ids of the ratings, or of these that it has."""
    values = {str(value).strip() for value in column.dropna().unique()}
    return len(values & set(rated_ids)) / max(1, min(len(values), len(rated_ids))) if values else 0.0


def _is_measure(column: pd.Series[Any]) -> bool:
    """Whether values repeat too much to be the ids of a table with one row for each."""
    return describe_contents(column).share_unique < 0.5


def _most_title_like(contents: Mapping[str, Contents]) -> str | None:
    """The column whose texts are most similar to titles; None if none is."""
    scores = {name: column.title_score for name, column in contents.items()}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 0 else None
