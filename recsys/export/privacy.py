"""Which of a user's rated items a site may name: the one module that decides.

A published list reveals what a user rated wherever it marks a hit, shows what they rated best, or gives a rated item
as a reason. All of these draw on one allowance. A hit may stand under the id of a twin of what the user rated: that
names the rated item all the same, so every id counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice, zip_longest

MAX_NAMED = 30
"""Rated items of one user that a site names at most, over all its files and pages: the log itself stays private."""


def items_to_name(*claims: Iterable[str], limit: int = MAX_NAMED) -> frozenset[str]:
    """The items of one user that may be named.

    Args:
        claims: items that some part of the site wants to name, the more important claim first, and in each the more
            important item first; an item may be in several.
        limit: how many may be named.
    """
    return frozenset(islice(dict.fromkeys(chain(*claims)), limit))


def round_robin(lists: Iterable[Iterable[str | None]]) -> list[str]:
    """The items of several lists, rank by rank, so that none is cut short for another; None is skipped."""
    return [item for rank in zip_longest(*lists) for item in rank if item is not None]
