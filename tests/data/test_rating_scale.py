"""How much a rating weighs in a history, by what the ratings of a log are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.rating_scale import (
    DISLIKE,
    LEAST_COUNT,
    Counts,
    Equal,
    Opinions,
    count_scale,
    rating_scale,
    rating_step,
)

MIDDLE = DISLIKE + (1 - DISLIKE) * np.sqrt(0.5)
STARS = np.repeat([1, 2, 3, 4, 5], [60, 110, 270, 340, 220]).astype(np.float32)  # about as in MovieLens 100K


def draws(kind: str) -> np.ndarray:
    rng = np.random.default_rng(0)
    n = 2000
    return {
        "plays": lambda: np.ceil(rng.lognormal(5.5, 1.5, n)),
        "hours": lambda: np.round(rng.lognormal(1.5, 2, n), 1) + 0.1,
        "clicks": lambda: rng.geometric(0.5, n),
        "purchases": lambda: rng.choice([1, 2], n, p=[0.85, 0.15]),
        "baskets": lambda: 1 + rng.poisson(3, n),
        "some at zero": lambda: np.where(rng.random(n) < 0.2, 0, np.ceil(rng.lognormal(3, 1.5, n))),
        "stars": lambda: STARS,
        "half stars": lambda: STARS / 2,
        "0 to 10": lambda: rng.integers(0, 11, n),
        "0 to 100": lambda: np.clip(np.round(rng.normal(65, 20, n)), 0, 100),
        "-10 to 10": lambda: rng.uniform(-10, 10, n),
        "thumbs": lambda: rng.choice([0, 1], n, p=[0.3, 0.7]),
        "thumbs, mostly down": lambda: rng.choice([0, 1], n, p=[0.95, 0.05]),
        "plus and minus": lambda: rng.choice([-1, 1], n, p=[0.95, 0.05]),
        "hated": lambda: rng.choice([1, 2, 3, 4, 5], n, p=[0.6, 0.05, 0.05, 0.1, 0.2]),
        "loved": lambda: rng.choice([1, 2, 3, 4, 5], n, p=[0.01, 0.01, 0.03, 0.1, 0.85]),
        "clicked": lambda: np.ones(n),
    }[kind]().astype(np.float32)


@pytest.mark.parametrize("kind", ["plays", "hours", "clicks", "purchases", "baskets", "some at zero"])
def test_counts_are_recognised_by_their_long_tail(kind):
    assert rating_scale(draws(kind)).kind == "counts"


@pytest.mark.parametrize("kind", [
    "stars", "half stars", "0 to 10", "0 to 100", "-10 to 10", "thumbs", "thumbs, mostly down", "plus and minus",
    "hated", "loved",
])  # fmt: skip
def test_opinions_are_no_counts(kind):
    ratings = draws(kind)
    scale = rating_scale(ratings)
    assert scale.kind == "scale"
    assert scale == Opinions(*np.sort(ratings)[[1, -2]])  # the lowest and the highest that two ratings reach


def test_counts_of_zero_are_no_part_of_the_range_of_counts():
    assert count_scale(np.array([0, 0, 3, 9], np.float32)) == Counts(3, 9)
    assert count_scale(np.zeros(4, np.float32)) == Equal(0, 0)


def test_opinions_rise_with_the_root_from_lowest_to_highest():
    assert Opinions(1, 5).weights(np.array([1, 2, 3, 5])).tolist() == pytest.approx([-0.1, 0.45, MIDDLE, 1])


def test_ratings_beyond_an_end_weigh_as_that_end():
    assert Opinions(0.5, 4.5).weights(np.array([-9, 2.5, 9, np.inf])).tolist() == pytest.approx([-0.1, MIDDLE, 1, 1])
    assert Counts(1, 100).weights(np.array([0.5, 10, 1e9, np.inf])).tolist() == pytest.approx(
        [LEAST_COUNT, (1 + LEAST_COUNT) / 2, 1, 1]
    )


def test_a_count_of_zero_weighs_nothing_and_the_lowest_above_it_most_of_the_highest():
    assert Counts(3, 3000).weights(np.array([0, 3, 3000])).tolist() == [0, LEAST_COUNT, 1]
    assert Counts(2, 2).weights(np.array([0, 2])).tolist() == [0, 1]


def test_what_is_known_to_be_counts_is_so_whatever_its_distribution():
    for counts in ([1, 2], [1, 2, 2, 2], [2] * 5000 + [1]):
        scale = count_scale(np.array(counts, np.float32))
        assert scale == Counts(1, 2)
        assert scale.weights(np.array([1, 2])).tolist() == [LEAST_COUNT, 1]
    assert count_scale(np.array([1] * 5000 + [999], np.float32)) == Equal(1, 1)  # one mad value changes no weight


def test_what_is_all_alike_weighs_one_and_a_rare_lower_value_counts_against():
    ratings = np.append(np.ones(500), 0).astype(np.float32)
    assert rating_scale(ratings) == Equal(1, 1)
    assert rating_scale(ratings).weights(np.array([0, 1, np.inf])).tolist() == [DISLIKE, 1, 1]


@pytest.mark.parametrize(
    ("ratings", "step"),
    [
        ([1, 2, 5], 1),
        ([0.5, 3, 4.5, 5], 0.5),
        ([6.3, 2.8, 6.4], 0.1),
        ([-10, 10], 20),
        ([3, 3], None),
        ([0, 25, 100], 25),
        ([1, 2, 3, 4, 5] * 5000 + [3.7], 1),  # a single error
    ],
)
def test_the_step_of_ratings_is_their_smallest_difference(ratings, step):
    values = np.array(ratings, np.float32)
    assert rating_step(Opinions(float(values.min()), float(values.max())), values) == step


@pytest.mark.parametrize("mad", [[1e6], [-1e6], [50], [-99], [1e6, 1e9], [-1e30, 1e30]])
@pytest.mark.parametrize("kind", ["stars", "half stars", "0 to 10", "clicked", "thumbs", "loved"])
def test_outliers_change_what_no_other_rating_weighs(kind, mad):
    ratings = draws(kind)
    with_mad = rating_scale(np.append(ratings, np.float32(mad)))
    assert with_mad.weights(ratings).tolist() == rating_scale(ratings).weights(ratings).tolist()


@pytest.mark.parametrize("mad", [-1, -0.5, -5, -50, -300, -1000, 0, 1e7])
@pytest.mark.parametrize("kind", ["plays", "hours", "clicks", "purchases", "baskets"])
def test_a_mad_value_among_counts_changes_what_the_others_weigh_by_next_to_nothing(kind, mad):
    ratings = draws(kind)
    scale = rating_scale(np.append(ratings, np.float32(mad)))
    assert scale.kind == "counts"
    np.testing.assert_allclose(scale.weights(ratings), rating_scale(ratings).weights(ratings), rtol=0, atol=0.03)
    assert scale.weights(np.array([mad])) in (0, 1)


@pytest.mark.parametrize("mad", [-1, 0, 6, 7, 9])
def test_a_single_rating_next_to_the_scale_is_no_end_of_it(mad):
    ratings = np.tile(STARS, 3)
    assert rating_scale(np.append(ratings, np.float32(mad))) == Opinions(1, 5)


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(["plays", "clicks", "stars", "0 to 100", "-10 to 10", "clicked"]), st.integers(-6, 9))
def test_the_unit_of_ratings_changes_nothing(kind, power):
    ratings = draws(kind)
    scaled = ratings * np.float32(2**power)  # exact in floats
    assert rating_scale(scaled).kind == rating_scale(ratings).kind
    np.testing.assert_allclose(
        rating_scale(scaled).weights(scaled), rating_scale(ratings).weights(ratings), rtol=0, atol=1e-12
    )


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(["stars", "0 to 100", "-10 to 10", "thumbs"]), st.integers(0, 1000))
def test_where_a_scale_of_opinions_begins_changes_nothing(kind, start):
    ratings = draws(kind)
    shifted = (ratings + np.float32(start)).astype(np.float32)
    assert rating_scale(shifted).kind == "scale"
    np.testing.assert_allclose(
        rating_scale(shifted).weights(shifted), rating_scale(ratings).weights(ratings), rtol=0, atol=5e-3
    )


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=1, max_size=60))
def test_weights_of_any_ratings_are_from_dislike_to_one_and_rise(values):
    ratings = np.sort(np.array(values, np.float32))
    weights = rating_scale(ratings).weights(ratings)
    assert (weights >= DISLIKE).all()
    assert (weights <= 1 + 1e-12).all()
    assert (np.diff(weights) >= -1e-12).all()


@pytest.mark.parametrize(("ratings", "description"), [
    (STARS, "a scale from 1 to 5"),
    (np.append(STARS, 1e6), "a scale from 1 to 5; 1 beyond it weigh as its ends"),
    (STARS / 10, "a scale from 0.1 to 0.5"),
    (np.append(draws("plays"), [1, 324_660]), "counts: 1 to 324,660, weighed by logarithm"),
    (np.ones(30), "interactions without a rating: all are 1"),
    (np.append(np.ones(30), 7), "interactions without a rating: all but 1 are 1"),
])  # fmt: skip
def test_it_says_what_ratings_were_read_as(ratings, description):
    ratings = ratings.astype(np.float32)
    assert rating_scale(ratings).describe(ratings) == description
