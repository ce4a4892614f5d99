"""Where the tower puts a visitor: on the map, and among the users. Held against a tower run in Python."""

import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from recsys.export.script import json_in
from recsys.schema import DeepTower, RatingBin
from recsys.site.images.square import square_around
from recsys.site.pages.ten_best import stars_of
from tests.browser.conftest import THEMES, WIDTHS, expose, until
from tests.training.literal_tower import LiteralTower

STARS = (5, 4, 1, 5, 3)
NEAR = "[data-similar-users] li"
YOU = "[data-position] .you"
PLACE = (
    f"() => {{ const {{ left, top }} = document.querySelector('{YOU}').style; return [left, top].map(parseFloat); }}"
)


@pytest.fixture(scope="module")
def exported(site):
    names = ("items", "item_embeddings", "recommendations")
    return {name: json.loads((site / "data" / f"{name}.json").read_text("utf-8")) for name in names}


@pytest.fixture(scope="module")
def tower(site):
    script = (site / "data" / "deep_tower.js").read_text("utf-8")
    return LiteralTower(msgspec.json.decode(json_in(script), type=DeepTower))


@pytest.fixture(scope="module")
def titles(exported, tower):
    """Titles by row of the tower."""
    found = {item["id"]: item["title"] for item in exported["items"]["items"]}
    return [found[id_] for id_ in tower.tower.item_ids]


def rated(page, stars=STARS):
    """Rate the first films of the grid."""
    until(page, "!document.querySelector('[data-waiting] [data-status]').textContent.startsWith('Loading')")
    for place, n in enumerate(stars):
        page.locator("[data-grid] > li").nth(place).get_by_role("radio").nth(n - 1).check()
    page.locator(NEAR).first.wait_for()
    return page


def history(tower, stars=STARS):
    return list(zip(tower.tower.starters, stars, strict=False))


def place_of(tower, vector):
    told = tower.tower.map
    return np.array(told.axes) @ (vector - np.array(told.centre))


def shown(page):
    """Pairs of user id and cosine as they are written."""
    lines = page.locator(NEAR).all()
    return [(one.locator("a").inner_text().removeprefix("User "), one.locator("span").inner_text()) for one in lines]


@pytest.mark.parametrize("place", ["disk", "web"])
def test_the_nearest_users_are_those_whose_ten_best_the_tower_reads_alike(
    request, visit, place, exported, tower, titles
):
    page = rated(visit(request.getfixturevalue(place) + "rate.html"))
    bins = [RatingBin(one["low"], one["high"]) for one in exported["items"]["bins"]]
    rows = {id_: row for row, id_ in enumerate(tower.tower.item_ids)}
    mine = tower.vector(history(tower))
    liked = {titles[row] for row, stars in history(tower) if stars >= 4}
    cosines, both = {}, {}
    for id_, user in exported["recommendations"]["users"].items():
        own = [(rows[one["item"]], stars_of(one["rating"], bins)) for one in user["rated"]]
        vector = tower.vector(own)
        cosines[id_] = vector @ mine / np.linalg.norm(vector) / np.linalg.norm(mine)
        both[id_] = [titles[row] for row, stars in own if stars >= 4 and titles[row] in liked]
    best = sorted(cosines.values(), reverse=True)[:5]
    assert [cosine for _, cosine in shown(page)] == [f"{cosine:.2f}" for cosine in best]
    assert [cosines[id_] for id_, _ in shown(page)] == pytest.approx(best, abs=1e-9)
    for line, (id_, _) in zip(page.locator(NEAR).all(), shown(page), strict=True):
        named = line.locator("p bdi").all_inner_texts()
        assert named == both[id_][:3]
        assert ("none of yours" in line.inner_text()) == (not named)
    (id_, _), *_ = shown(page)
    page.locator(NEAR).first.get_by_role("link").click()
    page.wait_for_url(re.compile(r"/users/[^/]+\.html$"))
    assert page.get_by_role("heading", level=1).inner_text() == f"User {id_}"


def test_the_mark_on_the_map_is_where_the_tower_says_and_words_say_so_too(visit, disk, exported, tower, titles):
    page = rated(visit(disk + "rate.html"))
    place = place_of(tower, tower.vector(history(tower)) * tower.tower.map.user_scale)
    square = square_around(exported["item_embeddings"]["models"]["deep"]["projection"])
    expected = square.to_percent(tuple(place))
    assert all(2 < part < 98 for part in expected)
    assert page.evaluate(PLACE) == pytest.approx(expected, abs=0.02)
    away = {row: np.linalg.norm(place_of(tower, tower.items[row]) - place) for row in tower.tower.starters}
    nearest = [titles[row] for row in sorted(away, key=lambda row: away[row])[:3]]
    assert page.locator("[data-position] p bdi").all_inner_texts() == nearest
    listed = page.locator("[data-films] > li a").all_inner_texts()
    marks = page.locator(".rate-plane span i")
    assert [mark.get_attribute("title") for mark in marks.all()] == listed


def test_the_mark_moves_with_the_ratings_and_goes_with_them(visit, disk):
    page = rated(visit(disk + "rate.html"))
    before = page.evaluate(PLACE)
    page.locator("[data-grid] > li").nth(0).get_by_role("radio").first.check()
    assert page.evaluate(PLACE) != before
    page.get_by_role("button", name="Clear all").click()
    for part in ("You on the map", "Users near you"):
        assert page.get_by_role("region", name=part).count() == 0


def test_the_picture_leads_to_the_same_place_on_the_map(visit, web, tower):
    page = rated(visit(web + "rate.html"))
    page.get_by_role("link", name="You on the map of films").click()
    page.get_by_text("★ You").wait_for()
    found = page.evaluate("({ ...Bokeh.documents[0].get_model_by_name('visitor').data })")
    place = place_of(tower, tower.vector(history(tower)) * tower.tower.map.user_scale)
    assert [*found["x"], *found["y"]] == pytest.approx(place, abs=6e-4)


@pytest.mark.parametrize(
    ("square", "expected", "label_is_left"), [([9, 0, 1], [2, 50], False), ([-9, -9, 2], [98, 2], True)]
)
def test_who_lies_outside_the_picture_stands_at_its_edge_and_it_is_said(
    visit, disk, tmp_path, square, expected, label_is_left
):
    page = rated(visit(disk + "rate.html"))
    expose(page, tmp_path, "rate/position.js", "createPositionView")
    making = """(square) => {
      document.querySelector("[data-position]").remove();
      const box = document.createElement("section");
      box.dataset.position = "";
      document.querySelector("main").append(box);
      const tower = { itemPosition: () => [0, 0], userPosition: () => [0, 0] };
      createPositionView(box, tower, { title: (row) => `<b>${row}` }, square, [3, 7]).show([1], []);
    }"""
    page.evaluate(making, square)
    assert page.evaluate(PLACE) == expected
    words = (
        "You lie beyond the edge of the picture. Of well-known films, these are nearest to you here: <b>3 and <b>7."
    )
    assert page.get_by_text(words).count() == 1
    assert ("is-right" in page.locator(YOU).get_attribute("class")) == label_is_left


def test_where_the_users_do_not_come_the_list_does_and_the_next_rating_asks_again(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(
        """{
      let load;
      const isThere = (name) => name !== "top-rated" || globalThis.isOnline;
      const attempt = (name) => (isThere(name) ? load(name) : Promise.reject(new Error("offline")));
      globalThis.marquee = { get load() { return attempt; }, set load(installed) { load = installed; } };
    }"""
    )
    page.goto(disk + "rate.html")
    until(page, "!document.querySelector('[data-waiting] [data-status]').textContent.startsWith('Loading')")
    radios = [page.locator("[data-grid] > li").nth(n).get_by_role("radio").last for n in range(2)]
    radios[0].check()
    page.locator("[data-films] > li").nth(9).wait_for()
    assert page.get_by_role("region", name="Users near you").count() == 0
    page.evaluate("globalThis.isOnline = true")
    radios[1].check()
    page.locator(NEAR).nth(4).wait_for()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_once_films_are_rated(visit, disk, width, theme):
    import axe_playwright_python

    page = rated(visit(disk + "rate.html", width, theme))
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    running = "axe.run({ preload: false, resultTypes: ['violations'] }).then((all) => all.violations)"
    violations = page.evaluate(running)
    assert [(one["id"], node["target"], node["failureSummary"]) for one in violations for node in one["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
