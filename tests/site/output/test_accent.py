from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.site.output.accent import DARK_GROUNDS, LIGHT_GROUNDS, accent_css, contrast, make_accent
from tests.site.tiny import TEMPLATES

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(COLOURS)
def test_text_in_any_colour_can_be_read_on_every_ground(colour):
    accent = make_accent(colour)
    pairs = [(accent.light, ground) for ground in (*LIGHT_GROUNDS, accent.light_soft)]
    pairs += [(accent.dark, ground) for ground in (*DARK_GROUNDS, accent.dark_soft)]
    pairs += [(accent.board_accent, accent.board), ("#d9c3bd", accent.board), (DARK_GROUNDS[0], accent.board_accent)]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize(("colour", "light", "dark"), [
    ("#98193a", "#98193a", "#c47c8f"),  # can be read in light mode as it is
    ("#ffee00", "#736b00", "#ffee00"),  # in dark mode
    ("#000000", "#000000", "#919191"),
    ("#FFFFFF", "#6b6b6b", "#ffffff"),
])  # fmt: skip
def test_a_colour_changes_only_where_it_has_to(colour, light, dark):
    accent = make_accent(colour)
    assert (accent.light, accent.dark) == (light, dark)
    assert f"--accent: light-dark({light}, {dark});" in accent_css(colour)


def test_the_grounds_are_those_of_the_style_sheet():
    css = (TEMPLATES / "assets" / "style" / "base.css").read_text("utf-8")
    tokens = dict(re.findall(r"--(bg|surface|sunken): (light-dark\(.*?\));", css))
    grounds = zip(("bg", "surface", "sunken"), LIGHT_GROUNDS, DARK_GROUNDS, strict=True)
    assert tokens == {name: f"light-dark({light}, {dark})" for name, light, dark in grounds}


def test_without_a_colour_the_style_sheet_has_its_own():
    assert accent_css(None) == ""
