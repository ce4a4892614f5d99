"""The new user's position on the map and the most similar users, compared with a tower run in Python."""

import re

import msgspec
import numpy as np
import pytest

from recsys.export.script import json_in
from recsys.schema import DeepTower, RatingsSummary
from recsys.site.images.square import square_around
from recsys.site.pages.ten_best import stars_of
from tests.browser.conftest import THEMES, WIDTHS, axe_violations, document_widths
from tests.browser.rate.page import cards, loaded
from tests.training.literal_tower import LiteralTower

STARS = (5, 4, 1, 5, 3)
SIMILAR_USERS = "[data-similar-users] li"
YOU = "[data-position] .you"
POSITION = (
    f"() => {{ const {{ left, top }} = document.querySelector('{YOU}').style; return [left, top].map(parseFloat); }}"
)


@pytest.fixture(scope="module")
def tower(site):
    script = (site / "data" / "deep_tower.js").read_text("utf-8")
    return LiteralTower(msgspec.json.decode(json_in(script), type=DeepTower))


@pytest.fixture(scope="module")
def titles(items, tower):
    """Titles by row of the tower."""
    return [items[id_]["title"] for id_ in tower.tower.item_ids]


def rated(page):
    """Rate the first items of the grid."""
    loaded(page)
    for position, stars in enumerate(STARS):
        cards(page).nth(position).get_by_role("radio").nth(stars - 1).check()
    page.locator(SIMILAR_USERS).first.wait_for()
    return page


def history(tower):
    return list(zip(tower.tower.starters, STARS, strict=False))


def places_of(exported):
    """Where each item lies on the map, by its id."""
    embedding = exported["item_embeddings"]["models"]["deep"]
    return dict(zip(embedding["item_ids"], embedding["neighbour_layout"], strict=True))


def middle_of_liked(tower, places):
    """The mean place of the rated items, by how much each rating speaks for others like it."""
    weights = [max(tower.tower.star_weights[stars - 1], 0) for _, stars in history(tower)]
    return np.average([places[tower.tower.item_ids[row]] for row, _ in history(tower)], axis=0, weights=weights)


def similar_users(page):
    """Pairs of user id and cosine as they are written."""
    rows = page.locator(SIMILAR_USERS).all()
    return [(row.locator("a").inner_text().removeprefix("User "), row.locator("span").inner_text()) for row in rows]


def test_the_most_similar_users_are_those_whose_ten_best_items_have_a_similar_vector(
    visit, origin, exported, tower, titles
):
    page = rated(visit(origin + "rate.html"))
    scale = RatingsSummary(**exported["build"]["dataset"]["ratings"])
    rows = {id_: row for row, id_ in enumerate(tower.tower.item_ids)}
    new_user = tower.vector(history(tower))
    liked = {titles[row] for row, stars in history(tower) if stars >= 4}
    cosines, liked_by_both = {}, {}
    for id_, user in exported["recommendations"]["users"].items():
        ten_best = [(rows[rating["item"]], stars_of(rating["rating"], scale)) for rating in user["rated"]]
        vector = tower.vector(ten_best)
        cosines[id_] = vector @ new_user / np.linalg.norm(vector) / np.linalg.norm(new_user)
        liked_by_both[id_] = [titles[row] for row, stars in ten_best if stars >= 4 and titles[row] in liked]
    best = sorted(cosines.values(), reverse=True)[:5]
    assert [cosine for _, cosine in similar_users(page)] == [f"{cosine:.2f}" for cosine in best]
    assert [cosines[id_] for id_, _ in similar_users(page)] == pytest.approx(best, abs=1e-9)
    for row, (id_, _) in zip(page.locator(SIMILAR_USERS).all(), similar_users(page), strict=True):
        named = row.locator("p bdi").all_inner_texts()
        assert named == liked_by_both[id_][:3]
        assert ("none of yours" in row.inner_text()) == (not named)
    (id_, _), *_ = similar_users(page)
    page.locator(SIMILAR_USERS).first.get_by_role("link").click()
    page.wait_for_url(re.compile(r"/users/[^/]+\.html$"))
    assert page.get_by_role("heading", level=1).inner_text() == f"User {id_}"


def test_the_picture_and_the_words_below_it_put_the_visitor_amid_what_they_like(visit, disk, exported, tower, titles):
    page = rated(visit(disk + "rate.html"))
    places = places_of(exported)
    position = middle_of_liked(tower, places)
    expected = square_around(list(places.values())).to_percent(tuple(position))
    assert page.evaluate(POSITION) == pytest.approx(expected, abs=0.1)
    ids = tower.tower.item_ids
    distance = {row: np.linalg.norm(np.array(places[ids[row]]) - position) for row in tower.tower.starters}
    nearest = [titles[row] for row in sorted(distance, key=lambda row: distance[row])[:3]]
    assert page.locator("[data-position] p bdi").all_inner_texts() == nearest
    listed = page.locator("[data-items] > li a").all_inner_texts()
    marks = page.locator(".rate-plane span i")
    assert [mark.get_attribute("title") for mark in marks.all()] == listed


def test_the_mark_moves_with_the_ratings_and_disappears_with_them(visit, disk):
    page = rated(visit(disk + "rate.html"))
    before = page.evaluate(POSITION)
    cards(page).nth(0).get_by_role("radio").first.check()
    assert page.evaluate(POSITION) != before
    page.get_by_role("button", name="Clear all").click()
    for part in ("You on the map", "Users near you"):
        assert page.get_by_role("region", name=part).count() == 0


def test_the_picture_links_to_the_same_position_on_the_map(visit, web, exported, tower):
    page = rated(visit(web + "rate.html"))
    page.get_by_role("link", name="You on the map of films").click()
    page.get_by_text("★ You").wait_for()
    mark = page.evaluate("({ ...Bokeh.documents[0].get_model_by_name('visitor').data })")
    position = middle_of_liked(tower, places_of(exported))
    assert [*mark["x"], *mark["y"]] == pytest.approx(position, abs=0.01)


def test_who_likes_nothing_is_nowhere_on_the_map(visit, disk):
    page = loaded(visit(disk + "rate.html"))
    for position in range(2):
        cards(page).nth(position).get_by_role("radio", name="1 star", exact=True).check()
    page.locator("[data-items] > li").first.wait_for()
    assert page.get_by_role("region", name="You on the map").count() == 0


def test_if_the_users_do_not_load_the_list_is_shown_and_the_next_rating_loads_them_again(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(
        """{
      let load;
      const isReachable = (name) => name !== "top-rated" || globalThis.isOnline;
      const attempt = (name) => (isReachable(name) ? load(name) : Promise.reject(new Error("offline")));
      globalThis.marquee = { get load() { return attempt; }, set load(installed) { load = installed; } };
    }"""
    )
    page.goto(disk + "rate.html")
    loaded(page)
    radios = [cards(page).nth(n).get_by_role("radio").last for n in range(2)]
    radios[0].check()
    page.locator("[data-items] > li").nth(9).wait_for()
    assert page.get_by_role("region", name="Users near you").count() == 0
    page.evaluate("globalThis.isOnline = true")
    radios[1].check()
    page.locator(SIMILAR_USERS).nth(4).wait_for()


@pytest.mark.parametrize(("width", "theme"), list(zip(WIDTHS, THEMES, strict=True)))
def test_axe_finds_nothing_once_items_are_rated(visit, disk, width, theme):
    page = rated(visit(disk + "rate.html", width, theme))
    assert axe_violations(page) == []
    needed, available = document_widths(page)
    assert needed <= available
