"""Properties of a whole site that need no browser: links, sizes, HTML syntax."""

import html5lib
import pytest

from tests.browser.conftest import KINDS
from tests.site.markup import broken, pages

MAX_BYTES = 30_000
"""Of a user or item page."""


@pytest.fixture(scope="module")
def parsed_pages(site):
    return pages(site)


def test_every_link_and_every_resource_of_every_page_exists(site, parsed_pages):
    assert len(parsed_pages) > 1000
    assert broken(site, parsed_pages) == []


def test_the_browser_tests_have_every_kind_of_page(parsed_pages):
    kinds = {address.split("/")[0] for address in parsed_pages}
    assert kinds == {address.split("/")[0] for address in KINDS.values()}
    assert set(KINDS.values()) <= set(parsed_pages)


def test_user_and_item_pages_are_small(site):
    sizes = {path: path.stat().st_size for folder in ("users", "items") for path in (site / folder).glob("*.html")}
    assert {path.name: size for path, size in sizes.items() if size > MAX_BYTES} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_valid_html(parsed_pages, kind):
    """End tags and quotes may be left out where HTML allows it, and nowhere else."""
    parser = html5lib.HTMLParser()
    parser.parse(parsed_pages[KINDS[kind]].text)
    assert parser.errors == []
