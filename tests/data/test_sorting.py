from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data import sorting
from recsys.data.sorting import order_by, position_in_group

# Small numbers for ties; large ones so that two keys do not fit 64 bits together.
KEYS = st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63), 2**63 - 1])


def test_positions_in_a_group_count_from_0():
    assert position_in_group(np.array([3, 0, 1, 2])).tolist() == [0, 1, 2, 0, 0, 1]
    assert position_in_group(np.array([], int)).tolist() == []


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[KEYS] * n), max_size=12)))
def test_the_order_is_that_of_tuples_and_ties_stay_in_place(rows):
    keys = [np.array(key, np.int64) for key in zip(*rows, strict=True)] or [np.array([], np.int64)]
    assert order_by(*keys).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-9, 9)), max_size=30), st.booleans())
def test_the_order_is_the_same_where_a_sorted_first_key_lets_it_be_found_in_chunks(rows, is_sorted):
    if is_sorted:
        rows.sort(key=lambda row: row[0])
    keys = [np.array(key, int) for key in zip(*rows, strict=True)] or [np.array([], int)]
    with patch.object(sorting, "CHUNK", 4):
        assert order_by(*keys).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


def test_keys_may_be_narrow_and_are_not_changed():
    first, second = np.array([1, 1, 0], np.int32), np.array([120, -128, 127], np.int8)
    assert order_by(first, second).tolist() == [2, 1, 0]
    assert (first.tolist(), second.tolist()) == ([1, 1, 0], [120, -128, 127])
