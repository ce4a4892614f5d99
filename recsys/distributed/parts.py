"""Users dealt out into parts of about as many ratings each, and rows of the parts put together again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.nn.arrays import Ids


def deal_users(counts: Ids, n_parts: int, rng: np.random.Generator) -> list[Ids]:
    """The users of each part, ascending; every user is in one.

    Args:
        counts: (n_users,), ratings of each; some are above 0.
        n_parts: how many parts; there are fewer where a part would have no ratings.
        rng: draws who goes where. Ids often follow time, and a part of users of one time would be no fair sample.
    """
    if n_parts == 1:
        return [np.arange(len(counts))]
    order = rng.permutation(len(counts))
    before = np.cumsum(counts[order]) - counts[order]
    part = np.empty(len(counts), np.intp)
    part[order] = np.minimum(before * n_parts // counts.sum(), n_parts - 1)
    has_ratings = np.bincount(part, counts, n_parts) > 0
    part[~has_ratings[part]] = np.flatnonzero(has_ratings)[0]
    return [np.flatnonzero(part == number) for number in np.flatnonzero(has_ratings)]


def join_rows(parts: Sequence[NDArray[Any]], users: Sequence[Ids]) -> NDArray[Any]:
    """One row for each user, (n_users, ...), from those of each part.

    Args:
        parts: (n, ...) each.
        users: (n,) each, whose rows they are; together all users.
    """
    rows = np.empty((sum(map(len, users)), *parts[0].shape[1:]), parts[0].dtype)
    for part, of_part in zip(parts, users, strict=True):
        rows[of_part] = part
    return rows
