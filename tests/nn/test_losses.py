import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn.losses import Pairs, distillation, in_batch_softmax, masked_in_batch_softmax, output_l2
from tests.gradients import LIMIT, numeric, relative_error


def pairwise(scores, log_q, pairs, known):
    """The same loss as its definition reads: a loop over pairs, and for each a loop over the batch's pairs."""
    loss, gradient = 0.0, np.zeros_like(scores)
    for user, item in pairs:
        z = scores[user] - log_q
        terms = [(item, math.exp(z[item]))] + [(f, math.exp(z[f])) for _, f in pairs if not known[user, f]]
        total = sum(value for _, value in terms)
        loss += -z[item] + math.log(total)
        gradient[user, item] -= 1
        for film, value in terms:
            gradient[user, film] += value / total
    return loss / len(pairs), gradient / len(pairs)


def distinct(pairs) -> Pairs:
    """The pairs of a batch as the losses take them: each once, with how often it stands there."""
    places, times = np.unique(np.array(pairs), axis=0, return_counts=True)
    return Pairs(places[:, 0], places[:, 1], times.astype(float))


def counts(pairs, n_films):
    return np.bincount([film for _, film in pairs], minlength=n_films).astype(float)


def grouped(scores, log_q, pairs, known):
    return masked_in_batch_softmax(
        scores, log_q, counts(pairs, len(log_q)), distinct(pairs), np.nonzero(known)
    )


def plain(scores, log_q, pairs):
    return in_batch_softmax(scores, log_q, counts(pairs, len(log_q)), distinct(pairs))


def plain_pairwise(scores, log_q, pairs):
    """The unmasked loss as its definition reads: every pair of the batch is a candidate for every pair."""
    loss, gradient = 0.0, np.zeros_like(scores)
    for user, item in pairs:
        terms = [(f, math.exp(scores[user, f] - log_q[f])) for _, f in pairs]
        total = sum(value for _, value in terms)
        loss += -(scores[user, item] - log_q[item]) + math.log(total)
        gradient[user, item] -= 1
        for film, value in terms:
            gradient[user, film] += value / total
    return loss / len(pairs), gradient / len(pairs)


@st.composite
def cases(draw):
    n_users, n_films = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    pair = st.tuples(st.integers(0, n_users - 1), st.integers(0, n_films - 1))
    pairs = draw(st.lists(pair, min_size=1, max_size=12))  # films and whole pairs repeat
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    known = rng.random((n_users, n_films)) < 0.3  # the fitting part may hold more than the batch
    known[tuple(np.array(pairs).T)] = True
    return 3 * rng.standard_normal((n_users, n_films)), rng.standard_normal(n_films), pairs, known


@given(cases())
@settings(deadline=None, max_examples=200)
def test_the_grouped_form_is_the_pairwise_form(case):
    scores, log_q, pairs, _ = case
    loss, gradient = plain(scores, log_q, pairs)
    expected, slopes = plain_pairwise(scores, log_q, pairs)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-10, atol=1e-12)


def test_two_users_and_two_films_worked_by_hand():
    # Shares 2/3 and 1/3, all scores 0, so exp z = 3/2 and 3. Film 0 stands twice in the batch: each user's sum is
    # 2 * 3/2 + 3 = 6. Losses: log(6 / 1.5) for film 0 (both users), log(6 / 3) for film 1.
    loss, gradient = plain(np.zeros((2, 2)), np.log([2 / 3, 1 / 3]), [(0, 0), (0, 1), (1, 0)])
    assert loss == pytest.approx((2 * math.log(4) + math.log(2)) / 3)
    # Each film's share is 1/2; user 0 has two pairs, user 1 has one.
    np.testing.assert_allclose(gradient * 3, [[2 / 2 - 1, 2 / 2 - 1], [1 / 2 - 1, 1 / 2]], atol=1e-15)


@pytest.mark.parametrize("offset", [-1e4, 1e4])
def test_large_scores_do_not_overflow_the_plain_form(offset):
    scores, pairs = np.array([[1.0, 0], [0, 1]]), [(0, 0), (1, 1)]
    near, slopes = plain(scores, np.zeros(2), pairs)
    far, far_slopes = plain(scores + offset, np.zeros(2), pairs)
    assert far == pytest.approx(near)
    np.testing.assert_allclose(far_slopes, slopes, rtol=1e-9)


def test_the_plain_form_passes_the_gradient_check():
    rng = np.random.default_rng(3)
    scores, log_q = rng.standard_normal((3, 4)), rng.standard_normal(4)
    pairs = [(0, 0), (0, 1), (1, 2), (1, 2), (2, 0)]
    _, gradient = plain(scores, log_q, pairs)
    assert relative_error(gradient, numeric(scores, lambda: plain(scores, log_q, pairs)[0])) < LIMIT


@given(cases())
@settings(deadline=None, max_examples=200)
def test_the_grouped_masked_form_is_the_pairwise_masked_form(case):
    loss, gradient = grouped(*case)
    expected, slopes = pairwise(*case)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-10, atol=1e-12)


def test_two_users_of_the_masked_form_worked_by_hand():
    # Three films with shares 1/2, 1/4, 1/4; user 0 rated films 0 and 1, user 1 rated films 0 and 2; all scores 0,
    # so exp z = 2, 4, 4. Film 0 stands in the batch twice.
    # User 0: A = exp z_2 = 4; losses log(1 + 4/2) and log(1 + 4/4). User 1: A = exp z_1 = 4; the same.
    log_q = np.log([0.5, 0.25, 0.25])
    known = np.array([[True, True, False], [True, False, True]])
    loss, gradient = grouped(np.zeros((2, 3)), log_q, [(0, 0), (0, 1), (1, 0), (1, 2)], known)
    assert loss == pytest.approx((2 * math.log(3) + 2 * math.log(2)) / 4)
    # A positive is pulled by A / (A + exp z): 2/3 for film 0, 1/2 for the other; the unknown film gets their sum.
    np.testing.assert_allclose(gradient * 4, [[-2 / 3, -1 / 2, 7 / 6], [-2 / 3, 7 / 6, -1 / 2]])


def test_a_film_that_stands_twice_in_the_batch_is_two_negatives():
    known = np.array([[True, False], [False, True], [False, True]])
    loss, _ = grouped(np.zeros((3, 2)), np.zeros(2), [(0, 0), (1, 1), (2, 1)], known)
    assert loss == pytest.approx((math.log(1 + 2) + 2 * math.log(1 + 1)) / 3)


def test_a_user_who_knows_every_film_of_the_batch_costs_nothing():
    loss, gradient = grouped(np.array([[5.0, -3.0]]), np.zeros(2), [(0, 0), (0, 1)], np.ones((1, 2), bool))
    assert loss == 0
    assert (gradient == 0).all()


@pytest.mark.parametrize("offset", [-1e4, 1e4])
def test_large_scores_do_not_overflow(offset):
    known = np.array([[True, False], [False, True]])
    near, slopes = grouped(np.array([[1.0, 0], [0, 1]]), np.zeros(2), [(0, 0), (1, 1)], known)
    far, far_slopes = grouped(np.array([[1.0, 0], [0, 1]]) + offset, np.zeros(2), [(0, 0), (1, 1)], known)
    assert far == pytest.approx(near)
    np.testing.assert_allclose(far_slopes, slopes, rtol=1e-9)


def test_known_films_with_huge_scores_do_not_drown_the_negatives_in_float32():
    scores = np.array([[200.0, 0.0, 1.0]], np.float32)
    pairs = Pairs(np.array([0]), np.array([0]), np.ones(1, np.float32))
    loss, gradient = masked_in_batch_softmax(
        scores - 200, np.zeros(3, np.float32), np.ones(3, np.float32), pairs, pairs[:2]
    )
    assert loss == 0  # log(1 + e^-200 + e^-199), in float32
    assert gradient.dtype == np.float32
    assert np.isfinite(gradient).all()


def test_a_film_that_does_not_stand_in_the_batch_is_no_negative():
    scores, known = np.array([[0.0, 1.0, 50.0]]), (np.array([0]), np.array([0]))
    pairs = Pairs(np.array([0]), np.array([0]), np.ones(1))
    loss, gradient = masked_in_batch_softmax(scores, np.zeros(3), np.array([1.0, 1.0, 0.0]), pairs, known)
    assert loss == pytest.approx(math.log(1 + math.e))
    assert gradient[0, 2] == 0


def test_the_masked_form_passes_the_gradient_check():
    rng = np.random.default_rng(3)
    scores, log_q = rng.standard_normal((3, 4)), rng.standard_normal(4)
    pairs = [(0, 0), (0, 1), (1, 2), (1, 2), (2, 0)]
    known = np.zeros((3, 4), bool)
    known[tuple(np.array(pairs).T)] = True
    _, gradient = grouped(scores, log_q, pairs, known)
    assert relative_error(gradient, numeric(scores, lambda: grouped(scores, log_q, pairs, known)[0])) < LIMIT


def test_output_l2_is_the_weighted_mean_of_squared_norms():
    vectors = np.array([[3.0, 4.0], [1.0, 0.0]])
    assert output_l2(vectors)[0] == (25 + 1) / 2
    assert output_l2(vectors, np.array([2.0, 10.0]))[0] == (50 + 10) / 2


def test_output_l2_passes_the_gradient_check():
    rng = np.random.default_rng(3)
    vectors, weights = rng.standard_normal((5, 3)), rng.random(5)
    _, gradient = output_l2(vectors, weights)
    assert relative_error(gradient, numeric(vectors, lambda: output_l2(vectors, weights)[0])) < LIMIT


def test_distillation_is_half_the_squared_distance_a_pair_without_each_users_mean():
    scores, taught = np.array([[1.0, 3.0], [5.0, 5.0]]), np.array([[0.0, 0.0], [0.0, 4.0]])
    # Differences 1, 3 and 5, 1; without their means 2 and 3 they are -1, 1 and 2, -2.
    value, gradient = distillation(scores, taught, n_pairs=4.0)
    assert value == (1 + 1 + 4 + 4) / (2 * 4)
    assert gradient.tolist() == [[-1 / 4, 1 / 4], [2 / 4, -2 / 4]]


def test_distillation_leaves_what_it_compares_alone_and_does_not_see_a_constant():
    rng = np.random.default_rng(0)
    scores, taught = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    before = scores.copy()
    value, gradient = distillation(scores, taught, 5.0)
    moved, _ = distillation(scores + np.array([[1.0], [-7.0], [100.0]]), taught, 5.0)
    assert moved == pytest.approx(value)
    assert (scores == before).all()
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-12)


def test_distillation_passes_the_gradient_check():
    rng = np.random.default_rng(3)
    scores, taught = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    _, gradient = distillation(scores, taught, 7.0)
    assert relative_error(gradient, numeric(scores, lambda: distillation(scores, taught, 7.0)[0])) < LIMIT
