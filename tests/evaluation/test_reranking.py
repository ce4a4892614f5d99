from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.errors import ConfigError
from recsys.evaluation.ranking import top_k
from recsys.evaluation.reranking import popularity, rerank, top_k_discovered
from tests.small_logs import TableScorer, log_of

ALL = np.arange(4, dtype=np.int32)[None]
"""Four candidates of one user, best first."""


def order(scores: list[float], popular: list[float], discovery: float, k: int = 4) -> list[int]:
    items, _ = rerank(ALL, np.array([scores], np.float32), np.array(popular, float), discovery, k)
    return items[0].tolist()


@st.composite
def candidate_lists(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items (n, m), scores in descending order, and a popularity for each item."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    items = np.stack([rng.permutation(20)[:m] for _ in range(n)]).astype(np.int32)
    scores = -np.sort(-rng.standard_normal((n, m)), axis=1)
    return items, scores.astype(np.float32), np.log2(1 + rng.integers(0, 500, 20))


def test_an_order_worked_by_hand():
    # The scores 3, 2, 1, 0 and the popularities 6, 2, 4, 0 have standard deviations of 1 : 2, so that a bit of
    # popularity is worth half a point: at 1 the adjusted scores are 0, 1, -1 and 0.
    assert order([3, 2, 1, 0], [6, 2, 4, 0], 1) == [1, 0, 3, 2]
    assert order([3, 2, 1, 0], [6, 2, 4, 0], 0.25) == [0, 1, 2, 3]  # 2.25, 1.75, 0.5, 0
    assert order([3, 2, 1, 0], [6, 2, 4, 0], 0.6) == [1, 0, 3, 2]  # 1.2, 1.4, -0.2, 0


def test_scores_are_still_those_of_the_model_and_the_list_is_cut():
    items, scores = rerank(ALL, np.array([[3, 2, 1, 0]], np.float32), np.array([6.0, 2, 4, 0]), 1, 3)
    assert (items.tolist(), scores.tolist()) == ([[1, 0, 3]], [[2, 3, 0]])
    assert (items.dtype, scores.dtype) == (np.int32, np.float32)


@pytest.mark.parametrize("discovery", [0, 0.5, 1])
def test_where_all_are_equally_popular_or_all_scores_are_equal_nothing_changes_or_popularity_decides(discovery):
    assert order([3, 2, 1, 0], [5, 5, 5, 5], discovery) == [0, 1, 2, 3]
    assert order([1, 1, 1, 1], [5, 6, 7, 8], discovery) == [0, 1, 2, 3]


def test_a_user_with_few_candidates_has_a_shorter_list_and_their_spread_is_of_these_alone():
    few = np.array([[0, 1, -1, -1]], np.int32)
    scores = np.array([[3, 2, -np.inf, -np.inf]], np.float32)
    items, values = rerank(few, scores, np.array([9.0, 1.0]), 1, 3)
    # With two candidates both spreads are half a difference, so that at 1 neither outweighs the other.
    assert (items.tolist(), values.tolist()) == ([[0, 1, -1]], [[3, 2, -np.inf]])


def test_a_user_without_candidates_has_an_empty_list():
    items, scores = rerank(np.full((1, 2), -1, np.int32), np.full((1, 2), -np.inf, np.float32), np.array([1.0]), 1, 2)
    assert (items.tolist(), scores.tolist()) == ([[-1, -1]], [[-np.inf, -np.inf]])


@settings(deadline=None)
@given(candidate_lists(), st.floats(0, 1), st.floats(0, 1), st.integers(1, 12))
def test_more_discovery_never_lists_more_popular_items_or_better_scores(lists, first, second, k):
    items, scores, popular = lists
    k = min(k, items.shape[1])
    less, more = (rerank(items, scores, popular, amount, k) for amount in sorted((first, second)))
    assert (popular[more[0]].sum(axis=1) <= popular[less[0]].sum(axis=1) + 1e-6).all()
    assert (more[1].sum(axis=1) <= less[1].sum(axis=1) + 1e-4).all()


@settings(deadline=None)
@given(candidate_lists(), st.floats(0, 1))
def test_neither_the_scale_of_scores_nor_that_of_popularity_matters(lists, discovery):
    items, scores, popular = lists
    expected, _ = rerank(items, scores, popular, discovery, items.shape[1])
    scaled, _ = rerank(items, 4 * scores, 8 * popular, discovery, items.shape[1])  # powers of two: no rounding
    assert scaled.tolist() == expected.tolist()


def test_at_0_the_lists_are_those_of_top_k():
    rng = np.random.default_rng(0)
    pairs = [(user, item) for user in range(6) for item in rng.permutation(40)[: 3 * user + 1].tolist()]
    train = log_of(pairs, 6, 40)
    scorer = TableScorer(rng.integers(0, 9, (6, 40)))  # with many ties
    users = np.arange(6)
    for found, expected in zip(
        top_k_discovered(scorer, users, 5, train, 0), top_k(scorer, users, 5, train), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_only_the_best_ten_for_each_place_are_candidates():
    scores = np.arange(30, 0, -1.0)[None]  # item 0 is the best; of 30, ten may stand in a list of one
    ratings = [(user, item) for item in range(30) for user in range(1, 60 if item < 9 else 2 if item == 9 else 1)]
    train = log_of([*ratings, (0, 29)], 60, 30)
    items, _ = top_k_discovered(TableScorer(np.repeat(scores, 60, axis=0)), np.array([0]), 1, train, 1)
    assert popularity(train)[10:29].max() < popularity(train)[9]
    assert items.tolist() == [[9]]


def test_rated_items_are_left_out_and_short_catalogues_have_short_lists():
    train = log_of([(0, 0), (0, 1), (1, 1)], 2, 3)
    items, _ = top_k_discovered(TableScorer([[3, 2, 1]] * 2), np.arange(2), 2, train, 0.5)
    assert [sorted(row) for row in items.tolist()] == [[-1, 2], [0, 2]]


def test_a_list_longer_than_the_catalogue_is_refused():
    with pytest.raises(ConfigError, match="k is 4; expected a whole number from 1 to 3"):
        top_k_discovered(TableScorer([[3, 2, 1]]), np.arange(1), 4, log_of([(0, 0)], 1, 3), 0.5)
