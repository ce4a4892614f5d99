"""A site with some of the pages alone: nothing links to, or names, a page that is not made."""

from __future__ import annotations

import pytest

from recsys.site.output.unlink import remove_links
from recsys.site.pages.registry import PAGES, pages_of
from recsys.site.pages.wanted import OPTIONAL_PAGES
from tests.site.markup import broken, script_value
from tests.site.markup import pages as read_pages
from tests.site.tiny import render_pages, tiny

ALWAYS = {"index.html", "404.html", "items/1.html"}


@pytest.mark.parametrize("pages", [
    (), ("rate",), ("users",), ("items", "map"), ("training", "compare", "data"), ("about", "rate", "map"),
    OPTIONAL_PAGES[:1] + OPTIONAL_PAGES[2:], OPTIONAL_PAGES[:3] + OPTIONAL_PAGES[4:],
], ids=",".join)  # fmt: skip
def test_a_site_has_the_pages_that_are_wanted_and_no_link_to_another(pages, tmp_path):
    site = render_pages(tiny(), tmp_path, *pages)
    made = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert made >= ALWAYS
    assert {f"{name}.html" in made for name in pages} <= {True}
    assert {f"{name}.html" in made for name in set(OPTIONAL_PAGES) - {*pages}} <= {False}
    assert (site / "users").is_dir() == ("users" in pages)
    assert broken(site, read_pages(site)) == []
    assert script_value(site / "assets" / "data-items.js")
    assert bool(script_value(site / "assets" / "data-users.js")) == ("users" in pages)


def test_unless_the_settings_say_otherwise_there_are_all_pages():
    assert pages_of(tiny()).keys() == PAGES.keys() - {"any_user", "user_shards"}


@pytest.mark.parametrize(("html", "left"), [
    ("<p>See <a href=map.html>the map</a>.", "<p>See the map."),
    ('<a class=x href="../map.html#you=1"><i>map</i></a>', "<i>map</i>"),
    ("<a href='users/1.html'><bdi>1</bdi></a>", "<bdi>1</bdi>"),
    ('<a class="button primary" href="map.html">Map</a> <a class=card href=users/1.html>x</a>', " "),
    ("<a href=map.html.html>x</a><a id=x>y</a><a href=users.html>z</a>", None),
    ("<a href=https://example.org/map.html>x</a><a href=#map.html>y</a>", None),
])  # fmt: skip
def test_links_to_absent_pages_become_text_and_controls_go(html, left):
    assert remove_links(html, {"map.html", "users/"}) == (html if left is None else left)
    assert remove_links(html, ()) == html
