"""Users are dealt out so that nobody is lost, and what is computed of the parts is put together in their order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recsys
from recsys.errors import DataError
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.recommend.explain import explain
from recsys.recommend.lists import recommend
from recsys.tasks import in_turn
from recsys.user_parts import DividedSplit, deal_users, join_entries, join_rows, rows_of
from tests.synthetic import small_log, sparse_log

CONFIG = recsys.TrainConfig(dim=8, epochs=1)


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=60).filter(any), st.integers(1, 8), st.integers(0, 2**32 - 1)
)
def test_every_user_is_in_one_part_and_every_part_has_ratings(counts, n_parts, seed):
    parts = deal_users(np.array(counts), n_parts, np.random.default_rng(seed))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(counts)))
    assert 1 <= len(parts) <= n_parts
    for users in parts:
        assert users.tolist() == sorted(users.tolist())
        assert np.array(counts)[users].any()


def test_parts_have_about_as_many_ratings_each():
    counts = np.random.default_rng(0).integers(1, 100, 10_000)
    totals = [counts[users].sum() for users in deal_users(counts, 4, np.random.default_rng(1))]
    assert max(totals) - min(totals) <= 200


@dataclass(frozen=True)
class Table:
    """Two columns with a row for each user."""

    names: np.ndarray
    lists: np.ndarray


def test_rows_of_parts_are_put_together_in_the_order_of_users():
    users = [np.array([1, 2, 4]), np.array([0, 3])]
    whole = Table(np.array(list("abcde")), np.arange(10).reshape(5, 2))
    parts = [rows_of(whole, part) for part in users]
    assert parts[0].names.tolist() == ["b", "c", "e"]
    assert join_rows([part.lists for part in parts], users).tolist() == whole.lists.tolist()


def test_numbers_of_ratings_are_put_together_in_the_order_of_the_matrix():
    log = small_log()
    users = deal_users(log.user_counts, 3, np.random.default_rng(0))
    parts = [log.of_users(part).matrix.data for part in users]
    assert join_entries(parts, users, log).tolist() == log.matrix.data.tolist()


def test_data_of_some_users_has_their_ratings_alone_and_the_scale_of_all():
    log = small_log()
    users = np.flatnonzero(np.arange(log.n_users) % 3 == 0)
    part = log.of_users(users)
    assert part.user_ids.tolist() == log.user_ids[users].tolist() and part.n_items == log.n_items
    assert (part.matrix != log.matrix[users]).nnz == 0 and part.matrix.nnz == log.matrix[users].nnz
    assert part.rating_scale == log.rating_scale and part.has_times == log.has_times
    with pytest.raises(DataError, match="no ratings"):
        log.of_users(users[:0])


@pytest.mark.parametrize("model", ["base", "deep"])
@pytest.mark.parametrize("log", [small_log, sparse_log])
def test_lists_reasons_and_ranks_of_three_parts_are_those_of_the_whole(log, model):
    parts = recsys.split(log())
    fitted = recsys.fit(parts.train, model, CONFIG)
    divided = DividedSplit.deal(parts, 3, np.random.default_rng(0))
    assert len(divided.users) == 3

    def joined(work):
        return divided.join_tables(divided.each(in_turn, {model: fitted}, work)[model])

    whole = recommend(fitted, parts.train, parts.test, 5)
    lists = joined(lambda part, split, users: partial(recommend, part, split.train, split.test, 5))
    assert lists.items.tolist() == whole.items.tolist() and lists.held_out.tolist() == whole.held_out.tolist()
    np.testing.assert_allclose(lists.scores, whole.scores, rtol=1e-5, atol=1e-5)
    reasons = joined(lambda part, split, users: partial(explain, part, split.train, rows_of(whole, users)))
    assert reasons.items.tolist() == explain(fitted, parts.train, whole).items.tolist()
    ranks_of_parts = divided.each(
        in_turn, {model: fitted}, lambda part, split, users: partial(hidden_ranks, part, split.train, split.test)
    )[model]
    ranks = join_entries(ranks_of_parts, divided.users, parts.test)
    assert ranks.tolist() == hidden_ranks(fitted, parts.train, parts.test).tolist()


def test_a_single_part_is_the_whole_itself():
    parts = recsys.split(small_log())
    divided = DividedSplit.deal(parts, 1, np.random.default_rng(0))
    assert divided.splits == [parts] and divided.users[0].tolist() == list(range(parts.train.n_users))
