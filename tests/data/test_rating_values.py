"""Ratings as people and programs write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recsys.data.rating_values import parse_ratings, unrated_value
from recsys.errors import DataError

NAN = np.nan


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["4,5", "3", "2,5"], [4.5, 3, 2.5]),
        (["1.234,5", "7"], [1234.5, 7]),
        (["1,234.5", "7"], [1234.5, 7]),
        (["1,234,567", "12"], [1234567, 12]),
        (["1.234.567", "12"], [1234567, 12]),
        (["1,234", "12", "9"], [1234, 12, 9]),
        (["12.5", "1,000"], [12.5, 1000]),
        (["0,125", "1,500"], [0.125, 1.5]),
        (["-3", "+4", "1e3"], [-3, 4, 1000]),
        (["4/5", "3 / 5"], [4, 3]),
        (["8/10", "4/5"], [8, 8]),
        (["4.5 out of 5", "3 von 5"], [4.5, 3]),
        (["80%", "7 %"], [80, 7]),
        (["★★★★½", "★★", "☆☆☆☆☆", "★★★☆☆"], [4.5, 2, 0, 3]),
        (["5 stars", "1 star"], [5, 1]),
        (["5 - great", "4 (good)"], [5, 4]),
        (["⭐ 4 stars", "⭐ 1 star", "Haven't seen", "Haven’t seen it"], [4, 1, NAN, NAN]),
        (["Loved it", "Disliked it", "It was OK", "not seen"], [1, 0.25, 0.5, NAN]),
        (["A", "f", "N/A"], [6, 1, NAN]),
        (["B+", "B", "B-", "E −"], [5.3, 5, 4.7, 1.7]),
        (["A", "G"], [1, 1]),  # no grades, but events
        (["True", "false"], [1, 0]),
        (["like", "Dislike"], [1, 0]),
        (["thumbs_up", "thumbs down"], [1, 0]),
        (["👍", "👎"], [1, 0]),
        (["ja", "nein"], [1, 0]),
        (["3", "", "n/a", " - ", None], [3, NAN, NAN, NAN, NAN]),
        (["view", "addtocart", "transaction", "remove"], [1, 1, 1, NAN]),
    ],
)
def test_texts_are_the_numbers_they_say(texts, numbers):
    parsed = parse_ratings(pd.Series(texts, dtype=object))
    np.testing.assert_array_equal(parsed.values, numbers)
    assert not parsed.is_bad.any()


@pytest.mark.parametrize("texts", [
    ["3", "good"], ["4/5", "x/5"], ["=cmd|' /C calc'!A0", "5"], ["<b>5</b>", "4"], ["x" * 10_000, "4"],
])  # fmt: skip
def test_what_is_no_rating_is_bad_where_others_are(texts):
    assert parse_ratings(pd.Series(texts, dtype=object)).is_bad.sum() == 1


@pytest.mark.parametrize("text", ["0:50:52", "1:30", "10-20 hours", "2024-05-01", "1/2/2024", "172:1"])
def test_the_first_number_of_a_duration_a_range_or_a_date_is_no_rating(text):
    assert parse_ratings(pd.Series([text, text.replace("1", "2")], dtype=object)).is_bad.all()


def test_more_words_than_events_have_are_no_ratings():
    assert parse_ratings(pd.Series([f"word {chr(97 + n)}" for n in range(20)], dtype=object)).is_bad.all()


def test_a_comma_that_may_separate_thousands_or_decimals_is_refused():
    with pytest.raises(DataError, match=r"rating '1,234' may be 1.234 or 1234"):
        parse_ratings(pd.Series(["1,234", "2,500"], dtype=object))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({0: 60, 3: 5, 4: 15, 5: 20}, 0),  # a list of books, most of them to read
        ({-1: 5, 6: 2, 7: 10, 8: 12, 10: 4}, -1),
        ({0: 2, 1: 3, 2: 5, 3: 10, 4: 20, 5: 30}, None),  # a scale from 0
        ({0: 50, 1: 50}, None),  # dislikes and likes
        ({-1: 50, 0: 5, 1: 45}, None),
        ({0: 50, 1: 30, 2: 20, 3: 10, 40: 1}, None),  # counts
        ({-10: 5, 0: 5, 5: 5, 10: 5}, None),
        ({1: 5, 2: 5, 3: 5, 4: 5}, None),
    ],
)
def test_a_frequent_number_below_the_scale_means_unrated(counts, expected):
    assert unrated_value(np.repeat(list(counts), list(counts.values())).astype(float)) == expected
