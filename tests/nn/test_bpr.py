"""Bayesian personalised ranking against a literal loop over pairs, central differences, and cases worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn.bpr import NONE, PairedNegatives, bpr, draw_unrated
from recsys.nn.losses import Pairs
from tests.gradients import LIMIT, numeric, relative_error

N_USERS, N_ITEMS, DIM = 4, 5, 3


def batch(seed):
    """Pairs and arrays of a batch; user 0 has rated every item, and user 2 none."""
    rng = np.random.default_rng(seed)
    rated = rng.random((N_USERS, N_ITEMS)) < 0.5
    rated[0], rated[1, :2], rated[2] = True, (True, False), False
    user, item = np.nonzero(rated)
    negatives = PairedNegatives(user, item, draw_unrated(user, item, N_ITEMS, rng))
    users, items = rng.standard_normal((N_USERS, DIM)), rng.standard_normal((N_ITEMS, DIM))
    return negatives, [users, items, rng.standard_normal(N_ITEMS), rng.standard_normal(len(user))]


def step(negatives, arrays, counts):
    """The loss of a batch, and its gradients with respect to all four arrays."""
    negative_scores, positive_scores, cache = negatives.forward(*arrays)
    pairs = Pairs(negatives.user, negatives.item, counts)
    loss, gradient, positive_gradient = bpr(negative_scores, positive_scores, pairs)
    return loss, [*negatives.backward(gradient, positive_gradient, cache), -positive_gradient]


def literal(negatives, arrays, counts):
    """The mean of -log sigmoid(s_ui - s_uj), a loop over pairs."""
    users, items, bias, self_contributions = arrays
    total = 0.0
    for p, (u, i, j) in enumerate(zip(negatives.user, negatives.item, negatives.negative, strict=True)):
        if j != NONE:
            ahead = users[u] @ items[i] + bias[i] - self_contributions[p] - users[u] @ items[j] - bias[j]
            total -= counts[p] * math.log(1 / (1 + math.exp(-ahead)))
    return total / counts.sum()


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_the_loss_is_the_mean_over_pairs(seed):
    negatives, arrays = batch(seed)
    counts = np.random.default_rng(seed).integers(0, 3, len(negatives.user)) + 0.5
    assert step(negatives, arrays, counts)[0] == pytest.approx(literal(negatives, arrays, counts), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_gradients_are_those_of_the_literal_loss_and_wrong_ones_are_not(seed):
    negatives, arrays = batch(seed)
    counts = np.random.default_rng(seed).integers(0, 3, len(negatives.user)).astype(float)
    counts[negatives.user == 1] = 1
    _, gradients = step(negatives, arrays, counts)
    for gradient, array in zip(gradients, arrays, strict=True):
        expected = numeric(array, lambda: literal(negatives, arrays, counts))
        assert relative_error(gradient, expected) < LIMIT
        assert relative_error(-gradient, expected) > LIMIT


def test_two_pairs_worked_by_hand():
    # User 0 scores the items 0, 1, 3 as log 3, 0 and log 9: item 0 against item 1 is ahead by log 3, and
    # -log sigmoid(log 3) = log(1 + 1/3); against item 2 it is behind by log 3: log(1 + 3).
    items = np.log([[3.0], [1], [9]])
    negatives = PairedNegatives(np.zeros(2, int), np.zeros(2, int), np.array([1, 2]))
    loss, gradients = step(negatives, [np.ones((1, 1)), items, np.zeros(3), np.zeros(2)], np.ones(2))
    assert loss == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)
    # Slopes 1 / (1 + 3) and 3 / (1 + 3), each of a mean of two.
    np.testing.assert_allclose(gradients[2], [-1 / 2, 1 / 8, 3 / 8])


def test_a_user_who_rated_every_item_has_no_loss_and_no_gradient():
    user, item = np.zeros(3, int), np.arange(3)
    negative = draw_unrated(user, item, 3, np.random.default_rng(0))
    assert negative.tolist() == [NONE] * 3
    arrays = [np.ones((1, 2)), np.ones((3, 2)), np.ones(3), np.zeros(3)]
    loss, gradients = step(PairedNegatives(user, item, negative), arrays, np.ones(3))
    assert loss == 0
    assert not any(gradient.any() for gradient in gradients)


@pytest.mark.parametrize("distance", [-1e4, 1e4])
def test_large_scores_do_not_overflow_in_float32(distance):
    scores, pairs = np.array([0.0], np.float32), Pairs.distinct(np.array([0]), np.array([0]))
    loss, gradient, positive_gradient = bpr(scores, scores + np.float32(distance), pairs)
    assert loss == max(-distance, 0)
    assert gradient.dtype == positive_gradient.dtype == np.float32
    assert -positive_gradient == gradient == (distance < 0)


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=100)
def test_no_user_is_given_an_item_that_they_have_rated(seed):
    rng = np.random.default_rng(seed)
    n_items = int(rng.integers(1, 8))
    rated = rng.random((5, n_items)) < rng.random()
    user, item = np.nonzero(rated)
    negative = draw_unrated(user, item, n_items, rng)
    is_full = rated.all(axis=1)[user]
    assert (negative[is_full] == NONE).all()
    assert ((negative[~is_full] >= 0) & (negative[~is_full] < n_items)).all()
    assert not rated[user[~is_full], negative[~is_full]].any()


def test_every_unrated_item_is_drawn_equally_often():
    # User 3 has rated items 0, 2, 3 and 6 of 8; user 5 has rated item 7.
    user, item = np.repeat([3, 5], [4, 1]), np.array([0, 2, 3, 6, 7])
    rng, times = np.random.default_rng(0), np.zeros((6, 8))
    for _ in range(4000):
        np.add.at(times, (user, draw_unrated(user, item, 8, rng)), 1)
    np.testing.assert_allclose(times[3] / 16_000, [0, 1 / 4, 0, 0, 1 / 4, 1 / 4, 0, 1 / 4], atol=0.015)
    np.testing.assert_allclose(times[5] / 4000, [1 / 7] * 7 + [0], atol=0.02)
