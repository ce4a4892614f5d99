from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.errors import DataError
from recsys.evaluation import ranking
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.evaluation.ranking import top_k


class Table:
    """A scorer that looks its scores up."""

    def __init__(self, scores: Any) -> None:
        self.table = np.array(scores, np.float32)

    def scores(self, users: Any = None) -> np.ndarray:
        return self.table if users is None else self.table[users]


def log(pairs: list[tuple[int, int]], n_users: int, n_items: int) -> Dataset:
    return Dataset.from_frames(
        pd.DataFrame([(*pair, 1) for pair in pairs], columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )


def test_ranks_count_from_one_among_films_that_were_not_trained_with():
    train, test = log([(0, 0), (1, 4)], 2, 5), log([(0, 1), (0, 3), (1, 0)], 2, 5)
    # User 0: film 0 is known, then 3, 4, 2, 1. User 1: film 4 is known, then 3, 2, 1, 0.
    ranks = hidden_ranks(Table([[9, 1, 2, 4, 3], [1, 2, 3, 4, 5]]), train, test)
    assert ranks.tolist() == [4, 1, 4]


def test_equal_scores_rank_in_index_order():
    train, test = log([(0, 1)], 1, 5), log([(0, 0), (0, 3), (0, 4)], 1, 5)
    assert hidden_ranks(Table([[7, 7, 7, 7, 8]]), train, test).tolist() == [2, 4, 1]


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(DataError, match="not all finite"):
        hidden_ranks(Table([[1, np.nan]]), log([(0, 0)], 1, 2), log([(0, 1)], 1, 2))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(1, 9), st.integers(1, 4), st.randoms(use_true_random=False))
def test_they_are_those_of_sorting_and_the_places_in_lists(n_users, n_items, n_scores, random):
    pairs = [(user, item) for user in range(n_users) for item in range(n_items)]
    part = {pair: random.choice(["train", "test", ""]) for pair in pairs}
    part[pairs[0]], part[pairs[-1]] = "train", "test"
    if len(pairs) == 1:
        return
    parts = {name: [pair for pair in pairs if part[pair] == name] for name in ("train", "test")}
    train, test = (log(parts[name], n_users, n_items) for name in ("train", "test"))
    scores = [[random.randrange(n_scores) for _ in range(n_items)] for _ in range(n_users)]
    found = iter(hidden_ranks(Table(scores), train, test).tolist())
    lists, _ = top_k(Table(scores), k=n_items, exclude=train)
    for user in range(n_users):
        unseen = [item for item in range(n_items) if part[user, item] != "train"]
        ranked = sorted(unseen, key=lambda item: (-scores[user][item], item))
        for item in range(n_items):
            if part[user, item] == "test":
                rank = next(found)
                assert rank == ranked.index(item) + 1
                assert lists[user, rank - 1] == item
    assert next(found, None) is None


def test_ranks_do_not_depend_on_the_blocks(monkeypatch):
    rng = np.random.default_rng(0)
    pairs = [(user, int(item)) for user in range(40) for item in rng.permutation(30)[:12]]
    train, test = log(pairs[::2], 40, 30), log(pairs[1::2], 40, 30)
    scorer = Table(rng.integers(0, 9, (40, 30)))
    expected = hidden_ranks(scorer, train, test)
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 100)
    np.testing.assert_array_equal(hidden_ranks(scorer, train, test), expected)
