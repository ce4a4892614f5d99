"""The map of items: what can be picked, filtered, replayed and shared, compared with the exported JSON."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from recsys.export.script import json_in
from tests.browser.conftest import settled, until

POSITIONS = """() => {
  const { x, y } = Bokeh.documents[0].get_model_by_name("items").data;
  return Array.from(x, (value, n) => [value, y[n]]);
}"""
NEW_USER = """() => {
  const { x, y } = Bokeh.documents[0].get_model_by_name("visitor").data;
  return Array.from(x, (value, n) => [value, y[n]]);
}"""
COLOURS = "() => new Set(Bokeh.documents[0].get_model_by_name('items').data.fill).size"


@pytest.fixture(scope="module")
def items(exported):
    return exported["items"]["items"]


@pytest.fixture(scope="module")
def projections(exported):
    return {name: model["projection"] for name, model in exported["item_embeddings"]["models"].items()}


def same(positions, expected) -> bool:
    return all(
        abs(a - b) < 1e-6
        for point, expected_point in zip(positions, expected, strict=True)
        for a, b in zip(point, expected_point, strict=True)
    )


def count(page) -> str:
    return page.locator("[data-count]").inner_text()


def panel(page):
    return page.get_by_role("region", name="Picked film")


def view_in_address(page) -> dict[str, list[str]]:
    """The state of the view in the address, once it has been written there."""
    page.wait_for_timeout(400)  # it is written a moment after the last change
    return parse_qs(urlsplit(page.url).fragment)


def tap_an_item(page) -> None:
    """Tap ever further from the middle, until an item is hit."""
    page.locator("[data-chart]").scroll_into_view_if_needed()
    box = page.locator("[data-chart]").bounding_box()
    for step in range(1, 40):
        x = box["x"] + box["width"] * (0.5 + 0.01 * step * (-1) ** step)
        page.mouse.click(x, box["y"] + box["height"] / 2)
        if panel(page).get_by_role("link", name="Open its page").count():
            return
    pytest.fail("no tap hit an item")


def test_a_tap_shows_an_item_with_its_neighbours_and_a_link_to_its_page(visit, origin, items):
    page = settled(visit(origin + "map.html"))
    tap_an_item(page)
    title = panel(page).get_by_role("heading", level=2).inner_text()
    panel(page).get_by_text("Nearest in").wait_for()
    (picked,) = view_in_address(page)["item"]
    item = next(item for item in items if item["id"] == picked)
    assert item["title"] == title
    titles = {item["id"]: item["title"] for item in items}
    neighbours = [titles[similar["item"]] for similar in item["similar"]["base"]]
    assert panel(page).locator("li bdi").all_inner_texts() == neighbours
    panel(page).get_by_role("link", name="Open its page").click()
    page.wait_for_url(re.compile(r"/items/[^/]+\.html$"))
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_a_neighbour_can_be_picked_and_the_pick_cleared(visit, disk):
    page = settled(visit(disk + "map.html#item=5331"))
    first = panel(page).locator("li button").first
    name = first.locator("bdi").inner_text()
    first.click()
    assert panel(page).get_by_role("heading", level=2).inner_text() == name
    panel(page).get_by_role("button", name="Clear").click()
    assert "item" not in view_in_address(page)


def test_genres_and_years_filter_the_items(visit, disk, items):
    page = settled(visit(disk + "map.html"))
    assert count(page) == f"{len(items)} films"
    page.locator("summary", has_text="Genres").click()
    page.get_by_role("checkbox", name=re.compile("^Western")).check()
    westerns = [item for item in items if "Western" in item["genres"]]
    assert count(page) == f"{len(westerns)} of {len(items)} films"
    page.get_by_role("checkbox", name=re.compile("^Horror")).check()
    either = [item for item in items if {"Western", "Horror"} & set(item["genres"])]
    assert count(page) == f"{len(either)} of {len(items)} films"
    page.keyboard.press("Escape")
    page.get_by_label("From year").fill("1990")
    recent = [item for item in either if item["year"] >= 1990]
    assert count(page) == f"{len(recent)} of {len(items)} films"
    assert 0 < len(recent) < len(either)
    page.get_by_role("button", name="Reset").click()
    assert count(page) == f"{len(items)} films"


def test_items_are_coloured_by_model_genre_year_or_popularity_with_a_legend(visit, disk):
    page = settled(visit(disk + "map.html"))
    assert page.evaluate(COLOURS) == 1
    for colour, min_colours in (("genre", 5), ("year", 5), ("popularity", 5)):
        page.get_by_label("Colour").select_option(colour)
        assert page.evaluate(COLOURS) >= min_colours
        assert page.locator("[data-legend]").inner_text()
    page.get_by_label("Colour").select_option("model")
    assert page.evaluate(COLOURS) == 1


def test_each_model_has_its_own_positions(visit, disk, projections):
    page = settled(visit(disk + "map.html"))
    assert same(page.evaluate(POSITIONS), projections["base"])
    page.get_by_role("radio", name="Deep").check()
    assert same(page.evaluate(POSITIONS), projections["deep"])


def test_the_replay_loads_on_request_moves_the_items_and_ends_at_their_final_positions(visit, origin, projections):
    page = settled(visit(origin + "map.html"))
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rsplit("/", 1)[1].partition("?")[0]))
    page.get_by_role("button", name="Replay").click()
    slider = page.get_by_role("slider", name="Epoch")
    slider.wait_for()
    assert [name for name in loaded if "replay" in name] == ["map_replay.js"]
    slider.focus()
    page.keyboard.press("Home")
    first = page.evaluate(POSITIONS)
    assert not same(first, projections["base"])
    page.keyboard.press("End")
    assert same(page.evaluate(POSITIONS), projections["base"])
    assert page.locator("[data-losses] svg").count() == 1
    page.get_by_role("region", name="Replay of the training").get_by_role("button", name="Close").click()
    assert same(page.evaluate(POSITIONS), projections["base"])


def test_the_address_holds_the_epoch_that_is_shown(site, visit, disk):
    replay = json.loads(json_in((site / "data" / "map_replay.js").read_text(encoding="utf-8")))["models"]
    page = settled(visit(disk + "map.html#epoch=999"))
    page.get_by_role("slider", name="Epoch").wait_for()
    page.get_by_role("radio", name="Deep").check()
    last = replay["deep"]["epochs"][-1]
    page.get_by_text(f"Epoch {last} of {last}").wait_for()
    assert view_in_address(page)["epoch"] == [str(last)]


def test_on_a_phone_the_panel_of_a_tapped_item_scrolls_into_view(visit, disk):
    page = settled(visit(disk + "map.html", 360, has_touch=True))
    tap_an_item(page)
    panel(page).get_by_text("Nearest in").wait_for()  # until then the panel may still be replaced
    box = panel(page).get_by_role("heading", level=2).bounding_box()
    assert 0 < box["y"] < page.evaluate("innerHeight") - box["height"]


def test_the_replay_plays_by_itself_unless_the_system_asks_for_reduced_motion(visit, disk, projections):
    page = settled(visit(disk + "map.html", reduced_motion="no-preference"))
    page.get_by_role("button", name="Replay").click()
    page.get_by_role("button", name="Play again").wait_for()
    assert same(page.evaluate(POSITIONS), projections["base"])


def test_a_shared_link_shows_the_same_view(visit, origin):
    page = settled(visit(origin + "map.html"))
    page.get_by_role("radio", name="Deep").check()
    page.get_by_label("Colour").select_option("year")
    page.get_by_label("To year").fill("1970")
    page.get_by_role("combobox", name="Find a film on the map").fill("belle bete")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel(page).get_by_text("Nearest in Deep").wait_for()
    assert {"model", "colour", "to", "item"} <= set(view_in_address(page))
    other = settled(visit(page.url))
    panel(other).get_by_text("Nearest in Deep").wait_for()
    assert count(other) == count(page)
    assert panel(other).inner_text() == panel(page).inner_text()
    assert other.get_by_role("radio", name="Deep").is_checked()
    assert other.get_by_label("Colour").input_value() == "year"
    assert same(other.evaluate(POSITIONS), page.evaluate(POSITIONS))


@pytest.mark.parametrize("hash_", ["#item=none&model=wide&genre=x&from=y&epoch=-1&colour=z", "#%", "#item=%00"])
def test_invalid_values_in_the_address_show_the_whole_map(visit, disk, items, hash_):
    page = settled(visit(disk + "map.html" + hash_))
    until(page, "document.querySelector('[data-panel] li')")
    assert count(page) == f"{len(items)} films"


def test_a_position_in_the_address_is_marked_on_the_map_of_deep_alone(visit, disk):
    page = settled(visit(disk + "map.html#model=deep&you=0.01,-0.02"))
    page.get_by_text("★ You").wait_for()
    assert page.evaluate(NEW_USER) == [[0.01, -0.02]]
    page.get_by_role("radio", name="Base").check()
    page.get_by_text("★ You").wait_for(state="detached")
    assert page.evaluate(NEW_USER) == []
    page.get_by_role("radio", name="Deep").check()
    assert page.evaluate(NEW_USER) == [[0.01, -0.02]]
    assert view_in_address(page)["you"] == ["0.01,-0.02"]


def test_a_copied_link_does_not_hold_the_position_of_the_user(visit, disk):
    page = settled(visit(disk + "map.html#model=deep&you=0.01,-0.02"))
    page.get_by_text("★ You").wait_for()
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; }")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("copied") == disk + "map.html#model=deep"
    assert view_in_address(page)["you"] == ["0.01,-0.02"]
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name=re.compile("Cop")).click()
    assert page.locator("[data-link] input").input_value() == disk + "map.html#model=deep"


def test_a_position_beyond_all_items_is_marked_at_their_edge(visit, disk, projections):
    page = settled(visit(disk + "map.html#model=deep&you=999999,-999999"))
    page.get_by_text("★ You").wait_for()
    (x, y) = page.evaluate(NEW_USER)[0]
    xs, ys = zip(*projections["deep"], strict=True)
    assert (x, y) == pytest.approx((max(xs), min(ys)), abs=1e-4)


@pytest.mark.parametrize("position", ["NaN,1", "1", "1,2,3", "1e3,1", "Infinity,0", ",", "<b>,1", "0x1,1", "1,", "%"])
def test_an_invalid_position_is_not_marked(visit, disk, position):
    page = settled(visit(disk + f"map.html#model=deep&you={position}"))
    until(page, "Bokeh.documents[0].get_model_by_name('items').data.x.length > 0")
    assert page.evaluate(NEW_USER) == []
