"""Rating of items in lists on sites of strange ids, of likes instead of stars, and without a tower."""

from __future__ import annotations

import pytest

from recsys.schema import RatingsSummary
from tests.browser.test_rating import first_button, panel, stored
from tests.site.tiny import FILM_IDS, render_pages, tiny, with_ratings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rating")
    counts = RatingsSummary(kind="counts", low=1, high=500, step=1, description="")
    sites = {"stars": tiny(), "likes": with_ratings(tiny(), counts), "none": tiny(("base",))}
    for name, artefacts in sites.items():
        render_pages(artefacts, folder / name, "rate", "users", "items")
    return folder


@pytest.fixture(scope="module")
def disk(folder):
    return f"{folder.as_uri()}/"


@pytest.fixture(scope="module")
def web(disk):
    return disk


def test_ids_that_are_no_file_names_are_stored_as_they_are(visit, disk):
    page = visit(disk + "stars/items.html")
    first_button(page)
    for button in page.locator(".rate-it").all():
        button.click()
        panel(page).get_by_role("button", name="Seen it").click()
        page.keyboard.press("Escape")
    assert stored(page)["ratings"].keys() == {*FILM_IDS}


def test_where_items_are_liked_or_not_the_panel_asks_for_that(visit, disk):
    page = visit(disk + "likes/items.html")
    first_button(page).click()
    panel(page).get_by_role("radio", name="Like", exact=True).check()
    assert panel(page).get_by_role("radio").count() == 2
    assert panel(page).get_by_role("button", name="Seen it").count() == 0
    assert list(stored(page)["ratings"].values()) == [5]


def test_without_a_tower_there_is_nothing_to_rate(visit, disk):
    page = visit(disk + "none/items.html")
    page.wait_for_timeout(200)
    assert page.locator(".rate-it").count() == 0
    assert page.locator(".titles td").first.evaluate("td => getComputedStyle(td).position") == "static"
