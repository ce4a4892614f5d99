from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.errors import DataError
from tests.data.test_forms import moment, shifted


@pytest.mark.parametrize(
    ("times", "numbers"),
    [
        (["2005-04-02", "2005-04-03"], [1112400000, 1112486400]),
        ([dt.date(2005, 4, 2), dt.date(2005, 4, 3)], [1112400000, 1112486400]),
        ([dt.date(2005, 4, 2), dt.datetime(2005, 4, 2, 0, 0, 0, 500_000)], [1112400000000, 1112400000500]),
        (["2005-04-02 00:00:00.5", "2005-04-02"], [1112400000500, 1112400000000]),
        (["1500-01-01", "9999-12-31"], [-14831769600, 253402214400]),
        ([1112400000.5, 1112400000.0], [1112400000500, 1112400000000]),
        (["1112400000.25", "1112400000"], [1112400000250, 1112400000000]),
        ([2**53 + 1, "9007199254740992"], [2**53 + 1, 2**53]),
    ],
)
def test_times_are_whole_numbers_of_the_coarsest_unit(times, numbers):
    table = pd.DataFrame({"user": [1, 2], "item": 1, "rating": 1, "timestamp": pd.Series(times, dtype=object)})
    assert Dataset.from_frames(table).timestamp.tolist() == numbers


@pytest.mark.parametrize(
    ("times", "problem"),
    [
        (["2005-04-02", "2005-04-03T00:00Z"], "timestamp 2005-04-03T00:00Z in row 1 has a time zone, unlike 2005-"),
        ([shifted(0), moment(0)], "timestamp 1970-01-01 00:00:00 in row 1 has no time zone, unlike"),
        (["2005-04-02", "x"], "timestamp 'x' in row 1 is not a time"),
        (["2005-04-02", "2005-02-30"], "timestamp '2005-02-30' in row 1 is not a calendar date"),
        (["04/02/2005", "05/02/2005"], "date '04/02/2005' may have the day first or the month"),
        ([1, moment(0)], "timestamp 1970-01-01 00:00:00 in row 1 is not a time; expected"),
        ([True, False], "timestamp True"),
        ([None, moment(0)], "row 0 has no timestamp"),
        (["now", "today"], "timestamp 'now' in row 0 is not a time"),
        ([[1], [2]], "timestamp [1] in row 0 is not a time"),
    ],
)
def test_what_is_no_time_is_named(times, problem):
    table = pd.DataFrame({"user": [1, 2], "item": 1, "rating": 1, "timestamp": pd.Series(times, dtype=object)})
    with pytest.raises(DataError) as caught:
        Dataset.from_frames(table)
    assert str(caught.value).startswith(problem)
