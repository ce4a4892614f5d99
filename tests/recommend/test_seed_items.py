"""Items for a new user to start from."""

import numpy as np

from recsys.recommend.seed_items import MAX_SEED_ITEMS, seed_items

LINE = np.array([[0, 0], [1, 0], [2, 0], [9, 0], [10, 0]])


def test_the_most_rated_comes_first_and_then_what_is_far_from_it_and_well_known():
    counts = np.array([100, 90, 80, 64, 4])
    # From item 0: 1 * sqrt(90), 2 * sqrt(80), 9 * sqrt(64), 10 * sqrt(4). Then of 1, 2 and 4 item 2, 2 * sqrt(80).
    assert seed_items(LINE, counts, 3) == [0, 3, 2]


def test_nine_times_the_ratings_make_up_for_a_third_of_the_distance():
    points = np.array([[0, 0], [1, 0], [3, 0]])
    assert seed_items(points, np.array([99, 81, 10]), 2) == [0, 2]
    assert seed_items(points, np.array([99, 81, 8]), 2) == [0, 1]


def test_an_unrated_item_is_never_chosen_and_none_twice():
    assert seed_items(LINE, np.array([1, 0, 1, 0, 1]), 5) == [0, 4, 2]
    assert seed_items(LINE, np.zeros(5, int), 5) == []


def test_items_at_one_point_are_chosen_by_row():
    assert seed_items(np.zeros((4, 2)), np.array([1, 3, 3, 2]), 4) == [1, 0, 2, 3]


def test_only_the_most_rated_are_considered():
    rng = np.random.default_rng(0)
    counts = np.arange(1000)
    rows = seed_items(rng.standard_normal((1000, 2)), counts)
    assert len(set(rows)) == MAX_SEED_ITEMS
    assert min(counts[rows]) >= 1000 - 4 * MAX_SEED_ITEMS
