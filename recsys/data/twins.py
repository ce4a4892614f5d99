"""Twins: items with the same title and year, which are most likely the same film under two ids.

Models cannot know this, so each twin has its own vector and scores. But nobody wants the same film twice in a list,
or a film that they already rated under its other id.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Twins:
    """The items of a catalogue that have twins, in groups.

    Attributes:
        items: int64 (t,), the items of the first group, then of the second ...; ascending in each group, and groups
            in the order of their first items.
        starts: int64 (g,), the position in ``items`` at which each group begins.
        n_items: the number of items in the catalogue.
    """

    items: NDArray[np.int64]
    starts: NDArray[np.int64]
    n_items: int

    def __bool__(self) -> bool:
        """Whether there are any."""
        return len(self.items) > 0

    @cached_property
    def group(self) -> NDArray[np.int64]:
        """The group of each of ``items``, counted from 0: (t,)."""
        lengths = np.diff(np.append(self.starts, len(self.items)))
        return np.repeat(np.arange(len(self.starts)), lengths)

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """The first item of the group of each item, an item without twins itself: (n_items,)."""
        first = np.arange(self.n_items)
        first[self.items] = self.items[self.starts][self.group] if self else 0
        return first

    def first_of(self, items: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
        """The first item of the group of each of ``items``, of any shape, so that twins are equal; -1 stays -1."""
        return np.where(items < 0, -1, self.first[items]) if self else items

    @cached_property
    def has_twin(self) -> NDArray[np.bool_]:
        """Whether an item has a twin: (n_items,)."""
        has_twin = np.zeros(self.n_items, bool)
        has_twin[self.items] = True
        return has_twin

    def groups(self) -> list[list[int]]:
        """The items of each group."""
        return [group.tolist() for group in np.split(self.items, self.starts[1:])] if self else []


def find_twins(titles: NDArray[np.object_], years: NDArray[np.float64], ids: NDArray[Any]) -> Twins:
    """Group the items whose title and year are the same, both known.

    Args:
        titles: (n_items,); unknown titles are the id. White space, and different ways to write the same letter in
            Unicode, make no difference.
        years: (n_items,), NaN if unknown; 0 means unknown too, as in some logs.
        ids: (n_items,).
    """
    by_title_and_year: dict[tuple[str, float], list[int]] = {}
    known_years = np.flatnonzero(np.isfinite(years) & (years != 0))
    for item, year in zip(known_years.tolist(), years[known_years].tolist(), strict=True):
        title = " ".join(unicodedata.normalize("NFC", titles[item]).split())
        by_title_and_year.setdefault((title, year), []).append(item)
    groups = []
    for (title, _), items in by_title_and_year.items():
        known = [item for item in items if titles[item] != str(ids[item])] if title and len(items) > 1 else []
        if len(known) > 1:
            groups.append(known)
    groups.sort()
    lengths = np.array([len(group) for group in groups], np.int64)
    members = np.array([item for group in groups for item in group], np.int64)
    return Twins(members, np.cumsum(lengths) - lengths, len(titles))
