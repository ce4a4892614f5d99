"""What can be seen of a whole site without a browser."""

import html5lib
import pytest

from tests.browser.conftest import KINDS
from tests.site.markup import broken, pages

LARGEST = 30_000
"""Bytes of a user or film page."""


@pytest.fixture(scope="module")
def found(site):
    return pages(site)


def test_every_link_and_every_load_of_every_page_resolves(site, found):
    assert len(found) > 1000
    assert broken(site, found) == []


def test_no_kind_of_page_is_left_out_of_the_browser_tests(found):
    kinds = {address.split("/")[0] for address in found}
    assert kinds == {address.split("/")[0] for address in KINDS.values()}
    assert set(KINDS.values()) <= set(found)


def test_user_and_film_pages_are_small(site):
    sizes = {path: path.stat().st_size for folder in ("users", "films") for path in (site / folder).glob("*.html")}
    assert {path.name: size for path, size in sizes.items() if size > LARGEST} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_written_as_html_is_written(found, kind):
    """End tags and quotes may be left out where HTML says so, and nowhere else."""
    parser = html5lib.HTMLParser()
    parser.parse(found[KINDS[kind]].text)
    assert [(place, code, facts) for place, code, facts in parser.errors] == []
