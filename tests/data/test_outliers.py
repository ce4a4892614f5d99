from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recsys.data.outliers import standardised, usual_range

YEARS = np.r_[1922, 1926, np.arange(1931, 1999), np.repeat(np.arange(1985, 1999), 20)].astype(float)


@pytest.mark.parametrize(("values", "ends"), [
    ([3], (3, 3)),
    ([1, 5], (1, 5)),
    ([1, 2, 3, 1000], (1, 1000)),  # of so few, none is called an outlier
    ([1] * 300 + [2, 3, 4] + [5] * 300, (1, 5)),
    ([5] * 300 + [4] * 300 + [3, 2, 1], (1, 5)),  # rare, but one after another
    ([1] * 100 + [5] * 100 + [1e6], (1, 5)),
    ([1] * 100 + [5] * 100 + [9, 18], (1, 9)),  # 9 is as far from 5 as 5 from 1; 18 is farther from 9 than 9 from 1
    ([7] * 100 + [8], (7, 7)),
    ([0, 0] + [18, 20, 30, 40, 50, 60, 70] * 50, (0, 70)),
])  # fmt: skip
def test_the_range_ends_where_a_gap_is_wider_than_what_lies_before_it(values, ends):
    assert usual_range(np.array(values, float)) == ends


def test_old_films_are_no_outliers_and_a_book_of_antiquity_among_films_is():
    assert usual_range(YEARS) == (1922, 1998)
    assert usual_range(np.append(YEARS, -1750)) == (1922, 1998)


def test_a_year_far_off_leaves_the_others_as_spread_as_they_were():
    alone, with_mad = standardised(YEARS), standardised(np.append(YEARS, -1750))
    np.testing.assert_allclose(with_mad[:-1], alone)
    assert with_mad[-1] == with_mad[:-1].min()  # as the oldest film


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=60))
@example([1.1754943508222875e-38, 1.1754943859915975e-38])
@example([1.0, 1.0 + 2**-52])
def test_standardised_values_have_mean_0_and_deviation_1_in_the_same_order(values):
    values = np.sort(np.array(values))
    scaled = standardised(values)
    assert (np.diff(scaled) >= 0).all()
    low, high = usual_range(values)
    usual = scaled[(values >= low) & (values <= high)]
    assert abs(usual.mean()) < 1e-9
    assert usual.std() == pytest.approx(1) or not usual.any()


def test_equal_values_are_zero():
    assert standardised(np.full(7, 0.1)).tolist() == [0] * 7
