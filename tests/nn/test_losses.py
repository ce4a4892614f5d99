"""The grouped losses against literal loops over pairs, central differences, and cases worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn.losses import (
    Factors,
    Pairs,
    RatedNegatives,
    distillation,
    masked_backward,
    masked_forward,
    masked_in_batch_softmax,
    multinomial_backward,
    multinomial_forward,
    multinomial_softmax,
    output_l2,
)
from tests.gradients import LIMIT, numeric, relative_error


def pairwise(scores, log_q, counts, pairs, rated):
    """The loss and its gradient as the definition reads: a loop over pairs, and for each over the batch's items."""
    loss, gradient = 0.0, np.zeros_like(scores)
    for user, item in pairs:
        y = scores[user] - log_q
        negatives = [f for f in range(len(log_q)) if not rated[user, f]]
        terms = [(item, math.exp(y[item])), *((f, counts[f] * math.exp(y[f])) for f in negatives)]
        total = sum(value for _, value in terms)
        loss += -y[item] + math.log(total)
        gradient[user, item] -= 1
        for f, value in terms:
            gradient[user, f] += value / total
    return loss / len(pairs), gradient / len(pairs)


def grouped(scores, log_q, counts, pairs, rated):
    """The loss as training calls it, and its gradient as one matrix; the scores are not overwritten."""
    positives = distinct(pairs)
    positive_scores = scores[positives.user, positives.item] - log_q[positives.item]
    with np.errstate(divide="ignore"):
        z = scores - log_q + np.log(counts, dtype=scores.dtype)
    z[rated] = -np.inf
    loss, gradient, positive_gradient = masked_in_batch_softmax(z, positive_scores, positives)
    assert not gradient[rated].any()
    gradient[positives.user, positives.item] = positive_gradient
    return loss, gradient


def distinct(pairs) -> Pairs:
    """The pairs of a batch as the loss takes them: each once, with how often it is there."""
    rows, counts = np.unique(np.array(pairs), axis=0, return_counts=True)
    return Pairs.distinct(*rows.T)._replace(counts=counts.astype(np.float32))


@st.composite
def batches(draw):
    n_users, n_items = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    pair = st.tuples(st.integers(0, n_users - 1), st.integers(0, n_items - 1))
    pairs = draw(st.lists(pair, min_size=1, max_size=12))  # whole pairs repeat
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rated = rng.random((n_users, n_items)) < 0.3  # users may have rated more than is in the batch
    rated[tuple(np.array(pairs).T)] = True
    counts = rng.integers(0, 4, n_items).astype(float)
    # Some rows are far from 0, so that only a shift keeps their exponentials finite.
    scores = 3 * rng.standard_normal((n_users, n_items)) + rng.choice([0, 0, -200, 200], (n_users, 1))
    return scores, rng.standard_normal(n_items), counts, pairs, rated


@given(batches())
@settings(deadline=None, max_examples=300)
def test_the_grouped_form_equals_the_pairwise_form(batch):
    loss, gradient = grouped(*batch)
    expected, expected_gradient = pairwise(*batch)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-9, atol=1e-12)


def test_two_users_worked_by_hand():
    # Three items with shares 1/2, 1/4, 1/4; user 0 rated items 0 and 1, user 1 rated items 0 and 2; all scores 0,
    # so exp y = 2, 4, 4. Item 0 is in the batch twice.
    # User 0: A = exp y_2 = 4; losses log(1 + 4/2) and log(1 + 4/4). User 1: A = exp y_1 = 4; the same.
    log_q, counts = np.log([0.5, 0.25, 0.25]), np.array([2.0, 1, 1])
    rated = np.array([[True, True, False], [True, False, True]])
    loss, gradient = grouped(np.zeros((2, 3)), log_q, counts, [(0, 0), (0, 1), (1, 0), (1, 2)], rated)
    assert loss == pytest.approx((2 * math.log(3) + 2 * math.log(2)) / 4)
    # The slope of a positive is A / (A + exp y): 2/3 for item 0, 1/2 for the other; the unrated item gets their sum.
    np.testing.assert_allclose(gradient * 4, [[-2 / 3, -1 / 2, 7 / 6], [-2 / 3, 7 / 6, -1 / 2]])


def test_an_item_that_is_twice_in_the_batch_counts_as_two_negatives():
    rated = np.array([[True, False], [False, True], [False, True]])
    loss, _ = grouped(np.zeros((3, 2)), np.zeros(2), np.array([1.0, 2]), [(0, 0), (1, 1), (2, 1)], rated)
    assert loss == pytest.approx((math.log(1 + 2) + 2 * math.log(1 + 1)) / 3)


def test_a_user_who_rated_every_item_of_the_batch_has_no_loss():
    scores, rated = np.array([[5.0, -3.0]]), np.ones((1, 2), bool)
    loss, gradient = grouped(scores, np.zeros(2), np.ones(2), [(0, 0), (0, 1)], rated)
    assert loss == 0
    assert (gradient == 0).all()


@given(batches(), st.integers(0, 2**32))
@settings(deadline=None, max_examples=100)
def test_a_constant_added_to_all_scores_of_a_user_changes_nothing(batch, seed):
    scores, *rest = batch
    constants = 50 * np.random.default_rng(seed).standard_normal((len(scores), 1))
    loss, gradient = grouped(scores, *rest)
    shifted_loss, shifted_gradient = grouped(scores + constants, *rest)
    assert shifted_loss == pytest.approx(loss, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(shifted_gradient, gradient, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-9)  # which is why


@given(batches(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_the_order_of_users_and_items_in_a_batch_does_not_matter(batch, random):
    scores, log_q, counts, pairs, rated = batch
    users, items = list(range(scores.shape[0])), list(range(scores.shape[1]))
    random.shuffle(users)
    random.shuffle(items)
    moved = [(users.index(user), items.index(item)) for user, item in pairs]
    loss, gradient = grouped(scores, log_q, counts, pairs, rated)
    moved_loss, moved_gradient = grouped(
        scores[users][:, items], log_q[items], counts[items], moved, rated[users][:, items]
    )
    assert moved_loss == pytest.approx(loss, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(moved_gradient, gradient[users][:, items], rtol=1e-9, atol=1e-12)


@given(batches())
@settings(deadline=None, max_examples=50)
def test_the_loss_of_a_batch_is_the_mean_of_the_losses_of_its_pairs(batch):
    scores, log_q, counts, pairs, rated = batch
    losses = [grouped(scores, log_q, counts, [pair], rated)[0] for pair in pairs]
    assert grouped(*batch)[0] == pytest.approx(np.mean(losses), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("offset", [-1e4, -100, 100, 1e4])
def test_large_scores_do_not_overflow_in_float32(offset):
    rated, pairs = np.array([[True, False], [False, True]]), [(0, 0), (1, 1)]
    scores = np.array([[1.0, 0], [0, 1]], np.float32)
    zeros, ones = np.zeros(2, np.float32), np.ones(2, np.float32)
    near, near_gradient = grouped(scores, zeros, ones, pairs, rated)
    far, far_gradient = grouped(scores + np.float32(offset), zeros, ones, pairs, rated)
    assert far == pytest.approx(near, rel=1e-3)
    np.testing.assert_allclose(far_gradient, near_gradient, rtol=1e-3)


def test_a_rated_item_with_a_huge_score_does_not_drown_the_negatives_in_float32():
    scores = np.array([[0.0, -200.0, -199.0]], np.float32)
    rated = np.array([[True, False, False]])
    loss, gradient = grouped(scores, np.zeros(3, np.float32), np.ones(3, np.float32), [(0, 0)], rated)
    assert loss == 0  # log(1 + e^-200 + e^-199), in float32
    assert gradient.dtype == np.float32
    assert np.isfinite(gradient).all()


def test_an_item_that_is_not_in_the_batch_is_no_negative():
    scores, rated = np.array([[0.0, 1.0, 50.0]]), np.array([[True, False, False]])
    loss, gradient = grouped(scores, np.zeros(3), np.array([1.0, 1.0, 0.0]), [(0, 0)], rated)
    assert loss == pytest.approx(math.log(1 + math.e))
    assert gradient[0, 2] == 0


def test_the_loss_passes_the_gradient_check():
    rng = np.random.default_rng(3)
    scores, log_q, counts = rng.standard_normal((3, 4)), rng.standard_normal(4), np.array([1.0, 1, 3, 2])
    pairs = [(0, 0), (0, 1), (1, 2), (2, 0), (2, 0)]
    rated = np.zeros((3, 4), bool)
    rated[tuple(np.array(pairs).T)] = True
    _, gradient = grouped(scores, log_q, counts, pairs, rated)
    assert relative_error(gradient, numeric(scores, lambda: grouped(scores, log_q, counts, pairs, rated)[0])) < LIMIT


def test_the_gradient_is_written_into_the_scores():
    z, pairs = np.array([[-np.inf, 1.0, 0.5]]), Pairs.distinct(np.array([0]), np.array([0]))
    loss, cache = masked_forward(z, np.zeros(1), pairs)  # the rated item is masked already
    assert loss == pytest.approx(math.log(1 + math.e + math.exp(0.5)))
    assert masked_backward(cache)[0] is z


def multinomial(scores, log_q, counts, pairs, rated):
    """The multinomial loss as training calls it, and its gradient with respect to all scores.

    Rated items that are in no pair of the batch, as the hidden ones' other half, are pairs that count 0.
    """
    positives = distinct(pairs)
    weights = np.zeros(scores.shape)
    weights[positives.user, positives.item] = positives.counts
    user, item = np.nonzero(rated)
    known = Pairs(user, item, weights[user, item])
    columns = np.flatnonzero(counts)
    column = np.full(len(counts), -1)
    column[columns] = np.arange(len(columns))
    (pair,) = np.nonzero(column[item] >= 0)
    negatives = RatedNegatives(pair, user[pair], column[item[pair]], counts[item[pair]])
    y = scores - log_q
    z = (y + np.log(np.maximum(counts, 1)))[:, columns]
    z[negatives.user, negatives.column] = -np.inf
    loss, z_gradient, pair_gradient = multinomial_softmax(z, y[user, item], known, negatives)
    assert not z_gradient[negatives.user, negatives.column].any()
    gradient = np.zeros_like(scores)
    gradient[:, columns] = z_gradient
    gradient[user, item] += pair_gradient
    return loss, gradient


def literal_multinomial(scores, log_q, counts, pairs):
    """A loop over pairs, and for each over the negatives; a positive that is not among these is added, once."""
    loss, gradient = 0.0, np.zeros_like(scores)
    for user, item in pairs:
        y = scores[user] - log_q
        terms = {f: counts[f] * math.exp(y[f]) for f in range(len(log_q)) if counts[f] > 0}
        terms.setdefault(item, math.exp(y[item]))
        total = sum(terms.values())
        loss += -y[item] + math.log(total)
        gradient[user, item] -= 1
        for f, value in terms.items():
            gradient[user, f] += value / total
    return loss / len(pairs), gradient / len(pairs)


def with_negatives(batch):
    """The same batch, with one negative at least."""
    scores, log_q, counts, pairs, rated = batch
    counts[0] = max(counts[0], 1)
    return scores, log_q, counts, pairs, rated


@given(batches().map(with_negatives))
@settings(deadline=None, max_examples=300)
def test_the_multinomial_form_equals_its_pairwise_form(batch):
    scores, log_q, counts, pairs, _ = batch
    loss, gradient = multinomial(*batch)
    expected, expected_gradient = literal_multinomial(scores, log_q, counts, pairs)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-9, atol=1e-12)


@given(batches().map(with_negatives), st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_the_multinomial_loss_does_not_depend_on_which_items_were_rated(batch, seed):
    scores, log_q, counts, pairs, rated = batch
    others = np.random.default_rng(seed).random(rated.shape) < 0.5
    others[tuple(np.array(pairs).T)] = True
    loss, gradient = multinomial(*batch)
    other_loss, other_gradient = multinomial(scores, log_q, counts, pairs, others)
    assert other_loss == pytest.approx(loss, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(other_gradient, gradient, rtol=1e-9, atol=1e-12)


def test_the_multinomial_form_worked_by_hand():
    # The two users of the masked form above: exp y = 2, 4, 4, item 0 twice, so both sums are 4 + 4 + 4 = 12.
    log_q, counts = np.log([0.5, 0.25, 0.25]), np.array([2.0, 1, 1])
    rated = np.array([[True, True, False], [True, False, True]])
    loss, gradient = multinomial(np.zeros((2, 3)), log_q, counts, [(0, 0), (0, 1), (1, 0), (1, 2)], rated)
    assert loss == pytest.approx((2 * math.log(12 / 2) + 2 * math.log(12 / 4)) / 4)
    # Every item has a third of each sum, of two pairs; a positive has -1 too.
    np.testing.assert_allclose(gradient * 4, [[-1 / 3, -1 / 3, 2 / 3], [-1 / 3, 2 / 3, -1 / 3]])


def test_a_positive_that_was_not_drawn_is_in_its_own_sum_once():
    # Items 0 and 1 are rated, item 1 was drawn three times: sums 1 + 3 for the pair of item 0, 3 for that of item 1.
    rated, counts = np.array([[True, True]]), np.array([0.0, 3])
    loss, _ = multinomial(np.zeros((1, 2)), np.zeros(2), counts, [(0, 0), (0, 1)], rated)
    assert loss == pytest.approx((math.log(4) + math.log(3)) / 2)


def test_the_multinomial_loss_passes_the_gradient_check_and_a_wrong_gradient_does_not():
    rng = np.random.default_rng(3)
    scores, log_q, counts = rng.standard_normal((3, 4)), rng.standard_normal(4), np.array([1.0, 0, 3, 2])
    pairs = [(0, 0), (0, 1), (1, 2), (2, 0), (2, 0)]
    rated = np.zeros((3, 4), bool)
    rated[tuple(np.array([*pairs, (1, 3)]).T)] = True
    _, gradient = multinomial(scores, log_q, counts, pairs, rated)
    expected = numeric(scores, lambda: multinomial(scores, log_q, counts, pairs, rated)[0])
    assert relative_error(gradient, expected) < LIMIT
    _, masked = grouped(scores, log_q, counts, pairs, rated)
    assert relative_error(masked, expected) > LIMIT


def test_the_multinomial_gradient_is_written_into_the_scores():
    z, pairs = np.array([[-np.inf, 1.0]]), Pairs.distinct(np.array([0]), np.array([0]))
    rows = np.array([0])
    loss, cache = multinomial_forward(z, np.array([2.0]), pairs, RatedNegatives(rows, rows, rows, np.array([3.0])))
    assert loss == pytest.approx(-2 + math.log(3 * math.exp(2) + math.e))
    assert multinomial_backward(cache)[0] is z


@pytest.mark.parametrize("offset", [-1e4, 1e4])
def test_large_scores_do_not_overflow_the_multinomial_form_in_float32(offset):
    rated, pairs = np.array([[True, False], [False, True]]), [(0, 0), (1, 1)]
    scores, zeros = np.array([[1.0, 0], [0, 1]], np.float32), np.zeros(2, np.float32)
    near, near_gradient = multinomial(scores, zeros, np.ones(2, np.float32), pairs, rated)
    far, far_gradient = multinomial(scores + np.float32(offset), zeros, np.ones(2, np.float32), pairs, rated)
    assert far == pytest.approx(near, rel=1e-3)
    assert far_gradient.dtype == np.float32
    np.testing.assert_allclose(far_gradient, near_gradient, rtol=1e-3)


def test_output_l2_is_the_gradient_of_the_weighted_mean_of_squared_norms():
    rng = np.random.default_rng(3)
    vectors, weights = rng.standard_normal((5, 3)), rng.random(5)
    for given_weights, used in ((None, np.ones(5)), (weights, weights)):
        gradient = output_l2(vectors, given_weights)
        expected = numeric(vectors, lambda used=used: float((used * (vectors**2).sum(axis=1)).mean()))
        assert relative_error(gradient, expected) < LIMIT


PAIRS = Pairs.distinct(np.array([0, 0, 1, 2]), np.array([0, 1, 2, 0]))


def factors(rng, n_users=3, n_items=4, dim=2):
    """Random scores as narrow factors."""
    users, items, bias, self_contributions = (
        rng.standard_normal(shape) for shape in ((n_users, dim), (n_items, dim), n_items, len(PAIRS.user))
    )
    matrix = dense(Factors(users, items, bias, self_contributions, np.empty(0)))
    return Factors(users, items, bias, self_contributions, matrix[PAIRS.user, PAIRS.item])


def dense(scores: Factors) -> np.ndarray:
    """The matrix that the factors stand for."""
    matrix = scores.users @ scores.items.T + scores.bias
    matrix[PAIRS.user, PAIRS.item] -= scores.self_contributions
    return matrix


def test_distillation_is_half_the_squared_distance_per_pair_without_each_users_mean():
    # Differences 1, 3 and 5, 1; without their means 2 and 3 they are -1, 1 and 2, -2. Two pairs.
    pairs = Pairs.distinct(np.array([0, 1]), np.array([0, 1]))
    scores = Factors(np.eye(2), np.array([[1.0, 5], [3, 5]]), np.zeros(2), np.zeros(2), np.array([1.0, 5]))
    teacher = Factors(np.eye(2), np.array([[0.0, 0], [0, 4]]), np.zeros(2), np.zeros(2), np.array([0.0, 4]))
    gradients = distillation(scores, teacher, pairs, 3.0)
    expected = 3 * np.array([[-1, 1], [2, -2]]) / 2
    np.testing.assert_allclose(gradients.users, expected @ scores.items)
    np.testing.assert_allclose(gradients.items, expected.T @ scores.users)
    np.testing.assert_allclose(gradients.bias, expected.sum(axis=0))
    np.testing.assert_allclose(gradients.positive_scores, expected[[0, 1], [0, 1]])
    assert (gradients.pair_correction == 0).all()


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_distillation_by_factors_equals_distillation_by_the_matrix(seed):
    rng = np.random.default_rng(seed)
    scores, teacher = factors(rng), factors(rng, dim=3)
    expected = dense(scores) - dense(teacher)
    expected -= expected.mean(axis=1, keepdims=True)
    expected /= len(PAIRS.user)
    gradients = distillation(scores, teacher, PAIRS, 1.0)
    correction = np.zeros_like(expected)
    correction[PAIRS.user, PAIRS.item] = gradients.pair_correction
    np.testing.assert_allclose(gradients.users + correction @ scores.items, expected @ scores.items, atol=1e-12)
    np.testing.assert_allclose(gradients.items + correction.T @ scores.users, expected.T @ scores.users, atol=1e-12)
    np.testing.assert_allclose(gradients.bias + correction.sum(axis=0), expected.sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(gradients.positive_scores, expected[PAIRS.user, PAIRS.item], atol=1e-12)


def test_distillation_passes_the_gradient_check():
    rng = np.random.default_rng(4)
    scores, teacher = factors(rng), factors(rng)
    gradients = distillation(scores, teacher, PAIRS, 0.7)

    def distance() -> float:
        difference = dense(scores) - dense(teacher)
        difference -= difference.mean(axis=1, keepdims=True)
        return 0.7 * float((difference**2).sum()) / (2 * len(PAIRS.user))

    correction = np.zeros((3, 4))
    correction[PAIRS.user, PAIRS.item] = gradients.pair_correction
    assert relative_error(gradients.users + correction @ scores.items, numeric(scores.users, distance)) < LIMIT
    assert relative_error(gradients.items + correction.T @ scores.users, numeric(scores.items, distance)) < LIMIT
    assert relative_error(gradients.bias + correction.sum(axis=0), numeric(scores.bias, distance)) < LIMIT
    # Contributions are subtracted from the scores of the pairs.
    assert relative_error(-gradients.positive_scores, numeric(scores.self_contributions, distance)) < LIMIT


def test_a_model_that_scores_as_its_teacher_has_no_distillation_gradient():
    scores = factors(np.random.default_rng(0))
    for gradient in distillation(scores, scores, PAIRS, 1.0):
        np.testing.assert_allclose(gradient, 0, atol=1e-14)


def test_distillation_in_float64_is_nowhere_rounded_to_float32():
    # The counts add up to 3, and neither a third nor the weight is a float32.
    pairs = PAIRS._replace(counts=np.array([0.75, 0.75, 0.75, 0.75], np.float32))
    scores, teacher = factors(np.random.default_rng(0)), factors(np.random.default_rng(1))
    gradients = distillation(scores, teacher, pairs, 0.1)
    spikes = teacher.self_contributions - scores.self_contributions
    np.testing.assert_allclose(gradients.pair_correction, spikes * 0.1 / 3, rtol=1e-14)


def test_a_constant_added_to_the_teachers_scores_of_a_user_changes_nothing():
    rng = np.random.default_rng(0)
    scores, teacher = factors(rng), factors(rng)
    constants = np.array([1.0, -7, 100])
    shifted = teacher._replace(
        users=np.column_stack([teacher.users, constants]),
        items=np.column_stack([teacher.items, np.ones(4)]),
        positive_scores=teacher.positive_scores + constants[PAIRS.user],
    )
    first, second = distillation(scores, teacher, PAIRS, 1.0), distillation(scores, shifted, PAIRS, 1.0)
    for gradient, shifted_gradient in zip(first, second, strict=True):
        np.testing.assert_allclose(gradient, shifted_gradient, atol=1e-10)
