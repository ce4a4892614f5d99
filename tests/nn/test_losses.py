import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn.losses import (
    Factors,
    Pairs,
    distillation,
    masked_backward,
    masked_forward,
    masked_in_batch_softmax,
    output_l2,
)
from tests.gradients import LIMIT, numeric, relative_error
from tests.multinomial import multinomial


def pairwise(scores, log_q, counts, pairs, known, is_masked=True):
    """The same loss as its definition reads: a loop over pairs, and for each a loop over the batch's films.

    Masked, the positive enters its sum once, and else as often as it stands in the batch.
    """
    loss, gradient = 0.0, np.zeros_like(scores)
    for user, item in pairs:
        y = scores[user] - log_q
        films = [f for f in range(len(log_q)) if not known[user, f]]
        terms = [(item, math.exp(y[item]))] * is_masked + [*((f, counts[f] * math.exp(y[f])) for f in films)]
        total = sum(value for _, value in terms)
        loss += -y[item] + math.log(total)
        gradient[user, item] -= 1
        for film, value in terms:
            gradient[user, film] += value / total
    return loss / len(pairs), gradient / len(pairs)


def grouped(scores, log_q, counts, pairs, known):
    """The loss as training calls it, and all of its gradient; the scores are left as they are."""
    found = distinct(pairs)
    own = scores[found.user, found.item] - log_q[found.item]
    with np.errstate(divide="ignore"):
        z = scores - log_q + np.log(counts, dtype=scores.dtype)
    z[known] = -np.inf
    loss, slope, own_slope = masked_in_batch_softmax(z, own, found)
    assert not slope[known].any()
    slope[found.user, found.item] = own_slope
    return loss, slope


def distinct(pairs) -> Pairs:
    """The pairs of a batch as the loss takes them: each once, with how often it stands there."""
    places, times = np.unique(np.array(pairs), axis=0, return_counts=True)
    return Pairs.distinct(*places.T)._replace(counts=times.astype(np.float32))


@st.composite
def cases(draw):
    n_users, n_films = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    pair = st.tuples(st.integers(0, n_users - 1), st.integers(0, n_films - 1))
    pairs = draw(st.lists(pair, min_size=1, max_size=12))  # whole pairs repeat
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    known = rng.random((n_users, n_films)) < 0.3  # the fitting part may hold more than the batch
    known[tuple(np.array(pairs).T)] = True
    counts = rng.integers(0, 4, n_films).astype(float)
    # Some rows lie far from 0, so that only a shift keeps their exponentials finite.
    scores = 3 * rng.standard_normal((n_users, n_films)) + rng.choice([0, 0, -200, 200], (n_users, 1))
    return scores, rng.standard_normal(n_films), counts, pairs, known


@given(cases())
@settings(deadline=None, max_examples=300)
def test_the_grouped_form_is_the_pairwise_form(case):
    loss, gradient = grouped(*case)
    expected, slopes = pairwise(*case)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-12)


def test_two_users_worked_by_hand():
    # Three films with shares 1/2, 1/4, 1/4; user 0 rated films 0 and 1, user 1 rated films 0 and 2; all scores 0,
    # so exp y = 2, 4, 4. Film 0 stands in the batch twice.
    # User 0: A = exp y_2 = 4; losses log(1 + 4/2) and log(1 + 4/4). User 1: A = exp y_1 = 4; the same.
    log_q, counts = np.log([0.5, 0.25, 0.25]), np.array([2.0, 1, 1])
    known = np.array([[True, True, False], [True, False, True]])
    loss, gradient = grouped(np.zeros((2, 3)), log_q, counts, [(0, 0), (0, 1), (1, 0), (1, 2)], known)
    assert loss == pytest.approx((2 * math.log(3) + 2 * math.log(2)) / 4)
    # A positive is pulled by A / (A + exp y): 2/3 for film 0, 1/2 for the other; the unknown film gets their sum.
    np.testing.assert_allclose(gradient * 4, [[-2 / 3, -1 / 2, 7 / 6], [-2 / 3, 7 / 6, -1 / 2]])


def test_a_film_that_stands_twice_in_the_batch_is_two_negatives():
    known = np.array([[True, False], [False, True], [False, True]])
    loss, _ = grouped(np.zeros((3, 2)), np.zeros(2), np.array([1.0, 2]), [(0, 0), (1, 1), (2, 1)], known)
    assert loss == pytest.approx((math.log(1 + 2) + 2 * math.log(1 + 1)) / 3)


def test_a_user_who_knows_every_film_of_the_batch_costs_nothing():
    scores, known = np.array([[5.0, -3.0]]), np.ones((1, 2), bool)
    loss, gradient = grouped(scores, np.zeros(2), np.ones(2), [(0, 0), (0, 1)], known)
    assert loss == 0
    assert (gradient == 0).all()


@pytest.mark.parametrize("offset", [-1e4, -100, 100, 1e4])
def test_large_scores_do_not_overflow(offset):
    known, pairs = np.array([[True, False], [False, True]]), [(0, 0), (1, 1)]
    scores = np.array([[1.0, 0], [0, 1]], np.float32)
    zeros, ones = np.zeros(2, np.float32), np.ones(2, np.float32)
    near, slopes = grouped(scores, zeros, ones, pairs, known)
    far, far_slopes = grouped(scores + np.float32(offset), zeros, ones, pairs, known)
    assert far == pytest.approx(near, rel=1e-3)
    np.testing.assert_allclose(far_slopes, slopes, rtol=1e-3)


def test_known_films_with_huge_scores_do_not_drown_the_negatives_in_float32():
    scores = np.array([[0.0, -200.0, -199.0]], np.float32)
    known = np.array([[True, False, False]])
    loss, gradient = grouped(scores, np.zeros(3, np.float32), np.ones(3, np.float32), [(0, 0)], known)
    assert loss == 0  # log(1 + e^-200 + e^-199), in float32
    assert gradient.dtype == np.float32
    assert np.isfinite(gradient).all()


def test_a_film_that_does_not_stand_in_the_batch_is_no_negative():
    scores, known = np.array([[0.0, 1.0, 50.0]]), np.array([[True, False, False]])
    loss, gradient = grouped(scores, np.zeros(3), np.array([1.0, 1.0, 0.0]), [(0, 0)], known)
    assert loss == pytest.approx(math.log(1 + math.e))
    assert gradient[0, 2] == 0


def test_the_loss_passes_the_gradient_check():
    rng = np.random.default_rng(3)
    scores, log_q, counts = rng.standard_normal((3, 4)), rng.standard_normal(4), np.array([1.0, 1, 3, 2])
    pairs = [(0, 0), (0, 1), (1, 2), (2, 0)]
    known = np.zeros((3, 4), bool)
    known[tuple(np.array(pairs).T)] = True
    _, gradient = grouped(scores, log_q, counts, pairs, known)
    assert relative_error(gradient, numeric(scores, lambda: grouped(scores, log_q, counts, pairs, known)[0])) < LIMIT


def test_the_gradient_takes_the_place_of_the_scores():
    z, pairs = np.array([[-np.inf, 1.0, 0.5]]), Pairs.distinct(np.array([0]), np.array([0]))
    loss, cache = masked_forward(z, np.zeros(1), pairs)  # what is known is masked already
    assert loss == pytest.approx(math.log(1 + math.e + math.exp(0.5)))
    assert masked_backward(cache)[0] is z


@given(cases())
@settings(deadline=None, max_examples=100)
def test_the_multinomial_form_that_is_compared_with_is_its_pairwise_form(case):
    scores, log_q, counts, pairs, _ = case
    counts = np.maximum(counts, 1)
    found = distinct(pairs)
    y = scores - log_q
    loss, gradient, own_slope = multinomial(y + np.log(counts), y[found.user, found.item], found)
    loss_then, gradient_then = pairwise(scores, log_q, counts, pairs, np.zeros(scores.shape, bool), is_masked=False)
    assert loss == pytest.approx(loss_then, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, gradient_then, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(own_slope, gradient[found.user, found.item])


def test_output_l2_is_the_gradient_of_the_weighted_mean_of_squared_norms():
    rng = np.random.default_rng(3)
    vectors, weights = rng.standard_normal((5, 3)), rng.random(5)
    for given_weights, used in ((None, np.ones(5)), (weights, weights)):
        gradient = output_l2(vectors, given_weights)
        slow = numeric(vectors, lambda used=used: float((used * (vectors**2).sum(axis=1)).mean()))
        assert relative_error(gradient, slow) < LIMIT


def factors(rng, pairs, n_users=3, n_films=4, dim=2):
    """Scores as narrow factors, and the same as the matrix they stand for."""
    users, items, bias, selves = (
        rng.standard_normal(shape) for shape in ((n_users, dim), (n_films, dim), n_films, len(pairs.user))
    )
    matrix = users @ items.T + bias
    matrix[pairs.user, pairs.item] -= selves
    return Factors(users, items, bias, selves, matrix[pairs.user, pairs.item]), matrix


PAIRS = Pairs.distinct(np.array([0, 0, 1, 2]), np.array([0, 1, 2, 0]))


def test_distillation_is_half_the_squared_distance_a_pair_without_each_users_mean():
    # Differences 1, 3 and 5, 1; without their means 2 and 3 they are -1, 1 and 2, -2. Two pairs.
    pairs = Pairs.distinct(np.array([0, 1]), np.array([0, 1]))
    scores = Factors(np.eye(2), np.array([[1.0, 5], [3, 5]]), np.zeros(2), np.zeros(2), np.array([1.0, 5]))
    taught = Factors(np.eye(2), np.array([[0.0, 0], [0, 4]]), np.zeros(2), np.zeros(2), np.array([0.0, 4]))
    pull = distillation(scores, taught, pairs, 3.0)
    slope = 3 * np.array([[-1, 1], [2, -2]]) / 2
    np.testing.assert_allclose(pull.users, slope @ scores.items)
    np.testing.assert_allclose(pull.items, slope.T @ scores.users)
    np.testing.assert_allclose(pull.bias, slope.sum(axis=0))
    np.testing.assert_allclose(pull.positive_scores, slope[[0, 1], [0, 1]])
    assert (pull.pair_correction == 0).all()


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_distillation_by_factors_is_distillation_by_the_matrix(seed):
    rng = np.random.default_rng(seed)
    (scores, matrix), (taught, taught_matrix) = factors(rng, PAIRS), factors(rng, PAIRS, dim=3)
    slope = matrix - taught_matrix
    slope -= slope.mean(axis=1, keepdims=True)
    slope /= len(PAIRS.user)
    pull = distillation(scores, taught, PAIRS, 1.0)
    through_pairs = np.zeros_like(slope)
    through_pairs[PAIRS.user, PAIRS.item] = pull.pair_correction
    np.testing.assert_allclose(pull.users + through_pairs @ scores.items, slope @ scores.items, atol=1e-12)
    np.testing.assert_allclose(pull.items + through_pairs.T @ scores.users, slope.T @ scores.users, atol=1e-12)
    np.testing.assert_allclose(pull.bias + through_pairs.sum(axis=0), slope.sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(pull.positive_scores, slope[PAIRS.user, PAIRS.item], atol=1e-12)


def test_distillation_in_float64_is_nowhere_rounded_to_float32():
    # The sum of times is 3, and neither a third nor the weight is a float32.
    pairs = PAIRS._replace(counts=np.array([0.75, 0.75, 0.75, 0.75], np.float32))
    (scores, _), (taught, _) = factors(np.random.default_rng(0), pairs), factors(np.random.default_rng(1), pairs)
    pull = distillation(scores, taught, pairs, 0.1)
    spikes = scores.self_contributions - taught.self_contributions
    np.testing.assert_allclose(pull.pair_correction, -spikes * 0.1 / 3, rtol=1e-14)


def test_distillation_does_not_see_a_constant_added_to_a_users_scores():
    rng = np.random.default_rng(0)
    (scores, _), (taught, _) = factors(rng, PAIRS), factors(rng, PAIRS)
    shift = np.array([1.0, -7, 100])
    moved = taught._replace(
        users=np.column_stack([taught.users, shift]),
        items=np.column_stack([taught.items, np.ones(4)]),
        positive_scores=taught.positive_scores + shift[PAIRS.user],
    )
    pulls = distillation(scores, taught, PAIRS, 1.0), distillation(scores, moved, PAIRS, 1.0)
    for one, other in zip(*pulls, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)
