"""The page of a user: tables side by side, bars, and the numbers behind them on request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import axe_violations, document_widths

SHOWN_NUMBERS = """() => {
  const numbers = ".desk :is(.items td[style], .items small, .genres td, [class*='m-'] > .note)";
  const isShown = (element) => element.checkVisibility() && parseFloat(getComputedStyle(element).fontSize) > 0;
  return [...document.querySelectorAll(numbers)].filter(isShown).length;
}"""
LONGEST_BARS = """() => {
  const width = (cell) => parseFloat(getComputedStyle(cell, "::before").width);
  const tables = [...document.querySelectorAll(".desk > [class*='m-'] > .items")];
  return tables.map((table) => Math.max(...[...table.querySelectorAll("td[style]")].map(width)));
}"""
TOPS = """() => [...document.querySelectorAll(".desk > section:not(.more)")]
  .map((part) => part.getBoundingClientRect().top)"""


def box(page: Any) -> Any:
    return page.get_by_role("checkbox", name="Show the numbers")


@pytest.mark.parametrize("javascript", [True, False])
def test_numbers_are_shown_on_request(visit, disk, javascript):
    page = visit(disk + "users/1.html", java_script_enabled=javascript)
    assert page.evaluate(SHOWN_NUMBERS) == 0
    assert min(page.evaluate(LONGEST_BARS)) > 20
    box(page).check()
    assert page.evaluate(SHOWN_NUMBERS) > 40
    assert page.get_by_text("Match: how well user and film fit").first.is_visible()
    box(page).uncheck()
    assert page.evaluate(SHOWN_NUMBERS) == 0
    assert page.get_by_text("Match: how well user and film fit").first.is_hidden()


def test_the_box_can_be_ticked_with_the_keyboard(visit, disk):
    page = visit(disk + "users/1.html")
    box(page).focus()
    page.keyboard.press("Space")
    assert page.evaluate(SHOWN_NUMBERS) > 40


@pytest.mark.parametrize(("width", "n_rows"), [(360, 3), (690, 3), (700, 1), (768, 1), (1060, 1), (1280, 1)])
def test_three_tables_are_side_by_side_from_700_pixels_on(visit, disk, width, n_rows):
    page = visit(disk + "users/1.html", width)
    tops = page.evaluate(TOPS)
    assert len(tops) == 3
    assert len(set(tops)) == n_rows
    assert document_widths(page) == (width, width)


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (768, "dark"), (1280, "light")])
def test_with_numbers_the_page_is_accessible_and_as_wide_as_the_window(visit, disk, width, theme):
    page = visit(disk + "users/1.html", width, theme)
    box(page).check()
    assert axe_violations(page) == []
    assert document_widths(page) == (width, width)


@pytest.mark.parametrize("sign", ["b", "u"])
def test_all_signs_of_an_item_are_on_one_line(visit, disk, sign):
    page = visit(disk + "users/1.html", 768)
    apart = page.evaluate("""(sign) => {
      const top = (element) => element.getBoundingClientRect().top;
      document.querySelectorAll(".desk .items td:nth-child(2)").forEach((cell) => (cell.style.width = "2rem"));
      const later = [...document.querySelectorAll(`.desk td :is(i, b) + ${sign}`)];
      return later.map((element) => Math.abs(top(element) - top(element.previousElementSibling)));
    }""", sign)
    assert apart and max(apart) < 8


@pytest.mark.parametrize("width", [768, 1280])
def test_the_facts_about_the_user_are_next_to_each_other_below_the_lists(visit, disk, width):
    page = visit(disk + "users/1.html", width)
    lists, facts = (
        [part.bounding_box() for part in page.locator(f".desk > section{kind}").all()]
        for kind in (":not(.more)", ".more")
    )
    assert len(facts) == 2
    assert facts[0]["y"] == facts[1]["y"] >= max(box["y"] + box["height"] for box in lists)
    assert facts[0]["x"] + facts[0]["width"] < facts[1]["x"]
