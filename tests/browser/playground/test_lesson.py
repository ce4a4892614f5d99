"""The lesson on the real page: its steps, its place in the address, and what its buttons set up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Visit, axe_violations, document_widths, main_path, until
from tests.browser.rate.page import SET_HASH

CARD = "[data-lesson]"
ACT = f"{CARD} .primary"
LOSS = "() => document.getElementById('playground-loss').textContent"


def open_lesson(visit: Visit, hash_: str = "#lesson", **options: Any) -> Any:
    page = visit(f"playground.html{hash_}", **options)
    page.locator(f"{CARD} h2").wait_for()
    return page


def position(page: Any) -> str:
    return str(page.locator(".lesson-position").inner_text())


def fragment(page: Any) -> str:
    return str(page.evaluate("() => location.hash"))


@main_path
def test_the_lesson_opens_by_its_link_and_closing_it_returns(visit: Visit, origin: str, width: int) -> None:
    page = visit(f"{origin}playground.html", width=width)
    link = page.get_by_role("link", name="Take the lesson")
    link.click()
    page.locator(f"{CARD} h2").wait_for()
    assert position(page) == "Lesson, step 1 of 10"
    assert page.evaluate("() => document.activeElement.localName") == "h2"
    widths = document_widths(page)
    assert widths[0] <= widths[1]
    page.keyboard.press("Escape")
    assert page.locator(CARD).is_hidden()
    assert fragment(page) == ""
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == "#lesson"


def test_ten_steps_forwards_and_back(visit: Visit) -> None:
    page = open_lesson(visit)
    titles, texts = [], []
    for n in range(1, 11):
        assert position(page) == f"Lesson, step {n} of 10"
        assert fragment(page) == f"#lesson={n}"
        titles.append(page.locator(f"{CARD} h2").inner_text())
        texts.append(page.locator(".lesson-text").inner_text())
        page.locator(f"{CARD} .actions button").last.click()
    assert page.locator(CARD).is_hidden()
    assert len(set(titles)) == len(set(texts)) == 10
    assert all(2 <= text.count(". ") + 1 <= 5 and len(text.split()) < 90 for text in texts)
    page.evaluate("() => { location.hash = 'lesson=10'; }")
    page.locator(f"{CARD} h2").wait_for()
    page.get_by_role("button", name="Back").click()
    assert position(page) == "Lesson, step 9 of 10"


@pytest.mark.parametrize(("named", "n"), [("4", 4), ("%", 1)])
def test_an_address_opens_a_step(visit: Visit, named: str, n: int) -> None:
    page = open_lesson(visit, f"#lesson={named}")
    assert position(page) == f"Lesson, step {n} of 10"


def test_a_link_within_the_page_opens_the_step_that_it_names_or_the_nearest(visit: Visit) -> None:
    page = open_lesson(visit, "#lesson=4")
    steps = {"": 1, "0": 1, "7": 7, "11": 10, "99": 10, "-3": 1, "x": 1, "1e1": 1, "<b>": 1}
    for named, n in steps.items():
        page.evaluate(SET_HASH, "#lesson=5")
        page.evaluate(SET_HASH, f"#lesson={named}")
        assert position(page) == f"Lesson, step {n} of 10", named


def test_an_address_without_the_lesson_leaves_it_closed(visit: Visit) -> None:
    page = visit("playground.html#dim=2&lessons=4")
    assert page.locator(CARD).is_hidden()
    assert page.locator(f"{CARD} h2").count() == 1  # it is there, closed


def test_steps_and_settings_share_the_address(visit: Visit) -> None:
    page = open_lesson(visit, "#dim=4&lesson=2")
    page.get_by_role("button", name="Next").click()
    assert sorted(fragment(page)[1:].split("&")) == ["dim=4", "lesson=3"]
    page.locator(ACT).click()
    assert sorted(fragment(page)[1:].split("&")) == ["dim=8", "lesson=3"]
    page.keyboard.press("Escape")
    assert fragment(page) == "#dim=8"


def test_a_step_of_the_lesson_takes_one_step_of_training(visit: Visit) -> None:
    page = open_lesson(visit, "#lesson=3")
    before = page.evaluate(LOSS)
    page.locator(ACT).click()
    until(page, f"(before) => ({LOSS})() !== before", before)
    assert page.locator("[data-pair]").evaluate("(part) => part.classList.contains('is-highlighted')")
    assert page.locator(".m-base .vectors tr").first.locator("td").count() == 8
    page.get_by_role("button", name="Next").click()
    assert page.locator(".is-highlighted").count() == 0


def test_what_the_lesson_points_at_is_not_under_its_card(visit: Visit) -> None:
    for width in (360, 1280):
        page = open_lesson(visit, "#lesson=2", width=width)
        page.locator(ACT).click()
        page.locator("[data-pair] .vectors td").first.wait_for()
        page.wait_for_timeout(300)
        card, part = (page.locator(name).bounding_box() for name in (CARD, "[data-pair]"))
        assert part["y"] >= card["y"] + card["height"]
        assert part["y"] < 700


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_objects_to_nothing(visit: Visit, theme: str) -> None:
    page = open_lesson(visit, "#dim=8&lesson=2", theme=theme)
    page.locator("[data-lists] li").first.wait_for()
    assert axe_violations(page) == []
