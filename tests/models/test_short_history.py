"""Completing the history of a new user: by hand, and on logs whose users have one of two tastes."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.models.short_history import AVERAGE_ITEMS, HALF_FADED, ShortHistory
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
    offset = short.correction[0, -1]
    expected = np.sqrt(AVERAGE_ITEMS) * (short.average + offset)
    assert np.abs(offset).max() > 0.001
    np.testing.assert_allclose(short.pool(row({}), TABLE)[0], expected, rtol=1e-5, atol=1e-6)


def test_the_correction_of_each_order_counts_as_much_as_the_order_is_likely():
    rng, average = RNG(4), TABLE.mean(axis=0)
    correction, gate = rng.standard_normal((2, 4, 3)), rng.standard_normal((8, 1))
    short = ShortHistory(average, correction, gate)
    sums = TABLE[2] + TABLE[7] - 2 * average
    q = sums / np.sqrt(3)  # the root of one more than the number of items
    logit = gate[:3, 0] @ q + gate[3:6, 0] @ q**2 + gate[6, 0] * np.log(3) + gate[7, 0]
    is_first = 1 / (1 + np.exp(-logit))
    length, fade = AVERAGE_ITEMS + 2, HALF_FADED / (HALF_FADED + 2)
    at_random, first = (sums / length @ part[:3] + part[3] for part in correction)
    completed = average + (0.6 * (TABLE[2] - average) + TABLE[7] - average) / length
    completed = completed + fade * ((1 - is_first) * at_random + is_first * first)
    pooled = short.pool(row({2: 0.6, 7: 1}), TABLE)[0]
    np.testing.assert_allclose(pooled, np.sqrt(length) * completed, rtol=1e-5)


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


def test_the_correction_is_right_on_average_over_users_who_count_by_the_root_of_what_is_to_be_predicted():
    # 30 users rated items 0 and 1, 20 rated 2, 3 and 4: of either, one item is given and one or two are predicted.
    pairs = [(user, item) for user in range(50) for item in ((0, 1) if user < 30 else (2, 3, 4))]
    table = np.zeros((N_ITEMS, 2), np.float32)
    table[:2], table[2:5] = [1, 2], [3, -1]
    short = ShortHistory.fit(log_of(pairs, 50, N_ITEMS), table, RNG(0))
    errors = [table[item] - short.pool(row({item: 1}), table)[0] / np.sqrt(AVERAGE_ITEMS + 1) for item in (0, 2)]
    assert np.abs(errors).min() > 0.01  # the penalty leaves some
    # Because the offset is not penalised, the weighted errors add up to nothing.
    np.testing.assert_allclose(30 * np.sqrt(1) * errors[0], -20 * np.sqrt(2) * errors[1], rtol=1e-3)


def known_first(n_users: int = 100) -> Dataset:
    """All rate items 0 to 3 first, in any order, then four of the others."""
    rng, pairs, times = RNG(2), [], []
    for user in range(n_users):
        pairs += [(user, int(item)) for item in [*rng.permutation(4), *(4 + rng.permutation(16)[:4])]]
        times += range(8)
    return replace(log_of(pairs, n_users, N_ITEMS), timestamp=np.array(times))


def test_new_users_who_give_first_items_are_recommended_later_ones():
    ratings, table = known_first(), np.eye(N_ITEMS, dtype=np.float32)
    in_time = ShortHistory.fit(ratings, table, RNG(0))
    at_random = ShortHistory.fit(replace(ratings, timestamp=None), table, RNG(0))
    for given in ([0], [0, 1], [3, 1, 2]):
        history, others = row(dict.fromkeys(given, 1)), np.setdiff1d(range(4), given)
        answer, timeless = in_time.pool(history, table)[0], at_random.pool(history, table)[0]
        assert answer[4:].mean() > timeless[4:].mean()
        assert answer[others].mean() < timeless[others].mean()


def test_new_users_who_give_later_items_are_answered_as_if_there_were_no_times():
    # Nobody rated these first, so they can only come from a list in any order; its owner knows items 0 to 3 as well.
    ratings, table = known_first(), np.eye(N_ITEMS, dtype=np.float32)
    in_time = ShortHistory.fit(ratings, table, RNG(0))
    at_random = ShortHistory.fit(replace(ratings, timestamp=None), table, RNG(0))
    plain = ShortHistory.without_correction(in_time.average)
    history = row({8: 1, 12: 1})
    answer, timeless, padded = (short.pool(history, table)[0] for short in (in_time, at_random, plain))
    correction = timeless[:4].mean() - padded[:4].mean()
    assert correction > 0.05
    assert abs(answer[:4].mean() - timeless[:4].mean()) < 0.2 * correction


def test_where_nobody_has_two_ratings_there_is_no_correction():
    short = ShortHistory.fit(log_of([(0, 0), (1, 3)], 5, N_ITEMS), TABLE, RNG(0))
    assert not short.correction.any()
    assert np.isfinite(short.average).all()


def test_where_items_are_rated_at_any_time_there_might_as_well_be_no_times():
    ratings, table = two_tastes(1000), np.eye(N_ITEMS, dtype=np.float32)
    dated = replace(ratings, timestamp=RNG(6).permutation(ratings.n_ratings))
    with_times, without = (ShortHistory.fit(log, table, RNG(0)) for log in (dated, ratings))
    plain = ShortHistory.without_correction(without.average)
    for given in ({1: 1}, {2: 1, 13: 1, 4: 1}):
        answer, expected, padded = (short.pool(row(given), table)[0] for short in (with_times, without, plain))
        # Two corrections are penalised more than one, so they are smaller.
        assert np.abs(answer - expected).max() < 0.3 * np.abs(expected - padded).max()


def test_five_times_as_many_users_take_hardly_more_memory():
    table = RNG(5).standard_normal((N_ITEMS, 64)).astype(np.float32)
    peaks = []
    for n_users in (1000, 5000):
        ratings = known_first(n_users)
        tracemalloc.start()
        ShortHistory.fit(ratings, table, RNG(0))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


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
    assert (first.correction != other.correction).any()
