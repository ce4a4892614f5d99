"""Long pages begin with a list of their sections, whose headings can be linked to."""

from __future__ import annotations

import re

import pytest

from tests.site.test_render import SITES
from tests.site.tiny import render_html, tiny

LONG_PAGES = ("compare", "training", "about")


@pytest.mark.parametrize("name", LONG_PAGES)
def test_the_contents_are_the_headings_of_the_page_in_their_order(tmp_path, name):
    text = (render_html(tiny(), tmp_path, name) / f"{name}.html").read_text("utf-8")
    contents = text.partition('<nav class="contents"')[2].partition("</nav>")[0]
    listed = re.findall(r'<a href="#([^"]+)">(.*?)</a>', contents)
    headings = re.findall(r'<h2 id="([^"]+)">(?:<span class="dot"></span>)?(.*?)</h2>', text)
    assert listed == headings != []
    assert len(headings) == text.count("<h2")


@pytest.mark.parametrize("name", LONG_PAGES)
def test_beside_every_heading_is_a_link_to_it_that_says_where_it_leads(tmp_path, name):
    text = (render_html(tiny(), tmp_path, name) / f"{name}.html").read_text("utf-8")
    headings = re.findall(r'<h2 id="([^"]+)">(?:<span class="dot"></span>)?(.*?)</h2>', text)
    anchors = re.findall(r'</h2><a class="anchor" href="#([^"]+)" aria-label="Link to “([^"]*)”">#</a>', text)
    assert anchors == headings


@pytest.mark.parametrize("site", SITES)
def test_whatever_was_built_the_pages_have_contents_or_are_short(tmp_path, site):
    folder = render_html(SITES[site], tmp_path, *LONG_PAGES)
    for name in LONG_PAGES:
        text = (folder / f"{name}.html").read_text("utf-8")
        assert ('<nav class="contents"' in text) or text.count("<h2") <= 2, name


def test_the_protocol_is_printed_once_and_linked_to_from_elsewhere(tmp_path):
    folder = render_html(tiny(), tmp_path / "both", "compare", "about")
    formula = "mean over recommended items of -log2((n_train + 1) / (n_users + 1))"
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    assert [name for name, text in pages.items() if formula in text] == ["compare.html"]
    assert 'href="compare.html#protocol"' in pages["about.html"] and 'id="protocol"' in pages["compare.html"]
    assert formula in (render_html(tiny(), tmp_path / "one", "about") / "about.html").read_text("utf-8")
