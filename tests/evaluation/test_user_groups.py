from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.evaluation.user_groups import ACTIVITY, rated_popularity, recommended_popularity, thirds
from tests.small_logs import log_of


def train() -> Dataset:
    """Items 0, 1, 2, 3 with 3, 2, 1 and no ratings."""
    return log_of([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2)], 3, 4)


def test_nine_users_are_cut_in_three_times_three():
    few, medium, many = thirds(np.array([9, 1, 8, 2, 7, 3, 6, 4, 5]), ACTIVITY)
    assert [(group.name, group.low, group.high, group.n_users) for group, _ in (few, medium, many)] == [
        ("few", 1, 3, 3), ("some", 4, 6, 3), ("many", 7, 9, 3)
    ]  # fmt: skip
    assert np.flatnonzero(few.members).tolist() == [1, 3, 5]


def test_equals_stay_together_and_a_third_without_users_is_left_out():
    groups = thirds(np.array([5, 5, 5, 5, 5, 5, 5, 9]), ACTIVITY)
    assert [(group.name, group.n_users) for group, _ in groups] == [("few", 7), ("many", 1)]
    assert [group.name for group, _ in thirds(np.array([4, 4]), ACTIVITY)] == ["few"]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_every_user_is_in_one_third_and_thirds_do_not_overlap(values):
    groups = thirds(np.array(values), ACTIVITY)
    assert (sum(members.astype(int) for _, members in groups) == 1).all()
    assert [group.n_users for group, _ in groups] == [members.sum() for _, members in groups]
    for group, members in groups:
        assert (group.low, group.high) == (min(np.array(values)[members]), max(np.array(values)[members]))
    assert all(lower.group.high < upper.group.low for lower, upper in itertools.pairwise(groups))


def test_the_popularity_of_what_a_user_rated_is_the_mean_over_its_items():
    assert rated_popularity(train(), np.array([2, 0, 1])).tolist() == [3, (3 + 2 + 1) / 3, (3 + 2) / 2]


def test_a_list_is_as_popular_as_its_items_and_missing_items_do_not_count():
    popularity = recommended_popularity(train(), np.array([[0, 3], [1, -1], [-1, -1]]))
    assert popularity.tolist() == pytest.approx([3 / 2, 2, 0])
