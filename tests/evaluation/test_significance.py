from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from recsys.evaluation.metrics import bootstrap_intervals
from recsys.evaluation.significance import compare, signed_rank


def test_who_wins_ties_and_loses_is_counted_user_by_user():
    found = compare(np.array([0.5, 0.2, 0.0, 1.0]), np.array([0.25, 0.2, 0.5, 0.0]))
    assert (found.won, found.tied, found.lost) == (2, 1, 1)
    assert found.mean == pytest.approx((0.25 + 0 - 0.5 + 1) / 4)


def test_the_interval_is_that_of_the_differences_with_the_draws_of_the_metrics():
    rng = np.random.default_rng(0)
    first, second = rng.random(40), rng.random(40)
    found = compare(first, second)
    low, high = bootstrap_intervals({"ndcg": first - second})
    assert (found.low, found.high) == pytest.approx((low["ndcg"], high["ndcg"]))


def test_the_other_way_round_everything_is_mirrored():
    rng = np.random.default_rng(1)
    first, second = rng.random(30), rng.random(30)
    one, other = compare(first, second), compare(second, first)
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))
    assert (one.won, one.lost) == (other.lost, other.won)
    assert one.p == pytest.approx(other.p)


def test_equals_are_equal_whatever_the_last_digit():
    found = compare(np.array([0.1 + 0.2, 1.0]), np.array([0.3, 1.0]))
    assert (found.won, found.tied, found.lost, found.p) == (0, 2, 0, 1.0)


def test_three_wins_of_three_by_hand():
    # Ranks 1, 2, 3 all positive: 6 against an expected 3, variance 3 * 4 * 7 / 24 = 3.5.
    assert signed_rank(np.array([0.1, 0.2, 0.3, 0.0])) == pytest.approx(math.erfc(3 / math.sqrt(2 * 3.5)))


def test_where_nobody_differs_nothing_is_found():
    assert signed_rank(np.zeros(5)) == 1


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=60).filter(any))
def test_p_is_that_of_scipy(values):
    expected = stats.wilcoxon(np.array(values, float), correction=False, method="approx").pvalue
    assert signed_rank(np.array(values, float)) == pytest.approx(expected)
