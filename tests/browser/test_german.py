"""What scripts write on a site in German: its numbers, its texts, and a search that ignores its articles."""

import msgspec
import pytest

from tests.browser.conftest import settled, until
from tests.site.tiny import render, tiny

TITLES = ["Das Boot", "Der Himmel über Berlin", "The Matrix", "Die Blechtrommel", "Eine Bootsfahrt"]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """The address of a site in German with German and English titles, as it is opened from disk."""
    full = tiny()
    items = [
        msgspec.structs.replace(item, title=title) for item, title in zip(full.items.items, TITLES, strict=True)
    ]
    presentation = msgspec.structs.replace(full.build.presentation, language="de")
    changes = {
        "build": msgspec.structs.replace(full.build, presentation=presentation),
        "items": msgspec.structs.replace(full.items, items=items),
    }
    site = render(msgspec.structs.replace(full, **changes), tmp_path_factory.mktemp("german") / "site")
    return f"{site.as_uri()}/"


@pytest.mark.parametrize(("typed", "title"), [
    ("boot", "Das Boot"), ("das boot", "Das Boot"), ("Matrix", "The Matrix"),
    ("blechtrommel, die", "Die Blechtrommel"),
])  # fmt: skip
def test_the_search_ignores_german_and_english_articles(disk, visit, typed, title):
    page = visit(disk + "about.html")
    page.get_by_role("combobox", name="Nutzer und Filme suchen").fill(typed)
    until(page, "() => document.querySelector('#search-list [role=option]')")
    assert page.locator("#search-list [role=option] bdi").first.inner_text() == title


def test_a_filter_without_the_article_keeps_the_title(disk, visit):
    page = visit(disk + "items.html")
    page.get_by_role("searchbox", name="Filter").fill("die bootsfahrt")
    until(page, "() => document.querySelector('[data-count]').textContent === '1 von 5'")


def test_scripts_write_numbers_with_a_decimal_comma(disk, visit):
    page = settled(visit(disk + "map.html"))
    until(page, "() => document.querySelector('[data-count]').textContent === '5 Filme'")
    page = visit(disk + "compare.html")
    page.locator("[data-chart]").first.scroll_into_view_if_needed()
    until(page, "() => document.querySelector('[data-chart][data-drawn]')")
    written = page.evaluate("""() => {
      const { DEFAULT_FORMATTERS } = Bokeh.require("core/util/templating");
      const axis = Bokeh.documents[0].roots()[0].below[0];
      return [DEFAULT_FORMATTERS.numeral(0.25, "0.000"), ...axis.formatter.doFormat([0, 0.5, 1], {})];
    }""")
    assert written == ["0,250", "0,0", "0,5", "1,0"]
