"""Folding in a new user: compared with the tower's formula, written out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recsys
from recsys.models import short_history
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
    """One user, one item after the other, in float64."""
    towers = deep.towers.members["deep"]
    learned = {name: parameter.value.astype(float) for name, parameter in towers.parameters().items()}
    rated = towers.history.toarray() != 0
    average = sum(row * n for row, n in zip(learned["pool.table"], rated.sum(axis=0), strict=True)) / rated.sum()
    length, taste, context = 8 + len(items), np.zeros(4), np.zeros(4)
    for item, weight in zip(items, weights, strict=True):
        taste += weight * (learned["pool.table"][item] - average) / length
        context += (learned["pool.table"][item] - average) / length
    (correction,) = towers.short_history.correction  # of one order: this log has no times
    pooled = average + taste + 4 / (4 + len(items)) * (np.r_[context, 1] @ correction)
    pooled *= np.sqrt(length)
    inputs = np.r_[pooled, 0]  # nothing is known of their age
    hidden = np.maximum(inputs @ learned["user_mlp.inner.weight"] + learned["user_mlp.inner.bias"], 0)
    return pooled + hidden @ learned["user_mlp.outer.weight"] + learned["user_mlp.outer.bias"]


def test_a_new_user_has_the_vector_that_the_tower_computes_from_their_ratings(deep):
    vector = deep.fold_in([7, 0, 3], [5, 1, 3])
    assert (vector.dtype, vector.shape) == (np.float32, (4,))
    weights = [1, -0.3, 0.6]
    np.testing.assert_allclose(vector, by_hand(deep, [7, 0, 3], weights), rtol=1e-5, atol=1e-6)


def test_without_ratings_every_item_counts_as_liked(deep):
    np.testing.assert_allclose(deep.fold_in([2, 9]), by_hand(deep, [2, 9], [1, 1]), rtol=1e-5, atol=1e-6)
    assert deep.fold_in([2, 9]).tolist() == deep.fold_in([2, 9], [5, 5]).tolist()


@pytest.mark.parametrize("empty", [[], (), np.array([]), np.empty(0, int)])
def test_a_new_user_without_any_item_has_a_vector_too(deep, empty):
    np.testing.assert_allclose(deep.fold_in(empty), by_hand(deep, [], []), rtol=1e-5, atol=1e-6)
    assert np.array_equal(deep.fold_in(empty, empty), deep.fold_in(empty))


@given(st.permutations(range(12)), st.integers(0, 12))
@settings(deadline=None)
def test_the_order_of_the_items_does_not_matter(deep, order, n):
    items = np.array(order[:n], int)
    ratings = items % 5 + 1
    ascending = np.argsort(items)
    assert deep.fold_in(items, ratings).tolist() == deep.fold_in(items[ascending], ratings[ascending]).tolist()


def test_folding_in_many_users_gives_the_vectors_of_one_by_one(deep, log):
    for user, vector in enumerate(deep.fold_in_all(log.matrix[:5])):
        rated = log.matrix[[user]]
        np.testing.assert_allclose(vector, deep.fold_in(rated.indices, rated.data), rtol=1e-5, atol=1e-6)


def test_without_average_items_a_known_history_folds_in_to_the_served_vector(monkeypatch):
    # No ratings, timestamps or user features: then padding is all that tells a new user from a known one.
    rng = np.random.default_rng(0)
    pairs = np.argwhere(rng.random((30, 10)) < 0.4)
    ratings = recsys.Dataset.from_frames(pd.DataFrame({"user": pairs[:, 0], "item": pairs[:, 1], "rating": 1}))
    fitted = recsys.fit(ratings, "deep", recsys.TrainConfig(dim=4, epochs=3))
    padded = fitted.fold_in_all(ratings.matrix)
    assert np.abs(padded - fitted.user_vectors).max() > 0.1
    monkeypatch.setattr(short_history, "AVERAGE_ITEMS", 0)
    monkeypatch.setattr(short_history, "HALF_FADED", 0)
    np.testing.assert_allclose(fitted.fold_in_all(ratings.matrix), fitted.user_vectors, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("data", held_out.BOTH)
def test_one_star_in_place_of_five_lowers_the_items_most_similar_to_it(data):
    data = data()
    fitted, nearest, is_lower = data.fitted, data.nearest(), []
    for history, position in data.with_random_position():
        items, stars = np.array(history).T
        vectors, changed = fitted.item_vectors[nearest[items[position]]], np.arange(len(items)) == position
        low, high = (vectors @ fitted.fold_in(items, np.where(changed, value, stars)) for value in (1, 5))
        is_lower.append(low.mean() < high.mean())
    assert len(is_lower) == held_out.N
    assert np.mean(is_lower) >= 0.9


def scores(fitted, items, stars) -> np.ndarray:
    return fitted.item_vectors @ fitted.fold_in(items, stars) + fitted.item_bias


@pytest.mark.parametrize("data", held_out.BOTH)
@pytest.mark.parametrize("n", [1, 3, 10])
def test_each_further_star_raises_the_items_most_similar_to_it(data, n):
    data = data()
    fitted, nearest, rises = data.fitted, data.nearest(), []
    for history, _ in data.with_random_position():
        items, stars = np.array(history[:n]).T
        similar = np.setdiff1d(nearest[items[0]], items)
        means = []
        for value in (1, 2, 3, 4, 5):
            answer = scores(fitted, items, np.r_[value, stars[1:]])
            means.append(answer[similar].mean() - answer.mean())
        rises.append(np.diff(means) > 0)
    assert np.mean(rises, axis=0).min() >= 0.9


@pytest.mark.parametrize("data", held_out.BOTH)
def test_with_three_items_at_one_star_their_like_falls_and_the_rest_of_the_list_stays(data):
    data = data()
    fitted, nearest = data.fitted, data.nearest()
    before = scores(fitted, [], [])
    falls, shared = [], []
    for history, _ in data.with_random_position():
        items = np.array([item for item, _ in history[:3]])
        after = scores(fitted, items, [1] * len(items))
        similar, others = np.setdiff1d(nearest[items], items), np.setdiff1d(np.arange(len(before)), items)
        change = after - before
        falls.append(change[similar].mean() < change[others].mean())
        best = [set(others[np.argsort(-answer[others], kind="stable")[:10]]) for answer in (before, after)]
        shared.append(len(best[0] & best[1]))
    assert np.mean(falls) >= 0.95
    assert 2 <= np.mean(shared) <= 9  # neither the list of somebody without ratings nor its opposite


@pytest.mark.parametrize("data", held_out.BOTH)
def test_similar_items_fall_with_one_or_two_stars_rise_with_four_or_five_and_hardly_move_with_three(data):
    data = data()
    before, nearest = scores(data.fitted, [], []), data.nearest()
    moves = []
    for history, position in data.with_random_position():
        item = history[position][0]
        changes = [scores(data.fitted, [item], [stars]) - before for stars in (1, 2, 3, 4, 5)]
        moves.append([change[nearest[item]].mean() - change.mean() for change in changes])
    one, two, three, four, five = np.mean(moves, axis=0)
    assert one < two < 0 < four < five
    assert abs(three) < 0.6 * five


def test_folding_in_does_not_change_the_model(deep):
    before = [parameter.value.copy() for parameter in deep.towers.parameters().values()]
    deep.fold_in([1, 2], [1, 5])
    after = [parameter.value for parameter in deep.towers.parameters().values()]
    assert all(map(np.array_equal, before, after))


def test_the_base_model_cannot_fold_in_and_names_the_one_that_can(base):
    with pytest.raises(recsys.ConfigError, match="fit the deep model instead, model='deep'"):
        base.fold_in([1])


@pytest.mark.parametrize(
    ("items", "ratings", "message"),
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
def test_anything_but_a_history_is_refused(deep, items, ratings, message):
    with pytest.raises(recsys.DataError) as caught:
        deep.fold_in(items, ratings)
    assert message in str(caught.value)
