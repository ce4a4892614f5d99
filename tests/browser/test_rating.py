"""Items can be rated wherever they are shown: in lists, on their pages and in the search. Every page counts them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.browser.conftest import (
    REQUESTED,
    SHIFT,
    axe_violations,
    cut_tables,
    disk_narrow_web_wide,
    document_widths,
    main_path,
    other_main_path,
    settled,
    until,
)
from tests.browser.rate.page import loaded, rate_card, recommended, your_ratings

STORED = """() => {
  const key = Object.keys(localStorage).find((name) => name.startsWith("marquee ratings "));
  return key ? localStorage.getItem(key) : "{}";
}"""
LISTS = {"a user's lists": "users/1.html", "similar items": "items/5331.html", "all items": "items.html"}


def stored(page: Any) -> dict[str, Any]:
    """Stars by id, unwanted ids and ids of the watchlist, as the browser has them."""
    content = json.loads(page.evaluate(STORED))
    return {
        "ratings": {entry["item"]: entry["stars"] for entry in content.get("ratings", [])},
        "unwanted": content.get("not_interested", []),
        "watchlist": [entry["item"] for entry in content.get("watchlist", [])],
    }


def panel(page: Any) -> Any:
    return page.get_by_role("dialog")


def first_button(page: Any) -> Any:
    page.locator("main :is(.items, .like, .titles) a").first.scroll_into_view_if_needed()
    button = page.locator("main :is(td, dt) .rate-it").first
    button.wait_for()
    return button


def link_to_list(page: Any) -> Any:
    return page.get_by_role("navigation", name="Site").get_by_role("link").first


@pytest.mark.parametrize("address", LISTS.values(), ids=LISTS)
@disk_narrow_web_wide
def test_an_item_of_a_list_is_rated_in_place(visit, origin, address, width):
    page = visit(origin + address, width)
    button = first_button(page)
    id_ = button.get_attribute("data-slug")
    assert button.evaluate("button => button.previousElementSibling.href").endswith(f"items/{id_}.html")
    button.click()
    panel(page).get_by_role("radio", name="4 stars").check()
    assert stored(page)["ratings"] == {id_: 4}
    assert button.inner_text() == "4"
    assert button.get_attribute("aria-label").endswith(": 4 stars")
    assert link_to_list(page).inner_text() == "Your list (1)"
    page.keyboard.press("Escape")
    assert not panel(page).is_visible()
    page.reload()
    until(page, "() => document.querySelector('main :is(td, dt) .rate-it')?.textContent === '4'")
    assert link_to_list(page).inner_text() == "Your list (1)"


def test_all_is_done_by_keyboard_and_the_focus_comes_back(visit, disk):
    page = visit(disk + "users/1.html")
    button = first_button(page)
    button.focus()
    page.keyboard.press("Enter")
    panel(page).wait_for()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert stored(page)["ratings"] == {button.get_attribute("data-slug"): 2}
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Remove the rating of")
    page.keyboard.press("Escape")
    assert button.evaluate("button => document.activeElement === button")


def test_seen_watchlist_and_not_interested_take_one_tap_and_exclude_each_other(visit, disk):
    page = visit(disk + "users/1.html")
    button = first_button(page)
    id_ = button.get_attribute("data-slug")
    button.click()
    seen, watch, unwanted = (
        panel(page).get_by_role("button", name=name) for name in ("Seen it", "Watchlist", "Not interested")
    )
    watch.click()
    assert stored(page) == {"ratings": {}, "unwanted": [], "watchlist": [id_]}
    assert watch.get_attribute("aria-pressed") == "true"
    assert button.get_attribute("data-mark") == "watch"
    unwanted.click()
    assert stored(page) == {"ratings": {}, "unwanted": [id_], "watchlist": []}
    watch.click()
    seen.click()
    assert stored(page) == {"ratings": {id_: 3}, "unwanted": [], "watchlist": []}
    assert panel(page).get_by_role("radio", name="3 stars").is_checked()
    seen.click()
    assert stored(page) == {"ratings": {}, "unwanted": [], "watchlist": []}
    assert link_to_list(page).inner_text() == "Rate"


def test_not_interested_takes_the_rating_away_and_gives_it_back(visit, disk):
    page = visit(disk + "users/1.html")
    button = first_button(page)
    id_ = button.get_attribute("data-slug")
    button.click()
    unwanted = panel(page).get_by_role("button", name="Not interested")
    panel(page).get_by_role("radio", name="2 stars").check()
    unwanted.click()
    assert stored(page) == {"ratings": {}, "unwanted": [id_], "watchlist": []}
    assert button.get_attribute("data-mark") == "unwanted"
    assert not panel(page).locator("input:checked").count()
    assert link_to_list(page).inner_text() == "Rate"
    unwanted.click()
    assert stored(page) == {"ratings": {id_: 2}, "unwanted": [], "watchlist": []}
    assert panel(page).get_by_role("radio", name="2 stars").is_checked()
    unwanted.click()
    panel(page).get_by_role("radio", name="5 stars").check()  # a later rating counts
    unwanted.click()
    unwanted.click()
    assert stored(page) == {"ratings": {id_: 5}, "unwanted": [], "watchlist": []}


@other_main_path
def test_the_page_of_an_item_has_the_buttons_below_its_title(visit, origin, width):
    page = visit(origin + "items/5331.html", width)
    bar = page.locator(".rate-item")
    bar.get_by_role("button", name="Seen it").click()
    until(page, "() => document.querySelector('.rate-item .rate-it').textContent === '3'")
    assert stored(page)["ratings"] == {"5331": 3}
    bar.get_by_role("button", name="Watchlist").click()
    assert stored(page)["watchlist"] == ["5331"]
    bar.get_by_role("button").first.click()
    panel(page).get_by_role("radio", name="5 stars").check()
    assert stored(page) == {"ratings": {"5331": 5}, "unwanted": [], "watchlist": []}


def picked_on_the_map(page: Any) -> Any:
    page = settled(page)
    region = page.get_by_role("region", name="Picked film")
    region.locator(".rate-item").wait_for()
    return region


@main_path
def test_the_item_picked_on_the_map_is_rated_in_its_panel(visit, origin, width):
    page = visit(origin + "map.html#item=5331", width, has_touch=width == 360)
    region = picked_on_the_map(page)
    region.get_by_role("button", name="Watchlist").click()
    until(page, "() => document.querySelector('[data-action=\"watch\"]').getAttribute('aria-pressed') === 'true'")
    assert stored(page) == {"ratings": {}, "unwanted": [], "watchlist": ["5331"]}
    region.locator(".rate-it").click()
    panel(page).get_by_role("button", name="Not interested").click()
    assert stored(page) == {"ratings": {}, "unwanted": ["5331"], "watchlist": []}
    panel(page).get_by_role("radio", name="4 stars").check()
    assert stored(page) == {"ratings": {"5331": 4}, "unwanted": [], "watchlist": []}
    assert region.locator(".rate-it").inner_text() == "4"
    box = panel(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    if width == 360:
        buttons = region.locator(".rate-item > *").all()
        assert all(min(button.bounding_box()["width"], button.bounding_box()["height"]) >= 44 for button in buttons)
        needed, available = document_widths(page)
        assert needed <= available


def test_on_the_map_all_is_done_by_keyboard_and_shown_again_when_the_item_is_picked_again(visit, disk):
    page = visit(disk + "map.html#item=5331")
    region = picked_on_the_map(page)
    region.locator(".rate-it").focus()
    page.keyboard.press("Enter")
    panel(page).wait_for()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert stored(page)["ratings"] == {"5331": 2}
    assert region.locator(".rate-it").evaluate("button => document.activeElement === button")
    page.get_by_label("Deep").check()
    page.get_by_label("Base").check()
    region.get_by_role("button", name="Clear").click()
    assert region.locator(".rate-item").count() == 0
    page.go_back()
    region.locator(".rate-it").wait_for()
    assert region.locator(".rate-it").inner_text() == "2"


def test_the_map_loads_the_script_of_ratings_when_a_button_is_turned_to(visit):
    page = visit("map.html#item=5331")
    region = picked_on_the_map(page)
    scripts = {"rating.js", "data-rating.js"}
    assert scripts.isdisjoint(page.evaluate(REQUESTED))
    region.locator(".rate-it").click()
    panel(page).wait_for()
    assert scripts <= set(page.evaluate(REQUESTED))


@pytest.mark.parametrize("how", ["keyboard", "tap"])
def test_an_item_that_was_searched_is_rated_without_leaving_the_page(visit, disk, how):
    page = visit(disk + "about.html")
    search = page.get_by_role("combobox", name="Search users and films")
    search.fill("assassination jesse")
    option = page.get_by_role("option", name=re.compile("Jesse James"))
    option.wait_for()
    if how == "keyboard":
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+Enter")
    else:
        option.locator(".star").click()
    panel(page).get_by_role("radio", name="5 stars").check()
    assert stored(page)["ratings"] == {"5331": 5}
    assert page.url == disk + "about.html"
    page.keyboard.press("Escape")
    assert search.evaluate("input => document.activeElement === input")


def test_the_search_shows_what_was_rated_before(visit, disk):
    page = visit(disk + "items/5331.html")
    page.locator(".rate-item").get_by_role("button").first.click()
    panel(page).get_by_role("radio", name="4 stars").check()
    page.goto(disk + "about.html")
    search = page.get_by_role("combobox", name="Search users and films")
    search.fill("assassination")
    rated = page.get_by_role("option", name=re.compile("Jesse James"))
    rated.wait_for()
    assert rated.locator(".star").inner_text() == "4"
    assert rated.locator(".star").get_attribute("data-mark") == "seen"
    assert rated.text_content().endswith(" 4 stars")
    search.fill("star")
    other = page.get_by_role("option").filter(has=page.locator(".star")).first
    assert other.locator(".star").text_content() == "" and "stars" not in other.text_content()
    search.fill("assassination")
    rated.locator(".star").click()
    panel(page).get_by_role("button", name="Not interested").click()
    page.keyboard.press("Escape")
    search.fill("assassination j")
    rated.wait_for()
    assert rated.locator(".star").get_attribute("data-mark") == "unwanted"
    assert rated.text_content().endswith("Not interested")


def test_only_items_have_a_star_in_the_search(visit, disk):
    page = visit(disk + "about.html")
    page.get_by_role("combobox", name="Search users and films").fill("17")
    page.get_by_role("option").first.wait_for()
    assert page.get_by_role("option").first.locator(".star").count() == 0
    page.keyboard.press("Shift+Enter")
    assert page.url == disk + "about.html"


def test_what_is_rated_anywhere_is_on_the_rate_page_and_the_front_page(visit, disk):
    page = visit(disk + "items/5331.html")
    page.locator(".rate-item").get_by_role("button", name="Seen it").click()
    page.get_by_role("link", name="Your list (1)").click()
    page.wait_for_url(re.compile(r"/rate\.html$"))
    assert len(recommended(loaded(page))) == 10
    assert list(your_ratings(page).values()) == [3]
    page.goto(disk + "index.html")
    page.locator("#try").scroll_into_view_if_needed()
    page.locator("[data-items] > li").first.wait_for()


def test_what_is_rated_in_the_search_of_the_rate_page_counts_at_once(visit, disk):
    page = loaded(visit(disk + "rate.html"))
    rate_card(page, 0, 5)
    page.get_by_role("combobox", name="Search users and films").fill("assassination jesse")
    page.get_by_role("option", name=re.compile("Jesse James")).locator(".star").click()
    panel(page).get_by_role("radio", name="5 stars").check()
    assert list(your_ratings(page).values()) == [5, 5]
    assert page.locator("[data-count]").inner_text() == "2 films"


def test_the_watchlist_is_on_the_rate_page_where_what_was_seen_becomes_a_rating(visit, disk):
    page = loaded(visit(disk + "rate.html"))
    assert page.locator("[data-watchlist]").is_hidden()
    rate_card(page, 0, 5)
    later = recommended(page)[:2]
    for n in range(2):
        page.locator("[data-items] > li").nth(n).get_by_role("button", name="Watchlist").click()
    assert stored(page)["watchlist"] == later
    assert recommended(page)[:2] == later
    lines = page.locator("[data-watchlist] li")
    assert lines.count() == 2
    lines.first.get_by_role("button", name="Seen it").click()
    assert stored(page)["ratings"][later[1]] == 3
    assert later[1] not in recommended(page)
    lines.first.get_by_role("button", name="Remove").click()
    assert page.locator("[data-watchlist]").is_hidden()
    assert stored(page)["watchlist"] == []


def test_in_the_list_what_was_seen_becomes_a_rating_in_one_tap(visit, disk):
    page = loaded(visit(disk + "rate.html"))
    rate_card(page, 0, 5)
    first = recommended(page)[0]
    page.locator("[data-items] > li").first.get_by_role("button", name="Seen it").click()
    assert stored(page)["ratings"][first] == 3
    assert first not in recommended(page)
    assert page.locator("[data-items] > li").first.get_by_role("button", name="Seen it").evaluate(
        "button => document.activeElement === button"
    )


@pytest.mark.parametrize("address", [*LISTS.values(), "index.html"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_loaded_and_nothing_moves_before_a_visitor_turns_to_a_button(visit, address, width):
    page = visit(address, width)
    page.wait_for_load_state("networkidle")
    if address != "index.html":
        first_button(page)
    assert page.evaluate(SHIFT) < 0.005
    assert {"rating.js", "data-rating.js", "deep_tower.js"}.isdisjoint(page.evaluate(REQUESTED))


def test_the_count_moves_nothing_on_later_visits(visit):
    page = visit("users/1.html")
    first_button(page).click()
    panel(page).get_by_role("radio", name="4 stars").check()
    page.goto(page.url.replace("users/1", "users/2"))
    assert link_to_list(page).inner_text() == "Your list (1)"
    assert page.evaluate(SHIFT) < 0.005


@pytest.mark.parametrize(
    ("address", "width", "theme"),
    [
        ("users/1.html", 360, "light"),
        ("users/1.html", 1280, "dark"),  # the panel has the same colours on every page
        ("items/5331.html", 360, "dark"),
        ("items.html", 360, "light"),
    ],
)
def test_the_panel_fits_is_accessible_and_easy_to_press(visit, disk, address, width, theme):
    page = visit(disk + address, width, theme, has_touch=width == 360)
    cut_tables(page)
    first_button(page).click()
    panel(page).get_by_role("radio", name="4 stars").check()
    box = panel(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    needed, available = document_widths(page)
    assert needed <= available
    assert axe_violations(page) == []
    if width == 360:
        small = page.evaluate("""() => [...document.querySelectorAll(".rate-panel :is(label, button, a), .rate-it")]
          .filter((element) => element.checkVisibility()).map((element) => [element, element.getBoundingClientRect()])
          .filter(([, box]) => Math.min(box.width, box.height) < 44).map(([element]) => element.outerHTML)""")
        assert small == []


def test_without_javascript_there_is_no_button_and_no_space_for_one(visit, disk):
    page = visit(disk + "users/1.html", java_script_enabled=False)
    assert page.locator(".rate-it").count() == 0
    assert page.locator(".items td:nth-child(2)").first.evaluate("td => getComputedStyle(td).position") == "static"
