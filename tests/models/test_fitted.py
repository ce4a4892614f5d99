"""Somebody who was not in training: held against the tower's formula, written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recsys
from recsys.models.rating_scale import DISLIKE
from tests import held_out
from tests.synthetic import small_log


@pytest.fixture(scope="module")
def log() -> recsys.Dataset:
    return small_log()


@pytest.fixture(scope="module")
def deep(log) -> recsys.Fitted:
    return recsys.fit(log, "deep", recsys.TrainConfig(dim=4, epochs=3))


@pytest.fixture(scope="module")
def base(log) -> recsys.Fitted:
    return recsys.fit(log, "base", recsys.TrainConfig(dim=4, epochs=1))


def by_hand(deep, items, weights) -> np.ndarray:
    """One user, one film after the other, in float64."""
    learned = {name: one.value.astype(float) for name, one in deep.towers.parameters().items()}
    rated = deep.towers.history.toarray() != 0
    average = sum(row * n for row, n in zip(learned["pool.table"], rated.sum(axis=0), strict=True)) / rated.sum()
    pooled = 8 * average
    for item, weight in zip(items, weights, strict=True):
        pooled += weight * learned["pool.table"][item]
    pooled /= np.sqrt(8 + len(items))
    seen = np.r_[pooled, 0]  # of their age nothing is known
    hidden = np.maximum(seen @ learned["user_mlp.inner.weight"] + learned["user_mlp.inner.bias"], 0)
    return pooled + hidden @ learned["user_mlp.outer.weight"] + learned["user_mlp.outer.bias"]


def test_a_newcomer_is_what_the_tower_makes_of_their_ratings(deep):
    vector = deep.fold_in([7, 0, 3], [5, 1, 3])
    assert (vector.dtype, vector.shape) == (np.float32, (4,))
    weights = [1, DISLIKE, DISLIKE + (1 - DISLIKE) * np.sqrt(0.5)]
    np.testing.assert_allclose(vector, by_hand(deep, [7, 0, 3], weights), rtol=1e-5, atol=1e-6)


def test_without_ratings_every_film_was_liked(deep):
    np.testing.assert_allclose(deep.fold_in([2, 9]), by_hand(deep, [2, 9], [1, 1]), rtol=1e-5, atol=1e-6)
    assert deep.fold_in([2, 9]).tolist() == deep.fold_in([2, 9], [5, 5]).tolist()


@pytest.mark.parametrize("nothing", [[], (), np.array([]), np.empty(0, int)])
def test_of_somebody_unknown_the_tower_has_an_answer_too(deep, nothing):
    np.testing.assert_allclose(deep.fold_in(nothing), by_hand(deep, [], []), rtol=1e-5, atol=1e-6)
    assert np.array_equal(deep.fold_in(nothing, nothing), deep.fold_in(nothing))


@given(st.permutations(range(12)), st.integers(0, 12))
def test_the_order_of_the_films_says_nothing(deep, order, n):
    items = np.array(order[:n], int)
    ratings = items % 5 + 1
    up = np.argsort(items)
    assert deep.fold_in(items, ratings).tolist() == deep.fold_in(items[up], ratings[up]).tolist()


def test_many_at_once_are_as_one_by_one(deep, log):
    found = deep.fold_in_all(log.matrix[:5])
    for user, row in enumerate(found):
        rated = log.matrix[[user]]
        np.testing.assert_allclose(row, deep.fold_in(rated.indices, rated.data), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("known", held_out.BOTH)
def test_one_star_in_place_of_five_lowers_the_films_nearest_to_it(known):
    known = known()
    fitted, nearest, lower = known.fitted, known.nearest(), []
    for history, place in known.picked():
        films, stars = np.array(history).T
        near, here = fitted.item_vectors[nearest[films[place]]], np.arange(len(films)) == place
        bad, good = (near @ fitted.fold_in(films, np.where(here, value, stars)) for value in (1, 5))
        lower.append(bad.mean() < good.mean())
    assert len(lower) == held_out.N
    assert np.mean(lower) >= 0.9


def test_nothing_is_learned_on_the_way(deep):
    before = [one.value.copy() for one in deep.towers.parameters().values()]
    deep.fold_in([1, 2], [1, 5])
    after = [one.value for one in deep.towers.parameters().values()]
    assert all(map(np.array_equal, before, after))


def test_the_base_model_cannot_and_says_which_can(base):
    with pytest.raises(recsys.ConfigError, match="fit the deep model instead, model='deep'"):
        base.fold_in([1])


@pytest.mark.parametrize(
    ("items", "ratings", "says"),
    [
        ([1, 2, 1], None, "item 1 is given 2 times; expected each item once"),
        ([-1], None, "item indices are -1 to -1; expected 0 to 11"),
        ([3, 12], None, "item indices are 3 to 12; expected 0 to 11"),
        ([1.0], None, "items are float64 of shape (1,); expected a list of item indices"),
        ([True], None, "items are bool of shape (1,); expected a list of item indices"),
        ([[1]], None, "items are int64 of shape (1, 1); expected a list of item indices"),
        (["a"], None, "expected a list of item indices"),
        ([1, 2], [5], "ratings have shape (1,); expected (2,), one for each item"),
        ([1], [np.nan], "ratings[0] is not finite; expected a number"),
        ([[1], [2, 3]], None, "found [[1], [2, 3]]; expected a list of numbers"),
        ([1], ["good"], "ratings are ['good']; expected 1 numbers, one for each item"),
        ([1], ["5"], "ratings are ['5']; expected 1 numbers, one for each item"),
        ([1], [True], "ratings are [True]; expected 1 numbers, one for each item"),
        ([1], [10**400], "; expected 1 numbers, one for each item"),
    ],
)
def test_what_is_no_history_is_refused(deep, items, ratings, says):
    with pytest.raises(recsys.DataError) as caught:
        deep.fold_in(items, ratings)
    assert says in str(caught.value)
