"""The front page: a visitor rates items there and then, and the deep tower answers below them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import OFFLINE, REQUESTED, SHIFT, axe_violations, document_widths, main_path, until
from tests.browser.rate.page import cards, expected_ranking, loaded, rate_card, recommended

SMALL = """() => [...document.querySelectorAll("#try :is(label, button, .actions a), .front .button")]
  .filter((element) => element.checkVisibility()).map((element) => [element, element.getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 44).map(([element]) => element.outerHTML)"""


def status(page: Any) -> str:
    return page.locator("[data-try] [data-status]").text_content()


@main_path
def test_a_rated_item_is_answered_with_five_items_and_reasons(visit, origin, width):
    page = visit(origin + "index.html", width)
    assert status(page) == "Your list appears here."
    ratings = [rate_card(page, 0, 5)]
    page.locator("[data-items] > li").first.wait_for()
    assert recommended(page) == [id_ for id_, _ in expected_ranking(page, ratings)[:5]]
    reasons = page.locator("[data-items] > li > p").all_inner_texts()
    assert all(re.fullmatch(r"popular overall|like your [^+]+", reason) for reason in reasons)
    ratings.append(rate_card(page, 3, 1))
    assert recommended(page) == [id_ for id_, _ in expected_ranking(page, ratings)[:5]]
    cards(page).first.get_by_role("button", name="Remove the rating").click()
    cards(page).nth(3).get_by_role("button", name="Remove the rating").click()
    assert recommended(page) == []
    assert status(page) == "Your list appears here."


def test_the_list_begins_as_that_of_the_rate_page_which_knows_the_ratings(visit, disk):
    page = visit(disk + "index.html")
    rate_card(page, 1, 5)
    page.locator("[data-items] > li").first.wait_for()
    rate_card(page, 2, 4)
    listed = recommended(page)
    page.get_by_role("link", name="Your whole list").click()
    page.wait_for_url(re.compile(r"/rate\.html$"))
    assert recommended(loaded(page))[:5] == listed
    assert page.locator("[data-your-ratings] [data-rated] > li").count() == 2


def test_an_unwanted_item_gives_way_to_the_next_and_can_be_put_back(visit, disk):
    page = visit(disk + "index.html")
    ratings = [rate_card(page, 0, 5)]
    page.locator("[data-items] > li").first.wait_for()
    ranked = [id_ for id_, _ in expected_ranking(page, ratings)]
    page.locator("[data-items] > li").nth(1).get_by_role("button", name="Not interested").click()
    assert recommended(page) == [ranked[0], *ranked[2:6]]
    page.locator("[data-unwanted] button").click()
    assert recommended(page) == ranked[:5]


def test_what_is_seen_becomes_a_rating_in_one_tap(visit, disk):
    page = visit(disk + "index.html")
    ratings = [rate_card(page, 0, 5)]
    page.locator("[data-items] > li").first.wait_for()
    seen = recommended(page)[1]
    page.locator("[data-items] > li").nth(1).get_by_role("button", name="Seen it").click()
    assert recommended(page) == [id_ for id_, _ in expected_ranking(page, [*ratings, (seen, 3)])[:5]]


def test_the_button_leads_to_the_items_and_all_is_done_by_keyboard(visit, disk):
    page = visit(disk + "index.html")
    page.get_by_role("link", name="Rate a few films").press("Enter")
    assert page.url.endswith("#try")
    for _ in range(2):  # past the link of the first card
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert cards(page).first.get_by_role("radio", name="4 stars").is_checked()
    page.locator("[data-items] > li").first.wait_for()
    assert len(recommended(page)) == 5


def test_the_tower_is_loaded_when_a_visitor_turns_to_the_items(visit):
    page = visit("index.html")
    page.wait_for_load_state("networkidle")
    assert "deep_tower.js" not in page.evaluate(REQUESTED)
    cards(page).first.locator("a").focus()
    until(page, f"() => {REQUESTED}.includes('deep_tower.js')")


def test_what_was_rated_before_is_shown_with_the_list(visit):
    page = visit("index.html")
    rate_card(page, 0, 5)
    page.locator("[data-items] > li").first.wait_for()
    listed = recommended(page)
    page.reload()
    assert cards(page).first.locator("input:checked").input_value() == "5"
    cards(page).first.scroll_into_view_if_needed()
    page.locator("[data-items] > li").first.wait_for()
    assert recommended(page) == listed


def test_a_rating_in_another_tab_is_shown(visit):
    page = visit("index.html")
    other = page.context.new_page()
    other.goto(page.url)
    rate_card(other, 0, 4)
    until(page, "() => document.querySelector('[data-grid] input:checked')?.value === '4'")
    page.locator("[data-items] > li").first.wait_for()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_the_list_appears(visit, width):
    page = visit("index.html", width)
    below = page.locator("#how-good")
    before = below.bounding_box()["y"] + page.evaluate("scrollY")
    rate_card(page, 5, 5)
    page.locator("[data-items] > li").nth(4).wait_for()
    assert below.bounding_box()["y"] + page.evaluate("scrollY") == pytest.approx(before, abs=1)
    assert page.evaluate(SHIFT) < 0.01


def test_a_tower_that_cannot_be_loaded_is_reported_and_can_be_loaded_again(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(OFFLINE)
    page.goto(disk + "index.html")
    rate_card(page, 0, 5)
    page.get_by_text("The model could not be loaded").wait_for()
    page.evaluate("globalThis.isOnline = true")
    page.get_by_role("button", name="Try again").click()
    page.locator("[data-items] > li").first.wait_for()
    assert len(recommended(page)) == 5


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_with_a_list_the_page_fits_is_accessible_and_easy_to_press(visit, disk, width, theme):
    page = visit(disk + "index.html", width, theme, has_touch=True)
    rate_card(page, 0, 5)
    page.locator("[data-items] > li").first.wait_for()
    needed, available = document_widths(page)
    assert needed <= available
    assert axe_violations(page) == []
    if width == 360:
        assert page.evaluate(SMALL) == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_the_first_screen_says_what_this_is_with_an_example_and_what_to_press(visit, web, width, height):
    page = visit(web + "index.html", width)
    page.set_viewport_size({"width": width, "height": height})
    seen = [page.get_by_role("heading", level=1), page.locator(".lead").first, page.locator(".button.primary")]
    seen.append(page.locator(".example li").first)
    for element in seen:
        box = element.bounding_box()
        assert box["y"] + box["height"] <= height


def test_without_javascript_the_items_are_links(visit, disk):
    page = visit(disk + "index.html", java_script_enabled=False)
    assert "A list of your own needs JavaScript" in page.locator("#try noscript p").inner_text()
    assert cards(page).get_by_role("link").locator("visible=true").count() == 6
    assert not page.locator("[data-list]").is_visible()


@pytest.mark.parametrize("width", [768, 1280])
def test_no_card_is_alone_in_its_row(visit, disk, width):
    page = visit(disk + "index.html", width)
    tops = page.locator(".card").evaluate_all("cards => cards.map((card) => card.offsetTop)")
    assert [tops.count(top) for top in sorted(set(tops))] == [3, 3, 3]


def test_on_a_phone_the_figures_of_all_models_begin_below_each_other(visit, disk):
    page = visit(disk + "index.html", 360)
    left = "values => values.map((value) => value.getBoundingClientRect().left)"
    edges = page.locator(".bar-value").evaluate_all(left)
    assert len(edges) > 2 and max(edges) - min(edges) < 1
