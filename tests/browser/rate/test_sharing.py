"""Ratings in a link and in a file, and what becomes of those that the user has already."""

import json
import re

import pytest

from tests.browser.conftest import until
from tests.browser.rate.page import (
    SET_HASH,
    cards,
    import_file,
    link_to_ratings,
    loaded,
    rate_card,
    rate_five_cards,
    ratings_file,
    recommended,
    stars_by_title,
    your_ratings,
)


def test_ratings_stored_by_another_tab_do_not_replace_those_of_a_link(open_rate_page, items, disk):
    sender = open_rate_page()
    ratings = rate_five_cards(sender)
    page = open_rate_page(link_to_ratings(sender))
    other = page.context.new_page()
    other.goto(disk + "rate.html")
    rating = rate_card(loaded(other), 7, 2)
    page.get_by_text("Yours are kept").wait_for()
    assert your_ratings(page) == stars_by_title(items, ratings)
    page.get_by_role("button", name="Back to mine").click()
    assert your_ratings(page) == stars_by_title(items, [rating])


def test_a_link_shows_the_same_list_in_another_browser_and_is_stored_only_on_request(open_rate_page, origin):
    page = open_rate_page(origin + "rate.html")
    rate_five_cards(page)
    link, before = link_to_ratings(page), recommended(page)
    assert "#r=" in link
    other = open_rate_page(link)
    assert recommended(other) == before
    assert other.get_by_text("5 ratings from a link").is_visible()
    other.goto("about:blank")
    other.goto(link.split("#")[0])
    assert recommended(loaded(other)) == []  # nothing was kept
    other.goto(link)
    other.get_by_role("button", name="Save as my ratings").click()
    assert "#" not in other.url
    assert other.get_by_text("5 ratings saved as yours.").is_visible()
    other.reload()
    assert recommended(loaded(other)) == before


def test_a_link_never_overwrites_the_users_ratings(open_rate_page, disk, items):
    sender = open_rate_page()
    (first, _), *_ = rate_five_cards(sender)
    link = link_to_ratings(sender)
    page = open_rate_page()
    before = [rate_card(page, 0, 2), rate_card(page, 7, 4)]
    page.goto(link)
    page.get_by_text("Yours are kept").wait_for()
    rate_card(page, 1, 1)
    page.get_by_role("button", name="Back to mine").click()
    assert your_ratings(page) == stars_by_title(items, before)
    page.goto(link)
    page.get_by_role("button", name="Add them to mine").click()
    assert len(your_ratings(page)) == 6
    assert your_ratings(page)[items[first]["title"]] == 2
    assert page.get_by_text("5 ratings added. Where both rate a film, your rating stays.").is_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    assert your_ratings(page) == stars_by_title(items, before)


def test_a_link_to_the_users_own_ratings_shows_the_page_as_without_it(open_rate_page):
    page = open_rate_page()
    rate_five_cards(page)
    before = recommended(page)
    page.goto(link_to_ratings(page))
    until(page, "() => !location.hash")
    assert not page.get_by_label("Ratings from a link").is_visible()
    assert recommended(page) == before


def test_an_exported_file_can_be_imported_in_another_browser(open_rate_page, items, tmp_path):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    unwanted = recommended(page)[0]
    page.get_by_role("button", name=f"Not interested in {items[unwanted]['title']}").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    content = json.loads(file.read_text("utf-8"))
    assert [(rating["item"], rating["title"], rating["stars"]) for rating in content["ratings"]] == [
        (id_, items[id_]["title"], stars) for id_, stars in ratings
    ]
    assert content["not_interested"] == [unwanted]
    other = open_rate_page()
    import_file(other, file)
    assert (recommended(other), your_ratings(other)) == (recommended(page), your_ratings(page))
    assert other.locator("[data-done]").inner_text() == "5 ratings added."


def test_where_both_rate_an_item_the_page_says_that_the_imported_rating_wins(open_rate_page, items, tmp_path):
    page = open_rate_page()
    id_, _ = rate_card(page, 0, 5)
    page.get_by_label("Import").set_input_files(ratings_file(page, tmp_path, [(id_, 2)]))
    page.get_by_text("1 of them you have rated already: the file’s rating replaces yours.").wait_for()
    assert your_ratings(page) == {items[id_]["title"]: 5}  # nothing is added before the user agrees
    page.get_by_role("button", name="Add 1 rating").click()
    assert your_ratings(page) == {items[id_]["title"]: 2}


def test_a_file_that_is_no_export_changes_nothing_and_the_page_says_so(open_rate_page, tmp_path):
    page = open_rate_page()
    rate_card(page, 0, 5)
    before = recommended(page)
    for text in ("", "[]", '{"marquee_ratings": 1}', "x" * 600_000, "[" * 10_000):
        (tmp_path / "x.json").write_text(text)
        page.evaluate("() => { document.querySelector('[data-import-status]').textContent = ''; }")
        page.get_by_label("Import").set_input_files(tmp_path / "x.json")
        until(page, "() => document.querySelector('[data-import-status]').textContent.endsWith('.')")
        assert page.locator("[data-import-preview]").is_hidden()
        assert recommended(page) == before


@pytest.mark.parametrize("hash_", ["#rate", "#<img src=x onerror=alert(1)>"])
def test_a_hash_without_ratings_is_ignored(open_rate_page, disk, hash_):
    page = open_rate_page(disk + "rate.html" + hash_)
    assert recommended(page) == []
    assert not page.get_by_label("Ratings from a link").is_visible()


def test_a_link_that_cannot_be_read_is_reported_until_one_can(open_rate_page):
    page = open_rate_page()
    rate_card(page, 0, 5)
    before = recommended(page)
    page.evaluate(SET_HASH, "#r=5~50")
    for hash_ in ("#r=", "#r=0~50", "#r=5~%", "#r=" + ",".join(f"5~{n}" for n in range(201))):
        page.evaluate(SET_HASH, hash_)
        box = page.get_by_label("Ratings from a link")
        assert box.inner_text() == "The link could not be read."
        assert box.get_by_role("status").count() == 1
        assert recommended(page) == before
        page.evaluate(SET_HASH, "#r=5~50")
        assert box.inner_text().startswith("You see 1 rating from a link.")
        assert box.get_by_role("button").locator("visible=true").count() == 2


def test_going_back_from_a_link_shows_the_users_ratings_and_a_jump_within_the_page_does_not(open_rate_page, items):
    sender = open_rate_page()
    ratings = rate_five_cards(sender)
    link = link_to_ratings(sender)
    page = open_rate_page()
    rating = rate_card(page, 7, 4)
    page.goto(link)
    page.get_by_text("Yours are kept").wait_for()
    page.evaluate(SET_HASH, "#for-you")
    assert your_ratings(page) == stars_by_title(items, ratings)
    page.go_back()
    page.go_back()
    page.get_by_text("Yours are kept").wait_for(state="hidden")
    assert "#" not in page.url
    assert your_ratings(page) == stars_by_title(items, [rating])


def test_a_link_may_hold_unwanted_items_alone(open_rate_page, disk):
    page = open_rate_page(disk + "rate.html#r=&n=5331")
    assert page.get_by_text("You see 1 unwanted film from a link.").is_visible()
    assert page.get_by_role("button", name=re.compile("^Put ")).count() == 1


def test_the_page_says_how_much_of_too_many_ratings_a_link_holds(open_rate_page, tmp_path):
    page = open_rate_page()
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; }")
    done = page.locator("[data-done]")
    known = cards(page).first.get_attribute("data-item")
    ratings = [(known, 3), *((f"no film {n}", 3) for n in range(199))]
    import_file(page, ratings_file(page, tmp_path, ratings, [str(n) for n in range(200)]))
    page.get_by_role("button", name="Copy link").click()
    until(page, "globalThis.copied")
    assert done.inner_text() == "The link is copied."
    long = [(known, 3), *((f"{n}" + "é" * 150, 3) for n in range(99))]
    import_file(page, ratings_file(page, tmp_path, long, ["none"]))
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("The link is copied.").wait_for()
    n = page.evaluate("copied").count("~")
    assert 0 < n < 99
    holds = f"The link holds the newest {n} of 299 ratings. The link holds the newest 200 of 201 unwanted films."
    assert done.inner_text() == f"The link is copied. {holds}"
    link_to_ratings(page)
    assert done.inner_text() == holds


def test_items_that_the_site_does_not_have_are_counted_and_kept(open_rate_page, disk):
    page = open_rate_page(disk + "rate.html#r=5~__proto__,4~<img src=x>")
    assert recommended(page) == []
    assert page.get_by_text("2 of these ratings are of films that this site does not have.").is_visible()
