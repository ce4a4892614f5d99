"""Logs of a few ratings in which ids are indices, and a scorer whose scores are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from recsys.data.dataset import Dataset


class TableScorer:
    """Looks scores (n_users, n_items) up, and remembers how many users it was asked for at once."""

    def __init__(self, scores: Any, dtype: type = np.float32) -> None:
        self.table = np.array(scores, dtype)
        self.batch_sizes: list[int] = []

    def scores(self, users: Any = None) -> np.ndarray:
        self.batch_sizes.append(len(self.table) if users is None else len(users))
        return self.table if users is None else self.table[users]


def log_of(rows: Iterable[tuple[float, ...]], n_users: int, n_items: int) -> Dataset:
    """Rows of (user, item[, rating[, timestamp]]); ratings that are not given are 3."""
    complete = [(*row, 3.0) if len(row) == 2 else row for row in rows]
    return Dataset.from_frames(
        pd.DataFrame(complete, columns=["user", "item", "rating", "timestamp"][: len(complete[0])]),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )


def pairs_of(items_by_user: list[set[int]]) -> list[tuple[int, int]]:
    """(user, item) for every item of every user."""
    return [(user, item) for user, items in enumerate(items_by_user) for item in items]
