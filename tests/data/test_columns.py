"""Titles and years of every form."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.errors import DataError

YEARS = [1995, -40, 2001]
ROWS = [{"user": 1, "item": 7, "rating": 2.5}, {"user": 2, "item": 7, "rating": 3.0}]

@pytest.mark.parametrize(
    ("title", "expected"),
    [(1984, "1984"), (7.0, "7"), (7.5, "7.5"), (True, "True"), (Decimal("1.0"), "1"), (Decimal("1.50"), "1.50")],
)
def test_a_number_is_a_title_as_it_is_written(title, expected):
    items = pd.DataFrame({"item": [7], "title": pd.Series([title], dtype=object)})
    assert Dataset.from_frames(ROWS, items).titles.tolist() == [expected]


def test_titles_in_a_column_of_floats_have_no_point():
    items = pd.DataFrame({"item": [7, 8], "title": [300.0, None]})
    assert Dataset.from_frames(ROWS, items).titles.tolist() == ["300", "8"]


@pytest.mark.parametrize("title", [["A"], b"A", {"a": 1}, dt.date(2000, 1, 1)])
def test_a_title_that_is_neither_text_nor_a_number_is_named(title):
    items = pd.DataFrame({"item": [7], "title": pd.Series([title], dtype=object)})
    with pytest.raises(DataError, match=r"title .* in row 0 is not text"):
        Dataset.from_frames(ROWS, items)


@pytest.mark.parametrize("years", [
    YEARS, ["1995", "-40", "2001"], [1995.0, -40.0, 2001.0], [np.int16(1995), Decimal(-40), " 2001 "],
    pd.array(YEARS, "Int16"), pd.Categorical(YEARS),
])  # fmt: skip
def test_years_in_every_form_are_the_same(years):
    items = pd.DataFrame({"item": [1, 2, 3], "title": "A", "year": years})
    assert Dataset.from_frames(ROWS, items).years[:3].tolist() == YEARS


@pytest.mark.parametrize("years", [
    pd.to_datetime(["1995-05-01", None]), ["1995-05-01", None], [dt.date(1995, 5, 1), None], ["1995-05", ""],
])  # fmt: skip
def test_the_year_of_a_date_is_its_year(years):
    items = pd.DataFrame({"item": [1, 2], "title": "A", "year": years})
    np.testing.assert_array_equal(Dataset.from_frames(ROWS, items).years[:2], [1995, np.nan])
