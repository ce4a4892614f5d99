"""The closed form, compared with slow references."""

import numpy as np
import pytest
from scipy import sparse

from recsys.models import linear
from recsys.models.features import equal_weights
from recsys.models.linear import LinearTowers, balanced, leading_eigenvectors


def log(n_users: int = 30, n_items: int = 9, seed: int = 0) -> sparse.csr_array:
    """Who rated what: even users mostly even items, odd ones odd."""
    rng = np.random.default_rng(seed)
    alike = np.arange(n_users)[:, None] % 2 == np.arange(n_items) % 2
    return sparse.csr_array((rng.random((n_users, n_items)) < np.where(alike, 0.7, 0.1)).astype(np.float64))


def fit_linear(rows, histories, rank: int, l2: float, rng: np.random.Generator, dtype=np.float32) -> LinearTowers:
    """EASE as towers of vectors of length ``rank``."""
    history, items = linear.ease(rows.astype(np.float32), rank, l2, rng)
    return balanced(history, items, rank, histories, rng, dtype)


def scores_of(towers: LinearTowers, histories, items: np.ndarray) -> np.ndarray:
    """Of ``items`` for histories, each already divided by the root of its length."""
    return (histories @ towers.history) @ towers.items[items].T


def ease(rated: np.ndarray, l2: float) -> np.ndarray:
    """EASE column by column: ridge regression of an item on all others."""
    n = rated.shape[1]
    weights = np.zeros((n, n))
    for item in range(n):
        others = np.delete(np.arange(n), item)
        x = rated[:, others]
        weights[others, item] = np.linalg.solve(x.T @ x + l2 * np.eye(n - 1), x.T @ rated[:, item])
    return weights


def most_rated(rated: sparse.csr_array, n: int) -> np.ndarray:
    """The n items with the most ratings, equals by their index, ascending."""
    return np.sort(np.argsort(-rated.sum(axis=0), kind="stable")[:n])


def test_at_full_rank_the_scores_are_those_of_ease_up_to_scale():
    rated = log()
    histories = equal_weights(rated)
    towers = fit_linear(rated, histories, rated.shape[1], 3.0, np.random.default_rng(0), np.float64)
    expected = histories.toarray() @ ease(rated.toarray(), 3.0)
    scores = scores_of(towers, histories, np.arange(rated.shape[1]))
    scale = (scores * expected).sum() / (expected**2).sum()
    assert scale > 0
    np.testing.assert_allclose(scores, scale * expected, atol=1e-4 * np.abs(scores).max())


def test_at_a_lower_rank_the_scores_are_the_nearest_to_those_of_ease():
    rated, rank = log(n_users=60), 3
    towers = fit_linear(rated, equal_weights(rated), rank, 3.0, np.random.default_rng(0), np.float64)
    dense = rated.toarray()
    u, s, vt = np.linalg.svd(dense @ ease(dense, 3.0))
    expected = (u[:, :rank] * s[:rank]) @ vt[:rank]  # Eckart & Young
    scores = dense @ towers.history @ towers.items.T
    scale = (scores * expected).sum() / (expected**2).sum()
    np.testing.assert_allclose(scores, scale * expected, atol=1e-3 * np.abs(scores).max())


@pytest.mark.parametrize(("n_users", "size"), [(60, 5), (5, 3)])  # more users than items in the tail, and fewer
def test_a_tail_item_gets_the_weights_of_ease_on_the_head_and_that_item(monkeypatch, n_users, size):
    monkeypatch.setattr(linear, "HEAD", size)
    monkeypatch.setattr(linear, "TAIL_BLOCK", 3)
    rated = log(n_users=n_users)
    dense, head = rated.toarray(), most_rated(rated, size)
    towers = fit_linear(rated, equal_weights(rated), size, 3.0, np.random.default_rng(0), np.float64)
    weights = towers.history @ towers.items.T
    tolerance = 1e-3 * np.abs(weights).max()
    head_alone = ease(dense[:, head], 3.0)
    scale = (weights[np.ix_(head, head)] * head_alone).sum() / (head_alone**2).sum()
    np.testing.assert_allclose(weights[np.ix_(head, head)], scale * head_alone, atol=tolerance)
    for item in np.setdiff1d(np.arange(9), head):
        with_item = ease(dense[:, np.r_[head, item]], 3.0)
        np.testing.assert_allclose(weights[head, item], scale * with_item[:size, size], atol=tolerance)
        np.testing.assert_allclose(weights[item, head], scale * with_item[size, :size], atol=tolerance)


@pytest.mark.parametrize("n_users", [2, 5, 9])
def test_with_fewer_users_than_directions_the_tail_is_not_noise(monkeypatch, n_users):
    monkeypatch.setattr(linear, "HEAD", 60)
    rng = np.random.default_rng(0)
    rated = sparse.csr_array((rng.random((n_users, 200)) < 0.3).astype(np.float32))
    towers = fit_linear(rated, equal_weights(rated), 32, 460.0, rng)
    head = most_rated(rated, 60)
    tail = np.setdiff1d(np.arange(200), head)
    assert np.isfinite(towers.items).all()
    assert np.isfinite(towers.history).all()
    assert np.abs(towers.items[tail]).max() <= 3 * np.abs(towers.items[head]).max()


def test_the_head_is_the_items_with_the_most_ratings_equals_by_their_index(monkeypatch):
    monkeypatch.setattr(linear, "HEAD", 3)
    # Items 1, 2, 3 and 4 have 3, 2, 2 and 2 ratings, so the head is 1, 2 and 3: among these alone EASE weighs pairs.
    dense = np.array([[1.0, 1, 0, 1, 1], [0, 1, 1, 1, 0], [0, 1, 1, 0, 1]])
    rated = sparse.csr_array(dense)
    towers = fit_linear(rated, equal_weights(rated), 3, 3.0, np.random.default_rng(0), np.float64)
    weights, expected = towers.history @ towers.items.T, ease(dense[:, [1, 2, 3]], 3.0)
    head = weights[1:4, 1:4]
    scale = (head * expected).sum() / (expected**2).sum()
    np.testing.assert_allclose(head, scale * expected, atol=1e-4 * np.abs(head).max())


def test_scores_are_sums_of_what_each_rated_item_adds():
    towers = LinearTowers(np.array([[1.0, 0], [0, 2], [3, 3]]), np.array([[1.0, 1], [0, 1], [2, 0]]))
    histories = sparse.csr_array([[0.5, 0, 0.5], [0, 0, 0]])
    # Half of item 0 and half of item 2: (2, 1.5); its products with items 2 and 0.
    assert scores_of(towers, histories, np.array([2, 0])).tolist() == [[4, 3.5], [0, 0]]


def test_both_sides_have_the_same_norm_and_the_dtype_asked_for():
    rated = log()
    towers = fit_linear(rated, equal_weights(rated), 4, 460.0, np.random.default_rng(0))
    assert (towers.history.dtype, towers.items.dtype) == (np.float32, np.float32)
    assert np.linalg.norm(towers.history) == pytest.approx(np.linalg.norm(towers.items), rel=1e-4)


def test_the_scale_is_the_one_that_predicts_the_ratings_best_softened():
    rated = log(n_users=40)
    histories = equal_weights(rated)

    def loss(factor: float) -> float:
        """The softmax loss of the scores times a factor, no item predicting itself."""
        scores = scores_of(towers, histories, np.arange(9)).astype(float)
        self_products = (towers.history * towers.items).sum(axis=1)
        user, item = histories.nonzero()
        scores[user, item] -= histories.data * self_products[item]
        logits = factor * scores
        return float((np.log(np.exp(logits).sum(axis=1))[user] - logits[user, item]).mean())

    towers = fit_linear(rated, histories, 9, 3.0, np.random.default_rng(0), np.float64)
    best = linear.SOFTENING
    assert loss(best) < min(loss(best / 1.5), loss(best * 1.5))


def test_what_items_add_to_their_own_scores_does_not_count_for_the_scale():
    rng = np.random.default_rng(0)
    history, items, identity = *rng.standard_normal((2, 9, 3)), np.eye(9)
    histories = equal_weights(log())
    with_diagonal = np.column_stack([history, 5 * identity]), np.column_stack([items, identity])
    expected = balanced(history, items, 12, histories, np.random.default_rng(0), np.float64)
    towers = balanced(*with_diagonal, 12, histories, np.random.default_rng(0), np.float64)
    weights, before = towers.history @ towers.items.T, expected.history @ expected.items.T
    off_diagonal = identity == 0
    np.testing.assert_allclose(weights[off_diagonal], before[off_diagonal], rtol=1e-9)


def test_with_fewer_items_than_dimensions_the_rest_is_zero():
    rated = log(n_items=3)
    towers = fit_linear(rated, equal_weights(rated), 5, 460.0, np.random.default_rng(0))
    assert towers.history.shape == towers.items.shape == (3, 5)
    assert not towers.items[:, 3:].any()


@pytest.mark.parametrize("rated", [[[1.0]], [[1.0, 0], [0, 1]], [[1.0, 1, 1]]])
def test_logs_without_information_stay_finite(rated):
    rows = sparse.csr_array(np.array(rated))
    towers = fit_linear(rows, equal_weights(rows), 2, 460.0, np.random.default_rng(0))
    assert np.isfinite(towers.history).all()
    assert np.isfinite(towers.items).all()


def test_leading_eigenvectors_are_those_of_the_largest_eigenvalues():
    rng = np.random.default_rng(1)
    basis, _ = np.linalg.qr(rng.standard_normal((40, 40)))
    spectrum = 100 * 0.5 ** np.arange(40)
    matrix = (basis * spectrum) @ basis.T
    eigenvalues, vectors = leading_eigenvectors(lambda block: matrix @ block, 40, 3, rng)
    np.testing.assert_allclose(eigenvalues, spectrum[:3], rtol=1e-4)
    np.testing.assert_allclose(np.abs((vectors * basis[:, :3]).sum(axis=0)), 1, rtol=1e-4)
    assert (vectors[np.abs(vectors).argmax(axis=0), range(3)] > 0).all()
