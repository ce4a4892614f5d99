from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data import sorting as runs
from recsys.data.sorting import order_by, position_in_group


def test_each_run_is_counted_from_0():
    assert position_in_group(np.array([3, 0, 1, 2])).tolist() == [0, 1, 2, 0, 0, 1]
    assert position_in_group(np.array([], int)).tolist() == []


WHOLE = st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1), st.sampled_from([-(2**63), 2**63 - 1]))


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[WHOLE] * n), max_size=12)))
def test_the_order_is_that_of_tuples_and_equals_stay(rows):
    keys = [np.array(key, np.int64) for key in zip(*rows, strict=True)] or [np.array([], np.int64)]
    assert order_by(*keys).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-9, 9)), max_size=30), st.booleans())
def test_what_is_in_order_by_the_first_key_is_sorted_in_parts_to_the_same_end(rows, in_order):
    if in_order:
        rows.sort(key=lambda row: row[0])
    keys = [np.array(key, int) for key in zip(*rows, strict=True)] or [np.array([], int)]
    with patch.object(runs, "_PART", 4):
        assert order_by(*keys).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


def test_parts_end_where_the_first_key_changes():
    with patch.object(runs, "_PART", 3):
        assert runs._cuts(np.array([1, 1, 2, 2, 2, 2, 7, 8])) == [0, 2, 6, 8]
        assert runs._cuts(np.array([5, 1, 2, 2, 2, 2, 7, 8])) == [0, 8]


def test_keys_may_be_narrow_and_are_left_as_they_are():
    first, second = np.array([1, 1, 0], np.int32), np.array([120, -128, 127], np.int8)
    assert order_by(first, second).tolist() == [2, 1, 0]
    assert (first.tolist(), second.tolist()) == ([1, 1, 0], [120, -128, 127])


def test_keys_that_fit_together_are_sorted_at_once_and_others_are_not():
    users, times = np.array([2, 1, 1]), np.array([5, 7, 6])
    assert len(runs._packed([users, times, users])) == 1
    assert len(runs._packed([users, times * 2**60, users])) == 2
