from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.errors import DataError
from recsys.evaluation import ranking
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.evaluation.ranking import top_k
from recsys.recommend.lists import recommend, recommend_and_rank
from tests.small_logs import TableScorer, log_of


def test_ranks_count_from_one_among_items_that_were_not_trained_with():
    train, test = log_of([(0, 0), (1, 4)], 2, 5), log_of([(0, 1), (0, 3), (1, 0)], 2, 5)
    # User 0: item 0 is known, then 3, 4, 2, 1. User 1: item 4 is known, then 3, 2, 1, 0.
    ranks = hidden_ranks(TableScorer([[9, 1, 2, 4, 3], [1, 2, 3, 4, 5]]), train, test)
    assert ranks.tolist() == [4, 1, 4]


def test_equal_scores_rank_in_index_order():
    train, test = log_of([(0, 1)], 1, 5), log_of([(0, 0), (0, 3), (0, 4)], 1, 5)
    assert hidden_ranks(TableScorer([[7, 7, 7, 7, 8]]), train, test).tolist() == [2, 4, 1]


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(DataError, match="not all finite"):
        hidden_ranks(TableScorer([[1, np.nan]]), log_of([(0, 0)], 1, 2), log_of([(0, 1)], 1, 2))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(2, 9), st.integers(1, 4), st.randoms(use_true_random=False))
def test_ranks_are_those_of_sorting_and_the_positions_in_lists(n_users, n_items, n_scores, random):
    pairs = [(user, item) for user in range(n_users) for item in range(n_items)]
    part = {pair: random.choice(["train", "test", ""]) for pair in pairs}
    part[pairs[0]], part[pairs[-1]] = "train", "test"
    train, test = (
        log_of([pair for pair in pairs if part[pair] == name], n_users, n_items) for name in ("train", "test")
    )
    scores = [[random.randrange(n_scores) for _ in range(n_items)] for _ in range(n_users)]
    ranks = iter(hidden_ranks(TableScorer(scores), train, test).tolist())
    lists, _ = top_k(TableScorer(scores), k=n_items, exclude=train)
    for user in range(n_users):
        unseen = [item for item in range(n_items) if part[user, item] != "train"]
        ranked = sorted(unseen, key=lambda item: (-scores[user][item], item))
        for item in range(n_items):
            if part[user, item] == "test":
                rank = next(ranks)
                assert rank == ranked.index(item) + 1
                assert lists[user, rank - 1] == item
    assert next(ranks, None) is None


def test_ranks_do_not_depend_on_the_block_size(monkeypatch):
    rng = np.random.default_rng(0)
    pairs = [(user, int(item)) for user in range(40) for item in rng.permutation(30)[:12]]
    train, test = log_of(pairs[::2], 40, 30), log_of(pairs[1::2], 40, 30)
    scorer = TableScorer(rng.integers(0, 9, (40, 30)))
    expected = hidden_ranks(scorer, train, test)
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 100)
    np.testing.assert_array_equal(hidden_ranks(scorer, train, test), expected)


def test_lists_and_ranks_at_once_are_those_of_each_alone():
    rng = np.random.default_rng(1)
    pairs = [(user, int(item)) for user in range(40) for item in rng.permutation(30)[:12]]
    train, test = log_of(pairs[::2], 40, 30), log_of(pairs[1::2], 40, 30)
    scorer = TableScorer(rng.integers(0, 9, (40, 30)))
    lists, ranks = recommend_and_rank(scorer, train, test, 7)
    alone = recommend(scorer, train, test, 7)
    assert all(np.array_equal(getattr(lists, name), getattr(alone, name)) for name in vars(alone))
    np.testing.assert_array_equal(ranks, hidden_ranks(scorer, train, test))
    lists, ranks = recommend_and_rank(scorer, train, None, 7)
    assert not lists.held_out.any()
    assert len(ranks) == 0
