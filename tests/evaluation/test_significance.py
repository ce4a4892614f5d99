from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from recsys.evaluation.bootstrap import bootstrap_intervals
from recsys.evaluation.significance import compare, signed_rank
from recsys.schema import Comparison


def comparison(first: list[float] | np.ndarray, second: list[float] | np.ndarray) -> Comparison:
    [result] = compare("a", {"a": np.array(first), "b": np.array(second)})
    return result


def test_wins_ties_and_losses_are_counted_user_by_user():
    result = comparison([0.5, 0.2, 0.0, 1.0], [0.25, 0.2, 0.5, 0.0])
    assert (result.model, result.against) == ("a", "b")
    assert (result.won, result.tied, result.lost) == (2, 1, 1)
    assert result.difference.mean == pytest.approx((0.25 + 0 - 0.5 + 1) / 4)


def test_the_interval_is_that_of_the_differences_with_the_draws_of_the_metrics():
    rng = np.random.default_rng(0)
    first, second = rng.random(40), rng.random(40)
    difference, expected = comparison(first, second).difference, bootstrap_intervals({"ndcg": first - second})["ndcg"]
    assert (difference.low, difference.high) == pytest.approx((expected.low, expected.high))


def test_a_comparison_does_not_depend_on_what_else_is_compared():
    rng = np.random.default_rng(2)
    values = {name: rng.random(40) for name in "cabd"}
    results = compare("a", values)
    assert [(result.model, result.against) for result in results] == [("a", "c"), ("a", "b"), ("a", "d")]
    for result in results:
        alone = comparison(values["a"], values[result.against])
        assert (result.won, result.tied, result.lost, result.p) == (alone.won, alone.tied, alone.lost, alone.p)
        assert (result.difference.low, result.difference.high) == pytest.approx(
            (alone.difference.low, alone.difference.high)
        )
    assert compare("a", {"a": values["a"]}) == []


def test_swapping_the_models_mirrors_everything():
    rng = np.random.default_rng(1)
    first, second = rng.random(30), rng.random(30)
    result, swapped = comparison(first, second), comparison(second, first)
    difference, mirrored = result.difference, swapped.difference
    assert difference.mean == pytest.approx(-mirrored.mean)
    assert (difference.low, difference.high) == pytest.approx((-mirrored.high, -mirrored.low))
    assert (result.won, result.lost) == (swapped.lost, swapped.won)
    assert result.p == pytest.approx(swapped.p)


def test_values_that_differ_by_rounding_alone_are_a_tie():
    result = comparison([0.1 + 0.2, 1.0], [0.3, 1.0])
    assert (result.won, result.tied, result.lost, result.p) == (0, 2, 0, 1.0)


def test_three_wins_of_three_by_hand():
    # Ranks 1, 2, 3 all positive: 6 against an expected 3, variance 3 * 4 * 7 / 24 = 3.5.
    assert signed_rank(np.array([0.1, 0.2, 0.3, 0.0])) == pytest.approx(math.erfc(3 / math.sqrt(2 * 3.5)))


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=60).filter(any))
def test_p_is_that_of_scipy(values):
    expected = stats.wilcoxon(np.array(values, float), correction=False, method="approx").pvalue
    assert signed_rank(np.array(values, float)) == pytest.approx(expected)
