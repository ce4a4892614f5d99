"""The control that rates an item follows what the ratings of the data are."""

from __future__ import annotations

from typing import Any

import pytest

from recsys.schema import RatingsSummary
from tests.browser.conftest import axe_violations, document_widths, until
from tests.browser.rate.page import cards, link_to_ratings, loaded, recommended
from tests.site.tiny import render_pages, tiny, with_ratings

STARS = RatingsSummary(kind="scale", low=1, high=5, step=1, description="")
HALVES = RatingsSummary(kind="scale", low=1, high=10, step=1, description="")
COUNTS = RatingsSummary(kind="counts", low=1, high=500, step=1, description="")
SHOWN = "[...document.querySelectorAll('[data-rated] input:checked')].map(({ value }) => Number(value))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("controls")
    for name, summary in {"stars": STARS, "halves": HALVES, "counts": COUNTS}.items():
        render_pages(with_ratings(tiny(), summary), folder / name, "rate")
    return folder


@pytest.fixture(scope="module")
def disk(folder):
    return f"{folder.as_uri()}/"


@pytest.fixture(scope="module")
def web(disk):
    return disk


@pytest.fixture
def open_site(visit, disk):
    return lambda name, hash_="", **options: loaded(visit(f"{disk}{name}/rate.html{hash_}", **options))


def first_card(page: Any) -> Any:
    return cards(page).first


def import_csv(page: Any, text: str) -> None:
    page.get_by_label("Import").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("[data-import-preview] button").first.click()


def test_half_stars_are_ten_radio_buttons_which_arrow_keys_step_through(open_site):
    page = open_site("halves")
    radios = first_card(page).get_by_role("radio")
    assert radios.count() == 10
    first_card(page).get_by_role("radio", name="3.5 stars").check()
    assert page.evaluate(SHOWN) == [3.5]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(SHOWN) == [4.5]
    page.reload()
    assert loaded(page).evaluate(SHOWN) == [4.5]
    first_card(page).get_by_role("button", name="Remove the rating").click()
    assert page.evaluate(SHOWN) == []


def test_a_click_on_the_left_half_of_a_star_gives_the_half(open_site):
    page = open_site("halves")
    for half, stars in [(5, 3), (4, 2.5)]:
        box = first_card(page).locator(".stars label").nth(half).bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.evaluate(SHOWN) == [stars]


def test_half_stars_travel_in_a_link_and_a_site_of_whole_stars_shows_the_nearest(open_site):
    page = open_site("halves")
    first_card(page).get_by_role("radio", name="2.5 stars").check()
    link = link_to_ratings(page)
    assert "#r=2.5~" in link
    hash_ = "#" + link.split("#")[1]
    assert open_site("halves", hash_).evaluate(SHOWN) == [2.5]
    assert open_site("stars", hash_).evaluate(SHOWN) == [3]
    assert open_site("counts", hash_).evaluate(SHOWN) == [1]


def test_counts_are_liked_or_not(open_site):
    page = open_site("counts")
    assert page.get_by_role("heading", name="Pick a few films you like").is_visible()
    assert page.get_by_text("Like a film you know").is_visible()
    card = first_card(page)
    assert card.get_by_role("radio").count() == 2
    card.get_by_role("radio", name="Like", exact=True).check()
    assert page.evaluate(SHOWN) == [5]
    card.get_by_role("radio", name="Not for me").check()
    assert page.evaluate(SHOWN) == [1]


def test_where_items_are_liked_or_not_a_refused_one_is_rated_and_not_only_hidden(open_site):
    page = open_site("counts")
    first_card(page).get_by_role("radio", name="Like", exact=True).check()
    refused, *others = recommended(page)
    page.locator("[data-items] > li .rate-off").first.click()
    assert page.evaluate(SHOWN) == [1, 5]
    assert len(recommended(page)) == len(others) + 1
    assert refused not in recommended(page)
    assert page.locator("[data-unwanted]").is_hidden()


@pytest.mark.parametrize(
    ("site", "expected"),
    [("stars", [5, 4, 1, 3]), ("halves", [5, 3.5, 0.5, 3]), ("counts", [5, 5, 1, 5])],
)
def test_imported_ratings_become_steps_of_the_control_and_none_a_middle_one(open_site, site, expected):
    page = open_site(site)
    titles = page.evaluate("marquee.data.get('items').map(([title]) => title)")
    rows = zip(titles, ["10", "7", "1", ""], strict=False)
    quoted = ['"' + title.replace('"', '""') + f'";{rating}' for title, rating in rows]
    import_csv(page, "\n".join(["title;rating", *quoted]))
    until(page, f"() => {SHOWN}.length === 4")
    assert page.evaluate(SHOWN)[::-1] == expected


@pytest.mark.parametrize(("site", "theme"), [("halves", "light"), ("counts", "dark")])
def test_the_controls_are_accessible_and_fit_a_phone(open_site, site, theme):
    page = open_site(site, width=360, theme=theme)
    first_card(page).get_by_role("radio").first.check()
    width, allowed = document_widths(page)
    assert width <= allowed
    assert axe_violations(page) == []
