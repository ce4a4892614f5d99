"""From the lists of all users, which are arrays, to the rows of each user; every item is still named."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from recsys import schema
from recsys.evaluation.report import hits
from recsys.export.encoding import ids, rounded
from recsys.export.results import Results
from recsys.recommend.explain import Reasons
from recsys.recommend.liked import liked_hits
from recsys.recommend.lists import Lists

_USERS_AT_ONCE = 1024
Row = TypeVar("Row")
Columns = list[list[list[Any]]]
"""Several facts about the positions of some users' lists: by fact, user and position."""

baseline_row = lru_cache(1 << 17)(schema.BaselineRecommendation)
"""Rows of all users that say the same are one object: of a large log they would be most of what is in memory."""


class _ListRows(ABC, Generic[Row]):
    """Gives the rows of one user after the other, by name of the model or baseline.

    Args:
        lists: of all users, by name.
        results: what else the build computed.
    """

    def __init__(self, lists: Mapping[str, Lists], results: Results) -> None:
        self.lists, self.n_users = lists, results.dataset.n_users
        self.item_ids = ids(results.dataset.item_ids)
        self.relevant = {name: _relevant(of_all_users, results) for name, of_all_users in lists.items()}

    def __iter__(self) -> Iterator[dict[str, list[Row]]]:
        """The rows of one user after the other."""
        # Arrays are converted for many users at once: user by user, that takes longer than all the rest.
        for start in range(0, self.n_users, _USERS_AT_ONCE):
            users = slice(start, min(start + _USERS_AT_ONCE, self.n_users))
            columns = {name: self.columns(name, users) for name in self.lists}
            for user in range(users.stop - users.start):
                yield {name: self.rows(*(column[user] for column in each)) for name, each in columns.items()}

    @abstractmethod
    def columns(self, name: str, users: slice) -> Columns:
        """What rows say of the positions of some users' lists, as Python values."""

    @abstractmethod
    def rows(self, *columns: list[Any]) -> list[Row]:
        """The rows of one user, from the columns of their list."""


class BaselineRows(_ListRows[schema.BaselineRecommendation]):
    """The rows of baselines."""

    def columns(self, name: str, users: slice) -> Columns:
        """Items, whether they are hits, and whether these count."""
        lists = self.lists[name]
        return [array[users].tolist() for array in (lists.items, lists.held_out, self.relevant[name])]

    def rows(self, *columns: list[Any]) -> list[schema.BaselineRecommendation]:
        """The rows of one user, from the columns of their list."""
        item_ids = self.item_ids
        return [
            baseline_row(item_ids[item], held_out, relevant)
            for item, held_out, relevant in zip(*columns, strict=True)
            if item >= 0
        ]


class ModelRows(_ListRows[schema.Recommendation]):
    """The rows of models.

    Args:
        lists: of all users, by name.
        reasons: why these items, by name.
        results: what else the build computed.
    """

    def __init__(self, lists: Mapping[str, Lists], reasons: Mapping[str, Reasons], results: Results) -> None:
        super().__init__(lists, results)
        self.reasons = reasons
        self.liked = {
            name: liked_hits(of_all_users, results.dataset, results.split.test)
            for name, of_all_users in lists.items()
        }

    def columns(self, name: str, users: slice) -> Columns:
        """Items, scores, whether they are hits, reasons and their strengths, whether hits count, and were liked."""
        lists, reasons = self.lists[name], self.reasons.get(name)
        items = lists.items[users]
        nothing: list[list[Any]] = [[()] * items.shape[1]] * len(items)
        return [
            items.tolist(),
            rounded(lists.scores[users]),
            lists.held_out[users].tolist(),
            nothing if reasons is None else reasons.items[users].tolist(),
            nothing if reasons is None else rounded(reasons.strengths[users]),
            self.relevant[name][users].tolist(),
            self.liked[name][users].tolist(),
        ]

    def rows(self, *columns: list[Any]) -> list[schema.Recommendation]:
        """The rows of one user, from the columns of their list."""
        item_ids = self.item_ids
        return [
            schema.Recommendation(
                item_ids[item],
                score,
                held_out,
                why=[
                    (item_ids[reason], strength)
                    for reason, strength in zip(reasons, strengths, strict=True)
                    if reason >= 0
                ],
                relevant=relevant,
                liked=liked,
            )
            for item, score, held_out, reasons, strengths, relevant, liked in zip(*columns, strict=True)
            if item >= 0
        ]


def _relevant(lists: Lists, results: Results) -> NDArray[np.bool_]:
    """False for hits that do not count in the metrics, (n_users, k); true for everything else."""
    if results.relevant is results.split.test:
        return np.ones(lists.items.shape, bool)
    return ~lists.held_out | hits(lists.items, np.arange(len(lists.items)), results.relevant)
