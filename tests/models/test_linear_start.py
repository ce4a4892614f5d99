"""Where ``deep`` starts, and the choice of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys import Dataset, TrainConfig
from recsys.models import deep, factorisation, linear, linear_start
from recsys.models.factorisation import EPOCHS, alternate
from recsys.models.features import recency_ranks
from recsys.models.linear_start import choose_start
from tests.small_logs import log_of, pairs_of
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


def test_a_factorisation_gives_items_what_least_squares_give_them_in_the_history_of_the_average_user():
    ratings = log_of(pairs_of([{0, 1, 2, 3, 4}, {0, 2}, {1, 3}, set(), {2, 3, 4}]), 5, 6)
    hyperparameters = replace(deep.defaults(LOG, TrainConfig(dim=2)), unobserved=0.3, start_l2=0.5, cosine_dim=0)
    history, items = linear_start.unscaled_start(ratings, recency_ranks(ratings), hyperparameters, rng())
    # The average of four users with ratings has three of them, spread over the items as all twelve ratings are.
    rated = 3 / 12 * sum(np.outer(items[item], items[item]) for item in ratings.item)
    system = 0.3 * items.T @ items + (1 - 0.3) * rated + 0.5 * np.eye(2)
    np.testing.assert_allclose(history @ system, items, rtol=1e-4, atol=1e-6)


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
def test_with_many_ratings_there_is_a_choice_for_any_catalogue(monkeypatch, n_ratings, is_factorised):
    monkeypatch.setattr(linear_start, "MIN_RATINGS", n_ratings)
    assert dense_log().n_ratings == 3240
    assert (deep.defaults(dense_log(), SETTINGS).unobserved > 0) == is_factorised


def test_items_without_ratings_have_no_part_in_the_size_of_the_catalogue(monkeypatch):
    monkeypatch.setattr(linear, "HEAD", 90)
    ratings = dense_log()
    catalogue = pd.DataFrame({"item": range(200), "title": "Item"})
    rows = pd.DataFrame({"user": ratings.user, "item": ratings.item, "rating": ratings.rating})
    assert deep.defaults(Dataset.from_frames(rows, items=catalogue), SETTINGS).unobserved == 0


DENSE = replace(deep.defaults(LOG, SETTINGS), unobserved=0.2, start_l2=7.0, cosine_dim=0)
"""Settings of a log of so many ratings that the start is whatever is best on validation data."""
SMALL = replace(DENSE, unobserved=0.0, start_l2=linear.EASE_L2)
"""Settings of one of few ratings, which starts from EASE unless another start is clearly better."""


@pytest.fixture
def compared(monkeypatch):
    """The settings that are compared, in turn; nothing is fitted."""
    settings = []

    def start(ratings, recency_rank, hyperparameters, rng):
        settings.append(hyperparameters)
        return np.zeros((ratings.n_items, 1)), np.zeros((ratings.n_items, 1))

    monkeypatch.setattr(linear_start, "unscaled_start", start)
    return settings


@pytest.mark.parametrize("sign", [1, -1])
def test_the_best_of_ease_and_the_compared_factorisations_is_chosen(sign):
    spreads: list[float] = []

    def quality(scores):
        spreads.append(float(scores(np.arange(60)).std()))
        return np.full(60, sign * spreads[-1])

    chosen = choose_start(LOG, DENSE, quality, rng())
    assert len(set(spreads)) == len(spreads) > 2
    is_first = sign * spreads[0] == max(sign * spread for spread in spreads)
    assert (chosen.unobserved == 0) == is_first
    assert replace(chosen, unobserved=DENSE.unobserved, start_l2=DENSE.start_l2) == DENSE


@pytest.mark.parametrize("unobserved", factorisation.UNOBSERVED)
@pytest.mark.parametrize("start_l2", factorisation.PENALTIES)
def test_a_factorisation_anywhere_in_the_grid_is_chosen_where_quality_falls_away_from_it(
    compared, unobserved, start_l2
):
    def quality(scores):
        last = compared[-1]
        distance = abs(np.log(max(last.unobserved, 0.001) / unobserved)) + abs(np.log(last.start_l2 / start_l2))
        return np.full(60, -distance)

    chosen = choose_start(LOG, DENSE, quality, rng())
    assert (chosen.unobserved, chosen.start_l2) == (unobserved, start_l2)
    assert len(compared) == len(set(compared)) < len(factorisation.UNOBSERVED) * len(factorisation.PENALTIES) / 2


@pytest.mark.parametrize(("noise", "is_factorised"), [(2.0, True), (4.0, False)])
def test_with_few_ratings_a_factorisation_is_chosen_only_if_it_is_better_by_more_than_chance(
    compared, noise, is_factorised
):
    """It is ahead by 1 in the mean of 60 users, whose standard error is the noise divided by their root."""

    def quality(scores):
        gain = 1 + noise * np.where(np.arange(60) % 2, 1.0, -1.0)
        return gain if compared[-1].unobserved else np.zeros(60)

    assert (choose_start(LOG, SMALL, quality, rng()).unobserved > 0) == is_factorised


@pytest.mark.parametrize(
    ("hyperparameters", "max_items"), [(SMALL, 23), (replace(DENSE, cosine_dim=2), 24)], ids=["many items", "sparse"]
)
def test_where_there_is_no_choice_nothing_is_computed(monkeypatch, hyperparameters, max_items):
    monkeypatch.setattr(linear_start, "MAX_ITEMS", max_items)
    assert choose_start(LOG, hyperparameters, lambda scores: pytest.fail("computed"), rng()) == hyperparameters


def test_up_to_so_many_rated_items_a_log_of_few_ratings_has_a_choice_too(monkeypatch, compared):
    monkeypatch.setattr(linear_start, "MAX_ITEMS", 24)
    chosen = choose_start(LOG, SMALL, lambda scores: np.full(60, compared[-1].unobserved), rng())
    assert chosen.unobserved == max(factorisation.UNOBSERVED)
