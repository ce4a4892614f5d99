"""One log in every form that tables come in: each form gives the same data set, or one sentence that says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.errors import DataError

try:
    import pyarrow as pa
except ImportError:
    pa = None

IDS = [3, 1, 2, 1, 3, 20]
ITEMS = [7, 7, 5, 9, 9, 5]
RATINGS = [4.0, 3.5, 5.0, 0.5, 2.0, 1.0]
SECONDS = [1112486027, 1112484676, 1112484819, 1112484727, 1112484580, 951782400]
Convert = Callable[[list[Any]], Any]


def arrow(type_: str, convert: Callable[[Any], Any] = lambda value: value) -> Convert:
    """A conversion to an Arrow column of a type such as "int8" or "decimal128(12, 3)"."""

    def column(values: list[Any]) -> Any:
        array = pa.array([convert(value) for value in values], eval(f"pa.{type_}", {"pa": pa}))
        return pd.Series(pd.arrays.ArrowExtensionArray(array))

    column.__name__ = f"arrow {type_}"
    return column


def as_dtype(dtype: Any) -> Convert:
    def column(values: list[Any]) -> Any:
        return pd.Series(values).astype(dtype)

    column.__name__ = str(dtype)
    return column


def as_objects(convert: Callable[[Any], Any]) -> Convert:
    def column(values: list[Any]) -> Any:
        return pd.Series([convert(value) for value in values], dtype=object)

    column.__name__ = f"objects of {convert.__name__}"
    return column


def only_whole(values: list[Any]) -> bool:
    return all(value == int(value) for value in values)


def mixed(value: Any) -> Any:
    """A different type for each value."""
    return [int, float, np.int16, np.float32, Decimal, Fraction][int(value) % 6](value)


INTEGERS: list[Convert] = [
    *map(as_dtype, ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]),
    *map(as_dtype, ["Int8", "Int64", "UInt16", "float32", "float64", "Float32", "Float64", "float16", object]),
    *map(as_dtype, ["category", "Sparse[int64]", ">i4", ">u2", ">f8", "longdouble"]),
    *map(as_objects, [int, float, np.int64, np.uint8, np.float64, Decimal, Fraction, mixed]),
    list, tuple, np.array,
]  # fmt: skip
ARROW_INTEGERS = [
    *map(arrow, ["int8()", "int64()", "uint32()", "float64()", "float32()", "dictionary(pa.int8(), pa.int64())"]),
    arrow("decimal128(12, 3)", Decimal), arrow("decimal256(40, 0)", Decimal),
]  # fmt: skip
NUMBERS: list[Convert] = [
    *map(as_dtype, ["float32", "float64", "Float64", "float16", object, "category", "Sparse[float64]", str]),
    *map(as_objects, [float, np.float32, np.float16, str, lambda value: f" {value:e}", lambda v: Decimal(str(v))]),
]
ARROW_NUMBERS = [
    *map(arrow, ["float64()", "float32()", "dictionary(pa.int8(), pa.float64())"]),
    arrow("decimal128(12, 3)", lambda value: Decimal(str(value))), arrow("string()", str),
    arrow("large_string()", str),
]  # fmt: skip


def moment(second: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(second, dt.UTC).replace(tzinfo=None)


def shifted(second: int) -> dt.datetime:
    """The same moment in a zone that depends on it."""
    return dt.datetime.fromtimestamp(second, dt.timezone(dt.timedelta(hours=second % 5)))


def datetimes(unit: str, zone: str | None = None) -> Convert:
    def column(values: list[Any]) -> Any:
        times = pd.Series(np.array(values, "datetime64[s]").astype(f"datetime64[{unit}]"))
        return times.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else times

    column.__name__ = f"datetime64[{unit}, {zone}]"
    return column


def iso(form: str) -> Convert:
    return as_objects(lambda second: moment(second).strftime(form))


TIMES: list[Convert] = [
    *map(as_dtype, ["int32", "int64", "uint32", "Int64", "float64", "Float64", object, str, "string", "category"]),
    *map(as_objects, [int, float, str, np.int64, Decimal, lambda v: f"{v}.0", moment, shifted]),
    *map(as_objects, [lambda v: pd.Timestamp(v, unit="s"), lambda v: np.datetime64(v, "s")]),
    *map(datetimes, ["s", "ms", "us", "ns"]), datetimes("ns", "Europe/Rome"), datetimes("s", "America/New_York"),
    iso("%Y-%m-%d %H:%M:%S"), iso("%Y-%m-%dT%H:%M:%SZ"), iso(" %Y-%m-%d %H:%M:%S.000+00:00"),
    lambda values: pd.Series([moment(value) for value in values], dtype="datetime64[us]").dt.to_period("s"),
    lambda values: pd.Series([shifted(value).isoformat() for value in values], dtype="category"),
]  # fmt: skip
ARROW_TIMES = [
    *[arrow(f"timestamp('{unit}')", moment) for unit in ("s", "ms", "us", "ns")],
    arrow("timestamp('us', 'Europe/Rome')", shifted), arrow("int64()"), arrow("string()", lambda v: f"{moment(v)}"),
]  # fmt: skip


def log(**columns: Any) -> Dataset:
    table = {"user": IDS, "item": ITEMS, "rating": RATINGS, "timestamp": SECONDS} | columns
    return Dataset.from_frames(pd.DataFrame(table))


def needs_arrow(forms: list[Convert]) -> list[Any]:
    return [pytest.param(form, marks=pytest.mark.skipif(pa is None, reason="needs pyarrow")) for form in forms]


def name(form: Any) -> str:
    return getattr(form, "__name__", str(form))


@pytest.mark.parametrize("form", [*INTEGERS, *needs_arrow(ARROW_INTEGERS)], ids=name)
def test_whole_numbers_in_every_form_are_the_same_ids(form):
    assert log(user=form(IDS), item=form(ITEMS)).sha256 == log().sha256


@pytest.mark.parametrize("form", [*NUMBERS, *needs_arrow(ARROW_NUMBERS)], ids=name)
def test_numbers_in_every_form_are_the_same_ratings(form):
    assert log(rating=form(RATINGS)).sha256 == log().sha256


@pytest.mark.parametrize("form", [*TIMES, *needs_arrow(ARROW_TIMES)], ids=name)
def test_times_in_every_form_are_the_same_numbers(form):
    assert log(timestamp=form(SECONDS)).sha256 == log().sha256


TEXTS: list[Convert] = [
    *map(as_dtype, ["category", "string", "string[python]", str, object]), as_objects(np.str_), as_objects(str),
]  # fmt: skip


@pytest.mark.parametrize(
    "form", [*TEXTS, *needs_arrow([*map(arrow, ["string()", "large_string()"]),
                                   arrow("dictionary(pa.int32(), pa.string())")])], ids=name
)  # fmt: skip
def test_text_in_every_form_is_the_same_ids(form):
    ids = ["007", "7", " x", "", "é", "0120735"]
    dataset = log(user=form(ids))
    assert dataset.user_ids.tolist() == ["", " x", "007", "0120735", "7", "é"]
    assert set(map(type, dataset.user_ids)) == {str}
    assert dataset.sha256 == log(user=ids).sha256


@settings(deadline=None, max_examples=60)
@given(st.data(), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20)), min_size=1,
                           unique_by=lambda row: row[:2]))  # fmt: skip
def test_any_log_is_the_same_in_any_forms(data, rows):
    users, items, halves = map(list, zip(*rows, strict=True))
    ratings, times = [half / 2 for half in halves], [SECONDS[0] + half for half in halves]
    arrow_too = pa is not None
    draw = lambda forms, arrow_forms: data.draw(st.sampled_from([*forms, *(arrow_forms if arrow_too else [])]))  # noqa: E731
    columns = {
        "user": draw(INTEGERS, ARROW_INTEGERS)(users),
        "item": draw(INTEGERS, ARROW_INTEGERS)(items),
        "rating": draw(NUMBERS, ARROW_NUMBERS)(ratings),
        "timestamp": draw(TIMES, ARROW_TIMES)(times),
    }
    facts = {"item": draw([*INTEGERS, as_objects(str)], ARROW_INTEGERS)(sorted(set(items))), "title": "A"}
    expected = Dataset.from_frames(
        pd.DataFrame({"user": users, "item": items, "rating": ratings, "timestamp": times}),
        pd.DataFrame({"item": sorted(set(items)), "title": "A"}),
    )
    assert Dataset.from_frames(pd.DataFrame(columns), pd.DataFrame(facts)).sha256 == expected.sha256


# --- ids of two tables


def titled(ids: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({"item": pd.Series(ids, dtype=object), "title": [f"title of {id_}" for id_ in ids]})


def test_numbers_and_their_decimal_text_are_the_same_items():
    dataset = Dataset.from_frames(pd.DataFrame({"user": [1], "item": [7], "rating": [1]}), titled(["7", "10"]))
    assert dataset.item_ids.tolist() == [7, 10]
    assert dataset.titles.tolist() == ["title of 7", "title of 10"]


def test_text_ids_of_ratings_stay_text_beside_a_table_of_numbers():
    dataset = Dataset.from_frames(pd.DataFrame({"user": [1], "item": ["7"], "rating": [1]}), titled([7, 10]))
    assert dataset.item_ids.tolist() == ["10", "7"]
    assert dataset.titles.tolist() == ["title of 10", "title of 7"]


def test_padded_ids_of_a_table_are_items_of_their_own():
    dataset = Dataset.from_frames(pd.DataFrame({"user": [1], "item": [7], "rating": [1]}), titled(["007", "7"]))
    assert dataset.item_ids.tolist() == ["007", "7"]
    assert dataset.item.tolist() == [1]


def test_numbers_and_text_in_one_column_are_text():
    dataset = Dataset.from_frames(pd.DataFrame({"user": [1, 2.0, "x", np.int8(4)], "item": 1, "rating": 1}))
    assert dataset.user_ids.tolist() == ["1", "2", "4", "x"]


@pytest.mark.parametrize(
    ("ids", "problem"),
    [
        (pd.Series([1.0, 1.5]), "user id 1.5 in row 1 is not a whole number"),
        (pd.Series([1.0, np.inf]), "user id inf in row 1 is a float so large"),
        (pd.Series([1.0, 2.0**53 + 2]), "user id 9007199254740994.0 in row 1 is a float so large"),
        (pd.Series([1, 2**24 + 2], dtype="float32"), "user id 16777218.0 in row 1 is a float so large"),
        (pd.Series([1, 4096], dtype="float16"), "user id 4096.0 in row 1 is a float so large"),
        (pd.Series([1, np.float32(2**24 + 2)], dtype=object), "user id 16777218.0 is a float so large"),
        (pd.Series([1, 2**63], dtype="longdouble"), "user id 9.223372036854776e+18 in row 1 is a float so large"),
        (pd.Series([1, Decimal("1.5")], dtype=object), "user id 1.5 is not a whole number"),
        (pd.Series([1, Decimal("Infinity")], dtype=object), "user id Infinity is not a whole number"),
        (pd.Series([1, 2**63], dtype=object), "user id 9223372036854775808 is not a whole number of 64 bits"),
        (pd.Series([True, False]), "user id True is of type bool"),
        (pd.Series([1, True], dtype=object), "user id True is of type bool"),
        (pd.Series([b"a", b"b"]), "user id b'a' is of type bytes"),
        (pd.Series([["a"], ["b"]]), "user id ['a'] is of type list"),
        (pd.Series([1j, 2j]), "user id 1j is of type complex128"),
        (pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"])), "user id 2020-01-01 00:00:00 is of type"),
        (pd.Series(pd.to_timedelta([1, 2])), "user id 0 days 00:00:00.000000001 is of type timedelta64"),
        (pd.Series([dt.date(2020, 1, 1), 1], dtype=object), "user id datetime.date(2020, 1, 1) is of type date"),
        (pd.Series(["a\ud800", "b"], dtype=object), "user id 'a\\ud800' holds half of a surrogate pair"),
        *((pd.Series([1, cell], dtype=object), "row 1 has no user id") for cell in (None, pd.NA, np.nan, pd.NaT)),
        (pd.Series([1, None], dtype="Int64"), "row 1 has no user id"),
        (pd.Categorical(["a", None]), "row 1 has no user id"),
    ],
)
def test_what_cannot_be_an_id_is_named(ids, problem):
    with pytest.raises(DataError) as caught:
        Dataset.from_frames(pd.DataFrame({"user": ids, "item": [1, 2], "rating": 1}))
    assert str(caught.value).startswith(problem)
