"""Every list turned round: which users a film is recommended to. Knows neither titles nor pages.

A hit that may not be named stands in its list without a film. It is no film's here either, and not counted: what a
film's page said of it would give it away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from recsys.artefacts import Recommendations


@dataclass(frozen=True)
class Reader:
    """A user whose list a film stands in."""

    rank: int
    user: str
    held_out: bool


def audiences(recommendations: Recommendations) -> Mapping[str, Mapping[str, list[Reader]]]:
    """By model and film: who gets it, best rank first; equals in the order of the export.

    Films in nobody's list, and models that were not built, have no key.
    """
    found: dict[str, dict[str, list[Reader]]] = {}
    for user, lists in recommendations.users.items():
        for name, rows in lists.lists().items():
            of_model = found.setdefault(name, defaultdict(list))
            for rank, row in enumerate(rows, start=1):
                if row.item is not None:
                    of_model[row.item].append(Reader(rank, user, row.held_out))
    return {
        name: {item: sorted(readers, key=lambda one: one.rank) for item, readers in of_model.items()}
        for name, of_model in found.items()
    }
