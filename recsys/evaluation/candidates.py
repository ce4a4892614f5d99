"""What a user's list may hold: no item they rated, no twin of one, and of several unrated twins only the best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.twins import Twins
from recsys.nn.arrays import Ids

PROTOCOL = "the whole catalogue without the user's training items"
TWINS_PROTOCOL = (
    "; of items with the same title and year (twins in items.json) only the one with the highest score is listed "
    "(ties: lower index), and none of them if the user rated one in training"
)


def exclude(scores: NDArray[np.floating[Any]], rated: tuple[Ids, Ids], twins: Twins | None) -> None:
    """Set the scores of what may not be listed to -inf, in place.

    Args:
        scores: (n, n_items), finite.
        rated: rows and columns of the rated items.
        twins: of the catalogue.
    """
    scores[rated] = -np.inf
    if not twins:
        return
    block = scores[:, twins.items]  # (n, t), the columns of a group side by side
    best = np.maximum.reduceat(block, twins.starts, axis=1)  # (n, g)
    is_rated = np.isneginf(np.minimum.reduceat(block, twins.starts, axis=1))  # (n, g): an item of the group is rated
    # The first of the highest-scored of each group: the lowest position among those that have the group's best score.
    position = np.where(block == best[:, twins.group], np.arange(len(twins.items)), len(twins.items))  # (n, t)
    first = np.minimum.reduceat(position, twins.starts, axis=1)  # (n, g)
    is_listed = (position == first[:, twins.group]) & ~is_rated[:, twins.group]
    scores[:, twins.items] = np.where(is_listed, block, -np.inf)


def listed_instead(scores: NDArray[np.floating[Any]], items: Ids, twins: Twins) -> NDArray[np.int64]:
    """Each item itself, or the twin of it that is listed in its place: (h,) for items (h,).

    Args:
        scores: (n_items,), of one user, after :func:`exclude`.
        items: (h,); an item stays where no twin of it may be listed either.
        twins: of the catalogue.
    """
    listed = np.arange(len(scores))
    members = twins.items[np.isfinite(scores[twins.items])]  # at most one of a group
    listed[twins.first[members]] = members
    return listed[twins.first[items]]


def protocol(twins: Twins) -> str:
    """Which items are ranked, in words."""
    return PROTOCOL + (TWINS_PROTOCOL if twins else "")
