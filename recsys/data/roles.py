"""The roles of the columns of a table, and how a column gets its role by the settings, else by its name.

:mod:`recsys.data.rating_roles` decides the roles in tables of ratings, :mod:`recsys.data.fact_roles` those in tables
of items and of users.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from recsys.config import Role
from recsys.data.column_names import How, matches_of_name, same_name
from recsys.errors import DataError

Kind = Literal["ratings", "items", "users"]
Ranked = Mapping[Role, Sequence[tuple[str, int]]]
"""By role, the names of the columns that may have it with their ranks, the best first."""
FACT_ROLES: tuple[Role, ...] = ("title", "year", "genres")
SAMPLE_ROWS = 1000
"""The number of rows at the beginning of a table by which the roles of its columns are decided."""


@dataclass(frozen=True)
class RoleColumn:
    """A column with a role."""

    name: str
    role: Role
    how: How


@dataclass(frozen=True)
class Roles:
    """The roles of the columns of a table.

    Attributes:
        kind: what the table holds.
        columns: the columns with a role, by role.
        others: the names of all other columns in the order of the table; they may become features.
    """

    kind: Kind
    columns: Mapping[Role, RoleColumn]
    others: tuple[str, ...]

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


def names_of(sample: pd.DataFrame) -> list[str]:
    """The names of the columns as text."""
    return [str(name) for name in sample.columns]


def taken_names(columns: Mapping[Role, RoleColumn]) -> set[str]:
    """The names of the columns that have a role."""
    return {column.name for column in columns.values()}


def named_columns(
    table: str, names: Sequence[str], named: Mapping[Role, str], roles: Sequence[Role]
) -> dict[Role, RoleColumn]:
    """The columns that the settings name.

    Raises:
        DataError: there is no such column.
    """
    columns: dict[Role, RoleColumn] = {}
    for role in roles:
        if role in named:
            name = same_name(named[role], names)
            if name is None:
                close = difflib.get_close_matches(named[role], names, n=1)
                guess = f"did you mean {close[0]!r}? " if close else ""
                raise DataError(
                    f"{table} has no column {named[role]!r}, which the settings name for {role} ({guess}its columns "
                    f"are {', '.join(names)})"
                )
            columns[role] = RoleColumn(name, role, "setting")
    return columns


def ranked_by_name(role: Role, names: Sequence[str]) -> list[tuple[str, int]]:
    """The columns whose names may mean this role, with their ranks, the best first."""
    ranks = [(name, match.rank) for name in names for match in matches_of_name(name) if match.role == role]
    return sorted(ranks, key=lambda pair: pair[1])


def assign_best(ranked: Ranked, given: Mapping[Role, RoleColumn]) -> dict[Role, RoleColumn]:
    """One column for each role and no column twice, assigning the best matches first."""
    pairs = [(rank, position, name, role) for position, (role, matches) in enumerate(ranked.items())
             for name, rank in matches]  # fmt: skip
    columns: dict[Role, RoleColumn] = {}
    for _, _, name, role in sorted(pairs, key=lambda pair: pair[:2]):
        if role not in columns and role not in given and name not in taken_names(columns):
            columns[role] = RoleColumn(name, role, "name")
    return columns


def make_roles(kind: Kind, names: Sequence[str], columns: Mapping[Role, RoleColumn]) -> Roles:
    """The roles of a table whose columns have these names, in the order of the package's roles."""
    in_order = {role: columns[role] for role in get_args(Role) if role in columns}
    taken = taken_names(in_order)
    return Roles(kind, in_order, tuple(name for name in names if name not in taken))
