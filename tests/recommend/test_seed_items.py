"""Films to begin with."""

import numpy as np

from recsys.recommend.seed_items import MOST, starters

LINE = np.array([[0, 0], [1, 0], [2, 0], [9, 0], [10, 0]])


def test_the_most_rated_comes_first_and_then_what_is_far_from_it_and_known():
    counts = np.array([100, 90, 80, 64, 4])
    # From film 0: 1 * sqrt(90), 2 * sqrt(80), 9 * sqrt(64), 10 * sqrt(4). Then of 1, 2 and 4 film 2, 2 * sqrt(80).
    assert starters(LINE, counts, 3) == [0, 3, 2]


def test_what_nobody_rated_is_never_chosen_and_no_film_twice():
    assert starters(LINE, np.array([1, 0, 1, 0, 1]), 5) == [0, 4, 2]
    assert starters(LINE, np.zeros(5, int), 5) == []


def test_films_at_one_place_have_their_turn_by_row():
    assert starters(np.zeros((4, 2)), np.array([1, 3, 3, 2]), 4) == [1, 0, 2, 3]


def test_only_the_better_known_are_looked_at():
    rng = np.random.default_rng(0)
    counts = np.arange(1000)
    found = starters(rng.standard_normal((1000, 2)), counts)
    assert len(set(found)) == MOST
    assert min(counts[found]) >= 1000 - 4 * MOST
