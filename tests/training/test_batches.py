from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from recsys.models.hyperparameters import number_of_batches
from recsys.nn.negatives import InBatchNegatives, SampledNegatives
from recsys.training.batches import Batch, batches

Histories = list[set[int]]

histories = st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=12).filter(any)


def matrix(rated: Histories) -> sparse.csr_array:
    """Each user's items of ten; a stored value may be 0, because an entry means "rated" whatever it holds."""
    pairs = [(user, item) for user, items in enumerate(rated) for item in sorted(items)]
    users, items = zip(*pairs, strict=True)
    return sparse.csr_array((np.arange(len(pairs), dtype=np.float32), (users, items)), shape=(len(rated), 10))


def epoch(rated: Histories, batch_size: int, seed: int = 0) -> list[Batch]:
    return list(batches(matrix(rated), batch_size, np.random.default_rng(seed)))


@settings(deadline=None, max_examples=150)
@given(histories, st.integers(1, 60))
def test_an_epoch_has_every_rating_once_and_users_whole(rated, batch_size):
    users = []
    for batch in epoch(rated, batch_size):
        assert batch.users.tolist() == sorted(set(batch.users.tolist()))
        for row, user in enumerate(batch.users.tolist()):
            users.append(user)
            items = batch.items[batch.pairs.item[batch.pairs.user == row]].tolist()
            assert sorted(items) == sorted(rated[user])
    assert sorted(users) == [user for user, items in enumerate(rated) if items]


@settings(deadline=None, max_examples=100)
@given(histories, st.integers(1, 60))
def test_the_items_of_a_batch_are_those_rated_in_it_with_their_counts(rated, batch_size):
    for batch in epoch(rated, batch_size):
        items = [item for user in batch.users for item in rated[user]]
        assert batch.items.tolist() == sorted(set(items))
        assert batch.counts.tolist() == [items.count(item) for item in batch.items]
        assert batch.counts.dtype == np.float32


@settings(deadline=None, max_examples=50)
@given(histories, st.integers(1, 60))
def test_the_entries_of_a_batch_are_its_pairs_in_the_ratings(rated, batch_size):
    ratings = matrix(rated)
    for batch in batches(ratings, batch_size, np.random.default_rng(0)):
        values = ratings.toarray()[batch.users[batch.pairs.user], batch.items[batch.pairs.item]]
        assert ratings.data[batch.entries].tolist() == values.tolist()


def test_all_items_of_a_small_batch_are_negatives_and_a_sample_of_those_of_a_large_one(monkeypatch):
    rated = [set(range(10)), set(range(5)), {7}, {7}]
    for batch in epoch(rated, 8):
        assert isinstance(batch.negatives, InBatchNegatives)
        assert batch.negatives.counts.tolist() == batch.counts.tolist()
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", 4)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 3)
    by_size = {len(batch.items): batch.negatives for batch in epoch(rated, 1)}
    types = {n_items: type(negatives) for n_items, negatives in by_size.items()}
    assert types == {10: SampledNegatives, 5: SampledNegatives, 1: InBatchNegatives}
    assert by_size[10].counts.sum() == 3


@settings(deadline=None, max_examples=100)
@given(histories, st.integers(1, 60))
def test_no_batch_exceeds_its_share_by_more_than_one_user(rated, batch_size):
    n_ratings = sum(map(len, rated))
    n_batches = number_of_batches(n_ratings, batch_size)
    parts = epoch(rated, batch_size)
    assert len(parts) <= n_batches
    for batch in parts:
        assert len(batch.users) >= 1
        assert batch.counts.sum() <= n_ratings / n_batches + max(map(len, rated))


def test_users_with_equal_histories_make_batches_of_equal_size():
    parts = epoch([{0, 1}] * 12, 6)
    assert [len(batch.users) for batch in parts] == [3, 3, 3, 3]
    assert [batch.counts.tolist() for batch in parts] == [[3, 3]] * 4


def test_an_epoch_has_at_least_two_batches_where_there_are_two_users():
    parts = epoch([{1, 2}, set(), {2, 9}], 1000)
    assert {tuple(batch.users.tolist()): (batch.items.tolist(), batch.counts.tolist()) for batch in parts} == {
        (0,): ([1, 2], [1, 1]),
        (2,): ([2, 9], [1, 1]),
    }
    (batch,) = epoch([set(), {1, 2}], 1000)
    assert batch.users.tolist() == [1]


def test_a_user_larger_than_a_batch_is_not_divided():
    sizes = {tuple(batch.users.tolist()): batch.counts.sum() for batch in epoch([set(range(10)), {0}, {1}], 2)}
    assert max(sizes.values()) >= 10
    assert sum(sizes.values()) == 12


def orders(seed: int) -> list[list[int]]:
    return [batch.users.tolist() for batch in epoch([{user % 10} for user in range(30)], 10, seed)]


def test_the_order_of_users_depends_on_the_seed_alone():
    assert orders(0) == orders(0)
    assert orders(0) != orders(1)
    assert [user for users in orders(0) for user in users] != list(range(30))
