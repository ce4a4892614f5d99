"""On paper: what can be read, without what can only be pressed, on few pages and within their width."""

import re

import pytest

from tests.browser.conftest import settled, until
from tests.browser.rate.page import rate_card

PAPER_WIDTH = 718
"""Of A4 with the usual margins, in px."""
WIDE = """() => [...document.querySelectorAll("[data-chart]")].filter((chart) => {
  const box = chart.closest("figure").getBoundingClientRect();
  const { left, right } = chart.getBoundingClientRect();
  return left < box.left - 1 || right > box.right + 1 || [...chart.children].some(
    (child) => child.getBoundingClientRect().right > box.right + 1);
}).map((chart) => chart.dataset.chart)"""
ADJUST = "(element, pseudo) => getComputedStyle(element, pseudo).printColorAdjust"


def n_pages(page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4")))


@pytest.fixture
def with_a_rating(visit, disk):
    """Opens a page of a visitor who has rated an item."""
    page = visit(disk + "index.html")
    rate_card(page, 0, 5)

    def opened(address):
        page.goto(disk + address)
        return settled(page)

    return opened


@pytest.mark.parametrize(
    "address", ["index.html", "rate.html", "users/1.html", "items/5331.html", "map.html#item=5331"]
)
def test_no_button_is_printed_and_two_pages_are_enough(with_a_rating, address):
    page = with_a_rating(address)
    if address == "rate.html":
        page.locator("[data-items] > li").first.wait_for()
    elif address != "index.html":
        until(page, "() => document.querySelector('.rate-it')")
    page.emulate_media(media="print")
    assert page.locator("button, select, .rate-it, [data-watchlist]").locator("visible=true").count() == 0
    assert n_pages(page) <= 2


@pytest.mark.parametrize("address", ["compare.html", "training.html"])
def test_a_chart_is_printed_within_its_frame(visit, disk, address):
    page = settled(visit(disk + address))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER_WIDTH, "height": 1000})
    assert page.evaluate(WIDE) == []


@pytest.mark.parametrize(
    ("address", "selector", "pseudo"),
    [
        ("map.html", ".swatch", None),
        ("compare.html", ".dot", None),
        ("users/1.html", ".desk h2", "::before"),
        ("items/5331.html", ".columns h3", "::before"),
    ],
)
def test_the_colours_of_legends_are_printed(visit, disk, address, selector, pseudo):
    page = visit(disk + address)
    page.locator(selector).first.wait_for()  # on the map once it has been drawn
    page.emulate_media(media="print")
    assert {element.evaluate(ADJUST, pseudo) for element in page.locator(selector).all()} == {"exact"}
