"""The map under a visitor's hands, held against the exported JSON."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from recsys.export.script import json_in
from tests.browser.conftest import settled, until

PLACES = """() => {
  const { x, y } = Bokeh.documents[0].get_model_by_name("films").data;
  return Array.from(x, (value, n) => [value, y[n]]);
}"""
COLOURS = "() => new Set(Bokeh.documents[0].get_model_by_name('films').data.fill).size"


@pytest.fixture(scope="module")
def films(site):
    return json.loads((site / "data" / "items.json").read_text(encoding="utf-8"))["items"]


@pytest.fixture(scope="module")
def projections(site):
    found = json.loads((site / "data" / "item_embeddings.json").read_text(encoding="utf-8"))["models"]
    return {name: model["projection"] for name, model in found.items()}


def same(found, expected) -> bool:
    return all(
        abs(a - b) < 1e-6 for one, two in zip(found, expected, strict=True) for a, b in zip(one, two, strict=True)
    )


def count(page) -> str:
    return page.locator("[data-count]").inner_text()


def panel(page):
    return page.get_by_role("region", name="Picked film")


def asked(page) -> dict[str, list[str]]:
    """What the address says of the view, once it does."""
    page.wait_for_timeout(400)  # it is written a moment after the last change
    return parse_qs(urlsplit(page.url).fragment)


def tap_a_film(page) -> None:
    """Tap here and there around the middle, until a film is hit."""
    page.locator("[data-chart]").scroll_into_view_if_needed()
    box = page.locator("[data-chart]").bounding_box()
    for step in range(1, 40):
        x = box["x"] + box["width"] * (0.5 + 0.01 * step * (-1) ** step)
        page.mouse.click(x, box["y"] + box["height"] / 2)
        if panel(page).get_by_role("link", name="Open its page").count():
            return
    pytest.fail("no tap hit a film")


@pytest.mark.parametrize("place", ["disk", "web"])
def test_a_tap_shows_a_film_with_its_neighbours_and_the_way_to_its_page(request, visit, place, films):
    page = settled(visit(request.getfixturevalue(place) + "map.html"))
    tap_a_film(page)
    title = panel(page).get_by_role("heading", level=2).inner_text()
    panel(page).get_by_text("Nearest in").wait_for()
    (picked,) = asked(page)["film"]
    film = next(film for film in films if film["id"] == picked)
    assert film["title"] == title
    titles = {film["id"]: film["title"] for film in films}
    near = [titles[one["item"]] for one in film["similar"]["base"]]
    assert [one.inner_text() for one in panel(page).locator("li bdi").all()] == near
    panel(page).get_by_role("link", name="Open its page").click()
    page.wait_for_url(re.compile(r"/films/[^/]+\.html$"))
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_a_neighbour_can_be_picked_and_a_pick_be_cleared(visit, disk):
    page = settled(visit(disk + "map.html#film=5331"))
    first = panel(page).locator("li button").first
    name = first.locator("bdi").inner_text()
    first.click()
    assert panel(page).get_by_role("heading", level=2).inner_text() == name
    panel(page).get_by_role("button", name="Clear").click()
    assert "film" not in asked(page)


def test_genres_and_years_filter_what_is_shown(visit, disk, films):
    page = settled(visit(disk + "map.html"))
    assert count(page) == f"{len(films)} films"
    page.locator("summary", has_text="Genres").click()
    page.get_by_role("checkbox", name=re.compile("^Western")).check()
    westerns = [film for film in films if "Western" in film["genres"]]
    assert count(page) == f"{len(westerns)} of {len(films)} films"
    page.get_by_role("checkbox", name=re.compile("^Horror")).check()
    either = [film for film in films if {"Western", "Horror"} & set(film["genres"])]
    assert count(page) == f"{len(either)} of {len(films)} films"
    page.keyboard.press("Escape")
    page.get_by_label("From year").fill("1990")
    recent = [film for film in either if film["year"] >= 1990]
    assert count(page) == f"{len(recent)} of {len(films)} films"
    assert 0 < len(recent) < len(either)
    page.get_by_role("button", name="Reset").click()
    assert count(page) == f"{len(films)} films"


def test_colours_tell_model_genre_year_and_popularity_with_a_legend(visit, disk):
    page = settled(visit(disk + "map.html"))
    assert page.evaluate(COLOURS) == 1
    for colour, least in (("genre", 5), ("year", 5), ("popularity", 5)):
        page.get_by_label("Colour").select_option(colour)
        assert page.evaluate(COLOURS) >= least
        assert page.locator("[data-legend]").inner_text()
    page.get_by_label("Colour").select_option("model")
    assert page.evaluate(COLOURS) == 1


def test_the_other_model_has_its_own_places(visit, disk, projections):
    page = settled(visit(disk + "map.html"))
    assert same(page.evaluate(PLACES), projections["base"])
    page.get_by_role("radio", name="Deep").check()
    assert same(page.evaluate(PLACES), projections["deep"])


@pytest.mark.parametrize("place", ["disk", "web"])
def test_the_replay_loads_when_asked_for_moves_the_films_and_ends_where_they_are_served(
    request, visit, place, projections
):
    page = settled(visit(request.getfixturevalue(place) + "map.html"))
    loaded = []
    page.on("request", lambda one: loaded.append(one.url.rsplit("/", 1)[1]))
    page.get_by_role("button", name="Replay").click()
    slider = page.get_by_role("slider", name="Epoch")
    slider.wait_for()
    assert [name for name in loaded if "replay" in name] == ["map_replay.js"]
    slider.focus()
    page.keyboard.press("Home")
    first = page.evaluate(PLACES)
    assert not same(first, projections["base"])
    page.keyboard.press("End")
    assert same(page.evaluate(PLACES), projections["base"])
    assert page.locator("[data-losses] svg").count() == 1
    page.get_by_role("region", name="Replay of the training").get_by_role("button", name="Close").click()
    assert same(page.evaluate(PLACES), projections["base"])


def test_the_address_names_the_epoch_that_is_shown(site, visit, disk):
    replay = json.loads(json_in((site / "data" / "map_replay.js").read_text(encoding="utf-8")))["models"]
    page = settled(visit(disk + "map.html#epoch=999"))
    page.get_by_role("slider", name="Epoch").wait_for()
    page.get_by_role("radio", name="Deep").check()
    last = replay["deep"]["epochs"][-1]
    page.get_by_text(f"Epoch {last} of {last}").wait_for()
    assert asked(page)["epoch"] == [str(last)]


def test_on_a_phone_a_tapped_film_is_told_in_sight(visit, disk):
    page = settled(visit(disk + "map.html", 360, has_touch=True))
    tap_a_film(page)
    panel(page).get_by_text("Nearest in").wait_for()  # until then the panel may be made anew under the test's hands
    box = panel(page).get_by_role("heading", level=2).bounding_box()
    assert 0 < box["y"] < page.evaluate("innerHeight") - box["height"]


def test_the_replay_plays_by_itself_where_motion_is_welcome(visit, disk, projections):
    page = settled(visit(disk + "map.html", reduced_motion="no-preference"))
    page.get_by_role("button", name="Replay").click()
    page.get_by_role("button", name="Play again").wait_for()
    assert same(page.evaluate(PLACES), projections["base"])


@pytest.mark.parametrize("place", ["disk", "web"])
def test_a_shared_link_shows_the_same_view(request, visit, place):
    page = settled(visit(request.getfixturevalue(place) + "map.html"))
    page.get_by_role("radio", name="Deep").check()
    page.get_by_label("Colour").select_option("year")
    page.get_by_label("To year").fill("1970")
    page.get_by_role("combobox", name="Find a film on the map").fill("belle bete")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel(page).get_by_text("Nearest in Deep").wait_for()
    assert {"model", "colour", "to", "film"} <= set(asked(page))
    other = settled(visit(page.url))
    panel(other).get_by_text("Nearest in Deep").wait_for()
    assert count(other) == count(page)
    assert panel(other).inner_text() == panel(page).inner_text()
    assert other.get_by_role("radio", name="Deep").is_checked()
    assert other.get_by_label("Colour").input_value() == "year"
    assert same(other.evaluate(PLACES), page.evaluate(PLACES))


@pytest.mark.parametrize("hash_", ["#film=none&model=wide&genre=x&from=y&epoch=-1&colour=z", "#%", "#film=%00"])
def test_an_address_that_says_nonsense_shows_the_whole_map(visit, disk, films, hash_):
    page = settled(visit(disk + "map.html" + hash_))
    until(page, "document.querySelector('[data-panel] li')")
    assert count(page) == f"{len(films)} films"


VISITOR = """() => {
  const { x, y } = Bokeh.documents[0].get_model_by_name("visitor").data;
  return Array.from(x, (value, n) => [value, y[n]]);
}"""


def test_an_address_puts_a_visitor_on_the_map_of_deep_alone(visit, disk):
    page = settled(visit(disk + "map.html#model=deep&you=0.01,-0.02"))
    page.get_by_text("★ You").wait_for()
    assert page.evaluate(VISITOR) == [[0.01, -0.02]]
    page.get_by_role("radio", name="Base").check()
    page.get_by_text("★ You").wait_for(state="detached")
    assert page.evaluate(VISITOR) == []
    page.get_by_role("radio", name="Deep").check()
    assert page.evaluate(VISITOR) == [[0.01, -0.02]]
    assert asked(page)["you"] == ["0.01,-0.02"]


def test_a_link_that_is_copied_does_not_put_others_where_a_visitor_is(visit, disk):
    page = settled(visit(disk + "map.html#model=deep&you=0.01,-0.02"))
    page.get_by_text("★ You").wait_for()
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; }")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("copied") == disk + "map.html#model=deep"
    assert asked(page)["you"] == ["0.01,-0.02"]
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name=re.compile("Cop")).click()
    assert page.locator("[data-link] input").input_value() == disk + "map.html#model=deep"


def test_who_would_stand_beyond_the_films_stands_at_their_edge(visit, disk, projections):
    page = settled(visit(disk + "map.html#model=deep&you=999999,-999999"))
    page.get_by_text("★ You").wait_for()
    (x, y) = page.evaluate(VISITOR)[0]
    xs, ys = zip(*projections["deep"], strict=True)
    assert (x, y) == pytest.approx((max(xs), min(ys)), abs=1e-4)


@pytest.mark.parametrize("said", ["NaN,1", "1", "1,2,3", "1e3,1", "Infinity,0", ",", "<b>,1", "0x1,1", "1,", "%"])
def test_a_visitor_whose_place_is_no_place_is_not_drawn(visit, disk, said):
    page = settled(visit(disk + f"map.html#model=deep&you={said}"))
    until(page, "Bokeh.documents[0].get_model_by_name('films').data.x.length > 0")
    assert page.evaluate(VISITOR) == []
