"""Logs of a few ratings in which ids are indices, and a scorer whose scores are given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
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


def write_movielens(folder: Path, n_users: int = 60, n_items: int = 40) -> Path:
    """A log in the layout of MovieLens's CSV files: two tastes, 11 to 16 ratings of each user; returns ``folder``."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    ratings = ["userId,movieId,rating,timestamp"]
    for user in range(1, n_users + 1):
        half = np.arange(user % 2, n_items, 2)
        items = rng.permutation(np.r_[rng.permutation(half)[:10], rng.permutation(n_items)[: rng.integers(2, 7)]])
        for time, item in enumerate(dict.fromkeys(items.tolist())):
            liked = item % 2 == user % 2
            ratings.append(f"{user},{item + 1},{rng.integers(3, 6) if liked else rng.integers(1, 4)},{time}")
    movies = ["movieId,title,genres"] + [
        f"{item + 1},Title {item + 1} ({1950 + item}),{('Farce', 'Noir|Drama')[item % 2]}" for item in range(n_items)
    ]
    (folder / "ratings.csv").write_text("\n".join(ratings) + "\n", encoding="utf-8")
    (folder / "movies.csv").write_text("\n".join(movies) + "\n", encoding="utf-8")
    return folder
