"""Tables of any shape, with anything in their cells: they are read, or refused in a sentence."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.errors import DataError
from tests.data.test_forms import moment, shifted

ROWS = [{"user": 1, "item": 7, "rating": 2.5}, {"user": 2, "item": 7, "rating": 3.0}]


class Foreign:
    """A table of another library."""

    def to_pandas(self) -> pd.DataFrame:
        return pd.DataFrame(ROWS)


SHAPES = {
    "list of dicts": ROWS,
    "dict of lists": {name: [row[name] for row in ROWS] for name in ROWS[0]},
    "record array": pd.DataFrame(ROWS).to_records(index=False),
    "structured array": np.array([(1, 7, 2.5), (2, 7, 3.0)], [("user", "i4"), ("item", "u2"), ("rating", "f4")]),
    "foreign table": Foreign(),
    "frame with another index": pd.DataFrame(ROWS, index=["x", "x"]),
    "frame indexed by users": pd.DataFrame(ROWS).set_index("user"),
    "frame indexed by users and items": pd.DataFrame(ROWS).groupby(["user", "item"]).mean(),
    "array in another byte order": np.array([(1, 7, 2.5), (2, 7, 3.0)],
                                            [("user", ">i4"), ("item", ">u2"), ("rating", ">f4")]),
    "frame with repeated columns that nothing needs": pd.DataFrame([[1, 7, 2.5, 0, 0], [2, 7, 3.0, 0, 0]],
                                                                   columns=["user", "item", "rating", "x", "x"]),
    "frame with numbered columns too": pd.DataFrame(ROWS).assign(**{"0": 1}).rename(columns={"0": 0}),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_tables_of_every_shape_are_the_same_log(shape):
    assert Dataset.from_frames(SHAPES[shape]).sha256 == Dataset.from_frames(pd.DataFrame(ROWS)).sha256


def test_tables_of_other_libraries_are_read():
    pl, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    for table in (pl.DataFrame(ROWS), pyarrow.Table.from_pylist(ROWS)):
        assert Dataset.from_frames(table).sha256 == Dataset.from_frames(pd.DataFrame(ROWS)).sha256


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "ratings is of type NoneType; expected a pandas frame"),
        ("ratings.csv", "ratings is of type str; expected a pandas frame; read a file by recsys.load_dataset"),
        (pd.Series([1, 2]), "ratings is of type Series; expected a pandas frame"),
        (7, "ratings of type int cannot be converted to a pandas frame"),
        ({"user": 1, "item": 2, "rating": 3}, "ratings of type dict cannot be converted to a pandas frame"),
        ([[1, 2, 3]], "ratings has no column 'user'; expected user, item, found 0, 1, 2"),
        ([], "ratings has no column 'user'; expected user, item, found none"),
        (pd.concat([pd.DataFrame(ROWS), pd.DataFrame(ROWS)[["rating"]]], axis=1), "ratings has 2 columns called"),
        (pd.concat({"a": pd.DataFrame(ROWS)}, axis=1), "ratings has 2 levels of columns, such as ('a', 'user')"),
        (pd.DataFrame(ROWS).set_index("user").rename_axis("id"), "ratings has no column 'user'"),
        (pd.DataFrame(columns=["user", "item", "rating"]), "ratings has no ratings; expected at least one"),
    ],
)
def test_what_is_no_table_of_ratings_is_refused_in_a_sentence(data, problem):
    with pytest.raises(DataError) as caught:
        Dataset.from_frames(data)
    assert str(caught.value).startswith(problem)


def test_facts_with_repeated_columns_are_refused():
    items = pd.DataFrame([[7, "A", "B"]], columns=["item", "title", "title"])
    with pytest.raises(DataError, match="items has 2 columns called 'title'"):
        Dataset.from_frames(ROWS, items)
    users = pd.DataFrame([[1, 20, 30]], columns=["user", "age", "age"])
    with pytest.raises(DataError, match="users has 2 columns called 'age'"):
        Dataset.from_frames(ROWS, users=users)


CELLS = [None, np.nan, pd.NA, pd.NaT, np.inf, "", "  ", "x", "1", 1, 1.5, True, b"x", ["a"], ("a",), {"a"}, {"a": 1},
         np.array(["a"]), Decimal("1.5"), Decimal("NaN"), 1j, dt.date(2000, 1, 1), shifted(0), moment(0), object(),
         pd.Timestamp("2000"), pd.Timedelta(1), pd.Period("2000"), pd.Interval(0, 1), "\ud800", 2**70, -1, [[1]],
         np.datetime64("NaT"), np.str_("x"), float, ["a", None], [], "['a']", "[", "2000-13-45", "now",
         dt.time(1)]  # fmt: skip
COLUMNS = [("ratings", column) for column in ("user", "item", "rating", "timestamp")] + [
    *(("items", column) for column in ("item", "title", "year", "genres")), ("users", "user"), ("users", "anything"),
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(COLUMNS), st.lists(st.sampled_from(range(len(CELLS))), min_size=1, max_size=3), st.booleans())
def test_whatever_a_cell_holds_it_is_read_or_refused_in_a_sentence(where, cells, is_category):
    tables = {
        "ratings": pd.DataFrame({"user": [1, 2, 3], "item": [7, 8, 9], "rating": [1.0, 2, 3], "timestamp": 5}),
        "items": pd.DataFrame({"item": [7, 8, 9], "title": ["A", "B", "C"], "year": 1990, "genres": "X|Y"}),
        "users": pd.DataFrame({"user": [1, 2, 3], "anything": "x"}),
    }
    table, column = where
    values = [CELLS[cell] for cell in (cells * 3)[:3]]
    series = pd.Series([*values], dtype=object)
    if is_category:
        try:
            series = series.astype("category")
        except (TypeError, ValueError, Warning):  # pandas makes no categories of these, or soon will not
            return
    tables[table][column] = series
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            dataset = Dataset.from_frames(tables["ratings"], tables["items"], tables["users"])
    except DataError as error:
        assert "\n" not in str(error) and len(str(error)) > 20
    else:
        assert np.isfinite(dataset.rating).all() and np.isfinite(dataset.user_features).all()
        "".join([*map(str, dataset.item_ids), *dataset.titles, *dataset.genre_names]).encode()
