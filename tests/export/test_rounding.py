"""Tables rounded to a few bits a number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recsys.errors import OutputError
from recsys.export.rounding import Rounded
from tests.training.literal_tower import decode_table


def test_with_two_bits_there_are_four_levels_between_the_extremes():
    rounded = Rounded.of(np.array([[-4.0, -1.9, 0.1, 2.5, 4.0]]), (5,), 2)
    assert rounded.codes.tolist() == [[0, 1, 2, 3, 3]]
    assert rounded.values().tolist() == [[-3.0, -1.0, 1.0, 3.0, 3.0]]


def test_each_part_of_each_row_has_a_scale_of_its_own():
    rounded = Rounded.of(np.array([[1.0, 8.0, -16.0], [0.0, 0.0, 2.0]]), (1, 2), 8)
    assert rounded.scales.tolist() == [[1.0, 16.0], [0.0, 2.0]]
    np.testing.assert_allclose(rounded.values(), [[1.0, 8.0, -16.0], [0.0, 0.0, 2.0]], atol=16 / 2**8)
    assert rounded.values()[1, 0] == 0


tables = arrays(np.float32, st.tuples(st.integers(0, 5), st.just(7)), elements=st.floats(-1000, 1000, width=32))


@given(tables, st.integers(1, 8))
def test_no_number_moves_by_more_than_half_a_step(table, bits):
    scales = np.abs(table).max(axis=1, keepdims=True, initial=0)
    error = np.abs(Rounded.of(table, (7,), bits).values() - table)
    assert (error <= scales / 2**bits + scales / 2**10 + 1e-7).all()  # scales themselves are rounded to float16


@given(tables, st.integers(1, 8), st.sampled_from([0.25, 2.0, 8.0]))
def test_a_multiple_of_a_table_has_the_same_codes(table, bits, factor):
    table = np.round(table)  # so that no scale is too small for float16 to have all its digits
    assert np.array_equal(Rounded.of(table * factor, (7,), bits).codes, Rounded.of(table, (7,), bits).codes)


@given(tables, st.integers(1, 8), st.sampled_from([(7,), (3, 4), (1, 5, 1)]))
def test_what_is_encoded_is_read_as_the_same_numbers(table, bits, columns):
    rounded = Rounded.of(table, columns, bits)
    np.testing.assert_allclose(
        decode_table(rounded.encoded("x.js"), *table.shape), rounded.values(), rtol=1e-6, atol=1e-30
    )


def test_a_table_too_large_for_its_scales_is_refused():
    with pytest.raises(OutputError, match=r"x\.js: inf does not fit in float16"):
        Rounded.of(np.array([[1e6]]), (1,), 4).encoded("x.js")
