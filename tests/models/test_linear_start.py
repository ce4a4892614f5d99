"""Where ``deep`` starts, and the choice of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys import Dataset, TrainConfig
from recsys.models import deep, linear, linear_start
from recsys.models.factorisation import EPOCHS, alternate
from recsys.models.features import recency_ranks
from recsys.models.linear_start import choose_start
from tests.synthetic import two_tastes

LOG = two_tastes(unrated=2)
SETTINGS = TrainConfig(dim=4)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def start(ratings: Dataset, hyperparameters) -> linear.LinearTowers:
    return linear_start.linear_start(ratings, recency_ranks(ratings), hyperparameters, rng(), np.float32)


def dense_log(n_users: int = 40, n_items: int = 90) -> Dataset:
    """Every user rated all items but one in ten."""
    rows = [(user, item, 1 + item % 5) for user in range(n_users) for item in range(n_items) if (user + item) % 10]
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]))


def test_where_all_users_are_alike_their_factorised_vectors_are_those_of_least_squares():
    rated, unrated = np.array([0, 2, 3]), np.array([1, 4])
    rows = [(user, item, 3) for user in range(6) for item in rated]
    ratings = Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(5), "title": "Item"}),
    )
    hyperparameters = replace(deep.defaults(ratings, TrainConfig(dim=2)), unobserved=0.3, start_l2=0.5, cosine_dim=0)
    _, items = alternate(ratings, hyperparameters, EPOCHS, rng())
    # The gradient of the squared errors of one user, rated pairs weighing 1 and others 0.3, and of the penalty, is 0.
    products = items[rated].T @ items[rated] + 0.3 * items[unrated].T @ items[unrated]
    user = np.linalg.solve(products + 0.5 * np.eye(2), items[rated].sum(axis=0))
    towers = start(ratings, hyperparameters)
    scores, expected = towers.history[rated].sum(axis=0) @ towers.items.T, user @ items.T
    np.testing.assert_allclose(scores / scores[0], expected / expected[0], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("unobserved", [0.0, 0.1])
def test_items_of_the_users_taste_score_higher_also_those_that_they_did_not_rate(unobserved):
    towers = start(LOG, replace(deep.defaults(LOG, SETTINGS), unobserved=unobserved, start_l2=3.0, cosine_dim=0))
    scores = ((LOG.matrix != 0).astype(float) @ towers.history @ towers.items.T)[:, :24]
    unseen = LOG.matrix.toarray()[:, :24] == 0
    has_taste = np.arange(24) % 2 == np.arange(60)[:, None] % 2
    assert scores[unseen & has_taste].mean() > scores[unseen & ~has_taste].mean() + 0.1 * scores.std()


@pytest.mark.parametrize(
    ("head", "ratings", "is_factorised"),
    [(90, dense_log(), False), (89, dense_log(), True), (10, LOG, False)],
    ids=["the head is the catalogue", "one item has no room in the head", "sparse"],
)
def test_ease_is_the_start_unless_the_log_is_dense_and_the_catalogue_larger_than_the_head(
    monkeypatch, head, ratings, is_factorised
):
    monkeypatch.setattr(linear, "HEAD", head)
    assert (deep.defaults(ratings, SETTINGS).unobserved > 0) == is_factorised


@pytest.mark.parametrize(("n_ratings", "is_factorised"), [(3240, True), (3241, False)])
def test_of_many_ratings_there_is_a_choice_in_any_catalogue(monkeypatch, n_ratings, is_factorised):
    monkeypatch.setattr(linear_start, "MIN_RATINGS", n_ratings)
    assert dense_log().n_ratings == 3240
    assert (deep.defaults(dense_log(), SETTINGS).unobserved > 0) == is_factorised


def test_items_without_ratings_have_no_part_in_the_size_of_the_catalogue(monkeypatch):
    monkeypatch.setattr(linear, "HEAD", 90)
    ratings = dense_log()
    catalogue = pd.DataFrame({"item": range(200), "title": "Item"})
    rows = pd.DataFrame({"user": ratings.user, "item": ratings.item, "rating": ratings.rating})
    assert deep.defaults(Dataset.from_frames(rows, items=catalogue), SETTINGS).unobserved == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_of_ease_and_the_factorisations_the_best_by_the_quality_is_chosen(sign):
    factorised = replace(deep.defaults(LOG, SETTINGS), unobserved=0.1, start_l2=1.0, cosine_dim=0)
    spreads: list[float] = []

    def quality(scores):
        spreads.append(float(scores(np.arange(60)).std()))
        return np.full(60, sign * spreads[-1])

    chosen = choose_start(LOG, factorised, quality, rng())
    assert len(set(spreads)) == len(spreads) > 2
    is_first = sign * spreads[0] == max(sign * spread for spread in spreads)
    assert (chosen.unobserved == 0) == is_first
    assert replace(chosen, unobserved=0.1, start_l2=1.0) == factorised


def test_where_the_defaults_leave_no_choice_nothing_is_computed():
    hyperparameters = deep.defaults(LOG, SETTINGS)
    assert choose_start(LOG, hyperparameters, lambda scores: pytest.fail("computed"), rng()) == hyperparameters
