"""With which weights scores are added: chosen on held-out ratings, and only where the gain is more than chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

import recsys
from recsys.models.mixture import Weights
from recsys.training.mixing import choose_weights
from recsys.training.validation import Validation
from tests.small_logs import log_of

N_USERS, N_ITEMS = 40, 50


@dataclass
class Trained:
    """As much of a training as weights are chosen from: scores (n_users, n_items) of its towers, which are given."""

    tables: dict[str, np.ndarray]
    log_q: np.ndarray

    @property
    def names(self) -> list[str]:
        return list(self.tables)

    def member_scorers(self, users: np.ndarray) -> list[Callable[[np.ndarray], np.ndarray]]:
        popularity = np.tile(self.log_q, (N_USERS, 1))
        return [table.astype(np.float32).__getitem__ for table in (*self.tables.values(), popularity)]


def held_out(item_of_user: np.ndarray) -> Validation | None:
    """Each user's one held-out item is given; the other ratings are of items 40 to 49."""
    train = log_of([(user, 40 + user % 10) for user in range(N_USERS)], N_USERS, N_ITEMS)
    test = log_of(list(enumerate(item_of_user.tolist())), N_USERS, N_ITEMS)
    return Validation.draw(recsys.Split(train, test, "random"), 100, np.random.default_rng(0))


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((N_USERS, N_ITEMS))


def knowing(item_of_user: np.ndarray, users: np.ndarray) -> np.ndarray:
    """Noise, but with the held-out items of some users at the top."""
    table = noise(1)
    table[users, item_of_user[users]] = 9
    return table


POPULAR_FIRST = np.log((N_ITEMS - np.arange(N_ITEMS)) ** 3.0)
EQUALLY_POPULAR = np.zeros(N_ITEMS)
USERS = np.arange(N_USERS)
AMONG_POPULAR = USERS % 5
ANYWHERE = USERS % 40


def chosen(members: dict[str, np.ndarray], log_q: np.ndarray, item_of_user: np.ndarray) -> Weights:
    return choose_weights(Trained(members, log_q), held_out(item_of_user))


@pytest.mark.parametrize("members", [{"deep": noise(1)}, {"deep": noise(1), "cosine": noise(2)}])
def test_where_towers_are_noise_popularity_counts(members):
    assert chosen(members, POPULAR_FIRST, AMONG_POPULAR).popularity >= 1


def test_where_one_pair_of_towers_knows_all_users_and_the_other_is_noise_the_first_has_the_largest_share():
    known, unknown = 0.2 * knowing(ANYWHERE, USERS), 3 * noise(2)
    own = chosen({"deep": known, "cosine": unknown}, EQUALLY_POPULAR, ANYWHERE)
    other = chosen({"deep": unknown, "cosine": known}, EQUALLY_POPULAR, ANYWHERE)
    assert dict(own.members) == {"deep": 0.8, "cosine": pytest.approx(0.2)}
    assert dict(other.members) == {"deep": 0.1, "cosine": 0.9}


@pytest.mark.parametrize("seed", range(5))
def test_where_differences_are_chance_the_first_weights_stay(seed):
    known, _ = np.split(USERS, 2)  # both pairs of towers know the same half, and are ahead of popularity
    own, other = noise(seed), noise(seed + 100)
    own[known, ANYWHERE[known]] = other[known, ANYWHERE[known]] = 9
    first = Weights({"deep": 0.6, "cosine": 0.4})
    assert chosen({"deep": own, "cosine": other}, 0.01 * noise(seed + 200)[0], ANYWHERE) == first


@pytest.mark.parametrize("seed", range(5))
def test_where_no_towers_are_ahead_of_popularity_by_more_than_chance_popularity_counts(seed):
    towers = POPULAR_FIRST + 0.2 * noise(seed)  # next to popularity, with some users better and some worse off
    assert chosen({"deep": towers}, POPULAR_FIRST, AMONG_POPULAR).popularity > 0


def test_where_all_weights_are_equally_good_the_first_stay():
    known = knowing(ANYWHERE, USERS)
    assert chosen({"deep": known, "cosine": known}, EQUALLY_POPULAR, ANYWHERE) == Weights(
        {"deep": 0.6, "cosine": 0.4}
    )


def test_a_gain_for_a_single_user_is_chance():
    # With a share of .8 that one user's item comes first; for all others nothing changes.
    known = knowing(ANYWHERE, USERS[1:])
    against = known.copy()
    known[0, 0], against[0, 0] = 9, -40
    assert dict(chosen({"deep": known, "cosine": against}, EQUALLY_POPULAR, ANYWHERE).members)["deep"] == 0.6
