"""Every list turned round: which users a film is recommended to. Knows neither titles nor pages.

A hit that may not be named stands in its list without a film. It is no film's here either, and not counted: what a
film's page said of it would give it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop

from recsys.schema import Recommendations

MOST_READERS = 30
"""Users that are named of each film and model; the others are counted, or a popular film would hold all users."""


@dataclass(frozen=True)
class Reader:
    """A user whose list a film stands in."""

    rank: int
    user: str
    held_out: bool


@dataclass(frozen=True)
class Readers:
    """Those whose list a film stands in: how many, how many of them really rated it, and who has it at best rank."""

    n: int
    n_hits: int
    best: Sequence[Reader]


@dataclass
class _Count:
    n: int = 0
    n_hits: int = 0
    best: list[tuple[int, int, bool]] = field(default_factory=list)
    """A heap of (-rank, -place of the user, hit): the worst of the best on top."""


def audiences(recommendations: Recommendations) -> Mapping[str, Mapping[str, Readers]]:
    """By model and film: who gets it, best rank first; equals in the order of the export.

    Films in nobody's list, and models that were not built, have no key.
    """
    found: dict[str, dict[str, _Count]] = {}
    for place, lists in enumerate(recommendations.users.values()):
        for name, rows in lists.models.items():
            of_model = found.setdefault(name, {})
            for rank, row in enumerate(rows, start=1):
                if row.item is None:
                    continue
                if (count := of_model.get(row.item)) is None:
                    count = of_model[row.item] = _Count()
                count.n += 1
                count.n_hits += row.held_out
                one = (-rank, -place, row.held_out)
                if len(count.best) < MOST_READERS:
                    heappush(count.best, one)
                else:
                    heappushpop(count.best, one)
    users = list(recommendations.users)
    return {
        name: {item: Readers(one.n, one.n_hits, _readers(one, users)) for item, one in of_model.items()}
        for name, of_model in found.items()
    }


def _readers(count: _Count, users: Sequence[str]) -> list[Reader]:
    return [Reader(-rank, users[-place], held_out) for rank, place, held_out in sorted(count.best, reverse=True)]
