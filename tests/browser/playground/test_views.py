"""The views of the playground by themselves: map, pair and lists show what messages of the learner say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.site.output.scripts import join_modules
from tests.site.tiny import STRINGS, TEMPLATES

VIEWS = join_modules(Path(__file__).with_name("views.js"), STRINGS)
STYLES = "".join(
    path.read_text()
    for folder in ("style", "playground")
    for path in sorted((TEMPLATES / "assets" / folder).glob("*.css"))
)
TITLES = ["<b>Alien</b>", "Brazil", "Casablanca", "Dune", "Eraserhead"]
LOG = {
    **{"nUsers": 3, "nItems": 5, "user": [0, 0, 0, 1, 1, 2], "item": [1, 0, 2, 1, 3, 1]},
    **{"rating": [4, 2, 5, 3, 1, 5], "time": None},
    **{"genres": {"names": ["Drama", "War", "Noir"], "ofItem": [[0], [0, 2], [0, 1], [], [1]]}},
    "years": [1979, 1985, None, 1984, 1977],
}
DATA = {"titles": TITLES, "log": LOG}
CORNERS = [-1, -1, 1, -1, -1, 1, 1, 1, 0, 0]
"""Four items at the corners, the last one in the middle."""
PAIR = {
    **{"user": 0, "item": 2, "rated": True, "heldOut": False},
    "base": {"user": [1, -2], "item": [3, 0.5], "bias": 0.25, "temperature": 2, "score": 1.25},
    "deep": {"user": [0.5, 0.5], "item": [0.5, -0.5], "bias": -1, "temperature": 2, "score": -1},
}
INK = """() => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, n) => n % 4 === 3 && value > 200).length;
}"""
"""How many points of the canvas are painted nearly opaque."""
COLOUR_AT = """([dx, dy]) => {
  const canvas = document.querySelector("canvas");
  const [x, y] = [canvas.width / 2 + 90 * dx, canvas.height / 2 - 90 * dy];
  return [...canvas.getContext("2d").getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3);
}"""
"""The colour at 90 px from the middle of the canvas in a direction."""
BAR = """(cell) => {
  const { backgroundPositionY, backgroundSize } = cell.style;
  const height = Number.parseFloat(backgroundSize.split(" ")[1]);
  const top = (Number.parseFloat(backgroundPositionY) / 100) * (100 - height);
  return [top, top + height];
}"""
ACCENT = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "var(--accent)";
  return getComputedStyle(probe).color.match(/\\d+/g).map(Number);
}"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """An empty page with ``globalThis.views`` and the styles of the playground."""
    page = chromium.new_page(viewport={"width": 800, "height": 900}, reduced_motion="reduce")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content('<!DOCTYPE html><html lang="en"><title>x</title><body></body></html>')
    page.add_style_tag(content=STYLES)
    page.add_script_tag(content=VIEWS)
    yield page
    page.close()
    assert errors == []


def create(page: Any, name: str, data: dict[str, Any] = DATA) -> None:
    page.evaluate("([name, data]) => views.create(name, data)", [name, data])


def show(page: Any, **message: Any) -> None:
    page.evaluate("(message) => views.show(message)", message)


def calls(page: Any) -> list[Any]:
    return list(page.evaluate("() => views.calls"))


def test_facts_count_ratings_and_choose_the_genre_that_says_most(page: Any) -> None:
    facts = page.evaluate("(data) => views.factsOf(data)", DATA)
    assert facts["nRatings"] == [1, 3, 1, 1, 0]
    assert facts["byPopularity"] == [1, 0, 2, 3, 4]
    assert facts["genreNames"] == ["Drama", "War", "Noir"]
    assert facts["genreOf"] == [0, 2, 1, -1, 1]
    assert facts["rated"] == [[[1, 4], [0, 2], [2, 5]], [[1, 3], [3, 1]], [[1, 5]]]
    assert facts["firstPair"] == {"user": 0, "item": 1}


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1))
@settings(max_examples=30, deadline=None)
def test_facts_find_the_ratings_of_every_user(views_page: Any, pairs: set[tuple[int, int]]) -> None:
    rows = sorted(pairs, key=lambda pair: (pair[0] * 7 + pair[1] * 5) % 11)  # users are mixed
    user, item = (list(column) for column in zip(*rows, strict=True))
    log = {"nUsers": 5, "nItems": 7, "user": user, "item": item, "rating": None, "time": None, "genres": None}
    facts = views_page.evaluate("(data) => views.factsOf(data)", {"titles": ["x"] * 7, "log": {**log, "years": None}})
    assert facts["rated"] == [[[i, None] for u, i in rows if u == user] for user in range(5)]
    counts = Counter(item)
    assert facts["nRatings"] == [counts[i] for i in range(7)]
    assert facts["byPopularity"] == sorted(range(7), key=lambda i: (-counts[i], i))
    first = facts["firstPair"]
    assert (first["user"], first["item"]) in pairs and first["item"] == facts["byPopularity"][0]


@pytest.fixture(scope="module")
def views_page(chromium: Any) -> Iterator[Any]:
    """A page of which no test changes anything."""
    page = chromium.new_page()
    page.set_content('<!DOCTYPE html><html lang="en"><title>x</title><body></body></html>')
    page.add_script_tag(content=VIEWS)
    yield page
    page.close()


def test_the_extent_leaves_out_a_few_outliers_of_many(views_page: Any) -> None:
    points = [float(value) for n in range(1000) for value in (n, -n)]
    assert views_page.evaluate("(points) => views.extentOf(points)", points) == [4, -995, 995, -4]
    assert views_page.evaluate("(points) => views.extentOf(points)", CORNERS) == [-1, -1, 1, 1]
    assert views_page.evaluate("() => views.extentOf([2, 2])") == [1, 1, 3, 3]


@pytest.mark.parametrize("is_learning", [True, False])
def test_points_move_steadily_to_where_they_shall_be(views_page: Any, is_learning: bool) -> None:
    move = "([a, b, isLearning]) => views.framesBetween(a, b, isLearning, false)"
    frames = views_page.evaluate(move, [[0, 0, 1, 1], [8, 8, 9, 9], is_learning])
    firsts = [first for first, _ in frames]
    assert len(frames) > 2
    assert firsts == sorted(firsts)
    assert all(top == pytest.approx(first + 1) for first, top in frames)  # the view moves with them
    assert frames[-1] == [8, 9]


def test_points_jump_where_nothing_may_move(views_page: Any) -> None:
    frames = views_page.evaluate("() => views.framesBetween([0, 0, 1, 1], [8, 8, 9, 9], true, true)")
    assert frames == [[0, 1], [8, 9]]


def test_a_point_tells_its_title_and_is_picked_by_a_click(page: Any) -> None:
    create(page, "map")
    show(page, points=CORNERS)
    box = page.locator("canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    assert page.locator(".map-tip").inner_text().split("\n") == ["Eraserhead", "1977 · War · 0 ratings"]
    page.mouse.click(*middle)
    assert calls(page) == [["item", 4]]
    page.mouse.move(middle[0] + 100, middle[1])
    assert page.locator(".map-tip").is_hidden()
    corner = (middle[0] - box["height"] / 2 + 14, middle[1] + box["height"] / 2 - 14)  # its unit fits the height
    page.mouse.click(*corner)
    assert calls(page)[1:] == [["item", 0]]
    assert page.locator(".map-tip b").inner_text() == "<b>Alien</b>"


def test_an_item_is_found_by_its_title_with_the_keyboard(page: Any) -> None:
    create(page, "map")
    show(page, points=CORNERS)
    page.get_by_role("combobox").fill("casa")
    page.keyboard.press("Enter")
    assert calls(page) == [["item", 2]]


def test_the_map_says_how_much_it_shows(page: Any) -> None:
    create(page, "map")
    long = {**PAIR, "base": {**PAIR["base"], "user": [0] * 32}}
    show(page, points=CORNERS, explained=[0.25, 0.125], pair=long, map="base")
    caption = page.locator("#playground-map-caption").inner_text
    assert "32 dimensions: 25% and 13% of the variance" in caption()
    assert "u0" in caption()
    show(page, points=CORNERS, pair=PAIR, map="base")
    assert "The two numbers of every vector" in caption()
    assert page.locator("canvas").get_attribute("aria-label").startswith("5 items")
    assert page.locator("canvas").get_attribute("aria-describedby") == "playground-map-caption"


@pytest.mark.parametrize(("tower", "vector"), [("base", [1, 2]), ("deep", [-3, -0.1]), ("base", [0, -1])])
def test_in_two_dimensions_an_arrow_points_where_the_vector_of_the_user_does(
    page: Any, tower: str, vector: list[float]
) -> None:
    create(page, "map")
    others = {name: {**PAIR[name], "user": [-2, 5]} for name in ("base", "deep")}
    show(page, points=CORNERS, pair={**PAIR, **others, tower: {**PAIR[tower], "user": vector}}, map=tower)
    length = sum(value**2 for value in vector) ** 0.5
    along = [value / length for value in vector]
    accent = pytest.approx(page.evaluate(ACCENT), abs=4)
    assert page.evaluate(COLOUR_AT, along) == accent
    assert page.evaluate(COLOUR_AT, [-value for value in along]) != accent


def test_the_other_tower_is_asked_for(page: Any) -> None:
    create(page, "map")
    page.get_by_role("radio", name="Deep").check()
    assert calls(page) == [["tower", "deep"]]
    assert "Deep" in page.locator("canvas").get_attribute("aria-label")


def test_a_genre_leaves_the_others_faint(page: Any) -> None:
    create(page, "map")
    show(page, points=CORNERS)
    everything = page.evaluate(INK)
    war = page.get_by_role("button", name="War")
    war.click()
    assert war.get_attribute("aria-pressed") == "true"
    assert page.evaluate(INK) < everything
    page.get_by_role("button", name="Noir").click()
    assert war.get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Noir").click()
    assert page.evaluate(INK) == everything


def test_a_narrow_screen_shows_the_most_rated_items_and_says_so(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    n = 250
    log = {"nUsers": 1, "nItems": n, "user": [0] * n, "item": list(range(n)), "rating": None, "genres": None}
    titles = [f"Title {item}" for item in range(n)]
    create(page, "map", {"titles": titles, "log": {**log, "time": None, "years": None}})
    show(page, points=[float(value) for item in range(n) for value in (item % 16, item // 16)])
    assert "The 200 most rated of 250 items" in page.locator("#playground-map-caption").inner_text()
    assert page.locator(".map-ramp").count() == 1  # without genres, colours are of popularity


def test_who_wants_less_motion_sees_the_map_once_an_epoch(page: Any) -> None:
    create(page, "map")
    show(page, points=CORNERS, epoch=1.1, state="learning")
    box = page.locator("canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    moved = [*CORNERS[:8], 0.5, 0.5]
    show(page, points=moved, epoch=1.6, state="learning")
    page.mouse.move(*middle)
    assert page.locator(".map-tip").is_visible()
    show(page, points=moved, epoch=2.0, state="learning")
    page.mouse.move(middle[0] + 1, middle[1])
    assert page.locator(".map-tip").is_hidden()


def test_before_there_are_towers_a_pair_says_so_instead_of_empty_controls(page: Any) -> None:
    create(page, "pair")
    assert page.locator(".pair-state").inner_text() == "Their vectors appear as soon as the towers are ready."
    assert page.locator(".pair-names, .pair-towers").locator("visible=true").count() == 0
    show(page, pair=PAIR)
    assert page.locator(".pair-names, .pair-towers").locator("visible=true").count() == 2


def test_a_pair_shows_numbers_products_and_how_they_add_up(page: Any) -> None:
    create(page, "pair")
    show(page, pair=PAIR)
    rows = page.locator(".m-base .vectors tr").all()
    assert [row.locator("td").all_inner_texts() for row in rows] == [
        ["1.000", "−2.000"],
        ["3.000", "0.500"],
        ["3.000", "−1.000"],
    ]
    terms = page.locator(".m-base .pair-sum dd").all_inner_texts()
    assert [term.replace("\xa0", " ") for term in terms] == ["2.00", "÷ 2.00", "+ 0.25", "= 1.25"]
    terms = page.locator(".m-deep .pair-sum dd").all_inner_texts()
    assert [term.replace("\xa0", " ") for term in terms] == ["0.00", "÷ 2.00", "− 1.00", "= −1.00"]
    assert "Casablanca" in page.locator(".pair-names").inner_text()
    assert "Rated 5" in page.locator(".pair-state").inner_text()
    assert page.locator(".m-base .vector-readout").is_hidden()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"heldOut": True, "rated": False}, "held out"),
        ({"item": 4, "rated": False}, "Not rated"),
        ({"item": 0}, "Rated 2"),
    ],
)
def test_a_pair_says_what_the_towers_know_of_it(page: Any, changes: dict[str, Any], said: str) -> None:
    create(page, "pair")
    show(page, pair={**PAIR, **changes})
    assert said in page.locator(".pair-state").inner_text()


def test_a_long_vector_is_read_out_by_pointer_and_by_keyboard(page: Any) -> None:
    create(page, "pair")
    n = 16
    tower = {"user": [float(k) for k in range(n)], "item": [0.5] * n, "bias": 0, "temperature": 1, "score": 60}
    show(page, pair={**PAIR, "base": tower, "deep": tower})
    readout = page.locator(".m-base .vector-readout")
    page.locator(".m-base .vectors tr").nth(1).locator("td").nth(6).hover()
    assert readout.inner_text() == "Dimension 7: 6.000 × 0.500 = 3.000"
    page.locator(".m-base input").focus()
    page.keyboard.press("ArrowRight")
    assert readout.inner_text() == "Dimension 8: 7.000 × 0.500 = 3.500"
    assert page.locator(".m-base .is-pointed").count() == 3


def test_colours_of_a_vector_follow_its_numbers(page: Any) -> None:
    create(page, "pair")
    show(page, pair=PAIR)
    cells = page.locator(".m-base .vectors tr").first.locator("td")
    half, full = (cells.nth(n).evaluate("(cell) => cell.style.backgroundColor") for n in (0, 1))
    assert half.endswith("/ 0.4)") or half.endswith(", 0.4)")
    assert full.endswith("/ 0.8)") or full.endswith(", 0.8)")
    assert half.rsplit("0.4", 1)[0] != full.rsplit("0.8", 1)[0]  # one positive, one negative


def test_products_of_long_vectors_are_bars_from_the_middle(page: Any) -> None:
    create(page, "pair")
    tower = {"user": [1.0] * 9, "item": [3.0, -1.0, *[0.0] * 7], "bias": 0, "temperature": 1, "score": 2}
    show(page, pair={**PAIR, "base": tower, "deep": tower})
    cells = page.locator(".m-base .vectors tr").last.locator("td")
    bars = [cells.nth(n).evaluate(BAR) for n in (0, 1)]
    assert bars[0] == pytest.approx([0, 50])  # its top and bottom, in per cent of the cell
    assert bars[1] == pytest.approx([50, 50 + 50 / 3], abs=0.01)


def test_another_pair_is_asked_for(page: Any) -> None:
    create(page, "pair")
    show(page, pair=PAIR)
    page.get_by_role("button", name="Another user").click()
    page.get_by_role("button", name="Item they rated").click()
    page.get_by_role("button", name="Item they have not rated").click()
    (_, user), (_, rated), (_, other) = calls(page)
    assert user["user"] in (1, 2)
    assert rated["item"] in (0, 1)  # rated by user 0, and not the item shown
    assert other["item"] in (3, 4)


def lists(**changes: Any) -> dict[str, Any]:
    listed = [{"item": 3, "score": 2.5, "isHit": False}, {"item": 4, "score": -0.125, "isHit": True}]
    rated = [{"item": 2, "rating": 5}, {"item": 0, "rating": 2}]
    message = {"type": "lists", "user": 0, "nTrain": 2, "nHeldOut": 1, "rated": rated, "heldOut": [4]}
    return {**message, "base": listed, "deep": listed[:1], **changes}


def test_lists_stand_side_by_side_with_their_hits(page: Any) -> None:
    create(page, "lists")
    show(page, **lists())
    assert page.locator("h2").inner_text() == "Test: user u0"
    rated, base, deep = page.locator("section section").all()
    assert rated.locator("li").all_inner_texts() == ["Casablanca\n5", "<b>Alien</b> 1979\n2"]
    assert [line.split("\n")[-1] for line in base.locator("li").all_inner_texts()] == ["2.50", "−0.13"]
    assert base.locator("li.is-hit").all_inner_texts()[0].startswith("Eraserhead 1977 held out")
    assert "1 of 2" in base.locator("p").inner_text()
    assert deep.locator("li.is-hit").count() == 0
    tops = {section.bounding_box()["y"] for section in (rated, base, deep)}
    assert len(tops) == 1
    page.set_viewport_size({"width": 690, "height": 800})
    assert len({section.bounding_box()["x"] for section in (rated, base, deep)}) == 1


def test_lists_are_asked_for_again_after_every_epoch(page: Any) -> None:
    create(page, "lists")
    show(page, step=0, epoch=0)
    assert page.locator(".playground-notice").is_visible()
    show(page, **lists(user=2))
    for epoch in (0.5, 1, 1.5, 1.9, 2.2):
        show(page, step=5, epoch=epoch, state="learning")
    assert calls(page) == [["user", 2], ["user", 2]]
    assert page.locator(".playground-notice").is_hidden()
    page.get_by_role("button", name="Another user").click()
    assert len(calls(page)) == 3
