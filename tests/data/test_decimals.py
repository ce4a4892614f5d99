from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.decimals import shortest_decimals


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6)))
def test_a_float32_becomes_the_number_that_its_text_says(values):
    array = np.array(values, np.float32)
    assert shortest_decimals(array).tolist() == [float(str(value)) for value in array]


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
def test_decimals_come_back_as_they_were_written(decimals):
    written = np.round(np.arange(-5000, 5000) / 10**decimals, decimals)
    np.testing.assert_array_equal(shortest_decimals(written.astype(np.float32)), written)
    assert shortest_decimals(np.float32([[6.3, 2.8]])).tolist() == [[6.3, 2.8]]
