"""A log whose cleaned parts are on the workers, which answer questions about all parts and join their ratings."""

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
        cluster: whose workers have the parts.
        columns: further columns, which may describe items and users.
        cleaned: the parts, as :class:`~recsys.distributed.clean_parts.CleanPart`.
        used: for users and for items, the positions of the ids that have ratings, (m,).
        about_ids: for users and for items, the ids by position.
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
        """Whether a column has one value for each user or item, in all parts."""
        result: Consistency = self.cluster.gather(
            self.cluster.submit(tasks.consistency, self._pairs(key, name), key, name)
        )
        return result

    def commonest(self, key: Key, name: str) -> pd.Series[Any]:
        """The commonest value of a column for each user or item, in all parts."""
        result: pd.Series[Any] = self.cluster.gather(self.cluster.submit(tasks.commonest, self._pairs(key, name)))
        return result

    def _pairs(self, key: Key, name: str) -> Future:
        """How often each value of a column occurs with each user or item."""
        if (key, name) not in self.pairs:
            parts = each(self.cluster, tasks.values_of_keys, self.cleaned, key, name)
            joined = tree(self.cluster, tasks.join_key_values, parts)
            ids = self.cluster.put(self.about_ids[key].ids)
            self.pairs[key, name] = self.cluster.submit(tasks.with_ids, joined, ids)
        return self.pairs[key, name]

    def merge(self, arrays: dict[str, Any], rule: Rule | None) -> tuple[dict[str, Any], int]:
        """Join the ratings of all parts, each range of users on one worker, and merge repeated pairs.

        Args:
            arrays: of a digest of the log, with each user and item; its ratings are replaced.
            rule: which rating a repeated pair has; None to leave all of them.

        Returns:
            The arrays with the ratings, and how many of these were merged into others.
        """
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
            in_range = [self.cluster.submit(tasks.chosen, piece, number) for piece in pieces]
            joined.append(self.cluster.submit(tasks.join_users, rule, n_items, *in_range))
        ranges: list[tuple[Columns, int]] = self.cluster.gather(joined)
        columns = {
            name: None if ranges[0][0][name] is None else np.concatenate([columns[name] for columns, _ in ranges])
            for name in RATING_COLUMNS
        }
        return arrays | columns, sum(n_merged for _, n_merged in ranges)


def _ranges(
    index: NDArray[np.int32], counts: NDArray[np.int64], n_users: int, n_ranges: int
) -> NDArray[np.int64]:
    """The first user of each range of users; all ranges have about equally many ratings.

    Args:
        index: (m,), the user of each id; -1 for none.
        counts: (m,), ratings of each id.
        n_users: of the data set.
        n_ranges: how many ranges at most.
    """
    user_counts = np.zeros(n_users, np.int64)
    user_counts[index[index >= 0]] = counts[index >= 0]
    before, n_ratings = np.cumsum(user_counts) - user_counts, user_counts.sum()
    starts = np.searchsorted(before, n_ratings * np.arange(1, n_ranges) // n_ranges)
    starts = starts[starts < n_users]
    return np.unique(np.r_[0, starts[before[starts] < n_ratings]]).astype(np.int64)  # no range without ratings
