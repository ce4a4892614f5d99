"""Merge several ratings of an item by the same user into one."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recsys.data.sorting import order_by

Rule = Literal["newest", "mean", "sum", "count"]


def merge_duplicates(arrays: dict[str, Any], n_items: int, rule: Rule) -> tuple[dict[str, Any], int]:
    """The arrays with one rating for each pair of user and item, and how many ratings were merged into others.

    A merged rating is in the position of the first rating of its pair. Nothing else depends on the order of rows: if
    several ratings are equally new, or there are no times, the newest rating is their mean.

    Args:
        arrays: user, item, rating and timestamp (which may be None) by name, each (n,).
        n_items: the number of items in the catalogue.
        rule: the rating of a pair: the newest, the mean, the sum, or the number of its ratings. Its time is the
            newest.
    """
    user, item = arrays["user"], arrays["item"]
    repeated = repeated_pairs(user, item, n_items)
    if not len(repeated):
        return arrays, 0
    rating, time = arrays["rating"], arrays["timestamp"]
    times = np.zeros(len(repeated), np.int64) if time is None else time[repeated]
    # Sorted by rating too, so that a mean or sum does not depend on the order of rows to the last bit.
    by_rating = np.argsort(rating[repeated], kind="stable")
    order = by_rating[order_by(user[repeated[by_rating]], item[repeated[by_rating]], times[by_rating])]
    rows, times = repeated[order], times[order]
    is_first = np.r_[True, (user[rows][1:] != user[rows][:-1]) | (item[rows][1:] != item[rows][:-1])]
    starts = np.flatnonzero(is_first)
    group = np.cumsum(is_first) - 1
    newest = np.maximum.reduceat(times, starts)
    values = np.ones(len(rows)) if rule == "count" else rating[rows].astype(np.float64)
    if rule == "newest":
        values = np.where(times == newest[group], values, 0.0)
        counted = np.add.reduceat((times == newest[group]).astype(np.int64), starts)
    else:
        counted = np.diff(np.r_[starts, len(rows)]) if rule == "mean" else np.ones(len(starts), np.int64)
    merged = (np.add.reduceat(values, starts) / counted).astype(rating.dtype)
    first_row = np.minimum.reduceat(rows, starts)  # of each pair
    rating = rating.copy()
    rating[first_row] = merged
    is_used = np.ones(len(user), bool)
    is_used[rows] = False
    is_used[first_row] = True
    if time is not None:
        time = time.copy()
        time[first_row] = newest
    result = {
        "user": user[is_used], "item": item[is_used], "rating": rating[is_used],
        "timestamp": None if time is None else time[is_used],
    }  # fmt: skip
    return arrays | result, len(rows) - len(first_row)


def repeated_pairs(user: NDArray[np.int32], item: NDArray[np.int32], n_items: int) -> NDArray[np.int64]:
    """The rows of all pairs that occur more than once, ascending.

    Args:
        user: (n,).
        item: (n,).
        n_items: a number larger than every item.
    """
    pairs = user.astype(np.int64) * n_items + item
    if len(pairs) < 2 or (pairs[1:] > pairs[:-1]).all():  # large logs are mostly sorted
        return np.zeros(0, np.int64)
    ordered = np.sort(pairs)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return np.zeros(0, np.int64)
    position = np.minimum(np.searchsorted(twice, pairs), len(twice) - 1)
    return np.flatnonzero(twice[position] == pairs)
