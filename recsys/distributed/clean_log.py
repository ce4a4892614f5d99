"""A log whose parts are clean and lie on workers, who join what is asked of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.duplicates import Rule
from recsys.data.row_facts import Consistency, Key
from recsys.distributed import clean_parts as tasks
from recsys.distributed.clean_parts import Columns
from recsys.distributed.cluster import Cluster, Future
from recsys.distributed.each_part import each, tree
from recsys.distributed.log_meanings import IdMeanings
from recsys.distributed.parts import KEYS, RATING_COLUMNS
from recsys.distributed.vocabulary import sum_arrays


class CleanLog:
    """The parts of a log: :class:`~recsys.data.interpret.LogInParts`.

    Args:
        cluster: whose workers have them.
        columns: further ones, which may say something of items and users.
        cleaned: the parts.
        used: by user and item, the positions of the ids that have ratings, (m,).
        about_ids: the ids by position.
    """

    def __init__(
        self,
        cluster: Cluster,
        columns: Sequence[str],
        cleaned: list[Future],
        used: dict[Key, NDArray[np.intp]],
        about_ids: dict[Key, IdMeanings],
    ) -> None:
        self.cluster, self.columns, self.cleaned = cluster, columns, cleaned
        self.used, self.about_ids = used, about_ids
        self.pairs: dict[tuple[Key, str], Future] = {}

    def consistency(self, key: Key, name: str) -> Consistency:
        """Of all parts."""
        result: Consistency = self.cluster.gather(
            self.cluster.submit(tasks.consistency, self._pairs(key, name), key, name)
        )
        return result

    def commonest(self, key: Key, name: str) -> pd.Series[Any]:
        """Of all parts."""
        result: pd.Series[Any] = self.cluster.gather(self.cluster.submit(tasks.commonest, self._pairs(key, name)))
        return result

    def _pairs(self, key: Key, name: str) -> Future:
        """How often each value of a column stands beside each user or item."""
        if (key, name) not in self.pairs:
            of_parts = each(self.cluster, tasks.values_of_keys, self.cleaned, key, name)
            whole = tree(self.cluster, tasks.join_key_values, of_parts)
            ids = self.cluster.put(self.about_ids[key].ids)
            self.pairs[key, name] = self.cluster.submit(tasks.with_ids, whole, ids)
        return self.pairs[key, name]

    def merge(self, arrays: dict[str, Any], rule: Rule | None) -> tuple[dict[str, Any], int]:
        """Each range of users by one worker, who gets their ratings of all parts."""
        index, n_ids = {}, {key: len(self.about_ids[key].ids) for key in KEYS}
        for key in KEYS:
            used = self.used[key]
            index[key] = np.full(n_ids[key], -1, np.int32)
            index[key][used] = arrays[key][: len(used)]
        n_users, n_items = len(arrays["user_ids"]), len(arrays["item_ids"])
        occurrences = each(self.cluster, tasks.occurrences, self.cleaned, "user", n_ids["user"])
        counts = self.cluster.gather(tree(self.cluster, sum_arrays, occurrences))
        starts = _ranges(index["user"], counts, n_users, self.cluster.n_parts)
        indices = map(self.cluster.put, index.values())
        pieces = each(self.cluster, tasks.divide_by_user, self.cleaned, *indices, starts)
        joined: list[Future] = []
        for number in range(len(starts)):
            of_range = [self.cluster.submit(tasks.chosen, piece, number) for piece in pieces]
            joined.append(self.cluster.submit(tasks.join_users, rule, n_items, *of_range))
        ranges: list[tuple[Columns, int]] = self.cluster.gather(joined)
        columns = {
            name: None if ranges[0][0][name] is None else np.concatenate([columns[name] for columns, _ in ranges])
            for name in RATING_COLUMNS
        }
        return arrays | columns, sum(n_merged for _, n_merged in ranges)


def _ranges(
    index: NDArray[np.int32], counts: NDArray[np.int64], n_users: int, n_ranges: int
) -> NDArray[np.int64]:
    """The first user of each of a few ranges of users that have about as many ratings each.

    Args:
        index: of each id (m,), the user; -1 for none.
        counts: of each id (m,), ratings.
        n_users: of the data set.
        n_ranges: at most.
    """
    of_user = np.zeros(n_users, np.int64)
    of_user[index[index >= 0]] = counts[index >= 0]
    before = np.cumsum(of_user) - of_user
    wanted = of_user.sum() * np.arange(n_ranges) // n_ranges
    starts = np.searchsorted(before, wanted[1:])
    starts = starts[starts < n_users]
    return np.unique(np.r_[0, starts[before[starts] < of_user.sum()]]).astype(np.int64)  # none without ratings
