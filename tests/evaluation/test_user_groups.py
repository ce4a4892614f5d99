from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.evaluation.user_groups import ACTIVITY, listed_popularity, rated_popularity, thirds


def train() -> Dataset:
    """Films a, b, c, d with 3, 2, 1 and no ratings."""
    rows = [("u", "a"), ("v", "a"), ("w", "a"), ("u", "b"), ("v", "b"), ("u", "c")]
    return Dataset.from_frames(
        pd.DataFrame([(*row, 1) for row in rows], columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": list("abcd"), "title": "x"}),
    )


def test_nine_users_are_cut_in_three_times_three():
    found = thirds(np.array([9, 1, 8, 2, 7, 3, 6, 4, 5]), ACTIVITY)
    assert [(one.name, one.low, one.high, int(one.members.sum())) for one in found] == [
        ("few", 1, 3, 3), ("some", 4, 6, 3), ("many", 7, 9, 3)
    ]  # fmt: skip
    assert np.flatnonzero(found[0].members).tolist() == [1, 3, 5]


def test_equals_stay_together_and_a_third_without_anybody_is_left_out():
    found = thirds(np.array([5, 5, 5, 5, 5, 5, 5, 9]), ACTIVITY)
    assert [(one.name, int(one.members.sum())) for one in found] == [("few", 7), ("many", 1)]
    assert [one.name for one in thirds(np.array([4, 4]), ACTIVITY)] == ["few"]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_every_user_is_in_one_third_and_thirds_do_not_overlap(values):
    found = thirds(np.array(values), ACTIVITY)
    assert (sum(one.members.astype(int) for one in found) == 1).all()
    ends = [end for one in found for end in (one.low, one.high)]
    assert ends == sorted(ends)
    assert all(one.high < other.low for one, other in itertools.pairwise(found))


def test_what_a_user_rated_is_as_popular_as_its_films_are_on_average():
    assert rated_popularity(train(), np.array([2, 0, 1])).tolist() == [3, (3 + 2 + 1) / 3, (3 + 2) / 2]


def test_a_list_is_as_popular_as_its_films_and_missing_places_are_none():
    found = listed_popularity(train(), np.array([[0, 3], [1, -1], [-1, -1]]))
    assert found.tolist() == pytest.approx([3 / 2, 2, 0])
