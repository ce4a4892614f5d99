from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.baselines.popularity import Popularity
from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.errors import ConfigError
from recsys.evaluation.report import evaluate
from tests.requirements import MOVIELENS, needs_movielens

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


def is_newest_part(parts: Split, times: dict[Pair, int], holdout: str) -> bool:
    """Whether each user's hidden part has the right size, by exact arithmetic, and nothing older than what trains."""
    for user in {user for user, _ in times}:
        history = {pair: time for pair, time in times.items() if pair[0] == user}
        hidden = [time for pair, time in history.items() if pair in pairs_of(parts.test)]
        training = [time for pair, time in history.items() if pair in pairs_of(parts.train)]
        if len(training) != max(1, (len(history) * (1 - Fraction(holdout))).__floor__()):
            return False
        if hidden and max(training) > min(hidden):
            return False
    return True


logs = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 30)), st.integers(0, 5), min_size=1, max_size=60
)  # fmt: skip
shares = st.integers(0, 99).map(lambda percent: f"0.{percent:02d}")


@settings(deadline=None, max_examples=100)
@given(logs, shares)
def test_the_hidden_part_is_the_end_of_each_history(times, holdout):
    parts = split(dataset(times), float(holdout), rng())
    if len(set(times.values())) > 1:
        assert is_newest_part(parts, times, holdout)
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


TIED = dataset({(1, 1): 1, (1, 2): 2, (1, 3): 5, (1, 4): 5, (1, 5): 5, (1, 6): 5, (1, 7): 9})
"""A user with two old ratings, four of one time of which two are hidden, and one new."""


def tied(seed: int) -> Split:
    return split(TIED, 0.4, rng(seed))


def test_of_equal_times_the_seed_decides_which_are_hidden():
    hidden = [pair[1] for seed in range(200) for pair in pairs_of(tied(seed).test)]
    assert pairs_of(tied(3).test) == pairs_of(tied(3).test)
    assert [hidden.count(item) for item in (1, 2, 7)] == [0, 0, 200]
    times = [hidden.count(item) for item in (3, 4, 5, 6)]
    assert sum(times) == 400
    assert min(times) > 100 - 5 * 7.1  # five standard deviations of a binomial(200, 0.5)
    assert max(times) < 100 + 5 * 7.1


def test_users_cut_between_equal_times_are_counted():
    times = {(1, item): item for item in range(5)}  # cut between 3 and 4
    times |= {(2, 1): 1, (2, 2): 1, (2, 3): 2, (2, 4): 7, (2, 5): 7}  # within the two of time 7
    times |= {(3, 1): 1, (3, 2): 1, (3, 3): 1, (3, 4): 1, (3, 5): 7}  # just behind the four of time 1
    times |= {(4, 1): 4}  # nothing of theirs can be hidden
    times |= {(5, 1): 7, (5, 2): 7}  # all of one time
    assert split(dataset(times), 0.2, rng()).n_cut_in_ties == 2
    assert split(dataset(times), 0, rng()).n_cut_in_ties == 0
    assert split(dataset(dict.fromkeys(times)), 0.2, rng()).n_cut_in_ties == 0


def test_times_that_are_all_equal_count_as_none():
    pairs = [(user, item) for user in range(3) for item in range(10)]
    constant, absent = (split(dataset(dict.fromkeys(pairs, time)), 0.3, rng()) for time in (1234, None))
    assert constant.kind == absent.kind == "random"
    assert pairs_of(constant.test) == pairs_of(absent.test)
    assert constant.n_cut_in_ties == 0


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


def test_times_that_tell_users_apart_but_not_their_ratings_count_as_none():
    pairs = [(user, item) for user in range(3) for item in range(10)]
    by_user, absent = (
        split(dataset({pair: None if none else pair[0] for pair in pairs}), 0.3, rng()) for none in (False, True)
    )
    assert by_user.kind == "random"
    assert pairs_of(by_user.test) == pairs_of(absent.test)


def test_where_no_times_are_equal_the_seed_changes_nothing():
    times = {(1, item): item * 7 % 20 for item in range(20)}
    first = split(dataset(times), 0.3, rng())
    assert first.kind == "temporal"
    assert pairs_of(first.test) == pairs_of(split(dataset(times), 0.3, rng(1)).test)


UNTIMED = dataset({(user, item): None for user in range(3) for item in range(10)})


def untimed(seed: int) -> Split:
    return split(UNTIMED, 0.3, rng(seed))


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


@needs_movielens
def test_on_movielens_renaming_ids_moves_the_popular_items_figure_by_chance_alone():
    ratings, figures = movielens_ratings(), []
    for seed in range(5):
        renaming = rng(seed)
        renamed = ratings.assign(
            user=renaming.permutation(10_000)[ratings["user"]], item=renaming.permutation(10_000)[ratings["item"]]
        )
        figures.append(popularity_ndcg(renamed))
    assert max(figures) / min(figures) < 1.04


@needs_movielens
@pytest.mark.parametrize(("unit", "ndcg", "n_cut"), [(1, 0.1215, 470), (86_400, 0.200, 932), (10**12, 0.226, 0)])
def test_on_movielens_equal_times_are_cut_as_shuffling_them_does(unit, ndcg, n_cut):
    """Figures of an independent script that shuffles equal times: in seconds, in days, and all times equal."""
    ratings = movielens_ratings()
    coarse = ratings.assign(timestamp=ratings["timestamp"] // unit)
    assert popularity_ndcg(coarse) == pytest.approx(ndcg, rel=0.05)
    assert split(Dataset.from_frames(coarse)).n_cut_in_ties == n_cut


def movielens_ratings() -> pd.DataFrame:
    return pd.read_csv(f"{MOVIELENS}/u.data", sep="\t", names=["user", "item", "rating", "timestamp"])


def popularity_ndcg(ratings: pd.DataFrame) -> float:
    """nDCG@10 of popularity, mean of three splits."""
    log, ndcg = Dataset.from_frames(ratings), []
    for seed in range(3):
        parts = split(log, 0.2, rng(seed))
        ndcg.append(evaluate(Popularity(parts.train), parts.train, parts.test).mean["ndcg"])
    return float(np.mean(ndcg))
