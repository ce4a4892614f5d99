"""What scripts say on a site about other things than films: nouns, counts, and what the data does not have."""

import msgspec
import pytest

from recsys.schema import Noun, Presentation, RatingsSummary
from tests.browser.conftest import document_widths, settled, until
from tests.site.tiny import render, tiny

LONG = "Of ten thousand characters " * 400
LONG_ID = "reader" * 30


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """The address of a site about hours of play: no genres, no years, endless title and user id, no user pages."""
    full = tiny()
    items = [msgspec.structs.replace(item, year=None, genres=[]) for item in full.items.items]
    items[3] = msgspec.structs.replace(items[3], title=LONG)
    hours = RatingsSummary(kind="counts", low=0.1, high=6000, description="counts")
    presentation = Presentation(
        item=Noun("game", "games", "play", "played"), rating_name="hours", links={"Shop": "https://shop.example/{id}/x"}
    )
    build = msgspec.structs.replace(
        full.build,
        presentation=presentation,
        dataset=msgspec.structs.replace(full.build.dataset, ratings=hours),
        config={**full.build.config, "user_pages": 0},
    )
    users = {LONG_ID if id_ == "constructor" else id_: lists for id_, lists in full.recommendations.users.items()}
    recommendations = msgspec.structs.replace(full.recommendations, users=users)
    helped = [msgspec.structs.replace(user, user=LONG_ID) for user in full.metrics.least_helped]
    metrics = msgspec.structs.replace(full.metrics, least_helped=helped)
    items = msgspec.structs.replace(full.items, items=items)
    changes = {"build": build, "items": items, "metrics": metrics, "recommendations": recommendations}
    return f"{render(msgspec.structs.replace(full, **changes), tmp_path_factory.mktemp('games') / 'site').as_uri()}/"


def panel_of(page):
    return page.locator("[data-panel]")


def test_the_map_counts_what_the_site_is_about_and_names_only_facts_that_the_data_has(disk, visit):
    page = settled(visit(disk + "map.html#item=f%2F2&colour=genre"))
    until(page, "() => document.querySelector('[data-count]').textContent === '5 games'")
    terms = page.locator(".item-facts dt").all_inner_texts()
    assert terms == ["Users"]
    assert panel_of(page).get_by_role("link", name="Shop").get_attribute("href") == "https://shop.example/f%2F2/x"
    assert page.locator("[data-legend]").inner_text() == ""
    panel_of(page).get_by_role("button", name="Clear").click()
    assert "most popular" in panel_of(page).inner_text()
    until(page, "() => location.hash === ''")  # there are no genres to colour by


def test_the_search_says_what_it_finds(disk, visit):
    page = visit(disk + "about.html")
    field = page.get_by_role("combobox", name="Search users and games")
    field.fill("p1001")
    until(page, "() => document.querySelector('#search-list [role=option]')")
    assert page.locator("#search-list [role=option]").first.inner_text().split() == ["p1001", "game"]


def test_a_long_title_is_cut_wherever_a_script_shows_it(disk, visit):
    page = settled(visit(disk + "map.html#item=4"))
    heading = page.locator("[data-panel] h2")
    assert len(heading.inner_text()) <= 120 and heading.inner_text().endswith("…")
    label = "() => Bokeh.documents[0].get_model_by_name('picked').data.label"
    assert [len(text) for text in page.evaluate(label)] == [40]
    page.get_by_role("combobox", name="Search users and games").fill("ten thousand")
    until(page, "() => document.querySelector('#search-list [role=option]')")
    assert len(page.locator("#search-list [role=option]").first.inner_text()) < 140


def test_any_user_has_interactions_and_counts(disk, visit):
    page = visit(disk + "users.html#1")
    page.get_by_role("heading", level=1, name="User 1").wait_for()
    facts = page.locator("[data-facts]").inner_text()
    assert "interaction" in facts and "rating" not in facts
    assert "played" in page.locator("[data-hits]").first.inner_text()


def test_a_long_user_id_makes_the_tables_no_wider_than_a_phone(disk, visit):
    page = settled(visit(disk + "compare.html", 360))
    assert LONG_ID in page.content()
    assert document_widths(page) == (360, 360)
