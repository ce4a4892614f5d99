"""Scores of candidates and of rated films, each held against the whole matrix of users by films."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn import negatives as scores
from recsys.nn.negatives import All, Some, pair_dots

N_USERS, N_FILMS, DIM = 4, 6, 3


def batch(seed):
    """Arrays of a batch; every film is rated, by a third of the users."""
    rng = np.random.default_rng(seed)
    rated = rng.random((N_USERS, N_FILMS)) < 0.3
    rated[np.arange(N_FILMS) % N_USERS, np.arange(N_FILMS)] = True
    user, film = np.nonzero(rated)
    users, items = rng.standard_normal((N_USERS, DIM)), rng.standard_normal((N_FILMS, DIM))
    return user, film, (users, items, rng.standard_normal(N_FILMS), rng.standard_normal(len(user)))


def candidates(kind, user, film, seed):
    if kind is All:
        return All(user, film, np.bincount(film, minlength=N_FILMS).astype(np.float32))
    return Some.drawn(user, film, N_FILMS, 4, np.random.default_rng(seed))


def reference(found, user, film, users, items, offset, selves):
    """What forward should give, by the whole matrix; columns of all films, minus infinity where there is none."""
    whole = users @ items.T + offset
    chosen = np.arange(N_FILMS) if isinstance(found, All) else found.chosen
    counted = np.full_like(whole, -np.inf)
    counted[:, chosen] = whole[:, chosen] + np.log(found.counts, dtype=whole.dtype)
    counted[user, film] = -np.inf
    return counted[:, chosen], whole[user, film] - selves


@pytest.mark.parametrize("kind", [All, Some])
@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_scores_are_those_of_the_whole_matrix(kind, seed):
    user, film, arrays = batch(seed)
    found = candidates(kind, user, film, seed)
    z, own, _ = found.forward(*arrays)
    expected, own_expected = reference(found, user, film, *arrays)
    np.testing.assert_allclose(z, expected, atol=1e-12)
    np.testing.assert_allclose(own, own_expected, atol=1e-12)


@pytest.mark.parametrize("kind", [All, Some])
@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_slopes_are_those_of_a_sum_with_random_weights(kind, seed):
    user, film, arrays = batch(seed)
    found, rng = candidates(kind, user, film, seed), np.random.default_rng(seed + 1)
    z, own, cache = found.forward(*arrays)
    weights, own_weights = np.where(np.isneginf(z), 0, rng.standard_normal(z.shape)), rng.standard_normal(len(own))
    # Every score is linear in each of the three, so the sum's gradient is a matrix of weights times the others.
    whole = np.zeros((N_USERS, N_FILMS))
    whole[:, np.arange(N_FILMS) if kind is All else found.chosen] = weights
    np.add.at(whole, (user, film), own_weights)
    slopes = found.backward(weights.copy(), own_weights, cache)
    users, items, _, _ = arrays
    np.testing.assert_allclose(slopes.users, whole @ items, atol=1e-12)
    np.testing.assert_allclose(slopes.items, whole.T @ users, atol=1e-12)
    np.testing.assert_allclose(slopes.offset, whole.sum(axis=0), atol=1e-12)


def test_candidates_are_the_films_of_the_drawn_ratings():
    user, film, _ = batch(0)
    found = Some.drawn(user, film, N_FILMS, len(film), np.random.default_rng(0))  # all of them
    assert found.chosen.tolist() == list(range(N_FILMS))
    assert found.counts.tolist() == np.bincount(film).tolist()
    few = Some.drawn(user, film, N_FILMS, 2, np.random.default_rng(0))
    assert few.counts.sum() == 2
    assert few.chosen.tolist() == sorted(set(few.chosen.tolist()))
    assert few.counts.dtype == np.float32


def test_a_film_is_drawn_by_its_share_of_the_ratings():
    film = np.repeat([0, 1, 2], [60, 30, 10])
    rng, times = np.random.default_rng(0), np.zeros(3)
    for _ in range(2000):
        found = Some.drawn(np.arange(100), film, 3, 5, rng)
        times[found.chosen] += found.counts
    np.testing.assert_allclose(times / 10_000, [0.6, 0.3, 0.1], atol=0.015)


def test_a_user_without_a_rating_in_the_batch_is_scored_too():
    user, film = np.array([0, 2, 2]), np.array([1, 0, 1])
    found = Some.drawn(user, film, 2, 2, np.random.default_rng(0))
    users, items = np.eye(3), np.ones((2, 3))
    _, own, cache = found.forward(users, items, np.zeros(2), np.zeros(3))
    assert own.tolist() == [1, 1, 1]
    slopes = found.backward(np.zeros((3, len(found.chosen))), np.array([1.0, 2, 4]), cache)
    assert slopes.users.tolist() == [[1] * 3, [0] * 3, [6] * 3]
    assert slopes.items.tolist() == [[0, 0, 2], [1, 0, 4]]


def test_products_of_pairs_are_made_block_by_block(monkeypatch):
    monkeypatch.setattr(scores, "_BLOCK", 2)
    left, right = np.arange(6.0).reshape(3, 2), np.array([[1.0, 1], [0, 2]])
    assert pair_dots(left, np.array([0, 1, 2, 2, 0]), right, np.array([0, 1, 0, 1, 1])).tolist() == [1, 6, 9, 10, 2]
