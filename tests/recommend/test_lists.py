from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.errors import ConfigError, DataError
from recsys.recommend.lists import best_rated, recommend, recommend_discovered
from tests.small_logs import TableScorer, log_of


def test_every_user_gets_their_best_unseen_items_with_hidden_ones_marked():
    train = log_of([(0, 3, 1), (1, 0, 5)], 3, 4)
    test = log_of([(0, 2, 1), (2, 0, 5), (1, 3, 2)], 3, 4)
    lists = recommend(TableScorer([[1, 2, 3, 4]] * 3), train, test, k=2)
    assert lists.items.tolist() == [[2, 1], [3, 2], [3, 2]]
    assert lists.scores.tolist() == [[3, 2], [4, 3], [4, 3]]
    assert lists.held_out.tolist() == [[True, False], [True, False], [False, False]]


def test_discovery_lists_less_popular_items_with_the_models_scores_and_the_hidden_ones_marked():
    # Item 4 is the best and rated by four others, item 3 nearly as good and rated by nobody.
    train = log_of([(0, 0), *((user, 4) for user in range(1, 5))], 5, 5)
    test = log_of([(0, 3)], 5, 5)
    scorer = TableScorer([[1, 2, 3, 3.75, 4]] * 5)
    own, others = recommend(scorer, train, test, k=1), recommend_discovered(scorer, train, test, 1, 0.5)
    assert (own.items[0].tolist(), own.held_out[0].tolist()) == ([4], [False])
    assert (others.items[0].tolist(), others.scores[0].tolist(), others.held_out[0].tolist()) == ([3], [3.75], [True])
    same = recommend_discovered(scorer, train, test, 1, 0)
    np.testing.assert_array_equal(same.items, own.items)


def test_a_user_with_few_unseen_items_gets_a_shorter_list_and_no_hit_after_its_end():
    train = log_of([(1, 0, 1), (1, 1, 1), (0, 0, 1)], 2, 3)
    # Item -1 of user 1 would be item 2 of user 0, if pairs were numbered wrongly.
    test = log_of([(0, 2, 1)], 2, 3)
    lists = recommend(TableScorer([[1, 2, 3]] * 2), train, test, k=2)
    assert lists.items.tolist() == [[2, 1], [2, -1]]
    assert lists.scores.tolist() == [[3, 2], [3, -np.inf]]
    assert lists.held_out.tolist() == [[True, False], [False, False]]


def test_with_nothing_hidden_nothing_is_marked():
    lists = recommend(TableScorer([[1, 2]]), log_of([(0, 0, 1)], 1, 2), None, k=2)
    assert lists.items.tolist() == [[1, -1]]
    assert lists.held_out.tolist() == [[False, False]]


def test_impossible_lists_are_refused():
    train = log_of([(0, 0, 1)], 1, 2)
    with pytest.raises(ConfigError, match="k is 3; expected a whole number from 1 to 2"):
        recommend(TableScorer([[1, 2]]), train, None, k=3)
    with pytest.raises(DataError, match="not all finite"):
        recommend(TableScorer([[1, np.nan]]), train, None, k=1)


logs = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.integers(1, 3), st.integers(-2, 2)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=100)
@given(logs, st.integers(1, 12), st.booleans(), st.randoms(use_true_random=False))
def test_the_best_rated_are_those_of_sorting_by_rating_then_newest_then_index(ratings, n, timed, random):
    rows = [(user, item, *(values if timed else values[:1])) for (user, item), values in ratings.items()]
    random.shuffle(rows)
    train = log_of(rows, 4, 10)
    best = best_rated(train, n)
    assert len(best) == 4
    for user in range(4):
        expected = [row[1:] for row in rows if row[0] == user]
        expected.sort(key=lambda row: (-row[1], -row[2] if timed else 0, row[0]))
        assert train.item[best[user]].tolist() == [row[0] for row in expected[:n]]
        assert set(train.user[best[user]].tolist()) <= {user}
