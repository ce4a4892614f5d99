"""The tower of a page in numpy, and how its lists are compared with those of a rounded one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import recsys
from recsys.data.rating_scale import Opinions
from recsys.export.page_tower import K, PageTower, overlap, page_histories, sample_users
from tests.synthetic import small_log, sparse_log


@pytest.fixture(scope="module", params=[small_log, sparse_log], ids=["one pair of towers", "two"])
def dataset(request) -> recsys.Dataset:
    return request.param()


many_items = pytest.mark.parametrize("dataset", [sparse_log], indirect=True, ids=["many items"])
"""Lists of ten of twelve items are hardly ever different."""


@pytest.fixture(scope="module")
def fitted(dataset) -> recsys.Fitted:
    return recsys.fit(dataset, "deep", recsys.TrainConfig(dim=7, epochs=3))


@pytest.fixture(scope="module")
def histories(dataset, fitted) -> sparse.csr_array:
    return page_histories(dataset.matrix, np.arange(dataset.n_items), fitted.towers.members["deep"].scale)


def users_with_room(dataset: recsys.Dataset) -> np.ndarray:
    return np.flatnonzero((dataset.user_counts > 0) & (dataset.user_counts <= dataset.n_items - K))


def test_users_have_the_vectors_of_the_model(fitted, dataset, histories):
    expected = fitted.fold_in_all(dataset.matrix[users_with_room(dataset)])
    np.testing.assert_allclose(PageTower.of(fitted).user_vectors(histories), expected, rtol=0, atol=1e-5)


def test_a_page_with_some_of_the_items_scores_them_as_the_model_does(fitted, dataset):
    rows = np.arange(1, dataset.n_items)
    tower = PageTower.of(fitted).of_items(rows)
    ratings = dataset.matrix[:5].copy()
    histories = page_histories(ratings, rows, Opinions(1, 5))
    only_here = sparse.csr_array(ratings[:, rows])
    padded = sparse.csr_array(sparse.hstack([sparse.csr_array((5, 1)), only_here]))  # without item 0
    left = (np.diff(only_here.indptr) > 0) & (np.diff(only_here.indptr) <= len(rows) - K)
    expected = fitted.fold_in_scores(padded[left])[:, 1:]
    scores = tower.user_vectors(histories) @ tower.items.T + tower.bias
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-4)


def test_histories_are_of_users_who_rated_some_of_the_items_and_left_enough():
    n = K + 2
    rated = np.zeros((4, n + 1))
    rated[0, 0] = 5  # an item that the page has not
    rated[1, 1:3] = 1, 5
    rated[2, 1:4] = 5  # leaves one less than a list needs
    rated[3, [0, 2]] = 2
    histories = page_histories(sparse.csr_array(rated), np.arange(1, n + 1), Opinions(1, 5))
    assert np.diff(histories.indptr).tolist() == [2, 1]
    assert histories.indices.tolist() == [0, 1, 1]
    assert histories.data.tolist() == [-0.3, 1.0, 0.0]  # a rating that weighs nothing stays a rating


def test_lists_leave_out_what_was_rated_also_where_it_weighs_nothing(fitted, dataset, histories):
    tower = PageTower.of(fitted)
    weightless = histories.copy()
    weightless.data[:] = 0
    n_listed = 0
    for row, items in enumerate(tower.best(weightless).tolist()):
        rated = weightless.indices[slice(*weightless.indptr[row : row + 2])]
        assert not set(items) & set(rated.tolist())
        n_listed += len(set(items))
    assert n_listed == K * weightless.shape[0]


@many_items
def test_overlap_counts_items_that_both_lists_have(fitted, histories):
    tower = PageTower.of(fitted)
    assert overlap(tower, tower, histories) == K
    opposite = replace(tower, scales=(-tower.scales[0], -tower.scales[1]), bias=-tower.bias)
    lists = [
        len(set(first) & set(second))
        for first, second in zip(tower.best(histories).tolist(), opposite.best(histories).tolist(), strict=True)
    ]
    assert overlap(tower, opposite, histories) == pytest.approx(np.mean(lists))
    assert np.mean(lists) < 1
    assert overlap(tower, tower, histories[:0]) == 0


def test_rounding_leaves_mean_scores_of_users_with_one_like_each_as_they_are(fitted, dataset):
    tower = PageTower.of(fitted)
    users = tower.user_vectors(sparse.csr_array(np.eye(dataset.n_items)))
    rounded = tower.rounded(2, 2)
    assert np.abs(rounded.items - tower.items).max() > 0.01
    exact_scores, scores = (users @ part.items.T + part.bias for part in (tower, rounded))
    np.testing.assert_allclose(scores.mean(axis=0), exact_scores.mean(axis=0), rtol=0, atol=1e-5)


@many_items
def test_more_bits_keep_more_of_the_lists(fitted, histories):
    tower = PageTower.of(fitted)
    shared = [overlap(tower, tower.rounded(bits, bits), histories) for bits in (1, 2, 8)]
    assert shared[0] < shared[1] <= shared[2]
    assert shared[2] > K - 0.2


def test_users_are_drawn_from_those_with_ratings(dataset):
    some = dataset.subset(dataset.user % 2 == 0)
    ratings = sample_users(some, np.random.default_rng(0))
    assert ratings.shape == ((some.user_counts > 0).sum(), some.n_items)
    assert ratings.nnz == some.n_ratings
    assert sample_users(some, np.random.default_rng(0), 3).shape == (3, some.n_items)
