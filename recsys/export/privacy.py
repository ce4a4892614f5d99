"""Which of a user's rated items a site may name: the one place that decides. Knows neither files nor pages.

A published list gives away what a user rated wherever it marks a hit, shows what they rated best, or gives a rated
item as a reason. All of these draw on one allowance.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice

MOST_NAMED = 30
"""Rated items of one user that a site names at most, over all its files and pages: the log itself stays private."""


def may_be_named(*claims: Iterable[str], most: int = MOST_NAMED) -> frozenset[str]:
    """The items that may be named of one user.

    Args:
        claims: items that somebody wants to name, the more important claim first, in each the more important item
            first; items may stand in several.
        most: how many may be named.
    """
    return frozenset(islice(dict.fromkeys(chain(*claims)), most))


def by_rank(lists: Iterable[Iterable[str | None]]) -> list[str]:
    """What several lists claim, place by place, so that none is cut short for another; None claims nothing."""
    columns = [list(one) for one in lists]
    longest = max(map(len, columns), default=0)
    ranked = (one[place] for place in range(longest) for one in columns if place < len(one))
    return [item for item in ranked if item is not None]
