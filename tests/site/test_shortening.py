"""Text that is too long for where it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.site.shortening import shortened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("ten digits", "ten digits"),
        ("eleven char", "eleven…"),
        ("a" * 11, "a" * 9 + "…"),
        ("a " + "b" * 20, "a bbbbbbb…"),  # a word so long is cut: little would be left without it
        ("the book  of sand", "the book…"),
        ("電" * 11, "電" * 9 + "…"),
        ("12345678e\u0301x", "12345678…"),  # the accent stays with its letter
        ("1234567👩\u200d🚀 abc", "1234567…"),
    ],
)
def test_text_is_cut_between_words_or_else_between_characters(text, expected):
    assert shortened(text, 10) == expected


@given(st.text(max_size=40), st.integers(2, 30))
def test_what_is_left_fits_and_is_the_beginning(text, max_length):
    short = shortened(text, max_length)
    assert len(short) <= max_length
    if short != text:
        assert len(text) > max_length and short[-1] == "…" and text.startswith(short[:-1])
