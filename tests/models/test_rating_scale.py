"""What ratings weigh in a history."""

import numpy as np
import pytest

from recsys.models.rating_scale import DISLIKE, RatingScale, star_weights

HALF = DISLIKE + (1 - DISLIKE) * np.sqrt(0.5)


def test_ratings_count_by_the_root_of_their_way_from_the_lowest_to_the_highest():
    found = RatingScale(1, 5).weights(np.array([1, 2, 3, 5]))
    assert found.tolist() == pytest.approx([-0.1, 0.45, HALF, 1])


def test_beyond_the_ends_the_ends_count():
    assert RatingScale(0.5, 4.5).weights(np.array([-9, 2.5, 9, np.inf])).tolist() == pytest.approx([-0.1, HALF, 1, 1])


def test_where_all_ratings_are_the_same_any_counts_one():
    assert RatingScale(3, 3).weights(np.array([1, 3, np.inf])).tolist() == [1, 1, 1]


def test_stars_weigh_as_ratings_from_one_to_five_do():
    assert star_weights().tolist() == RatingScale(1, 5).weights(np.arange(1, 6)).tolist()
