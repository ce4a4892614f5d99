from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from recsys.nn.negatives import InBatchNegatives, SampledNegatives
from recsys.training.batches import Batch, batches, number_of_batches

Histories = list[set[int]]

histories = st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=12).filter(any)


def matrix(films: Histories) -> sparse.csr_array:
    """Users' films as a matrix of ten films; a stored value may be 0, for an entry means rated whatever it holds."""
    pairs = [(user, item) for user, own in enumerate(films) for item in sorted(own)]
    users, items = zip(*pairs, strict=True)
    return sparse.csr_array((np.arange(len(pairs), dtype=np.float32), (users, items)), shape=(len(films), 10))


def epoch(films: Histories, batch_size: int, seed: int = 0) -> list[Batch]:
    return list(batches(matrix(films), batch_size, np.random.default_rng(seed)))


@settings(deadline=None, max_examples=150)
@given(histories, st.integers(1, 60))
def test_an_epoch_has_every_rating_once_and_users_whole(films, batch_size):
    found = []
    for batch in epoch(films, batch_size):
        assert batch.users.tolist() == sorted(set(batch.users.tolist()))
        for row, user in enumerate(batch.users.tolist()):
            found.append(user)
            own = batch.items[batch.pairs.item[batch.pairs.user == row]].tolist()
            assert sorted(own) == sorted(films[user])
    assert sorted(found) == [user for user, own in enumerate(films) if own]


@settings(deadline=None, max_examples=100)
@given(histories, st.integers(1, 60))
def test_the_films_of_a_batch_are_those_rated_in_it_and_counted(films, batch_size):
    for batch in epoch(films, batch_size):
        rated = [item for user in batch.users for item in films[user]]
        assert batch.items.tolist() == sorted(set(rated))
        assert batch.counts.tolist() == [rated.count(item) for item in batch.items]
        assert batch.counts.dtype == np.float32


@settings(deadline=None, max_examples=50)
@given(histories, st.integers(1, 60))
def test_a_batch_says_which_entries_of_the_ratings_its_pairs_are(films, batch_size):
    ratings = matrix(films)
    for batch in batches(ratings, batch_size, np.random.default_rng(0)):
        own = ratings.toarray()[batch.users[batch.pairs.user], batch.items[batch.pairs.item]]
        assert ratings.data[batch.entries].tolist() == own.tolist()


def test_users_are_told_apart_from_all_films_of_a_small_batch_and_from_some_of_a_large_one(monkeypatch):
    films = [set(range(10)), set(range(5)), {7}, {7}]
    for batch in epoch(films, 8):
        assert isinstance(batch.negatives, InBatchNegatives)
        assert batch.negatives.counts.tolist() == batch.counts.tolist()
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", 4)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 3)
    found = {len(batch.items): batch.negatives for batch in epoch(films, 1)}
    types = {n_films: type(one) for n_films, one in found.items()}
    assert types == {10: SampledNegatives, 5: SampledNegatives, 1: InBatchNegatives}
    assert found[10].counts.sum() == 3


@settings(deadline=None, max_examples=100)
@given(histories, st.integers(1, 60))
def test_no_batch_exceeds_its_share_by_more_than_one_user(films, batch_size):
    n_ratings = sum(map(len, films))
    n_batches = number_of_batches(n_ratings, batch_size)
    found = epoch(films, batch_size)
    assert len(found) <= n_batches
    for batch in found:
        assert len(batch.users) >= 1
        assert batch.counts.sum() <= n_ratings / n_batches + max(map(len, films))


def test_users_of_equal_histories_fill_batches_of_equal_size():
    found = epoch([{0, 1}] * 12, 6)
    assert [len(batch.users) for batch in found] == [3, 3, 3, 3]
    assert [batch.counts.tolist() for batch in found] == [[3, 3]] * 4


def test_an_epoch_has_two_batches_at_least_where_there_are_two_users():
    found = epoch([{1, 2}, set(), {2, 9}], 1000)
    assert {tuple(batch.users.tolist()): (batch.items.tolist(), batch.counts.tolist()) for batch in found} == {
        (0,): ([1, 2], [1, 1]),
        (2,): ([2, 9], [1, 1]),
    }
    (batch,) = epoch([set(), {1, 2}], 1000)
    assert batch.users.tolist() == [1]


def test_a_user_larger_than_a_batch_is_not_divided():
    found = epoch([set(range(10)), {0}, {1}], 2)
    sizes = {tuple(batch.users.tolist()): batch.counts.sum() for batch in found}
    assert max(sizes.values()) >= 10
    assert sum(sizes.values()) == 12


def orders(seed: int) -> list[list[int]]:
    return [batch.users.tolist() for batch in epoch([{user % 10} for user in range(30)], 10, seed)]


def test_the_order_is_drawn_anew_for_every_seed_and_equal_for_equal_ones():
    assert orders(0) == orders(0)
    assert orders(0) != orders(1)
    assert [user for chosen in orders(0) for user in chosen] != list(range(30))


@pytest.mark.parametrize(("n_ratings", "batch_size", "expected"), [
    (1, 100, 2), (100, 100, 2), (249, 100, 2), (251, 100, 3), (250_000, 100_000, 2), (10, 1, 10),
])  # fmt: skip
def test_the_number_of_batches_is_that_whose_size_comes_nearest_and_at_least_two(n_ratings, batch_size, expected):
    assert number_of_batches(n_ratings, batch_size) == expected
