"""The exported lists as arrays, from which metrics are computed as in a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.twins import Twins
from recsys.schema import BaselineRecommendation, Items, Recommendation, UserLists

NO_ITEM, WITHHELD = -1, -2


@dataclass(frozen=True)
class Catalogue:
    """The facts on items and users in the exported files that metrics need: a ``TrainingCounts``.

    Attributes:
        n_users: number of all users.
        n_items: number of all items.
        item_counts: int64 (n_items,), training ratings of each item.
        genres: bool (n_items, n_genres).
        genre_names: names of the columns.
        index: by id, the index of each item.
        twins: items of the same title and year.
    """

    n_users: int
    n_items: int
    item_counts: NDArray[np.int64]
    genres: NDArray[np.bool_]
    genre_names: tuple[str, ...]
    index: Mapping[str, int]
    twins: Twins


@dataclass(frozen=True)
class Lists:
    """The lists of one model or baseline.

    Attributes:
        items: int32 (n, k), indices; -1 for no item, -2 for one that is withheld.
        hits: bool (n, k), whether the item counts as relevant.
    """

    items: NDArray[np.int32]
    hits: NDArray[np.bool_]

    @property
    def n_withheld(self) -> int:
        """How many items are not named."""
        return int((self.items == WITHHELD).sum())


def make_catalogue(items: Items, n_users: int) -> Catalogue:
    """The catalogue of an export.

    Raises:
        KeyError: a group of twins names an item that is not in the catalogue.
    """
    genre_names = tuple(sorted({genre for item in items.items for genre in item.genres}))
    column = {name: number for number, name in enumerate(genre_names)}
    genres = np.zeros((len(items.items), len(genre_names)), bool)
    for row, item in enumerate(items.items):
        genres[row, [column[genre] for genre in item.genres]] = True
    index = {item.id: row for row, item in enumerate(items.items)}
    groups = [[index[id_] for id_ in group] for group in items.twins]
    lengths = np.array([len(group) for group in groups], np.int64)
    return Catalogue(
        n_users=n_users,
        n_items=len(items.items),
        item_counts=np.array([item.n_train for item in items.items], np.int64),
        genres=genres,
        genre_names=genre_names,
        index=index,
        twins=Twins(
            np.array([item for group in groups for item in group], np.int64),
            np.cumsum(lengths) - lengths,
            len(items.items),
        ),
    )



def make_lists(name: str, users: Sequence[UserLists], k: int, index: Mapping[str, int]) -> Lists:
    """The lists of some users by one model or baseline.

    Args:
        name: of the model or baseline.
        users: (n,), whose lists these are.
        k: length of a list; users with fewer items have shorter ones.
        index: by id, the index of each item.

    Raises:
        KeyError: an item is not in the catalogue.
        ValueError: a list is longer than k.
    """
    items = np.full((len(users), k), NO_ITEM, np.int32)
    hits = np.zeros((len(users), k), bool)
    for row, user in enumerate(users):
        listed = rows_of(user, name)
        if len(listed) > k:
            raise ValueError(f"a list of {name} has {len(listed)} items, and k is {k}")
        items[row, : len(listed)] = [WITHHELD if entry.item is None else index[entry.item] for entry in listed]
        hits[row, : len(listed)] = [entry.held_out and entry.relevant for entry in listed]
    return Lists(items, hits)


def rows_of(user: UserLists, name: str) -> Sequence[Recommendation | BaselineRecommendation]:
    """A user's list by one model or baseline; empty if there is none."""
    return user.models.get(name) or user.baselines.get(name) or ()
