"""How much a rating weighs in a history."""

import numpy as np
import pytest

from recsys.models.rating_scale import DISLIKE, RatingScale, star_weights

MIDDLE = DISLIKE + (1 - DISLIKE) * np.sqrt(0.5)


def test_weights_rise_with_the_root_of_the_rating_from_lowest_to_highest():
    weights = RatingScale(1, 5).weights(np.array([1, 2, 3, 5]))
    assert weights.tolist() == pytest.approx([-0.1, 0.45, MIDDLE, 1])


def test_ratings_beyond_an_end_weigh_as_that_end():
    weights = RatingScale(0.5, 4.5).weights(np.array([-9, 2.5, 9, np.inf]))
    assert weights.tolist() == pytest.approx([-0.1, MIDDLE, 1, 1])


def test_where_all_ratings_are_equal_any_rating_weighs_one():
    assert RatingScale(3, 3).weights(np.array([1, 3, np.inf])).tolist() == [1, 1, 1]


def test_stars_weigh_as_ratings_from_one_to_five():
    assert star_weights().tolist() == RatingScale(1, 5).weights(np.arange(1, 6)).tolist()
