from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset, Source
from recsys.errors import DataError

Row = tuple[Any, ...]


def frame(*rows: Row) -> pd.DataFrame:
    """Rows of (user, item, rating) or (user, item, rating, timestamp)."""
    return pd.DataFrame(list(rows), columns=["user", "item", "rating", "timestamp"][: len(rows[0])])


def small() -> Dataset:
    """Two users, three films (one unrated), times, genres, a year and a feature."""
    items = pd.DataFrame({"item": [1, 2, 3], "title": ["A", "B", "C"], "year": [1990, None, 2000],
                          "genres": ["Noir", "Noir|Art", None]})  # fmt: skip
    users = pd.DataFrame({"user": [1, 2], "age": [20, 40]})
    return Dataset.from_frames(frame((1, 1, 4.0, 10), (1, 2, 2.0, 11), (2, 1, 5.0, 12)), items, users, name="small")


def test_numeric_ids_are_in_numeric_order_whatever_the_order_of_rows():
    dataset = Dataset.from_frames(frame((10, 200, 1), (9, 30, 2), (100, 4, 3)))
    assert dataset.user_ids.tolist() == [9, 10, 100]
    assert dataset.item_ids.tolist() == [4, 30, 200]
    assert dataset.user.tolist() == [1, 0, 2]
    assert dataset.item.tolist() == [2, 1, 0]
    assert dataset.rating.tolist() == [1, 2, 3]


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint32, "Int32"])
def test_whole_numbers_of_any_width_are_ids_of_64_bits(kind):
    ids = pd.Series([7, 3, 7, 100]).astype(kind)
    dataset = Dataset.from_frames(pd.DataFrame({"user": ids, "item": [1, 2, 3, 4], "rating": 1.0}))
    assert dataset.user_ids.dtype == np.int64
    assert dataset.user_ids.tolist() == [3, 7, 100]
    assert dataset.user.tolist() == [1, 0, 1, 2]


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 20) | st.integers(-3, 2**24 + 3) | st.integers(-(2**63), 2**63 - 1), min_size=1),
    st.lists(st.integers(-3, 30), unique=True),
)
def test_every_index_stands_for_its_id(rated, listed):
    items = pd.DataFrame({"item": listed, "title": "A"}).astype({"item": np.int64})
    dataset = Dataset.from_frames(frame(*[(user, item, 1) for user, item in enumerate(rated)]), items)
    assert dataset.item_ids.tolist() == sorted({*rated, *listed})
    assert dataset.item_ids[dataset.item].tolist() == rated


def test_text_ids_are_in_code_point_order():
    ids = ["b", "é", "10", "2", "B", " b", "007"]
    dataset = Dataset.from_frames(frame(*[(id_, "film", 1) for id_ in ids]))
    assert dataset.user_ids.tolist() == [" b", "007", "10", "2", "B", "b", "é"]
    assert [dataset.user_ids[index] for index in dataset.user] == ids


@pytest.mark.parametrize("kind", ["object", "string", "category"])
def test_text_ids_of_every_pandas_type_are_in_code_point_order(kind):
    ratings = frame((1, "a", 1), (1, "b", 1))
    text = pd.Categorical(["a", "b"], categories=["b", "a"]) if kind == "category" else ratings["item"].astype(kind)
    assert Dataset.from_frames(ratings.assign(item=text)).item_ids.tolist() == ["a", "b"]


def test_arrays_have_the_documented_types():
    dataset = small()
    assert (dataset.user.dtype, dataset.item.dtype) == (np.int32, np.int32)
    assert (dataset.rating.dtype, dataset.timestamp.dtype) == (np.float32, np.int64)
    assert Dataset.from_frames(frame((1, 1, 1))).timestamp is None


def test_hostile_ids_are_not_changed():
    ids = ["__proto__", "a|b", "tab\there", "line\nbreak", "", "../up", "<b>"]
    dataset = Dataset.from_frames(frame(*[("u", id_, 1) for id_ in ids]))
    assert sorted(dataset.item_ids.tolist()) == sorted(ids)
    assert [dataset.item_ids[index] for index in dataset.item] == ids


def test_arrays_are_read_only():
    dataset = small()
    for array in (dataset.rating, dataset.user, dataset.timestamp, dataset.titles, dataset.genres):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_changing_the_frame_afterwards_changes_nothing():
    kinds = {"rating": np.float32, "timestamp": np.int64}
    ratings = frame((1, 1, 1, 5), (2, 1, 2, 6)).astype(kinds)
    dataset = Dataset.from_frames(ratings)
    ratings.loc[:, :] = 9
    assert dataset.rating.tolist() == [1, 2]
    assert dataset.timestamp.tolist() == [5, 6]


def test_the_catalogue_is_the_items_table_and_all_rated_items():
    items = pd.DataFrame({"item": [3, 7], "title": ["Listed and rated", "Listed only"]})
    dataset = Dataset.from_frames(frame((1, 5, 1), (1, 3, 1)), items=items)
    assert dataset.item_ids.tolist() == [3, 5, 7]
    assert dataset.titles.tolist() == ["Listed and rated", "5", "Listed only"]
    assert dataset.item_counts.tolist() == [1, 1, 0]


@pytest.mark.parametrize("title", ["", "   ", None])
def test_an_item_without_a_title_has_its_id_for_one(title):
    items = pd.DataFrame({"item": [1, 2], "title": ["Named", title]})
    assert Dataset.from_frames(frame((1, 1, 1)), items=items).titles.tolist() == ["Named", "2"]


def test_users_of_the_users_table_are_users_even_without_ratings():
    dataset = Dataset.from_frames(frame((2, 1, 1)), users=pd.DataFrame({"user": [3, 1]}))
    assert dataset.user_ids.tolist() == [1, 2, 3]
    assert dataset.user_counts.tolist() == [0, 1, 0]


def test_genres_are_flags_in_alphabetical_order():
    dataset = small()
    assert dataset.genre_names == ("Art", "Noir")
    assert dataset.genres.tolist() == [[False, True], [True, True], [False, False]]


def test_an_unknown_year_is_nan():
    np.testing.assert_array_equal(small().years, [1990, np.nan, 2000])


def test_facts_are_in_the_order_of_the_catalogue():
    items = pd.DataFrame({"item": [9, 1], "title": ["Nine", "One"], "year": [1999, 1991], "genres": ["Z", "A"]})
    dataset = Dataset.from_frames(frame((1, 5, 1)), items=items)
    assert dataset.titles.tolist() == ["One", "5", "Nine"]
    np.testing.assert_array_equal(dataset.years, [1991, np.nan, 1999])
    assert dataset.genres.tolist() == [[True, False], [False, False], [False, True]]


def test_numeric_features_are_standardised_and_a_missing_one_is_zero_with_a_flag():
    users = pd.DataFrame({"user": [1, 2, 3], "age": [20.0, None, 40.0]})
    dataset = Dataset.from_frames(frame((1, 1, 1)), users=users)
    assert dataset.user_feature_names == ("age", "age is missing")
    assert dataset.user_features.tolist() == [[-1, 0], [0, 1], [1, 0]]


def test_text_features_are_one_hot_with_a_column_for_missing_values():
    users = pd.DataFrame({"user": [1, 2, 3], "job": ["baker", None, "actor"]})
    dataset = Dataset.from_frames(frame((4, 1, 1)), users=users)
    assert dataset.user_feature_names == ("job=actor", "job=baker", "job is missing")
    assert dataset.user_features.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1]]


def test_feature_names_are_unique():
    users = pd.DataFrame({"user": [1, 2], "job": ["missing", None]})
    names = Dataset.from_frames(frame((1, 1, 1)), users=users).user_feature_names
    assert len(set(names)) == len(names) == 2


def test_a_constant_feature_is_zero():
    users = pd.DataFrame({"user": [1, 2], "age": [30, 30]})
    assert Dataset.from_frames(frame((1, 1, 1)), users=users).user_features.tolist() == [[0], [0]]


@pytest.mark.parametrize("times", [
    pd.to_datetime(["2020-01-02", "2020-01-01"]),
    pd.to_datetime(["2020-01-02", "2020-01-01"]).as_unit("s"),
    pd.to_datetime(["2020-01-02", "2020-01-01"]).tz_localize("Europe/Rome"),
])  # fmt: skip
def test_datetimes_become_whole_numbers_that_grow_with_time(times):
    dataset = Dataset.from_frames(frame((1, 1, 1), (1, 2, 1)).assign(timestamp=times))
    assert dataset.timestamp.dtype == np.int64
    assert dataset.timestamp[0] > dataset.timestamp[1]


def test_timestamps_beyond_the_precision_of_floats_stay_exact():
    dataset = Dataset.from_frames(frame((1, 1, 1, 2**53 + 1), (1, 2, 1, 2**53)))
    assert dataset.timestamp.tolist() == [2**53 + 1, 2**53]


@pytest.mark.parametrize("times", [
    [np.inf, 1.0],
    [1e30, 1.0],
    ["noon", "2"],
    [None, 2.0],
    np.array([2**63 + 5, 1], np.uint64),
])  # fmt: skip
def test_a_timestamp_that_is_no_whole_number_of_64_bits_is_refused_with_its_row(times):
    with pytest.raises(DataError, match="row 0"):
        Dataset.from_frames(frame((1, 1, 1), (1, 2, 1)).assign(timestamp=times))


def test_timestamps_in_text_are_read_as_numbers():
    times = pd.Series(["12.0", "3"], dtype=object)
    assert Dataset.from_frames(frame((1, 1, 1), (1, 2, 1)).assign(timestamp=times)).timestamp.tolist() == [12, 3]


@pytest.mark.parametrize("column", ["user", "item"])
def test_an_absent_column_is_named_with_those_present(column):
    with pytest.raises(DataError, match=rf"ratings has no column '{column}'; expected .*found .*timestamp"):
        Dataset.from_frames(frame((1, 1, 1, 1)).drop(columns=column))


def test_without_ratings_every_pair_counts_one():
    dataset = Dataset.from_frames(frame((1, 1, 5, 7), (1, 2, 3, 8)).drop(columns="rating"))
    assert dataset.rating.tolist() == [1, 1]


def test_without_titles_items_are_shown_by_their_ids():
    dataset = Dataset.from_frames(frame((1, 1, 1)), items=pd.DataFrame({"item": [1, 2], "year": [1990, 1991]}))
    assert dataset.titles.tolist() == ["1", "2"]
    assert dataset.years.tolist() == [1990, 1991]


@pytest.mark.parametrize("column", ["user", "item"])
def test_a_missing_id_is_refused_with_its_row(column):
    ratings = frame(("a", "x", 1), ("b", "y", 1))
    ratings.loc[1, column] = None
    with pytest.raises(DataError, match=f"row 1 has no {column} id"):
        Dataset.from_frames(ratings)


def test_a_repeated_id_in_a_table_of_facts_is_named():
    with pytest.raises(DataError, match="items names item 7 more than once"):
        Dataset.from_frames(frame((1, 1, 1)), items=pd.DataFrame({"item": [7, 7], "title": ["A", "B"]}))
    with pytest.raises(DataError, match="users names user 'u' more than once"):
        Dataset.from_frames(frame(("u", 1, 1)), users=pd.DataFrame({"user": ["u", "u"]}))


def test_ids_that_are_neither_whole_numbers_nor_text_are_named():
    with pytest.raises(DataError, match=r"user id 1\.5 in row 0 is not a whole number; expected"):
        Dataset.from_frames(frame((1.5, 1, 1)))


@pytest.mark.parametrize("ids", [np.array([2**63 + 1, 1], np.uint64), np.array([2, 1], np.uint64)])
def test_unsigned_ids_are_not_changed_or_are_refused(ids):
    try:
        item_ids = Dataset.from_frames(frame((1, 1, 1), (1, 2, 1)).assign(item=ids)).item_ids.tolist()
    except DataError as problem:
        assert str(2**63 + 1) in str(problem)
    else:
        assert item_ids == sorted(ids.tolist())


def test_unsigned_and_signed_ids_together_stay_whole_numbers():
    items = pd.DataFrame({"item": np.array([5, 1], np.uint64), "title": ["five", "one"]})
    ids = Dataset.from_frames(frame((1, 1, 1), (1, 2, 1)), items=items).item_ids
    assert [str(id_) for id_ in ids.tolist()] == ["1", "2", "5"]


def test_an_items_table_without_rows_adds_nothing():
    dataset = Dataset.from_frames(frame((1, 1, 1)), items=pd.DataFrame({"item": [], "title": []}))
    assert dataset.item_ids.tolist() == [1]


def test_a_rating_that_is_no_number_is_named_with_its_row():
    with pytest.raises(DataError, match=r"rating 'good' in row 1 is not a number"):
        Dataset.from_frames(frame((1, 1, "3"), (1, 2, "good")))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_rating_that_is_not_finite_is_named_with_user_and_item(value):
    with pytest.raises(DataError, match=r"user 8 rated item 6 with .*expected a finite number"):
        Dataset.from_frames(frame((7, 6, 3.0), (8, 6, value)))


@pytest.mark.parametrize("value", [1e39, -1e300, "1e39", 10**400])
def test_a_rating_that_does_not_fit_into_32_bits_is_named(value):
    # A column of objects: of its own accord pandas 2.1 makes none of what no float holds.
    ratings = pd.DataFrame({"user": [7, 8], "item": 6, "rating": pd.Series([3.0, value], dtype=object)})
    with pytest.raises(DataError, match=r"rating '?-?1.* in row 1 does not fit into 32 bits; expected .*3.4e\+38"):
        Dataset.from_frames(ratings)


@pytest.mark.parametrize("name", [None, 5, b"films"])
def test_a_name_that_is_no_text_is_refused(name):
    with pytest.raises(DataError, match=f"name is {name!r}; expected text"):
        Dataset.from_frames(frame((7, 6, 3.0)), name=name)


def test_dates_where_ratings_are_expected_are_refused():
    dates = pd.to_datetime(["2020-01-01", "2021-01-01"])
    with pytest.raises(DataError, match="rating 2020-01-01 00:00:00 in row 0 is a date; expected a number"):
        Dataset.from_frames(frame((1, 1, 1.0), (1, 2, 2.0)).assign(rating=dates))


@pytest.mark.parametrize(
    "year", [1990.5, np.inf, "c. 1950", 20_000, 1e300, [1990], True + 1j, True, "1e3", "1_9", "0x7c"]
)
def test_what_is_no_year_is_left_out_with_a_warning(year, caplog):
    items = pd.DataFrame({"item": [1, 2], "title": ["A", "B"], "year": pd.Series([1990, year], dtype=object)})
    np.testing.assert_array_equal(Dataset.from_frames(frame((1, 1, 1)), items=items).years, [1990, np.nan])
    assert "in row 1 is not a whole number of at most four digits; it is left out" in caplog.text


def test_the_year_0_is_an_unknown_year(caplog):
    items = pd.DataFrame({"item": [1, 2], "title": ["A", "B"], "year": [1990, 0]})
    np.testing.assert_array_equal(Dataset.from_frames(frame((1, 1, 1)), items=items).years, [1990, np.nan])
    assert "year" not in caplog.text


@pytest.mark.parametrize("dtype", [bool, "boolean", object])
def test_booleans_are_no_years(dtype, caplog):
    items = pd.DataFrame({"item": [1, 2], "title": ["A", "B"], "year": pd.Series([True, False], dtype=dtype)})
    assert np.isnan(Dataset.from_frames(frame((1, 1, 1)), items=items).years).all()
    assert "year True in row 0 is not a whole number of at most four digits; 2 such years are left out" in caplog.text


def test_genres_of_pandas_categories_may_be_missing():
    items = pd.DataFrame({"item": [1, 2], "title": ["A", "B"], "genres": pd.Categorical(["X|Y", None])})
    assert Dataset.from_frames(frame((1, 1, 1)), items=items).genres.tolist() == [[True, True], [False, False]]


def test_no_ratings_at_all_are_refused():
    with pytest.raises(DataError, match="empty has no ratings; expected at least one"):
        Dataset.from_frames(frame((1, 1, 1)).iloc[:0], name="empty")


def test_a_pair_rated_twice_is_named():
    with pytest.raises(DataError, match=r"user b rated item y more than once \(1 such"):
        Dataset.from_frames(frame(("a", "x", 1), ("b", "y", 1), ("a", "y", 1), ("b", "y", 2)))
    with pytest.raises(DataError, match=r"user a rated item y more than once \(2 such"):
        Dataset.from_frames(frame(("a", "x", 1), ("a", "y", 1), ("a", "y", 2), ("a", "y", 3), ("b", "y", 2)))
    with pytest.raises(DataError, match="user ' ' rated item '' more than once"):
        Dataset.from_frames(frame((" ", "", 1), (" ", "", 2)))


def test_a_rating_of_zero_counts_as_rated():
    dataset = Dataset.from_frames(frame((1, 1, 0), (1, 2, 3), (2, 2, 0)))
    assert dataset.matrix.nnz == 3
    assert np.transpose(dataset.rated(np.array([0, 1]))).tolist() == [[0, 0], [0, 1], [1, 1]]


pairs = st.dictionaries(
    st.tuples(st.integers(0, 6), st.integers(0, 8)), st.integers(0, 5), min_size=1, max_size=30
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(pairs, st.randoms(use_true_random=False))
def test_matrix_counts_and_rated_agree_with_a_plain_dictionary(ratings, random):
    rows = [(user, item, value) for (user, item), value in ratings.items()]
    random.shuffle(rows)
    dataset = Dataset.from_frames(frame(*rows))
    expected = {(dataset.user_ids.tolist().index(user), dataset.item_ids.tolist().index(item)): value
                for (user, item), value in ratings.items()}  # fmt: skip
    matrix = dataset.matrix
    entries = {}
    for user in range(dataset.n_users):
        columns = matrix.indices[matrix.indptr[user] : matrix.indptr[user + 1]].tolist()
        assert columns == sorted(columns)
        entries |= {(user, column): float(matrix[user, column]) for column in columns}
    assert entries == expected
    for user in range(dataset.n_users):
        assert dataset.user_counts[user] == sum(rater == user for rater, _ in expected)
    for item in range(dataset.n_items):
        assert dataset.item_counts[item] == sum(rated == item for _, rated in expected)
    users = [random.randrange(dataset.n_users) for _ in range(4)]
    cells = [(row, user, item) for row, user in enumerate(users) for item in range(dataset.n_items)]
    expected_cells = [[row, item] for row, user, item in cells if (user, item) in expected]
    assert np.transpose(dataset.rated(np.array(users))).tolist() == expected_cells


def test_a_subset_has_the_same_users_and_items_and_fewer_ratings():
    dataset = small()
    assert dataset.item_counts.tolist() == [2, 1, 0]
    assert dataset.matrix.nnz == 3
    part = dataset.subset(np.array([True, False, False]))
    assert (part.n_users, part.n_items, part.n_ratings) == (2, 3, 1)
    assert part.user_counts.tolist() == [1, 0]
    assert part.item_counts.tolist() == [1, 0, 0]
    assert part.matrix.nnz == 1
    assert part.timestamp.tolist() == [10]
    assert part.titles.tolist() == dataset.titles.tolist()
    assert part.sha256 != dataset.sha256


@pytest.mark.parametrize("mask", [[1, 0, 1], [True, False], [[True, False, True]], [0, 2]])
def test_a_mask_that_is_not_one_boolean_a_rating_is_refused(mask):
    with pytest.raises(DataError, match="expected one boolean for each of the 3 ratings"):
        small().subset(np.array(mask))


def test_a_subset_without_a_rating_is_refused():
    with pytest.raises(DataError, match="has no ratings"):
        small().subset(np.zeros(3, bool))


def test_the_hash_is_the_one_that_published_sites_show():
    assert small().sha256 == "9e0068fbd6ae8203e101a7549d837ab55157ebb06400267766c850c33289dbe1"


def test_the_hash_does_not_depend_on_the_memory_layout():
    turned = np.asfortranarray(small().genres)
    assert not turned.flags.c_contiguous
    spaced = np.array([4, 0, 2, 0, 5, 0], np.float32)[::2]
    assert replace(small(), genres=turned, rating=spaced).sha256 == small().sha256


def test_equal_content_has_an_equal_hash():
    assert small().sha256 == small().sha256
    assert len(small().sha256) == 64


@pytest.mark.parametrize("change", [
    {"rating": np.array([4, 2, 4], np.float32)},
    {"timestamp": np.array([10, 11, 13])},
    {"timestamp": None},
    {"item": np.array([0, 1, 2], np.int32)},
    {"item_ids": np.array([1, 2, 4])},
    {"item_ids": np.array(["1", "2", "3"], object)},
    {"titles": np.array(["A", "B", "c"], object)},
    {"titles": np.array(["A', 'B", "", "C"], object)},
    {"years": np.array([1990, np.nan, 2001])},
    {"genres": np.zeros((3, 2), bool)},
    {"genre_names": ("Art", "Noire")},
    {"user_features": np.array([[-1], [2]], np.float32)},
    {"name": "other"},
    {"source": Source(licence="CC0")},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_any_change_changes_the_hash(change):
    assert replace(small(), **change).sha256 != small().sha256


@pytest.mark.parametrize("change", [
    {"user": np.array([0, 0, 2], np.int32)},
    {"user": np.array([0, 0, -1], np.int32)},
    {"item": np.array([0, 1, 3], np.int32)},
    {"item": np.array([0, 1], np.int32)},
    {"timestamp": np.array([1, 2])},
    {"titles": np.array(["A"], object)},
    {"years": np.zeros(2)},
    {"genres": np.zeros((3, 3), bool)},
    {"user_features": np.zeros((3, 1), np.float32)},
    {"rating": np.zeros(2, np.float32)},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_arrays_that_do_not_fit_together_are_refused_by_name(change):
    wrong = "user" if "rating" in change else next(iter(change))
    with pytest.raises(DataError, match=wrong):
        replace(small(), **change)
