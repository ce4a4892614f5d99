"""An import in the page: what it would add is shown, added on request, and can be undone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import axe_violations, document_widths, until
from tests.browser.rate.page import cards, link_to_ratings, rate_card, recommended, your_ratings

PREVIEW = "[data-import-preview]"
DRAG = """([type, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], "ratings.csv"));
  document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def letterboxd(items, rated, name="ratings.csv"):
    """An export with the titles of items, and their stars; None for those watched without a rating."""
    lines = [
        f'2024-01-{n + 1:02},"{items[id_]["title"].upper()}",{items[id_]["year"]},https://boxd.it/{n},{stars or ""}'
        for n, (id_, stars) in enumerate(rated)
    ]
    text = "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *lines])
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def card_ids(page, n):
    return [cards(page).nth(position).get_attribute("data-item") for position in range(n)]


def choose(page, file):
    page.get_by_label("Import").set_input_files(file)
    page.locator(PREVIEW).wait_for()


def test_what_an_export_would_add_is_shown_before_it_is_added_and_can_be_undone(open_rate_page, items):
    page = open_rate_page()
    ids = card_ids(page, 4)
    before = {items[id_]["title"]: stars for id_, stars in [rate_card(page, 3, 5)]}
    file = letterboxd(items, [(ids[0], 4.5), (ids[1], 1), (ids[2], None)])
    file["buffer"] += b"\n2024-02-02,<b>Nowhere</b>,1999,https://boxd.it/9,3"
    choose(page, file)
    preview = page.locator(PREVIEW)
    assert preview.get_by_role("heading").inner_text() == "From your Letterboxd export"
    assert preview.get_by_text("3 of 4 are among the films to rate here.").is_visible()
    assert preview.get_by_text("1 is not among the films to rate here: <b>Nowhere</b> (1999).").is_visible()
    preview.get_by_text("What will be added").click()
    listed = preview.get_by_role("listitem")
    listed.nth(2).wait_for()  # what a click unfolds is laid out a moment later, all of it at once
    lines = listed.all_text_contents()
    assert all(line.endswith(stars) for line, stars in zip(lines, ("3 stars", "1 star", "5 stars"), strict=True))
    assert your_ratings(page) == before
    preview.get_by_role("button", name="Add 3 ratings").click()
    assert preview.is_hidden()
    titles = [items[id_]["title"] for id_ in ids]
    assert your_ratings(page) == {titles[2]: 3, titles[1]: 1, titles[0]: 5, **before}
    assert page.get_by_text("3 ratings added.").is_visible()
    page.get_by_role("button", name="Undo").click()
    assert your_ratings(page) == before


def test_what_was_only_watched_is_added_if_the_user_wants_and_never_over_a_rating(open_rate_page, items):
    page = open_rate_page()
    ids = card_ids(page, 3)
    rate_card(page, 0, 1)
    choose(page, letterboxd(items, [(ids[0], None), (ids[1], None), (ids[2], 4)]))
    assert page.get_by_text("1 without a rating you have rated already: your rating stays.").is_visible()
    page.get_by_role("checkbox", name="Also add").uncheck()
    page.get_by_role("button", name="Add 1 rating").click()
    assert your_ratings(page) == {items[ids[2]]["title"]: 4, items[ids[0]]["title"]: 1}


def test_a_cancelled_import_changes_nothing(open_rate_page, items):
    page = open_rate_page()
    rate_card(page, 0, 5)
    before = (your_ratings(page), recommended(page))
    choose(page, letterboxd(items, [(card_ids(page, 2)[1], 4)]))
    page.get_by_role("button", name="Cancel").press("Enter")
    assert page.locator(PREVIEW).is_hidden()
    assert page.get_by_text("Nothing was added.").is_visible()
    assert (your_ratings(page), recommended(page)) == before


def test_ratings_of_the_user_are_never_dropped_for_those_of_a_file(open_rate_page, items):
    page = open_rate_page()
    known = [id_ for id_ in items if items[id_]["year"]]
    mine, _ = rate_card(page, 0, 2)
    others = [id_ for id_ in known if id_ != mine][:505]
    stored = [[id_, 3] for id_ in others[:450]]
    page.evaluate(
        """(ratings) => {
          const key = Object.keys(localStorage).find((name) => name.startsWith("marquee ratings "));
          const state = JSON.parse(localStorage.getItem(key));
          state.ratings.push(...ratings.map(([item, stars]) => ({ item, stars })));
          localStorage.setItem(key, JSON.stringify(state));
        }""",
        stored,
    )
    page.reload()
    until(page, "() => document.querySelectorAll('[data-rated] > li').length === 451")
    choose(page, letterboxd(items, [(id_, 4) for id_ in others[450:505]]))
    assert page.get_by_text("This page keeps 500 ratings: 6 older ones of the file are left out.").is_visible()
    page.get_by_role("button", name="Add 49 ratings").click()
    until(page, "() => document.querySelectorAll('[data-rated] > li').length === 500")
    assert your_ratings(page)[items[mine]["title"]] == 2


def test_a_file_can_be_dropped_anywhere_on_the_page_which_shows_that_it_takes_it(open_rate_page, items):
    page = open_rate_page()
    text = letterboxd(items, [(card_ids(page, 1)[0], 4)])["buffer"].decode()
    sign = page.locator("[data-drop]")
    assert sign.is_hidden()
    page.evaluate(DRAG, ["dragenter", text])
    assert sign.is_visible()
    page.evaluate(DRAG, ["dragleave", text])
    assert sign.is_hidden()
    page.evaluate(DRAG, ["dragover", text])
    page.evaluate(DRAG, ["drop", text])
    assert sign.is_hidden()
    page.get_by_role("button", name="Add 1 rating").click()
    assert list(your_ratings(page).values()) == [4]


def test_an_import_while_ratings_of_a_link_are_shown_is_added_to_the_users_own(open_rate_page, items):
    sender = open_rate_page()
    rate_card(sender, 5, 5)
    page = open_rate_page(link_to_ratings(sender))
    id_ = card_ids(page, 1)[0]
    choose(page, letterboxd(items, [(id_, 4)]))
    page.get_by_role("button", name="Add 1 rating").click()
    assert your_ratings(page) == {items[id_]["title"]: 4}


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_the_preview_is_accessible_and_fits(open_rate_page, items, width, theme):
    page = open_rate_page(width=width, theme=theme)
    file = letterboxd(items, [(id_, 4) for id_ in card_ids(page, 3)])
    file["buffer"] += b"".join(b"\n2024-02-02,Nowhere %s %d,1999,x,3" % (b"long" * 40, n) for n in range(9))
    choose(page, file)
    for summary in page.locator(f"{PREVIEW} summary").all():
        summary.click()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    width_of_document, allowed = document_widths(page)
    assert width_of_document <= allowed
    assert axe_violations(page) == []
