from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.errors import ConfigError

Pair = tuple[int, int]


def dataset(times: dict[Pair, int | None], order: list[Pair] | None = None) -> Dataset:
    """Ratings of (user, item) pairs at the times given; without times where they are None."""
    ratings = pd.DataFrame(
        [(user, item, 1.0, times[user, item]) for user, item in order or times],
        columns=["user", "item", "rating", "timestamp"],
    )
    if ratings["timestamp"].isna().all():
        ratings = ratings.drop(columns="timestamp")
    return Dataset.from_frames(ratings)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def pairs_of(part: Dataset | None) -> set[Pair]:
    """The (user id, item id) pairs of a part."""
    if part is None:
        return set()
    return set(zip(part.user_ids[part.user].tolist(), part.item_ids[part.item].tolist(), strict=True))


def hidden_by_hand(times: dict[Pair, int], holdout: str) -> set[Pair]:
    """The hidden pairs, by plain sorting and exact arithmetic."""
    hidden = set()
    for user in {user for user, _ in times}:
        history = sorted((time, item) for (rater, item), time in times.items() if rater == user)
        n_train = max(1, (len(history) * (1 - Fraction(holdout))).__floor__())
        hidden |= {(user, item) for _, item in history[n_train:]}
    return hidden


logs = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 30)), st.integers(0, 5), min_size=1, max_size=60
)  # fmt: skip
shares = st.integers(0, 99).map(lambda percent: f"0.{percent:02d}")


@settings(deadline=None, max_examples=100)
@given(logs, shares)
def test_the_hidden_part_is_the_end_of_each_sorted_history(times, holdout):
    parts = split(dataset(times), float(holdout), rng())
    assert pairs_of(parts.test) == hidden_by_hand(times, holdout)
    assert pairs_of(parts.train) == set(times) - pairs_of(parts.test)


@pytest.mark.parametrize(("n", "holdout", "n_train"), [
    (10, 0.8, 2),  # in floats 10 * (1 - 0.8) is 1.99...
    (10, 0.9, 1),
    (100, 0.57, 43),
    (1000, 0.001, 999),
    (3, 0.2, 2),
    (2, 0.2, 1),
    (4, 0.99, 1),
    (1, 0.5, 1),
])  # fmt: skip
def test_the_size_of_the_training_part_is_exact(n, holdout, n_train):
    for time in (lambda item: item, lambda item: None):
        parts = split(dataset({(1, item): time(item) for item in range(n)}), holdout, rng())
        assert parts.train.n_ratings == n_train
        assert (0 if parts.test is None else parts.test.n_ratings) == n - n_train


def test_the_newest_ratings_are_hidden():
    parts = split(dataset({(1, 1): 50, (1, 2): 10, (1, 3): 40, (1, 4): 20, (1, 5): 30}), 0.4, rng())
    assert pairs_of(parts.test) == {(1, 1), (1, 3)}


def test_ratings_with_equal_timestamps_are_in_the_order_of_their_items():
    parts = split(dataset({(1, 10): 7, (1, 9): 7, (1, 100): 7, (1, 11): 7}), 0.5, rng())
    assert pairs_of(parts.test) == {(1, 11), (1, 100)}


def test_each_user_is_split_by_their_own_ratings_alone():
    early = {(1, item): item for item in range(4)}
    late = {(2, item): 1000 + item for item in range(4)}
    parts = split(dataset(early | late), 0.25, rng())
    assert pairs_of(parts.test) == {(1, 3), (2, 3)}


def test_both_parts_have_all_users_and_items():
    parts = split(dataset({(1, 1): 0, (1, 2): 1, (2, 3): 0}), 0.5, rng())
    assert (parts.train.n_users, parts.train.n_items) == (parts.test.n_users, parts.test.n_items) == (2, 3)
    assert parts.test.user_counts.tolist() == [1, 0]


@settings(deadline=None, max_examples=50)
@given(logs, shares, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_changes_nothing(times, holdout, random, timed):
    times = times if timed else dict.fromkeys(times)
    shuffled = list(times)
    random.shuffle(shuffled)
    first, second = (split(dataset(times, order), float(holdout), rng()) for order in (list(times), shuffled))
    assert pairs_of(first.test) == pairs_of(second.test)
    assert first.kind == second.kind


def test_with_timestamps_the_split_is_not_random():
    times = {(1, item): item % 3 for item in range(20)}
    before = rng()
    first = split(dataset(times), 0.3, before)
    assert before.random() == rng().random()
    assert first.kind == "temporal"
    assert pairs_of(first.test) == pairs_of(split(dataset(times), 0.3, rng(1)).test)


def untimed(seed: int) -> Split:
    return split(dataset({(user, item): None for user in range(3) for item in range(10)}), 0.3, rng(seed))


def test_without_timestamps_the_split_is_random_by_seed_and_its_kind_says_so():
    assert untimed(0).kind == "random"
    assert pairs_of(untimed(0).test) == pairs_of(untimed(0).test)
    assert pairs_of(untimed(0).test) != pairs_of(untimed(1).test)


def test_without_timestamps_every_rating_is_hidden_about_equally_often():
    hidden = [pair for seed in range(100) for pair in pairs_of(untimed(seed).test)]
    times = [hidden.count((user, item)) for user in range(3) for item in range(10)]
    assert sum(times) == 100 * 3 * 3
    assert min(times) > 30 - 5 * 4.6  # five standard deviations of a binomial(100, 0.3)
    assert max(times) < 30 + 5 * 4.6


@pytest.mark.parametrize("time", [1, None])
def test_a_holdout_of_zero_hides_nothing(time):
    parts = split(dataset(dict.fromkeys([(1, 1), (1, 2), (2, 1)], time)), 0, rng())
    assert parts.kind == "none"
    assert parts.test is None
    assert parts.train.n_ratings == 3


def test_where_every_user_has_one_rating_nothing_can_be_hidden():
    parts = split(dataset({(user, 1): 1 for user in range(5)}), 0.9, rng())
    assert parts.test is None
    assert parts.train.n_ratings == 5


@pytest.mark.parametrize("holdout", [1, 1.5, -0.1, float("nan"), float("inf")])
def test_a_holdout_outside_its_range_is_refused_by_value(holdout):
    with pytest.raises(ConfigError, match=f"holdout is {holdout}; expected a share from 0 to below 1"):
        split(dataset({(1, 1): 1, (1, 2): 2}), holdout, rng())


def test_users_without_a_rating_are_in_neither_part():
    ratings = pd.DataFrame({"user": [1] * 5 + [3], "item": [*range(5), 0], "rating": 1.0, "timestamp": range(6)})
    parts = split(Dataset.from_frames(ratings, users=pd.DataFrame({"user": [0, 1, 2, 3, 4]})))
    assert pairs_of(parts.test) == {(1, 4)}
    assert pairs_of(parts.train) == {(1, 0), (1, 1), (1, 2), (1, 3), (3, 0)}
