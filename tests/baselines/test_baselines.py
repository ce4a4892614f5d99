"""Every baseline against a literal form of its definition."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from recsys.baselines import ease, item_knn
from recsys.baselines.als import ALS
from recsys.baselines.ease import EASE
from recsys.baselines.item_knn import ItemKNN
from recsys.baselines.popularity import Popularity
from recsys.baselines.registry import BASELINES
from recsys.data.dataset import Dataset
from recsys.data.load import load_dataset
from recsys.errors import ConfigError, TrainingError
from recsys.evaluation.ranking import top_k
from recsys.nn import least_squares
from tests.small_logs import log_of


def tiny() -> Dataset:
    """Items a, b, c, d with 1, 3, 1 and no ratings; user z gave none."""
    ratings = pd.DataFrame(
        [("u", "b", 1), ("v", "b", 1), ("w", "b", 1), ("u", "a", 5), ("v", "c", 5)],
        columns=["user", "item", "rating"],
    )
    items = pd.DataFrame({"item": list("abcd"), "title": "x"})
    return Dataset.from_frames(ratings, items, users=pd.DataFrame({"user": ["z"]}))


def test_popularity_scores_an_item_by_its_number_of_ratings_whatever_their_value():
    scores = Popularity(tiny()).scores()
    assert scores.dtype == np.float32
    assert scores.tolist() == [[1, 3, 1, 0]] * 4


def test_popularity_answers_for_the_users_asked_for():
    assert Popularity(tiny()).scores(np.array([3, 3, 0])).tolist() == [[1, 3, 1, 0]] * 3
    assert Popularity(tiny()).scores(np.array([], int)).shape == (0, 4)


def test_popularity_counts_the_training_part_alone():
    dataset = tiny()
    train = dataset.subset(dataset.rating == 5)
    assert Popularity(train).scores()[0].tolist() == [1, 0, 1, 0]


def test_lists_of_popularity_are_the_most_rated_unseen_items_with_ties_in_index_order():
    dataset = tiny()
    items, _ = top_k(Popularity(dataset), k=3, exclude=dataset)
    assert items.tolist() == [[2, 3, -1], [0, 3, -1], [0, 2, 3], [1, 0, 2]]


def random_log(n_users: int = 30, n_items: int = 12, seed: int = 0) -> Dataset:
    """Random ratings; the last user and the last item have none."""
    rng = np.random.default_rng(seed)
    rated = rng.random((n_users - 1, n_items - 1)) < 0.3
    rated[0, 0] = True
    user, item = np.nonzero(rated)
    return Dataset.from_frames(
        pd.DataFrame({"user": user, "item": item, "rating": rng.integers(1, 6, len(user))}),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )


def ones(dataset: Dataset) -> np.ndarray:
    return (dataset.matrix.toarray() > 0).astype(float)


def checkerboard(n: int = 24) -> Dataset:
    """Even users rated even items, odd users odd items, but for one each: the item of their own number."""
    pairs = [(u, i) for u in range(n) for i in range(n) if (u - i) % 2 == 0 and u != i]
    return Dataset.from_frames(pd.DataFrame([(*pair, 3) for pair in pairs], columns=["user", "item", "rating"]))


LEARNERS = {"item_knn": ItemKNN, "ease": EASE, "als": ALS}


@pytest.mark.parametrize("factory", LEARNERS.values(), ids=LEARNERS)
def test_on_a_checkerboard_every_user_is_recommended_the_one_item_missing_from_their_colour(factory):
    dataset = checkerboard()
    items, _ = top_k(factory(dataset), k=1, exclude=dataset)
    assert items[:, 0].tolist() == list(range(24))


@pytest.mark.parametrize("factory", LEARNERS.values(), ids=LEARNERS)
def test_scores_are_those_of_the_users_asked_for_in_float32_and_finite(factory):
    model = factory(random_log())
    scores = model.scores()
    assert (scores.dtype, scores.shape) == (np.float32, (30, 12))
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(model.scores(np.array([29, 3, 3])), scores[[29, 3, 3]], rtol=1e-5, atol=1e-6)
    assert model.scores(np.array([], int)).shape == (0, 12)


@pytest.mark.parametrize("factory", LEARNERS.values(), ids=LEARNERS)
def test_a_user_without_ratings_and_an_item_without_ratings_score_zero(factory):
    scores = factory(random_log()).scores()
    np.testing.assert_allclose(scores[29], 0, atol=1e-12)
    np.testing.assert_allclose(scores[:, 11], 0, atol=1e-3)


@pytest.mark.parametrize("factory", LEARNERS.values(), ids=LEARNERS)
def test_the_value_of_a_rating_does_not_matter(factory):
    dataset = random_log()
    flat = replace(dataset, rating=np.ones_like(dataset.rating))
    np.testing.assert_array_equal(factory(dataset).scores(), factory(flat).scores())


def literal_knn(rated: np.ndarray, neighbours: int, shrinkage: float) -> np.ndarray:
    n_users, n_items = rated.shape
    scores = np.zeros(rated.shape)
    for item in range(n_items):
        similar = {}
        for other in range(n_items):
            both = sum(rated[u, item] * rated[u, other] for u in range(n_users))
            if other != item and both:
                size = math.sqrt(rated[:, item].sum() * rated[:, other].sum())
                similar[other] = both / (size + shrinkage)
        smallest = sorted(similar.values(), reverse=True)[:neighbours][-1:]
        for user in range(n_users):
            scores[user, item] = sum(s for o, s in similar.items() if rated[user, o] and s >= smallest[0] - 1e-9)
    return scores


@pytest.mark.parametrize(("neighbours", "shrinkage"), [(1, 0), (3, 0), (3, 5), (100, 2)])
def test_item_knn_is_that_of_a_loop_over_pairs_of_items(neighbours, shrinkage):
    dataset = random_log()
    scores = ItemKNN(dataset, neighbours, shrinkage).scores()
    np.testing.assert_allclose(scores, literal_knn(ones(dataset), neighbours, shrinkage), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shrinkage", [0, 5])
@pytest.mark.parametrize("neighbours", [1, 2, 5])
def test_item_knn_narrowed_is_the_one_with_fewer_neighbours(neighbours, shrinkage):
    narrowed = ItemKNN(random_log(), 7, shrinkage).narrowed(neighbours)
    np.testing.assert_array_equal(narrowed.scores(), ItemKNN(random_log(), neighbours, shrinkage).scores())


@pytest.mark.parametrize("min_additions", [0, 1_000_000])
def test_item_knn_scores_users_with_many_and_with_few_ratings_alike(monkeypatch, min_additions):
    monkeypatch.setattr(item_knn, "MIN_ADDITIONS", min_additions)
    dataset = random_log()
    dataset = dataset.subset(dataset.user != 3)  # who has no rating
    scores = ItemKNN(dataset, 5, 2.0).scores()
    np.testing.assert_allclose(scores, literal_knn(ones(dataset), 5, 2.0), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ItemKNN(dataset, 5, 2.0).scores(np.array([6, 3, 6])), scores[[6, 3, 6]])


def test_item_knn_does_not_depend_on_the_block_size(monkeypatch):
    scores = ItemKNN(random_log(), 3).scores()
    monkeypatch.setattr(item_knn, "BLOCK_ITEMS", 5)
    np.testing.assert_array_equal(ItemKNN(random_log(), 3).scores(), scores)


def test_the_cosine_of_two_items_is_worked_by_hand():
    # b: u, v, w; a: u; c: v. The cosine of a and b is 1 / sqrt(3), of a and c 0.
    scores = ItemKNN(tiny()).scores()
    np.testing.assert_allclose(scores[2], [1 / math.sqrt(3), 0, 1 / math.sqrt(3), 0], rtol=1e-6)


def literal_weights(rated: np.ndarray, l2: float) -> np.ndarray:
    """A ridge regression of each item on all others."""
    weights = np.zeros((rated.shape[1],) * 2)
    for item in range(rated.shape[1]):
        others = [other for other in range(rated.shape[1]) if other != item]
        X = rated[:, others]
        weights[others, item] = np.linalg.solve(X.T @ X + l2 * np.eye(len(others)), X.T @ rated[:, item])
    return weights


@pytest.mark.parametrize(("n_users", "n_items"), [(30, 12), (12, 12), (8, 25)])
@pytest.mark.parametrize("l2", [0.5, 20])
def test_ease_is_a_ridge_regression_of_each_item_on_all_others(n_users, n_items, l2):
    dataset = random_log(n_users, n_items)
    expected = ones(dataset) @ literal_weights(ones(dataset), l2)
    np.testing.assert_allclose(EASE(dataset, l2).scores(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("n_users", "n_items"), [(30, 12), (8, 25)])
def test_new_users_are_scored_by_the_same_weights(n_users, n_items):
    dataset, others = random_log(n_users, n_items), random_log(17, n_items, seed=5)
    scores = EASE(dataset, 3).fold_in_scores(others.matrix)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, ones(others) @ literal_weights(ones(dataset), 3), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(Popularity(dataset).fold_in_scores(others.matrix), [dataset.item_counts] * 17)


def test_ease_refuses_a_matrix_that_is_too_large_on_both_sides(monkeypatch):
    monkeypatch.setattr(ease, "MAX_ROWS", 11)
    with pytest.raises(ConfigError, match="inverts a matrix of 12 rows here; expected at most 11 users or items"):
        EASE(random_log())
    monkeypatch.setattr(ease, "MAX_ROWS", 12)
    EASE(random_log())


def literal_half(rated: np.ndarray, others: np.ndarray, l2: float, unobserved: float) -> np.ndarray:
    """The weighted normal equations of each row, term by term."""
    n_others, d = others.shape
    vectors = np.zeros((len(rated), d))
    for row, is_rated in enumerate(rated):
        left = l2 * (is_rated.sum() + unobserved * n_others) * np.eye(d)
        right = np.zeros(d)
        for target, other in zip(is_rated, others, strict=True):
            left += (1 if target else unobserved) * np.outer(other, other)
            right += target * other
        vectors[row] = np.linalg.solve(left, right)
    return vectors


@pytest.mark.parametrize(("l2", "unobserved"), [(0.05, 0.3), (0.01, 1.0), (0.5, 0.05)])
def test_half_an_epoch_of_als_with_enough_steps_solves_every_users_normal_equations(l2, unobserved):
    dataset = random_log()
    others = np.random.default_rng(1).normal(size=(12, 4))
    start = np.random.default_rng(2).normal(size=(30, 4))
    rated = list(least_squares.padded_rows(dataset.binary_matrix(), 4))
    vectors = least_squares.half_epoch(
        rated, start.astype(np.float32), others.astype(np.float32), l2, unobserved, steps=8
    )
    np.testing.assert_allclose(vectors, literal_half(ones(dataset), others, l2, unobserved), rtol=1e-3, atol=1e-4)


def test_every_conjugate_gradient_step_comes_nearer_to_the_solution():
    dataset = random_log()
    others = np.random.default_rng(1).normal(size=(12, 6)).astype(np.float32)
    exact = literal_half(ones(dataset), others.astype(float), 0.05, 0.3)
    rated, start = list(least_squares.padded_rows(dataset.binary_matrix(), 6)), np.ones((30, 6), np.float32)
    errors = [
        np.abs(least_squares.half_epoch(rated, start, others, 0.05, 0.3, steps=steps) - exact).sum()
        for steps in range(5)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[4] < 0.1 * errors[0]


def test_als_does_not_depend_on_the_block_size(monkeypatch):
    scores = ALS(random_log(), dim=4).scores()
    monkeypatch.setattr(least_squares, "BLOCK_NUMBERS", 20)
    np.testing.assert_allclose(ALS(random_log(), dim=4).scores(), scores, rtol=1e-4, atol=1e-5)


def test_als_depends_on_its_seed_alone():
    first, same, other = (ALS(random_log(), dim=4, epochs=1, seed=seed).scores() for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_every_baseline_of_the_registry_has_a_label_and_its_own_colours():
    labels, colours = zip(*((spec.label, spec.colour) for spec in BASELINES.values()), strict=True)
    assert len(set(labels)) == len(set(colours)) == len(BASELINES)


def test_ease_alone_is_skipped_and_only_where_both_users_and_items_are_many(monkeypatch):
    assert [name for name, spec in BASELINES.items() if spec.skip_reason(tiny())] == []
    monkeypatch.setattr(ease, "MAX_ROWS", 3)
    assert [name for name, spec in BASELINES.items() if spec.skip_reason(tiny())] == ["ease"]


@pytest.mark.parametrize("l2", [0.0, -1.0, 1e-300, np.nan, np.inf])
def test_ease_without_a_penalty_that_gives_an_inverse_says_what_to_set(l2):
    everything = log_of([(user, item) for user in range(5) for item in range(4)], 5, 4)
    with pytest.raises(ConfigError, match=r"EASE (is|has no inverse) .*expected .*, such as 300"):
        EASE(everything, l2=l2)


@pytest.mark.parametrize(("name", "value"), [("l2", 1e30), ("unobserved", 1e30)])
def test_als_whose_vectors_overflow_says_what_to_lower(name, value):
    with pytest.raises(TrainingError, match=rf"ALS has diverged .*lower .*{name}, which is 1e\+30"):
        ALS(checkerboard(), dim=4, **{name: value})


@pytest.mark.parametrize(("baseline", "name"), [(ALS, "l2"), (ALS, "unobserved"), (ItemKNN, "shrinkage")])
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, "3"])
def test_a_weight_that_is_no_finite_number_from_0_is_refused(baseline, name, value):
    message = f"^{name} of {baseline.__name__} is {value}; expected a finite number from 0$"
    with pytest.raises(ConfigError, match=message):
        baseline(checkerboard(), **{name: value})


@pytest.mark.parametrize(("baseline", "name"), [(ALS, "dim"), (ALS, "epochs"), (ItemKNN, "neighbours")])
@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_a_count_that_is_no_whole_number_from_1_is_refused(baseline, name, value):
    message = f"^{name} of {baseline.__name__} is {value}; expected a whole number from 1$"
    with pytest.raises(ConfigError, match=message):
        baseline(checkerboard(), **{name: value})


def test_counts_may_be_numbers_of_numpy():
    dataset = random_log()
    np.testing.assert_array_equal(ItemKNN(dataset, np.int64(3)).scores(), ItemKNN(dataset, 3).scores())


def test_the_vectors_of_als_are_the_same_whatever_the_number_of_threads():
    dataset = load_dataset("sample")
    fits = []
    for n_threads in (1, 2):
        with threadpool_limits(n_threads, "blas"):
            fits.append(ALS(dataset, dim=32, epochs=1))
    assert np.array_equal(fits[0].user_vectors, fits[1].user_vectors)
    assert np.array_equal(fits[0].item_vectors, fits[1].item_vectors)
