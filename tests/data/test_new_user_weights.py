"""How much a rating of a new user weighs: relative to the middle of the scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.new_user_weights import half_star_weights, new_user_weights, star_weights
from recsys.data.rating_scale import LEAST_COUNT, Counts, Equal, Opinions

SCALES = [Opinions(1, 5), Opinions(0.5, 5), Opinions(1, 10), Opinions(-10, 10)]


def test_one_and_two_stars_weigh_nothing_or_less_and_more_stars_more_and_more():
    one, two, three, four, five = star_weights()
    assert one < two <= 0 < three < four < five == 1


@pytest.mark.parametrize("scale", SCALES)
def test_opinions_weigh_by_where_they_lie_between_the_ends_of_the_scale(scale):
    ratings = scale.low + np.linspace(0, 1, 5) * (scale.high - scale.low)
    assert new_user_weights(scale, ratings).tolist() == pytest.approx(star_weights().tolist())
    beyond = new_user_weights(scale, np.array([scale.low - 9, scale.high + 9, np.inf]))
    assert beyond.tolist() == [star_weights()[0], 1, 1]


@given(st.sampled_from(SCALES), st.lists(st.floats(-20, 20), min_size=2, max_size=9))
def test_a_higher_opinion_never_weighs_less(scale, ratings):
    assert (np.diff(new_user_weights(scale, np.sort(ratings))) >= 0).all()


def test_counts_weigh_as_in_training_and_never_against_an_item():
    scale, counts = Counts(3, 3000), np.array([0, 3, 100, 3000, np.inf])
    assert new_user_weights(scale, counts).tolist() == scale.weights(counts).tolist()


def test_what_is_all_alike_weighs_one_and_less_than_that_as_one_star():
    assert new_user_weights(Equal(1, 1), np.array([0, 1, np.inf])).tolist() == [star_weights()[0], 1, 1]


@pytest.mark.parametrize("scale", SCALES)
def test_half_stars_weigh_between_whole_ones_and_half_a_star_as_one_whatever_the_scale(scale):
    weights = half_star_weights(scale, np.array([1.0, 2.0]))
    assert weights[1::2].tolist() == pytest.approx(star_weights().tolist())
    assert weights[0] == weights[1]
    assert weights[2::2].tolist() == pytest.approx(((weights[1:-1:2] + weights[3::2]) / 2).tolist())


@pytest.mark.parametrize(
    ("scale", "ratings", "like"),
    [
        (Counts(1, 100), [1, 100, 0], (LEAST_COUNT + 1) / 2),
        (Counts(1, 100), [10], (LEAST_COUNT + 1) / 2),
        (Equal(1, 1), [1, 1, 0], 1),
        (Equal(0, 0), [0], 1),
    ],
)
def test_where_ratings_are_counts_three_stars_are_a_like_of_mean_weight_and_fewer_a_dislike(scale, ratings, like):
    weights = half_star_weights(scale, np.array(ratings, np.float32))
    assert weights.tolist() == pytest.approx([star_weights()[0]] * 5 + [like] * 5)
