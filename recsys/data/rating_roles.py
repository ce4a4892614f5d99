"""Decide which columns of a table of ratings hold users, items, ratings and times.

The settings decide, else the names of columns, else their contents in a sample: the first rows, with cells as they
are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from recsys.config import Role
from recsys.data.column_contents import Contents, describe_contents, guess_rating_columns
from recsys.data.column_names import (
    EXACT,
    WEAK,
    How,
    is_generic_id,
    matches_of_name,
    may_name_anything,
    same_name,
    words_of,
)
from recsys.data.columns import as_text, plain
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

_RATING_ROLES: tuple[Role, ...] = ("user", "item", "rating", "timestamp")
_MIN_ALIKE = 0.75
"""Two columns hold answers to similar questions if at least this share of their values is the same."""
_MIN_SEVERAL, _MIN_SAME = 10, 0.95
"""A column is about items or users if at least so many of them have several rows, and this share of these has the
same value in all of its rows."""
_MAX_UNIQUE = 0.9
"""Users do not recur in a table with more distinct users per row than this."""


def find_rating_columns(table: str, sample: pd.DataFrame, named: Mapping[Role, str]) -> Roles | None:
    """The roles of the columns of a table of ratings; None if the table has no users or no items.

    Args:
        table: what errors call the table, such as "ratings.csv".
        sample: its first rows.
        named: the names of columns in the settings, by role.

    Raises:
        DataError: a column for users, items, ratings or times that the settings name is not there.
    """
    names = names_of(sample)
    columns = named_columns(table, names, named, _RATING_ROLES)
    contents = {name: describe_contents(sample.iloc[:, index]) for index, name in enumerate(names)}
    taken = {column.name for column in columns.values()}
    ranked: dict[Role, list[tuple[str, int]]] = {
        role: ranked_by_name(role, [name for name in names if name not in taken]) for role in _RATING_ROLES
    }
    ranked["rating"] = [(name, rank) for name, rank in ranked["rating"]
                        if rank == EXACT or contents[name].may_be_rating]  # fmt: skip
    ranked["timestamp"] = [(name, rank) for name, rank in ranked["timestamp"]
                           if rank == EXACT or contents[name].may_be_time]  # fmt: skip
    columns |= assign_best(ranked, columns)
    columns = _add_generic_ids(names, columns)
    columns = _without_weak_keys(columns, contents)
    free = [name for name in names if name not in {column.name for column in columns.values()}]
    unknown = [name for name in free if may_name_anything(name)]
    if not {"user", "item"} <= columns.keys():
        if _is_key(columns.get("item"), contents) or _is_key(columns.get("user"), contents):
            return None
        guessed = guess_rating_columns({name: contents[name] for name in unknown}, set(columns))
        while "rating" in guessed and _is_about_keys(sample, guessed["rating"], columns, guessed):
            unknown.remove(guessed["rating"])
            guessed = guess_rating_columns({name: contents[name] for name in unknown}, set(columns))
        columns |= {role: RoleColumn(name, role, "contents") for role, name in guessed.items() if role not in columns}
    if not {"user", "item"} <= columns.keys() or _is_matrix(columns, contents):
        return None
    if _is_like_others(columns, sample):
        return None
    columns |= _guess_rest([name for name in unknown if name not in taken_names(columns)], columns, contents)
    columns |= _facts_in_ratings(names, columns, contents, named)
    return make_roles("ratings", names, columns)


def _is_matrix(columns: Mapping[Role, RoleColumn], contents: Mapping[str, Contents]) -> bool:
    """Whether a table has a row for each user and a column of ratings for each item, or the reverse, unlike a log."""
    if {"rating", "timestamp"} & columns.keys():
        return False
    user, item = columns["user"], columns["item"]
    return any(other.how != "setting" and _has_scales_for_each(key.name, contents)
               for key, other in ((user, item), (item, user)))  # fmt: skip


def _has_scales_for_each(key: str, contents: Mapping[str, Contents]) -> bool:
    """Whether no value of a column recurs, and all other columns hold ratings."""
    others = [column for name, column in contents.items() if name != key and column.n_known]
    return contents[key].share_unique == 1.0 and len(others) > 2 and all(column.is_scale for column in others)


def _is_about_keys(
    sample: pd.DataFrame, name: str, columns: Mapping[Role, RoleColumn], guessed: Mapping[Role, str]
) -> bool:
    """Whether a column is about items or users: it is the same in all rows of each, and differs between them."""
    keys = [columns[role].name if role in columns else guessed.get(role) for role in ("user", "item")]
    values = _as_texts(sample[name])
    for key in keys:
        if key is None:
            continue
        groups = values.groupby(_as_texts(sample[key]))
        several = groups.nunique()[groups.size() > 1]
        if len(several) >= _MIN_SEVERAL and values.nunique() > 2 and (several == 1).mean() >= _MIN_SAME:
            return True
    return False


def _as_texts(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column as text, whatever its dtype."""
    return pd.Series([as_text(value) for value in plain(column)], dtype=object)


def _is_like_others(columns: Mapping[Role, RoleColumn], sample: pd.DataFrame) -> bool:
    """Whether guessed users or items are values that several other columns share, as answers to questions are."""
    if not any(column.how == "contents" for column in columns.values()):
        return False
    values = {str(name): set(_as_texts(sample.iloc[:, index])) - {""} for index, name in enumerate(sample)}
    for role in ("user", "item"):
        column = columns[role]
        if column.how != "contents":
            continue
        ids = values[column.name]
        are_numbers = all(text.isdigit() for text in ids)  # ids and ratings may be the same small numbers
        others = [other for name, other in values.items()
                  if name != column.name and not (are_numbers and name in taken_names(columns))]  # fmt: skip
        alike = [other for other in others if len(ids & other) >= _MIN_ALIKE * max(len(ids), len(other), 1)]
        if ids and len(alike) >= 2:
            return True
    return False


def _guess_rest(
    names: Sequence[str], columns: Mapping[Role, RoleColumn], contents: Mapping[str, Contents]
) -> dict[Role, RoleColumn]:
    """Columns of times and ratings whose names say nothing, if only one column looks like each."""
    guesses: dict[Role, RoleColumn] = {}
    times = [name for name in names if contents[name].share_date >= 0.95 and not contents[name].is_whole]
    if "timestamp" not in columns and len(times) == 1:
        guesses["timestamp"] = RoleColumn(times[0], "timestamp", "contents")
    scales = [name for name in names if name not in times and contents[name].is_opinion]
    if "rating" not in columns and len(scales) == 1:
        guesses["rating"] = RoleColumn(scales[0], "rating", "contents")
    return guesses


def _facts_in_ratings(
    names: Sequence[str],
    columns: Mapping[Role, RoleColumn],
    contents: Mapping[str, Contents],
    named: Mapping[Role, str],
) -> dict[Role, RoleColumn]:
    """Columns of a table of ratings that have the title, year or genres of the item in each row."""
    facts: dict[Role, RoleColumn] = {}
    free = [name for name in names if name not in taken_names(columns)]
    for role in FACT_ROLES:
        setting = same_name(named[role], free) if role in named else None
        ranked = [name for name, rank in ranked_by_name(role, free) if rank < WEAK]
        if role == "title":
            ranked = _titles_of(columns["item"].name, ranked)
        if role == "year":
            ranked = [name for name in ranked if contents[name].may_be_year]
        if setting is not None:
            facts[role] = RoleColumn(setting, role, "setting")
        elif ranked and role not in named:
            facts[role] = RoleColumn(ranked[0], role, "name")
        free = [name for name in free if name not in taken_names(facts)]
    return facts


def _titles_of(item: str, names: Sequence[str]) -> list[str]:
    """The columns that may have titles, best first: of tracks, ``track_name`` before ``artist_name``.

    There are none if the items are identified by their titles.
    """
    if any(match.role == "title" and match.rank < WEAK for match in matches_of_name(item)):
        return []
    return sorted(names, key=lambda name: set(words_of(item)).isdisjoint(words_of(name)))


def _add_generic_ids(names: Sequence[str], columns: dict[Role, RoleColumn]) -> dict[Role, RoleColumn]:
    """The roles with other columns of ids for users or items, if these have no column yet or only a last resort."""
    columns = dict(columns)
    strong = {role: column for role, column in columns.items() if not _is_weak(column)}
    free = [name for name in names if is_generic_id(name) and name not in taken_names(strong)
            and words_of(name) != ("id",)]  # fmt: skip
    missing: list[Role] = [role for role in ("user", "item") if role not in strong]
    how: How = "name" if len(missing) == 1 and len(free) == 1 else "contents"
    for role, name in zip(missing, free, strict=False):
        columns[role] = RoleColumn(name, role, how)
    return columns


def _is_weak(column: RoleColumn) -> bool:
    if column.how != "name":
        return False
    return all(match.rank >= WEAK for match in matches_of_name(column.name) if match.role == column.role)


def _without_weak_keys(
    columns: Mapping[Role, RoleColumn], contents: Mapping[str, Contents]
) -> dict[Role, RoleColumn]:
    """The roles without last resorts if users hardly recur: then the table lists items or users, and is not a log."""
    weak = [role for role in ("user", "item") if role in columns and _is_weak(columns[role])]
    if weak and "user" in columns and contents[columns["user"].name].share_unique > _MAX_UNIQUE:
        return {role: column for role, column in columns.items() if role not in weak}
    return dict(columns)


def _is_key(column: RoleColumn | None, contents: Mapping[str, Contents]) -> bool:
    """Whether a column, known by its name, has a different id in each row, so that the table lists items or users."""
    return column is not None and column.how == "name" and contents[column.name].share_unique == 1.0 and \
        contents[column.name].n_rows > 2
