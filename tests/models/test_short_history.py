"""Completing the history of a new user: by hand, and on logs whose users have one of two tastes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.models.short_history import AVERAGE_ITEMS, ShortHistory
from tests.small_logs import log_of

N_ITEMS = 20
RNG = np.random.default_rng
TABLE = RNG(5).standard_normal((N_ITEMS, 3)).astype(np.float32)
"""Embeddings whose deviations mean nothing; the tastes are in the log."""


def row(weights: dict[int, float]) -> sparse.csr_array:
    dense = np.zeros((1, N_ITEMS), np.float32)
    matrix = sparse.csr_array((list(weights.values()), ([0] * len(weights), list(weights))), shape=dense.shape)
    return matrix.astype(np.float32)


def two_tastes(n_users: int = 200) -> Dataset:
    """Even users rated ten items of the first half, odd users ten of the second half, each one of the other too."""
    rng, pairs = RNG(1), []
    for user in range(n_users):
        own, other = (range(10), range(10, 20)) if user % 2 == 0 else (range(10, 20), range(10))
        pairs += [(user, int(item)) for item in [*rng.permutation(own)[:8], rng.choice(other)]]
    return log_of(pairs, n_users, N_ITEMS)


def padded() -> ShortHistory:
    return ShortHistory.without_correction(TABLE.mean(axis=0))


def test_without_a_correction_liked_items_are_averaged_with_average_ones():
    pooled = padded().pool(row({2: 1, 7: 1}), TABLE)
    by_hand = (TABLE[2] + TABLE[7] + AVERAGE_ITEMS * TABLE.mean(axis=0)) / np.sqrt(AVERAGE_ITEMS + 2)
    np.testing.assert_allclose(pooled[0], by_hand, rtol=1e-5)


def test_a_disliked_item_moves_a_history_away_from_it_as_far_as_a_liked_one_moves_it_closer():
    short = ShortHistory.fit(two_tastes(), TABLE, RNG(0))
    disliked, neutral, liked = (short.pool(row({2: weight}), TABLE)[0] for weight in (-0.3, 0, 0.3))
    np.testing.assert_allclose(liked - neutral, neutral - disliked, rtol=1e-4, atol=1e-5)
    assert (liked - neutral) @ (TABLE[2] - TABLE.mean(axis=0)) > 0


def test_without_ratings_the_history_is_that_of_average_items_and_the_offset():
    short = ShortHistory.fit(two_tastes(), TABLE, RNG(0))
    expected = np.sqrt(AVERAGE_ITEMS) * (short.average + short.offset)
    np.testing.assert_allclose(short.pool(row({}), TABLE)[0], expected, rtol=1e-5, atol=1e-6)


def test_the_correction_reads_which_items_were_rated_however_they_were():
    short = ShortHistory.fit(two_tastes(), TABLE, RNG(0))
    plain = ShortHistory.without_correction(short.average)
    corrections = [short.pool(row(rated), TABLE) - plain.pool(row(rated), TABLE) for rated in ({2: 1}, {2: -0.3})]
    np.testing.assert_allclose(*corrections, rtol=1e-4, atol=1e-5)
    assert np.abs(corrections[0]).max() > 0.01


def test_a_few_items_are_completed_towards_the_other_items_of_those_who_rated_them():
    ratings = two_tastes()
    table = np.eye(N_ITEMS, dtype=np.float32)  # so that a pooled history says how much of each item is in it
    short = ShortHistory.fit(ratings, table, RNG(0))
    plain = ShortHistory.without_correction(short.average)
    for given, own in (([1, 2], slice(0, 10)), ([12, 15], slice(10, 20))):
        history = row(dict.fromkeys(given, 1))
        others = np.setdiff1d(np.arange(N_ITEMS)[own], given)
        completed, pooled = short.pool(history, table)[0], plain.pool(history, table)[0]
        assert (completed[others] > 1.2 * pooled[others]).all()


def test_what_is_rated_first_is_told_from_what_is_rated_later():
    # All rate items 0 to 3 first, in any order, then some of the others; so who gives 0 will go on to those.
    rng, pairs, times = RNG(2), [], []
    for user in range(100):
        pairs += [(user, int(item)) for item in [*rng.permutation(4), *(4 + rng.permutation(16)[:4])]]
        times += range(8)
    ratings = replace(log_of(pairs, 100, N_ITEMS), timestamp=np.array(times))
    table = np.eye(N_ITEMS, dtype=np.float32)
    in_time = ShortHistory.fit(ratings, table, RNG(0)).pool(row({0: 1}), table)[0]
    at_random = ShortHistory.fit(replace(ratings, timestamp=None), table, RNG(0)).pool(row({0: 1}), table)[0]
    assert in_time[4:].mean() > at_random[4:].mean()
    assert in_time[1:4].mean() < at_random[1:4].mean()


def test_where_nobody_has_two_ratings_there_is_no_correction():
    short = ShortHistory.fit(log_of([(0, 0), (1, 3)], 5, N_ITEMS), TABLE, RNG(0))
    assert not short.correction.any() and not short.offset.any()
    assert np.isfinite(short.average).all()


def test_equal_seeds_give_equal_arrays_whatever_the_order_of_lines():
    ratings = two_tastes()
    lines = RNG(3).permutation(ratings.n_ratings)
    shuffled = replace(
        ratings, user=ratings.user[lines], item=ratings.item[lines], rating=ratings.rating[lines], timestamp=None
    )
    first, same, other = (
        ShortHistory.fit(log, TABLE, RNG(seed)) for log, seed in ((ratings, 0), (shuffled, 0), (ratings, 1))
    )
    np.testing.assert_array_equal(first.correction, same.correction)
    np.testing.assert_array_equal(first.offset, same.offset)
    assert (first.correction != other.correction).any()
