from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.models.features import (
    RECENCY,
    WINDOW_WEIGHT,
    hidden_entries,
    history_weights,
    history_windows,
    item_features,
    log_q,
    recency_ranks,
)


def dataset(rows: list[tuple[int, int, float]], **items: list[object]) -> Dataset:
    """Rows of (user, item, rating), and columns of features of items 0, 1, 2 ..."""
    n_items = len(next(iter(items.values()))) if items else 4
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(n_items), "title": "x", **items}),
        users=pd.DataFrame({"user": range(3)}),
    )


def test_log_q_is_the_log_of_each_items_share_of_the_ratings():
    logs = log_q(dataset([(0, 0, 5), (1, 0, 1), (2, 0, 3), (0, 1, 2)]))
    assert logs.dtype == np.float32
    # Items 2 and 3 have no rating and count as having one.
    np.testing.assert_allclose(logs, np.log([3 / 4, 1 / 4, 1 / 4, 1 / 4]), rtol=1e-6)


def timed(rows: list[tuple[int, int, float, int]]) -> Dataset:
    """Rows of (user, item, rating, timestamp)."""
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))


def test_history_weights_rise_with_the_rating_from_below_zero_to_one():
    log = dataset([(0, 0, 1), (0, 1, 2), (1, 0, 3), (1, 3, 4), (2, 2, 5)])
    weights = history_weights(log, recency_ranks(log))
    assert weights.dtype == np.float32
    half, three_quarters = -0.1 + 1.1 * np.sqrt(1 / 2), -0.1 + 1.1 * np.sqrt(3 / 4)
    expected = [[-0.1, -0.1 + 1.1 / 2, 0, 0], [half, 0, 0, three_quarters], [0, 0, 1, 0]]
    np.testing.assert_allclose(weights.toarray(), expected, atol=1e-6)


def test_history_weights_fade_with_age_within_each_history():
    log = timed([(0, 0, 5, 30), (0, 1, 5, 10), (1, 0, 5, 99), (1, 1, 5, 98), (1, 2, 5, 97)])
    weights = history_weights(log, recency_ranks(log))
    # Ranks 3/4 and 1/4 of two ratings; 5/6, 3/6 and 1/6 of three.
    expected = np.exp(-RECENCY * (1 - np.array([[3 / 4, 1 / 4, 1], [5 / 6, 3 / 6, 1 / 6]])))
    expected[0, 2] = 0
    np.testing.assert_allclose(weights.toarray(), expected, rtol=1e-6)


def test_ratings_of_the_same_time_share_their_mean_rank():
    ranks = recency_ranks(timed([(0, 0, 5, 7), (1, 0, 5, 1), (0, 1, 5, 7), (0, 2, 5, 2), (0, 3, 5, 9)]))
    # User 0 in order: item 2, then 0 and 1 together, then 3; ranks 1, 2.5, 2.5, 4 of 4.
    assert ranks.tolist() == [2 / 4, 1 / 2, 2 / 4, 0.5 / 4, 3.5 / 4]


def test_ranks_do_not_depend_on_the_order_of_rows_nor_on_the_unit_of_time():
    rows = [(user, item, 5.0, (item * 37 + user * 11) % 50) for user in range(4) for item in range(8)]
    first = recency_ranks(timed(rows))
    again = recency_ranks(timed([(u, i, r, 1000 * t + 5) for u, i, r, t in rows[::-1]]))
    np.testing.assert_array_equal(first, again[::-1])


def test_without_timestamps_all_ratings_are_the_newest():
    assert recency_ranks(dataset([(0, 0, 1), (0, 1, 2), (1, 0, 3)])).tolist() == [1, 1, 1]


def test_windows_count_pairs_by_how_close_in_time_they_were_rated():
    rows = [(0, item, 5.0, item) for item in range(12)]
    log = timed(rows)
    windows = history_windows(log, recency_ranks(log))
    gram = (windows.T @ windows).toarray()
    # The triangles add up to 1 everywhere, so an item counts 1 for the history and the weight for the windows.
    np.testing.assert_allclose(np.diag(gram), 1 + WINDOW_WEIGHT, rtol=1e-5)
    assert gram[0, 1] > gram[0, 2] > gram[0, 11]
    assert gram[0, 11] == pytest.approx(1)


def test_the_scale_of_the_ratings_does_not_matter():
    log = dataset([(0, 0, 1), (0, 1, 3), (1, 1, 5)])
    stars = history_weights(log, recency_ranks(log))
    log = dataset([(0, 0, 0), (0, 1, 50), (1, 1, 100)])
    percent = history_weights(log, recency_ranks(log))
    np.testing.assert_allclose(stars.toarray(), percent.toarray(), atol=1e-6)
    assert percent.nnz == 3


@pytest.mark.parametrize("rating", [0, 1, -3.5])
def test_in_a_log_of_equal_ratings_every_item_weighs_one(rating):
    log = dataset([(0, 0, rating), (0, 2, rating), (1, 1, rating)])
    weights = history_weights(log, recency_ranks(log))
    assert weights.toarray().tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_features_are_genres_then_the_standardised_year():
    features = item_features(dataset([(0, 0, 1)], year=[1990, None, 2000], genres=["B", "A|B", None]))
    assert features.dtype == np.float32
    assert features.tolist() == [[0, 1, -1], [1, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("years", [[None, None], [1999, None], [1999, 1999]])
def test_years_without_information_are_zeros(years):
    assert item_features(dataset([(0, 0, 1)], year=years)).tolist() == [[0], [0]]


def test_features_of_the_data_sets_own_follow():
    features = item_features(dataset([(0, 0, 1)], year=[1990, 2000, 2010], publisher=["A", "B", "A"]))
    assert features[:, 1:].tolist() == [[1, 0], [0, 1], [1, 0]]


def test_a_data_set_without_item_features_has_one_column_of_zeros():
    features = item_features(Dataset.from_frames(pd.DataFrame({"user": [1, 1], "item": [1, 2], "rating": [1, 2]})))
    assert features.tolist() == [[0], [0]]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, [0, 0, 1, 2, 2, 5]), (0.01, [0, 0, 1, 1, 1, 1]), (1, [0, 0, 1, 2, 3, 9])]
)
def test_the_share_of_each_history_is_hidden_but_something_is_and_something_stays(share, expected):
    lengths = np.array([0, 1, 2, 3, 4, 10])
    hidden = hidden_entries(lengths, share, np.random.default_rng(0))
    assert [int(part.sum()) for part in np.split(hidden, np.cumsum(lengths)[:-1])] == expected


def test_every_entry_of_a_history_is_hidden_as_often():
    rng = np.random.default_rng(0)
    shares = np.mean([hidden_entries(np.array([4, 1, 6]), 0.5, rng) for _ in range(2000)], axis=0)
    np.testing.assert_allclose(shares, [0.5] * 4 + [0] + [0.5] * 6, atol=0.05)


def test_nothing_is_hidden_if_there_are_no_histories():
    assert hidden_entries(np.array([], int), 0.5, np.random.default_rng(0)).tolist() == []
