"""Where ``base`` starts: a factorised matrix, and the choice of it."""

from dataclasses import replace

import numpy as np
import pytest

from recsys import TrainConfig
from recsys.models import base
from recsys.models.factorisation import CAUTION, alternate, cautious_start, choose, factorise, from_noise
from recsys.models.features import log_q
from tests.synthetic import two_tastes

LOG = two_tastes(unrated=2)
SPARSE = replace(base.defaults(LOG, TrainConfig(dim=4)), unobserved=0.1, start_l2=1.0, scale=12.0, popularity=0.0)
DENSE = replace(SPARSE, unobserved=0.0)
HAS_TASTE = np.arange(26) % 2 == np.arange(60)[:, None] % 2


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def all_scores(hyperparameters):
    return factorise(LOG, hyperparameters, rng()).scores(np.arange(60))


def by_taste(scores):
    """How much higher each user's scores are for items of their taste."""
    table = scores(np.arange(60))[:, :24]
    taste = HAS_TASTE[:, :24]
    return (table * taste - table * ~taste).sum(axis=1)


def test_scores_are_higher_for_items_of_the_users_taste_that_they_did_not_rate():
    scores, unseen = all_scores(SPARSE), LOG.matrix.toarray() == 0
    unseen[:, 24:] = False
    assert scores[unseen & HAS_TASTE].mean() > scores[unseen & ~HAS_TASTE].mean() + 1


def test_the_scale_multiplies_the_scores_and_shares_itself_between_both_sides():
    small, large = (factorise(LOG, replace(SPARSE, scale=scale), rng()) for scale in (3.0, 12.0))
    np.testing.assert_allclose(large.scores(np.arange(60)), 4 * small.scores(np.arange(60)), atol=0.05)
    assert (large.users**2).mean() == pytest.approx((large.items**2).mean(), rel=1e-3)


@pytest.mark.parametrize("popularity", [-0.4, 0.0, 1.0])
def test_the_bias_is_so_much_of_log_popularity(popularity):
    start = factorise(LOG, replace(SPARSE, popularity=popularity), rng())
    np.testing.assert_allclose(start.bias, popularity * log_q(LOG), rtol=1e-6)


def test_items_without_ratings_have_next_to_no_vector_and_nothing_is_exactly_zero():
    start = factorise(LOG, SPARSE, rng())
    assert np.abs(start.items[24:]).max() < 0.1 < np.abs(start.items[:24]).max()
    assert (start.items != 0).all() and (start.users != 0).all()


def test_users_without_ratings_change_nothing():
    half = LOG.subset(LOG.user < 30)
    alone = replace(half, user_ids=LOG.user_ids[:30], user_features=LOG.user_features[:30])
    (users, items), (expected_users, expected_items) = (alternate(log, SPARSE, 5, rng()) for log in (half, alone))
    np.testing.assert_array_equal(users, np.concatenate([expected_users, np.zeros((30, 4))]))
    np.testing.assert_array_equal(items, expected_items)


def test_noise_starts_from_popularity():
    start = from_noise(LOG, SPARSE, rng())
    np.testing.assert_array_equal(start.bias, log_q(LOG))
    assert start.users.shape == (60, 4) and 0.05 < start.users.std() < 0.2


def test_the_start_that_is_chosen_is_the_best_by_the_quality():
    chosen = choose(LOG, cautious_start(SPARSE), by_taste, rng())
    assert chosen.scale == 12 and chosen.learning_rate == SPARSE.learning_rate
    assert by_taste(factorise(LOG, chosen, rng()).scores).mean() > 1


@pytest.mark.parametrize("hyperparameters", [SPARSE, DENSE], ids=["sparse", "dense"])
def test_where_no_start_is_ahead_of_popularity_the_cautious_one_is_trained_in_small_steps(hyperparameters):
    chosen = choose(LOG, hyperparameters, lambda scores: np.ones(len(scores(np.arange(60)))), rng())
    assert chosen == replace(cautious_start(hyperparameters), learning_rate=CAUTION * hyperparameters.learning_rate)


@pytest.mark.parametrize("hyperparameters", [SPARSE, DENSE], ids=["sparse", "dense"])
@pytest.mark.parametrize(("noise", "is_cautious"), [(3.0, False), (3.2, True)])
def test_to_be_ahead_of_popularity_is_to_be_so_by_more_than_chance(hyperparameters, noise, is_cautious):
    """Every start is ahead by 1 in the mean of 60 users, whose standard error is the noise divided by their root."""

    def quality(scores):
        is_popularity = np.allclose(scores(np.arange(60)), log_q(LOG))
        return np.zeros(60) if is_popularity else 1 + noise * np.where(np.arange(60) % 2, 1.0, -1.0)

    chosen = choose(LOG, hyperparameters, quality, rng())
    assert (chosen.learning_rate < hyperparameters.learning_rate) == is_cautious


def test_a_dense_log_with_tastes_starts_from_noise():
    assert choose(LOG, DENSE, by_taste, rng()) == DENSE
