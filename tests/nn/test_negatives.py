"""Scores of negatives and of positives, each compared with the whole matrix of users by items."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn.negatives import InBatchNegatives, SampledNegatives, uniform_draws
from tests.gradients import LIMIT, numeric, relative_error

N_USERS, N_ITEMS, DIM = 4, 6, 3
KINDS = [InBatchNegatives, SampledNegatives]


def batch(seed):
    """Pairs and arrays of a batch; every item is rated, by a third of the users."""
    rng = np.random.default_rng(seed)
    rated = rng.random((N_USERS, N_ITEMS)) < 0.3
    rated[np.arange(N_ITEMS) % N_USERS, np.arange(N_ITEMS)] = True
    user, item = np.nonzero(rated)
    users, items = rng.standard_normal((N_USERS, DIM)), rng.standard_normal((N_ITEMS, DIM))
    return user, item, (users, items, rng.standard_normal(N_ITEMS), rng.standard_normal(len(user)))


def make(kind, user, item, seed):
    if kind is InBatchNegatives:
        return InBatchNegatives(user, item, np.bincount(item, minlength=N_ITEMS).astype(np.float32))
    return SampledNegatives.draw(user, item, N_ITEMS, 4, np.random.default_rng(seed))


def columns(negatives):
    return np.arange(N_ITEMS) if isinstance(negatives, InBatchNegatives) else negatives.sampled


def reference(negatives, user, item, users, items, offset, self_contributions):
    """What forward should return, from the whole matrix."""
    scores = users @ items.T + offset
    z = np.full_like(scores, -np.inf)
    chosen = columns(negatives)
    z[:, chosen] = scores[:, chosen] + np.log(negatives.counts, dtype=scores.dtype)
    z[user, item] = -np.inf
    return z[:, chosen], scores[user, item] - self_contributions


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_scores_equal_those_of_the_whole_matrix(kind, seed):
    user, item, arrays = batch(seed)
    negatives = make(kind, user, item, seed)
    z, positive_scores, _ = negatives.forward(*arrays)
    expected, expected_positives = reference(negatives, user, item, *arrays)
    np.testing.assert_allclose(z, expected, atol=1e-12)
    np.testing.assert_allclose(positive_scores, expected_positives, atol=1e-12)


def weighted_sum(kind, seed):
    """A random linear function of all scores, its weights, and what it is a function of."""
    user, item, arrays = batch(seed)
    negatives, rng = make(kind, user, item, seed), np.random.default_rng(seed + 1)
    z, positive_scores, cache = negatives.forward(*arrays)
    weights = np.where(np.isneginf(z), 0, rng.standard_normal(z.shape))
    positive_weights = rng.standard_normal(len(positive_scores))
    return negatives, arrays, weights, positive_weights, cache


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_gradients_equal_those_of_the_whole_matrix(kind, seed):
    negatives, arrays, weights, positive_weights, cache = weighted_sum(kind, seed)
    # Every score is linear in each argument, so the gradient is a matrix of weights times the other argument.
    matrix = np.zeros((N_USERS, N_ITEMS))
    matrix[:, columns(negatives)] = weights
    np.add.at(matrix, (negatives.user, negatives.item), positive_weights)
    gradients = negatives.backward(weights.copy(), positive_weights, cache)
    users, items, _, _ = arrays
    np.testing.assert_allclose(gradients.users, matrix @ items, atol=1e-12)
    np.testing.assert_allclose(gradients.items, matrix.T @ users, atol=1e-12)
    np.testing.assert_allclose(gradients.offset, matrix.sum(axis=0), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_pass_the_check_by_central_differences(kind):
    negatives, arrays, weights, positive_weights, cache = weighted_sum(kind, seed=3)
    gradients = negatives.backward(weights.copy(), positive_weights, cache)

    def total() -> float:
        z, positive_scores, _ = negatives.forward(*arrays)
        return float((np.where(np.isneginf(z), 0, z) * weights).sum() + positive_scores @ positive_weights)

    for gradient, array in zip(gradients, arrays[:3], strict=True):
        assert relative_error(gradient, numeric(array, total)) < LIMIT


def test_a_sample_of_all_ratings_is_the_whole_batch():
    user, item, arrays = batch(0)
    sampled = SampledNegatives.draw(user, item, N_ITEMS, len(item), np.random.default_rng(0))
    in_batch = make(InBatchNegatives, user, item, 0)
    assert sampled.sampled.tolist() == list(range(N_ITEMS))
    assert sampled.counts.tolist() == in_batch.counts.tolist()
    for from_sample, from_batch in zip(sampled.forward(*arrays)[:2], in_batch.forward(*arrays)[:2], strict=True):
        np.testing.assert_allclose(from_sample, from_batch, atol=1e-12)


def test_sampled_negatives_are_the_items_of_the_drawn_ratings():
    user, item, _ = batch(0)
    few = SampledNegatives.draw(user, item, N_ITEMS, 2, np.random.default_rng(0))
    assert few.counts.sum() == 2
    assert few.sampled.tolist() == sorted(set(few.sampled.tolist()))
    assert few.counts.dtype == np.float32


def test_an_item_is_drawn_by_its_share_of_the_ratings():
    item = np.repeat([0, 1, 2], [60, 30, 10])
    rng, times_drawn = np.random.default_rng(0), np.zeros(3)
    for _ in range(2000):
        negatives = SampledNegatives.draw(np.arange(100), item, 3, 5, rng)
        times_drawn[negatives.sampled] += negatives.counts
    np.testing.assert_allclose(times_drawn / 10_000, [0.6, 0.3, 0.1], atol=0.015)


@pytest.mark.parametrize("kind", KINDS)
def test_rated_negatives_are_where_the_scores_are_masked(kind):
    user, item, arrays = batch(1)
    negatives = make(kind, user, item, 1)
    z, _, _ = negatives.forward(*arrays)
    rated = negatives.rated()
    masked = np.argwhere(np.isneginf(z)).tolist()
    assert sorted([row, column] for row, column in zip(rated.user, rated.column, strict=True)) == masked
    assert (user[rated.pair] == rated.user).all()
    assert (item[rated.pair] == columns(negatives)[rated.column]).all()
    assert (negatives.counts[rated.column] == rated.counts).all()


def test_uniform_draws_are_of_the_whole_catalogue_with_replacement():
    rng = np.random.default_rng(0)
    times = sum(uniform_draws(4, 10, rng) for _ in range(2000))
    np.testing.assert_allclose(times / 20_000, [1 / 4] * 4, atol=0.015)
    assert uniform_draws(2, 100, rng).sum() == 100


def test_negatives_may_be_items_that_nobody_of_the_batch_rated():
    negatives = SampledNegatives.drawn(np.array([0, 1]), np.array([1, 3]), np.array([0, 2, 1, 0]))
    assert negatives.sampled.tolist() == [1, 2]
    users, items = np.ones((2, 1)), np.array([[1.0], [2], [3], [4]])
    z, positive_scores, _ = negatives.forward(users, items, np.zeros(4), np.zeros(2))
    np.testing.assert_allclose(z, [[-np.inf, 3], [2 + np.log(2), 3]])
    assert positive_scores.tolist() == [2, 4]


def test_a_user_without_a_rating_in_the_batch_is_scored_too():
    user, item = np.array([0, 2, 2]), np.array([1, 0, 1])
    negatives = SampledNegatives.draw(user, item, 2, 2, np.random.default_rng(0))
    users, items = np.eye(3), np.ones((2, 3))
    _, positive_scores, cache = negatives.forward(users, items, np.zeros(2), np.zeros(3))
    assert positive_scores.tolist() == [1, 1, 1]
    gradients = negatives.backward(np.zeros((3, len(negatives.sampled))), np.array([1.0, 2, 4]), cache)
    assert gradients.users.tolist() == [[1] * 3, [0] * 3, [6] * 3]
    assert gradients.items.tolist() == [[0, 0, 2], [1, 0, 4]]
