"""Which column of a table is what: by the settings, else by its name, else by what is in it.

Every function takes a sample, the first rows of a table with cells as they were written, and answers for one kind of
table: ratings, items or users.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

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
    may_name_titles,
    says_something,
    words_of,
)
from recsys.data.columns import as_text, plain
from recsys.errors import DataError

Kind = Literal["ratings", "items", "users"]

_Ranked = Mapping[Role, Sequence[tuple[str, int]]]
"""By role, the names of columns that may have it, each with its rank; the best first."""
_MIN_SHARED = 0.05
"""Share of an id column's values that must be rated for it to be the items' id because of that."""
_RATING_ROLES: tuple[Role, ...] = ("user", "item", "rating", "timestamp")
_FACT_ROLES: tuple[Role, ...] = ("title", "year", "genres")
_MIN_ALIKE = 0.75
"""Share of the values that two columns have in common where both answer questions of one kind."""
_MIN_SEVERAL, _MIN_SAME = 10, 0.95
"""Items or users with several rows, and the share of them with one value, from which on a column is about them."""
_MAX_UNIQUE = 0.9
"""A column with more different values a row does not repeat."""


@dataclass(frozen=True)
class RoleColumn:
    """A column with a role."""

    name: str
    role: Role
    how: How


@dataclass(frozen=True)
class Roles:
    """What the columns of one table are.

    Attributes:
        kind: of the table.
        columns: by role.
        others: the columns without a role, in the order of the table: of items and users candidates for features.
        rivals: by role, other columns whose names would have done.
    """

    kind: Kind
    columns: Mapping[Role, RoleColumn]
    others: tuple[str, ...]
    rivals: Mapping[Role, tuple[str, ...]]

    def __getitem__(self, role: Role) -> str:
        """The name of the column with this role; KeyError where there is none."""
        return self.columns[role].name

    def __contains__(self, role: Role) -> bool:
        """Whether a column has this role."""
        return role in self.columns

    def name(self, role: Role) -> str | None:
        """The name of the column with this role; None where there is none."""
        column = self.columns.get(role)
        return None if column is None else column.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns with a role."""
        return tuple(column.name for column in self.columns.values())

    @property
    def guessed(self) -> tuple[RoleColumn, ...]:
        """The columns whose role was guessed from their contents."""
        return tuple(column for column in self.columns.values() if column.how == "contents")


def find_rating_columns(table: str, sample: pd.DataFrame, named: Mapping[Role, str]) -> Roles | None:
    """The columns of a table of ratings; None where it cannot be one, for want of users or of items.

    Args:
        table: what errors call it, such as "ratings.csv".
        sample: its first rows.
        named: columns that the settings name, by role.

    Raises:
        DataError: a column for users, items, ratings or times that the settings name is not there.
    """
    names = _names(sample)
    columns = _named_columns(table, names, named, _RATING_ROLES)
    contents = {name: describe_contents(sample.iloc[:, index]) for index, name in enumerate(names)}
    taken = {column.name for column in columns.values()}
    ranked: dict[Role, list[tuple[str, int]]] = {
        role: _ranked(role, [name for name in names if name not in taken]) for role in _RATING_ROLES
    }
    ranked["rating"] = [(name, rank) for name, rank in ranked["rating"]
                        if rank == EXACT or contents[name].may_be_rating]  # fmt: skip
    ranked["timestamp"] = [(name, rank) for name, rank in ranked["timestamp"]
                           if rank == EXACT or contents[name].may_be_time]  # fmt: skip
    columns |= _assign(ranked, columns)
    columns = _add_generic_ids(names, columns)
    columns = _without_weak_keys(columns, contents)
    free = [name for name in names if name not in {column.name for column in columns.values()}]
    unknown = [name for name in free if may_name_anything(name)]
    if not {"user", "item"} <= columns.keys():
        if _is_key(columns.get("item"), contents) or _is_key(columns.get("user"), contents):
            return None
        has_names = any(says_something(name) for name in names)
        guessed = guess_rating_columns({name: contents[name] for name in unknown}, set(columns), has_names)
        while "rating" in guessed and _is_about_one(sample, guessed["rating"], columns, guessed):
            unknown.remove(guessed["rating"])
            guessed = guess_rating_columns({name: contents[name] for name in unknown}, set(columns), has_names)
        columns |= {role: RoleColumn(name, role, "contents") for role, name in guessed.items() if role not in columns}
    if not {"user", "item"} <= columns.keys() or _has_column_for_each_item(columns, contents):
        return None
    if _is_like_others(columns, sample):
        return None
    columns |= _guess_rest([name for name in unknown if name not in _taken(columns)], columns, contents)
    columns |= _facts_in_ratings(names, columns, contents, named)
    return _roles("ratings", names, columns, ranked)


def _has_column_for_each_item(columns: Mapping[Role, RoleColumn], contents: Mapping[str, Contents]) -> bool:
    """Whether a table has a row for each user and a column of ratings for each item, which is no log."""
    user, item = columns["user"], columns["item"]
    if item.how == "setting" or {"rating", "timestamp"} & columns.keys() or contents[user.name].share_unique < 1.0:
        return False
    others = [column for name, column in contents.items() if name != user.name and column.n_known]
    return len(others) > 2 and all(column.is_scale for column in others)


def _is_about_one(
    sample: pd.DataFrame, name: str, columns: Mapping[Role, RoleColumn], guessed: Mapping[Role, str]
) -> bool:
    """Whether a column is the same in all rows of each item, or of each user, and differs between them."""
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
    """Whether users or items that were guessed are values that several other columns have: answers to questions."""
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
                  if name != column.name and not (are_numbers and name in _taken(columns))]  # fmt: skip
        alike = [other for other in others if len(ids & other) >= _MIN_ALIKE * max(len(ids), len(other), 1)]
        if ids and len(alike) >= 2:
            return True
    return False


def _guess_rest(
    names: Sequence[str], columns: Mapping[Role, RoleColumn], contents: Mapping[str, Contents]
) -> dict[Role, RoleColumn]:
    """Times and ratings whose names say nothing, where one column alone looks like them."""
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
    """Columns of a table of ratings that say in each row what the item is."""
    facts: dict[Role, RoleColumn] = {}
    free = [name for name in names if name not in _taken(columns)]
    for role in _FACT_ROLES:
        setting = _same_name(named[role], free) if role in named else None
        ranked = [name for name, rank in _ranked(role, free) if rank < WEAK]
        if role == "year":
            ranked = [name for name in ranked if contents[name].may_be_year]
        if setting is not None:
            facts[role] = RoleColumn(setting, role, "setting")
        elif ranked and role not in named:
            facts[role] = RoleColumn(ranked[0], role, "name")
        free = [name for name in free if name not in _taken(facts)]
    return facts


def find_item_columns(
    table: str,
    sample: pd.DataFrame,
    named: Mapping[Role, str],
    rated_ids: Collection[str] = (),
    rated_name: str | None = None,
) -> Roles | None:
    """The columns of a table of items; None where no column has their ids.

    Args:
        table: what errors call it.
        sample: its first rows.
        named: columns that the settings name, by role; the name of the ratings' item column need not be here too.
        rated_ids: ids of rated items as written, some or all: they tell which of several ids is the one.
        rated_name: the name of the ratings' column of items.

    Raises:
        DataError: a column for titles, years or genres that the settings name is not there.
    """
    names = _names(sample)
    columns = _named_columns(table, names, named, _FACT_ROLES)
    key = _key_column("item", sample, names, named, rated_ids, rated_name, {c.name for c in columns.values()})
    if key is None:
        return None
    columns["item"] = key
    contents = {name: describe_contents(sample.iloc[:, index]) for index, name in enumerate(names)}
    free = [name for name in names if name not in {column.name for column in columns.values()}]
    ranked: dict[Role, list[tuple[str, int]]] = {role: _ranked(role, free) for role in _FACT_ROLES}
    ranked["year"] = [(name, rank) for name, rank in ranked["year"]
                      if rank == EXACT or contents[name].may_be_year]  # fmt: skip
    columns |= _assign(ranked, columns)
    if "title" not in columns:
        title = _most_title_like({name: contents[name] for name in free
                                  if name not in _taken(columns) and may_name_titles(name)})  # fmt: skip
        if title is not None:
            columns["title"] = RoleColumn(title, "title", "contents")
    if "genres" not in columns:
        lists = [name for name in free if name not in _taken(columns) and not says_something(name)
                 and contents[name].is_list]  # fmt: skip
        if len(lists) == 1:
            columns["genres"] = RoleColumn(lists[0], "genres", "contents")
    return _roles("items", names, columns, ranked)


def find_user_columns(
    table: str,
    sample: pd.DataFrame,
    named: Mapping[Role, str],
    rated_ids: Collection[str] = (),
    rated_name: str | None = None,
) -> Roles | None:
    """The columns of a table of users, one of which has their ids; None where none has.

    Args:
        table: what errors call it.
        sample: its first rows.
        named: columns that the settings name, by role.
        rated_ids: ids of users with ratings as written, some or all.
        rated_name: the name of the ratings' column of users.
    """
    names = _names(sample)
    key = _key_column("user", sample, names, named, rated_ids, rated_name, set())
    return None if key is None else _roles("users", names, {"user": key}, {})


def _names(sample: pd.DataFrame) -> list[str]:
    return [str(name) for name in sample.columns]


def _taken(columns: Mapping[Role, RoleColumn]) -> set[str]:
    return {column.name for column in columns.values()}


def _named_columns(
    table: str, names: Sequence[str], named: Mapping[Role, str], roles: Sequence[Role]
) -> dict[Role, RoleColumn]:
    """The columns that the settings name.

    Raises:
        DataError: one of them is not there.
    """
    columns: dict[Role, RoleColumn] = {}
    for role in roles:
        if role in named:
            name = _same_name(named[role], names)
            if name is None:
                close = difflib.get_close_matches(named[role], names, n=1)
                guess = f"did you mean {close[0]!r}? " if close else ""
                raise DataError(
                    f"{table} has no column {named[role]!r}, which the settings name for {role} ({guess}its columns "
                    f"are {', '.join(names)})"
                )
            columns[role] = RoleColumn(name, role, "setting")
    return columns


def _same_name(name: str, names: Sequence[str]) -> str | None:
    """The column of that name, exactly or else but for case and spelling."""
    if name in names:
        return name
    return next((other for other in names if words_of(other) and words_of(other) == words_of(name)), None)


def _ranked(role: Role, names: Sequence[str]) -> list[tuple[str, int]]:
    """The columns whose name may mean this role with their ranks, the best first."""
    ranks = [(name, match.rank) for name in names for match in matches_of_name(name) if match.role == role]
    return sorted(ranks, key=lambda pair: pair[1])


def _assign(ranked: _Ranked, given: Mapping[Role, RoleColumn]) -> dict[Role, RoleColumn]:
    """One column for each role, no column twice: the best matches of all first."""
    pairs = [(rank, position, name, role) for position, (role, matches) in enumerate(ranked.items())
             for name, rank in matches]  # fmt: skip
    columns: dict[Role, RoleColumn] = {}
    for _, _, name, role in sorted(pairs, key=lambda pair: pair[:2]):
        if role not in columns and role not in given and name not in _taken(columns):
            columns[role] = RoleColumn(name, role, "name")
    return columns


def _add_generic_ids(names: Sequence[str], columns: dict[Role, RoleColumn]) -> dict[Role, RoleColumn]:
    """Columns that are ids of something, where the name of users or of items is missing or a last resort."""
    columns = dict(columns)
    strong = {role: column for role, column in columns.items() if not _is_weak(column)}
    free = [name for name in names if is_generic_id(name) and name not in _taken(strong)
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
    """Without names of last resort where users do not repeat: that is a list of items or of users, not a log."""
    weak = [role for role in ("user", "item") if role in columns and _is_weak(columns[role])]
    if weak and "user" in columns and contents[columns["user"].name].share_unique > _MAX_UNIQUE:
        return {role: column for role, column in columns.items() if role not in weak}
    return dict(columns)


def _is_key(column: RoleColumn | None, contents: Mapping[str, Contents]) -> bool:
    """Whether a column by name has another id in each row, so that the table lists items or users."""
    return column is not None and column.how == "name" and contents[column.name].share_unique == 1.0 and \
        contents[column.name].n_rows > 2


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
    setting = _same_name(named[role], free) if role in named else None  # which may be that of the ratings alone
    if setting is not None and (
        not rated_ids or _share_rated(sample.iloc[:, names.index(setting)], rated_ids) >= _MIN_SHARED
    ):
        return RoleColumn(setting, role, "setting")
    if role in free:
        return RoleColumn(role, role, "name")
    by_name = [name for name, rank in _ranked(role, free) if rank < WEAK]
    if rated_name is not None and _same_name(rated_name, free) is not None:
        by_name.insert(0, str(_same_name(rated_name, free)))
    by_name += [name for name in free if is_generic_id(name) and name not in by_name]
    if rated_ids:
        shared = {name: _share_rated(sample.iloc[:, names.index(name)], rated_ids) for name in free}
        best = max(by_name, key=lambda name: shared[name], default=None)  # of equal ones the first, the best name
        if best is not None and shared[best] >= _MIN_SHARED:
            return RoleColumn(best, role, "name")
        best = max(free, key=lambda name: shared[name], default=None)
        if best is not None and shared[best] >= _MIN_SHARED and not _is_measure(sample.iloc[:, names.index(best)]):
            return RoleColumn(best, role, "contents")
    if by_name:
        return RoleColumn(by_name[0], role, "name")
    last = _ranked(role, free)
    if last:
        return RoleColumn(last[0][0], role, "name")
    unique = [name for name in free if describe_contents(sample.iloc[:, names.index(name)]).share_unique == 1.0]
    return RoleColumn(unique[0], role, "contents") if unique and not rated_ids else None


def _share_rated(column: pd.Series[Any], rated_ids: Collection[str]) -> float:
    """The share of a column's different values that are ids of the ratings."""
    values = {str(value).strip() for value in column.dropna().unique()}
    return len(values & set(rated_ids)) / max(1, min(len(values), len(rated_ids))) if values else 0.0


def _is_measure(column: pd.Series[Any]) -> bool:
    """Whether values repeat so much that they are no ids of a table with a row each."""
    return describe_contents(column).share_unique < 0.5


def _most_title_like(contents: Mapping[str, Contents]) -> str | None:
    """The column whose texts are most like titles: with letters, hardly repeated, and no lists or addresses."""
    scores = {name: column.title_score for name, column in contents.items()}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 0 else None


def _roles(
    kind: Kind,
    names: Sequence[str],
    columns: Mapping[Role, RoleColumn],
    ranked: _Ranked,
) -> Roles:
    in_order: dict[Role, RoleColumn] = {role: columns[role] for role in get_args(Role) if role in columns}
    taken = _taken(in_order)
    rivals = {role: tuple(name for name, rank in matches if name not in taken and rank < WEAK)
              for role, matches in ranked.items() if role in in_order}  # fmt: skip
    return Roles(
        kind,
        in_order,
        tuple(name for name in names if name not in taken),
        {role: others for role, others in rivals.items() if others},
    )

