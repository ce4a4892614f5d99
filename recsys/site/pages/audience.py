"""Recommendations by item instead of by user: to which users each item is recommended.

A hit that may not be named stands in its list without an item. It is not counted for any item here either: the item's
page would give it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace

from recsys.schema import Recommendations

MAX_NAMED_USERS = 30
"""Users named for each item and model; the others are only counted, or a popular item would name all users."""


@dataclass(frozen=True)
class AudienceMember:
    """A user that an item is recommended to."""

    rank: int
    user: str
    held_out: bool


@dataclass(frozen=True)
class Audience:
    """The users that an item is recommended to: how many, how many of them are hits, and the best ranks."""

    n_users: int
    n_hits: int
    n_liked: int | None
    """Hits whose user liked the item; None where ratings do not say."""
    best: Sequence[AudienceMember]


@dataclass
class _Count:
    n_users: int = 0
    n_hits: int = 0
    n_liked: int | None = None
    best: list[tuple[int, int, bool]] = field(default_factory=list)
    """A heap of (-rank, -position of the user, hit): the worst of the best on top."""

    def audience(self, users: Sequence[str]) -> Audience:
        members = sorted(self.best, reverse=True)
        best = [AudienceMember(-rank, users[-position], held_out) for rank, position, held_out in members]
        return Audience(self.n_users, self.n_hits, self.n_liked, best)


def audiences(recommendations: Recommendations) -> Mapping[str, Mapping[str, Audience]]:
    """By model and item: the users it is recommended to, best rank first; equals in the order of the export.

    Items in nobody's list, and models that were not built, have no key.
    """
    counts: dict[str, dict[str, _Count]] = {}
    for position, lists in enumerate(recommendations.users.values()):
        for name, rows in lists.models.items():
            by_item = counts.setdefault(name, {})
            for rank, row in enumerate(rows, start=1):
                if row.item is None:
                    continue
                if (count := by_item.get(row.item)) is None:
                    count = by_item[row.item] = _Count()
                count.n_users += 1
                count.n_hits += row.held_out
                if row.liked is not None:
                    count.n_liked = (count.n_liked or 0) + row.liked
                if len(count.best) < MAX_NAMED_USERS:
                    heappush(count.best, (-rank, -position, row.held_out))
                elif -rank > count.best[0][0]:  # of equal ranks the earlier user's is the better
                    heapreplace(count.best, (-rank, -position, row.held_out))
    users = list(recommendations.users)
    return {
        name: {item: count.audience(users) for item, count in by_item.items()} for name, by_item in counts.items()
    }
