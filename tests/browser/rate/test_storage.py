"""Ratings are kept in the browser: over reloads, in other tabs, within limits, and until the change is undone."""

import pytest

from tests.browser.conftest import until
from tests.browser.rate.page import (
    FOCUSED,
    cards,
    expected_ranking,
    import_file,
    loaded,
    rate_card,
    rate_five_cards,
    ratings_file,
    recommended,
    stars_by_title,
    your_ratings,
)

KEY = "Object.keys(localStorage).find((key) => key.startsWith('marquee ratings '))"
SHOW_AGAIN = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def test_ratings_survive_a_reload_and_are_shared_by_tabs_and_clearing_them_can_be_undone(open_rate_page, items, disk):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    before = recommended(page)
    other = page.context.new_page()
    other.goto(disk + "rate.html")
    assert recommended(loaded(other)) == before
    page.reload()
    assert (recommended(loaded(page)), your_ratings(page)) == (before, stars_by_title(items, ratings))
    page.get_by_role("button", name="Clear all").click()
    assert (recommended(page), your_ratings(page)) == ([], {})
    assert page.locator("[data-grid] input:checked").count() == 0
    until(other, "() => !document.querySelector('[data-items] > li')")
    assert page.evaluate(FOCUSED) == "Undo"
    page.keyboard.press("Enter")
    assert (recommended(page), your_ratings(page)) == (before, stars_by_title(items, ratings))
    page.reload()
    assert recommended(loaded(page)) == before


def test_of_too_many_ratings_the_oldest_are_dropped_and_the_page_says_so(open_rate_page, items, tmp_path):
    page = open_rate_page()
    first, _ = rate_card(page, 0, 5)
    many = [f"no film {n}" for n in range(499)]
    third = cards(page).nth(2).get_attribute("data-item")
    import_file(page, ratings_file(page, tmp_path, [(id_, 3) for id_ in (third, *many)], many))
    assert page.get_by_text("This page keeps the newest 500 ratings: 1 older one is left out.").is_visible()
    assert your_ratings(page) == {items[third]["title"]: 3}
    second, _ = rate_card(page, 1, 4)
    assert page.get_by_text("the newest 500 ratings: 1 older one is left out.").is_visible()
    assert first != second
    page.reload()
    assert your_ratings(loaded(page)) == {items[second]["title"]: 4}
    held = "499 of your ratings are of films that the model here does not know; they are kept."
    assert page.get_by_text(held).is_visible()


def test_of_too_many_unwanted_items_the_oldest_are_listed_again_and_the_page_says_so(open_rate_page, items, tmp_path):
    page = open_rate_page()
    ratings = [rate_card(page, 0, 5)]
    first, second, *_ = (id_ for id_, _ in expected_ranking(page, ratings))
    import_file(page, ratings_file(page, tmp_path, [], [first, *(f"no film {n}" for n in range(499))]))
    assert recommended(page)[0] == second
    page.get_by_role("button", name=f"Not interested in {items[second]['title']}").click()
    assert page.get_by_text("the newest 500 unwanted films: 1 older one is left out.").is_visible()
    assert recommended(page)[0] == first
    page.reload()
    assert recommended(loaded(page))[0] == first


@pytest.mark.parametrize("change", ["rate", "refuse"])
def test_undo_is_gone_after_a_later_change(open_rate_page, tmp_path, change):
    page = open_rate_page()
    rate_card(page, 0, 5)
    known = cards(page).nth(9).get_attribute("data-item")
    import_file(page, ratings_file(page, tmp_path, [("no film", 3), (known, 3)]))
    undo = page.get_by_role("button", name="Undo")
    assert undo.is_visible()
    if change == "rate":
        rate_card(page, 1, 4)
    else:
        page.locator("[data-items] > li .rate-off").first.click()
    assert not undo.is_visible()


def test_undo_is_gone_after_a_change_in_another_tab(open_rate_page, items, disk):
    page = open_rate_page()
    rate_card(page, 0, 5)
    page.get_by_role("button", name="Clear all").click()
    other = page.context.new_page()
    other.goto(disk + "rate.html")
    id_, stars = rate_card(loaded(other), 1, 4)
    page.get_by_role("button", name="Undo").wait_for(state="hidden")
    assert your_ratings(page) == {items[id_]["title"]: stars}


def test_a_page_from_the_browsers_history_shows_the_ratings_stored_by_now(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    lowered = "localStorage.getItem(key).replaceAll(/[2-5]}/g, '1}')"
    page.evaluate(f"const key = {KEY}; localStorage.setItem(key, {lowered})")
    page.evaluate(SHOW_AGAIN)
    assert your_ratings(page) == stars_by_title(items, [(id_, 1) for id_, _ in ratings])


def test_ratings_that_cannot_be_stored_last_while_the_page_is_open(visit, disk, items):
    page = visit(disk + "about.html")
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }")
    page.goto(disk + "rate.html")
    ratings = rate_five_cards(loaded(page))
    assert page.get_by_text("This browser does not let pages store anything").is_visible()
    page.evaluate(SHOW_AGAIN)
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: null }))")
    assert your_ratings(page) == stars_by_title(items, ratings)


def test_only_changes_to_the_stored_ratings_reload_them(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    page.evaluate("localStorage.clear()")
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: 'marquee theme' }))")
    assert your_ratings(page) == stars_by_title(items, ratings)
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: null }))")
    assert your_ratings(page) == {}
