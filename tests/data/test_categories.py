"""Genres of items and features of users."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recsys.data.categories import known_categories
from recsys.data.dataset import Dataset
from recsys.errors import DataError

ROWS = [{"user": 1, "item": 7, "rating": 2.5}, {"user": 2, "item": 7, "rating": 3.0}]


def genres(cells: list[Any]) -> list[list[str]]:
    items = pd.DataFrame({"item": range(len(cells)), "title": "A", "genres": pd.Series(cells, dtype=object)})
    dataset = Dataset.from_frames(pd.DataFrame({"user": [1], "item": [0], "rating": [1]}), items)
    return [[name for name, flag in zip(dataset.genre_names, row, strict=True) if flag] for row in dataset.genres]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["Drama", "War"], ["War"]], [["Drama", "War"], ["War"]]),
        ([("Drama", " War "), {"War"}], [["Drama", "War"], ["War"]]),
        ([np.array(["Drama", "War"]), frozenset(["War"])], [["Drama", "War"], ["War"]]),
        ([["Drama", None, ""], []], [["Drama"], []]),
        ([None, np.nan], [[], []]),
        ([18, 10752.0], [["18"], ["10752"]]),
        (["Drama|War", "A, B|C"], [["Drama", "War"], ["A, B", "C"]]),
        (["Drama, War", "War"], [["Drama", "War"], ["War"]]),
        (["Drama, War", "Comedy"], [["Drama", "War"], ["Comedy"]]),
        (["Drama,War", "War,Drama"], [["Drama", "War"], ["Drama", "War"]]),
        (["Drama; War", "War"], [["Drama", "War"], ["War"]]),
        (["Action, Adventure & Co", "Drama"], [["Action, Adventure & Co"], ["Drama"]]),
        (["Mystery, Thriller and Suspense", "Drama"], [["Mystery, Thriller and Suspense"], ["Drama"]]),
        (["Mystery, Science & Nature", "Mystery"], [["Mystery", "Science & Nature"], ["Mystery"]]),
        (["Food &amp; Drink", "Drama"], [["Food &amp; Drink"], ["Drama"]]),
        (["['Drama', 'War']", "[]"], [["Drama", "War"], []]),
        (["['Drama' 'War']", '["Women\'s" \'War\'\n "a b"]', "['Sci-Fi']"],
         [["Drama", "War"], ["War", "Women's", "a b"], ["Sci-Fi"]]),
        (["('Drama', 'War')", "('War',)", "()"], [["Drama", "War"], ["War"], []]),
        (["{'Drama', 'War'}", "set()"], [["Drama", "War"], []]),
        (["(no genres listed)", "(b)"], [["(no genres listed)"], ["(b)"]]),
        (["[Drama", "War"], [["War"], ["[Drama"]]),
        (["[{'id': 18, 'name': 'Drama'}, {'id': 1, 'name': 'War'}]", "[]"], [["Drama", "War"], []]),
        (['[{"id": 18, "name": "Drama"}]', "[]"], [["Drama"], []]),
        ([[{"id": 18, "name": "Drama"}], []], [["Drama"], []]),
    ],
)
def test_genres_come_as_lists_or_as_text_with_one_separator(cells, expected):
    assert sorted(genres(cells)) == sorted(expected)


@pytest.mark.parametrize("cell", [{"id": 18}, b"Drama", [["Drama"]], dt.date(2000, 1, 1), [{"id": 1}]])
def test_a_cell_that_is_no_genre_is_named(cell):
    with pytest.raises(DataError, match=r"genres .* in row 1 is neither text nor a list of texts"):
        genres(["Drama", cell])


@pytest.mark.parametrize("text", ["[Drama War]", "['Drama' ... 'War']", "{'id': 18}", "['Drama' War]"])
def test_a_text_that_is_no_list_is_named(text):
    with pytest.raises(DataError, match=r"genres .* in row 1 is neither text nor a list of texts"):
        genres(["['Drama']", text])


def test_genres_in_arrow_lists_are_read():
    pyarrow = pytest.importorskip("pyarrow")
    cells = pd.Series(pd.arrays.ArrowExtensionArray(pyarrow.array([["Drama", "War"], None, []])))
    items = pd.DataFrame({"item": [1, 2, 3], "title": "A", "genres": cells})
    dataset = Dataset.from_frames(ROWS, items)
    assert dataset.genre_names == ("Drama", "War")
    assert dataset.genres.sum(axis=1).tolist() == [2, 0, 0, 0]


def test_a_category_called_unknown_is_none():
    assert known_categories(["Drama", "unknown", "Unknown", "The Unknown"]) == ["Drama", "The Unknown"]


def test_of_very_many_genres_the_most_frequent_are_used(caplog):
    dataset = Dataset.from_frames(ROWS, pd.DataFrame({
        "item": range(1000), "title": "A", "genres": [f"tag {item}|tag {item % 300}" for item in range(1000)],
    }))  # fmt: skip
    assert dataset.genres.shape == (1000, 200)
    assert "items have 1,000 genres; the 200 most frequent are used" in caplog.text


# --- features of users


def features(column: Any, n_users: int | None = None) -> dict[str, list[float]]:
    """The features of a column called x of the users table."""
    users = pd.DataFrame({"user": range(n_users or len(column)), "x": column})
    dataset = Dataset.from_frames(pd.DataFrame({"user": [0], "item": [1], "rating": [1]}), users=users)
    return dict(zip(dataset.user_feature_names, dataset.user_features.T.tolist(), strict=True))


@pytest.mark.parametrize("column", [
    [f"user{row}@example.org" for row in range(3000)],
    [f"2020-01-{1 + row % 28:02d} {row}" for row in range(3000)],
    [f"name {row}" for row in range(30)],
    [f"name {row}" if row % 100 else "Ann" for row in range(3000)],
    [[f"tag {row}"] for row in range(3000)],
])  # fmt: skip
def test_a_column_that_names_users_is_left_out_with_a_warning(column, caplog):
    assert features(column) == {}
    assert "users: column 'x' is left out" in caplog.text


def test_of_many_values_the_most_frequent_are_features_and_the_others_share_one(caplog):
    cities = [f"city {int(row ** 0.7)}" for row in range(3000)]
    columns = features(cities)
    assert len(columns) == 51
    assert np.array(list(columns.values())).sum(axis=0).tolist() == [1] * 3000
    shown = [label.removeprefix("x=") for label in columns if label.startswith("x=")]
    assert min(map(cities.count, shown)) >= max(cities.count(city) for city in {*cities} - {*shown})
    assert "users: column 'x' has 272 values; the 50 most frequent are features" in caplog.text


def test_few_values_are_all_features_even_where_each_user_has_another():
    assert set(features(["baker", "actor", None])) == {"x=actor", "x=baker", "x is missing"}


def test_lists_of_users_have_a_column_for_each_value():
    assert features([["jazz", "rock"], ["rock"], None, []]) == {
        "x=jazz": [1, 0, 0, 0], "x=rock": [1, 1, 0, 0], "x is missing": [0, 0, 1, 0],
    }  # fmt: skip


@pytest.mark.parametrize("column", [
    [20, 30, 40], [20.0, 30.0, 40.0],
    pd.array([20, 30, 40], "Int8"), pd.Series([20, np.int8(30), 40.0], dtype=object),
    pd.Series([Decimal(20), 30, 40], dtype=object), pd.to_datetime(["2020-01-20", "2020-01-30", "2020-02-09"]),
    [dt.date(2020, 1, 20), dt.date(2020, 1, 30), dt.date(2020, 2, 9)], pd.to_timedelta([20, 30, 40], unit="D"),
    pd.to_datetime(["2020-01-20", "2020-01-30", "2020-02-09"]).tz_localize("UTC"),
    pd.Series([dt.timedelta(20), dt.timedelta(30), dt.timedelta(40)], dtype=object),
])  # fmt: skip
def test_numbers_dates_and_durations_are_standardised(column):
    np.testing.assert_allclose(features(column)["x"], [-(1.5**0.5), 0, 1.5**0.5], atol=1e-6)


@pytest.mark.parametrize("column", [
    [True, False, True], pd.array([True, False, True], "boolean"), pd.Series([True, False, True], dtype=object),
])  # fmt: skip
def test_booleans_are_standardised(column):
    np.testing.assert_allclose(features(column)["x"], [0.5**0.5, -(2**0.5), 0.5**0.5], atol=1e-6)


@pytest.mark.parametrize("column", [
    pd.array([20, None, 40], "Int8"), pd.Series([20, None, 40], dtype=object), pd.to_datetime(["2020", None, "2022"]),
    pd.array([True, None, False], "boolean"),
])  # fmt: skip
def test_a_missing_number_is_zero_with_a_flag(column):
    columns = features(column)
    assert columns["x is missing"] == [0, 1, 0]
    assert columns["x"][1] == 0


def test_numbers_that_are_declared_categories_are_categories():
    assert set(features(pd.Categorical([1, 2, 1]))) == {"x=1", "x=2"}


@pytest.mark.parametrize("dtype", [object, "float64", "Int8", "string", "category", "boolean", "datetime64[s]"])
def test_a_column_without_a_value_is_no_feature(dtype):
    assert features(pd.Series([None, None], dtype=dtype)) == {}


@pytest.mark.parametrize("cell", [{"a": 1}, b"x", ["a", {"b": 1}]])
def test_a_column_that_is_no_feature_is_left_out_with_a_warning(cell, caplog):
    assert features(pd.Series(["a", cell], dtype=object)) == {}
    assert "users: column 'x' is left out: x" in caplog.text


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["ann|bob", "bob", None], ["cast=ann", "cast=bob", "cast is missing"]),
        (["ann, bob", "bob, ann", "ann"], ["cast=ann", "cast=bob"]),
        (["ann; bob", "bob; ann", "ann"], ["cast=ann", "cast=bob"]),
        (["['ann', 'bob']", "['bob']", "['bob']"], ["cast=ann", "cast=bob"]),
        (["Ann, the Great", "Bob", "Cy"], ["cast=Ann, the Great", "cast=Bob", "cast=Cy"]),
    ],
)
def test_lists_in_text_have_a_feature_for_each_value(cells, names):
    ratings = pd.DataFrame({"user": [1, 1, 1], "item": [1, 2, 3], "rating": [1, 2, 3]})
    items = pd.DataFrame({"item": [1, 2, 3], "title": ["A", "B", "C"], "cast": pd.Series(cells, dtype=object)})
    assert list(Dataset.from_frames(ratings, items).item_feature_names) == names
