from __future__ import annotations

import numpy as np
import pytest

from recsys.data.ids import comparable_ids, is_canonical, written_ids


def test_ids_of_every_kind_have_a_written_form():
    assert written_ids(np.array([7, -3, 2**53 + 1])).tolist() == ["7", "-3", "9007199254740993"]
    assert written_ids(np.array(["007", " x"], object)).tolist() == ["007", " x"]
    assert written_ids(np.array([], np.int64)).tolist() == []


def test_ids_of_one_kind_are_compared_as_they_are_and_those_of_two_as_text():
    numbers, texts = np.array([1, 2]), np.array(["1", "01"], object)
    assert all(ids.dtype == np.int64 for ids in comparable_ids(numbers, numbers.astype(np.int32).astype(np.int64)))
    first, second = comparable_ids(numbers, texts)
    assert (first.tolist(), second.tolist()) == (["1", "2"], ["1", "01"])


@pytest.mark.parametrize("text", ["0", "7", "-7", "9223372036854775807", "-9223372036854775808"])
def test_the_decimal_form_of_a_number_of_64_bits_is_canonical(text):
    assert is_canonical(text)


@pytest.mark.parametrize("text", ["", "007", "+7", "-0", "7.0", " 7", "٧", "1e3", "9223372036854775808", "1" * 5000])
def test_any_other_text_is_not_canonical(text):
    assert not is_canonical(text)
