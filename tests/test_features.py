from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.features import history_weights, item_features, log_q


def dataset(rows: list[tuple[int, int, float]], **items: list[object]) -> Dataset:
    """Rows of (user, item, rating), and columns of facts of items 0, 1, 2 ..."""
    n_items = len(next(iter(items.values()))) if items else 4
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(n_items), "title": "x", **items}),
        users=pd.DataFrame({"user": range(3)}),
    )


def test_log_q_is_the_log_of_each_films_share_of_the_ratings():
    found = log_q(dataset([(0, 0, 5), (1, 0, 1), (2, 0, 3), (0, 1, 2)]))
    assert found.dtype == np.float32
    # Films 2 and 3 have no rating and count as having one.
    np.testing.assert_allclose(found, np.log([3 / 4, 1 / 4, 1 / 4, 1 / 4]), rtol=1e-6)


def test_history_weights_fall_linearly_from_one_to_below_zero():
    weights = history_weights(dataset([(0, 0, 1), (0, 1, 2), (1, 0, 3), (1, 3, 4), (2, 2, 5)]))
    assert weights.dtype == np.float32
    expected = [[-0.2, 0.1, 0, 0], [0.4, 0, 0, 0.7], [0, 0, 1, 0]]
    np.testing.assert_allclose(weights.toarray(), expected, atol=1e-6)


def test_the_scale_of_the_ratings_does_not_matter():
    stars = history_weights(dataset([(0, 0, 1), (0, 1, 3), (1, 1, 5)]))
    percent = history_weights(dataset([(0, 0, 0), (0, 1, 50), (1, 1, 100)]))
    np.testing.assert_allclose(stars.toarray(), percent.toarray(), atol=1e-6)
    assert percent.nnz == 3


@pytest.mark.parametrize("rating", [0, 1, -3.5])
def test_a_log_of_equal_ratings_weighs_one_throughout(rating):
    weights = history_weights(dataset([(0, 0, rating), (0, 2, rating), (1, 1, rating)]))
    assert weights.toarray().tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_features_are_genres_then_the_standardised_year():
    found = item_features(dataset([(0, 0, 1)], year=[1990, None, 2000], genres=["B", "A|B", None]))
    assert found.dtype == np.float32
    assert found.tolist() == [[0, 1, -1], [1, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("years", [[None, None], [1999, None], [1999, 1999]])
def test_years_that_tell_nothing_are_zeros(years):
    assert item_features(dataset([(0, 0, 1)], year=years)).tolist() == [[0], [0]]


def test_a_data_set_without_facts_has_one_column_of_zeros():
    found = item_features(Dataset.from_frames(pd.DataFrame({"user": [1, 1], "item": [1, 2], "rating": [1, 2]})))
    assert found.tolist() == [[0], [0]]
