"""The map of items: what can be picked, filtered, replayed and shared, compared with the exported JSON."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from recsys.export.script import json_in
from tests.browser.conftest import both_browsers, expose, main_path, settled, until, visits

POSITIONS = """() => {
  const { x, y } = Bokeh.documents[0].get_model_by_name("items").data;
  return Array.from(x, (value, n) => [value, y[n]]);
}"""
NEW_USER = """() => {
  const { x, y } = Bokeh.documents[0].get_model_by_name("visitor").data;
  return Array.from(x, (value, n) => [value, y[n]]);
}"""
NAME_BOXES = """() => {
  const plot = Bokeh.documents[0].get_model_by_name("map");
  const { x, y, text, align, dx, dy } = Bokeh.documents[0].get_model_by_name("names-source").data;
  const unit = (plot.x_range.end - plot.x_range.start) / plot.inner_width;
  const context = document.createElement("canvas").getContext("2d");
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const boxes = text.map((name, n) => {
    const { width } = context.measureText(name);
    const start = { left: 0, center: width / 2, right: width }[align[n]];
    const left = (x[n] - plot.x_range.start) / unit + dx[n] - start;
    const middle = (plot.y_range.end - y[n]) / unit + dy[n];
    return [left, middle - 6, left + width, middle + 6];
  });
  return [boxes, [plot.inner_width, plot.inner_height]];
}"""
FRAME = """() => {
  const plot = Bokeh.documents[0].get_model_by_name("map");
  const view = [...Bokeh.index].find((candidate) => candidate.model === plot);
  const { x, y } = view.canvas_view.events_el.getBoundingClientRect();
  const unit = (plot.x_range.end - plot.x_range.start) / plot.inner_width;
  const { left, top } = view.frame.bbox;
  return [unit, plot.x_range.start, plot.y_range.end, [x + left, y + top]];
}"""
# As a link to the page itself does; but an event follows even if the address stays the same.
OPEN_HASH = """(hash) => {
  history.replaceState(null, "", new URL(hash || "#", location));
  dispatchEvent(new HashChangeEvent("hashchange"));
}"""
COLOURS = "() => new Set(Bokeh.documents[0].get_model_by_name('items').data.fill).size"


@pytest.fixture(scope="module")
def items(exported):
    return exported["items"]["items"]


@pytest.fixture(scope="module")
def projections(exported):
    return {name: model["projection"] for name, model in exported["item_embeddings"]["models"].items()}


@pytest.fixture(scope="module")
def layouts(exported):
    return {name: model["neighbour_layout"] for name, model in exported["item_embeddings"]["models"].items()}


@pytest.fixture(scope="module")
def shared_page(chromium, disk, web):
    with visits(chromium, disk, web) as visit:
        yield settled(visit(disk + "map.html"))


@pytest.fixture
def open_map(shared_page):
    """Show what a link to the map shows, in a page that several tests use, as loading BokehJS takes long.

    All that the map shows is in its address, but for the view, which "Show all" resets, and what is open.
    """

    def opened(hash_=""):
        shared_page.evaluate("for (const part of document.querySelectorAll('details[open]')) part.open = false")
        shared_page.evaluate(OPEN_HASH, hash_)
        shared_page.get_by_role("button", name="Show all").press("Enter")  # wherever the last test has scrolled to
        return shared_page

    return opened


def same(positions, expected) -> bool:
    """Equal but for the rounding of the page, whose coordinates have 4,096 steps."""
    widths = [max(axis) - min(axis) for axis in zip(*expected, strict=True)]
    return all(
        abs(a - b) <= width / 4095
        for point, expected_point in zip(positions, expected, strict=True)
        for a, b, width in zip(point, expected_point, widths, strict=True)
    )


def names(page) -> list[str]:
    """The names on the map, once it has come to rest."""
    page.wait_for_timeout(400)
    return page.evaluate("Bokeh.documents[0].get_model_by_name('names-source').data.text")


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


@main_path
def test_a_tap_shows_an_item_with_its_neighbours_and_a_link_to_its_page(visit, origin, items, width):
    page = settled(visit(origin + "map.html", width))
    tap_an_item(page)
    title = panel(page).get_by_role("heading", level=2).inner_text()
    panel(page).get_by_text("Nearest in").wait_for()
    (picked,) = view_in_address(page)["item"]
    item = next(item for item in items if item["id"] == picked)
    assert item["title"] == title
    titles = {item["id"]: item["title"] for item in items}
    neighbours = [titles[similar["item"]] for similar in item["similar"]["deep"]]
    assert panel(page).locator("li bdi").all_inner_texts() == neighbours
    panel(page).get_by_role("link", name="Open its page").click()
    page.wait_for_url(re.compile(r"/items/[^/]+\.html$"))
    assert page.get_by_role("heading", level=1).inner_text() == title


@both_browsers
def test_no_spinner_covers_the_years(visit, disk):
    page = visit(disk + "map.html")
    for label in ("From year", "To year"):
        assert page.get_by_label(label).evaluate("input => getComputedStyle(input).appearance") == "textfield"


def test_a_neighbour_can_be_picked_and_the_pick_cleared(open_map):
    page = open_map("#item=5331")
    first = panel(page).locator("li button").first
    name = first.locator("bdi").inner_text()
    first.click()
    assert panel(page).get_by_role("heading", level=2).inner_text() == name
    panel(page).get_by_role("button", name="Clear").click()
    assert "item" not in view_in_address(page)


def test_back_returns_from_a_picked_item_to_what_was_shown_before(open_map):
    page = open_map()
    page.get_by_label("Colour").select_option("year")
    for position in (0, 1):
        panel(page).locator("li button").nth(position).click()
        panel(page).get_by_text("Nearest in").wait_for()
        if position == 0:
            first = panel(page).get_by_role("heading", level=2).inner_text()
    page.go_back()
    until(page, "(title) => document.querySelector('[data-panel] h2')?.textContent === title", first)
    page.go_back()
    panel(page).get_by_text("Or begin with one of these").wait_for()
    assert page.get_by_label("Colour").input_value() == "year"
    page.go_forward()
    until(page, "(title) => document.querySelector('[data-panel] h2')?.textContent === title", first)


def test_the_controls_of_the_replay_are_above_the_plot_and_not_covered(visit, disk):
    page = settled(visit(disk + "map.html#item=5331", 360, has_touch=True))
    page.get_by_role("button", name="Replay").click()
    slider = page.get_by_role("slider", name="Epoch")
    slider.wait_for()
    slider.scroll_into_view_if_needed()
    box, plot = slider.bounding_box(), page.locator("[data-chart]").bounding_box()
    assert box["y"] + box["height"] <= plot["y"]
    slider.click(trial=True)  # nothing lies over it
    panel(page).get_by_role("button", name="Clear").click()
    assert "item" not in view_in_address(page)


@pytest.mark.parametrize(("hash_", "size"), [("", "A4"), ("", "Letter"), ("#item=5331", "A4")])
def test_the_map_is_printed_on_one_page(open_map, hash_, size):
    page = open_map(hash_)
    names(page)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=size))) == 1


def test_genres_and_years_filter_the_items(open_map, items):
    page = open_map()
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


def test_items_are_coloured_by_genre_model_year_or_popularity_with_a_legend(open_map):
    page = open_map()
    until(page, f"({COLOURS})() >= 5")
    assert page.get_by_label("Colour").input_value() == "genre"
    for colour, min_colours in (("genre", 5), ("year", 5), ("popularity", 5)):
        page.get_by_label("Colour").select_option(colour)
        assert page.evaluate(COLOURS) >= min_colours
        assert page.locator("[data-legend]").inner_text()
    page.get_by_label("Colour").select_option("model")
    assert page.evaluate(COLOURS) == 1


def test_each_model_has_its_own_positions_in_each_layout(open_map, visit, projections, layouts):
    page = open_map()
    until(page, "Bokeh.documents[0].get_model_by_name('items').data.x.length > 0")
    assert same(page.evaluate(POSITIONS), layouts["deep"])
    page.get_by_role("radio", name="Base").check()
    assert same(page.evaluate(POSITIONS), layouts["base"])
    page.get_by_label("Layout").select_option("Principal components")
    assert same(page.evaluate(POSITIONS), projections["base"])
    page.get_by_role("radio", name="Deep").check()
    assert same(page.evaluate(POSITIONS), projections["deep"])
    assert view_in_address(page) == {"layout": ["projection"]}
    assert same(settled(visit(page.url)).evaluate(POSITIONS), projections["deep"])


def test_the_page_states_the_trustworthiness_of_what_it_shows(open_map, exported):
    page = open_map()
    until(page, "Bokeh.documents[0].get_model_by_name('items').data.x.length > 0")
    stated = page.locator("figcaption p:visible", has_text="Trustworthiness")
    for model in ("Deep", "Base"):
        page.get_by_role("radio", name=model).check()
        trusted = exported["item_embeddings"]["models"][model.lower()]["trustworthiness"]
        for layout, key in (("Nearest neighbours", "neighbour_layout"), ("Principal components", "projection")):
            page.get_by_label("Layout").select_option(layout)
            assert stated.count() == 1
            text = stated.inner_text()
            assert text.startswith(f"{model} by {layout.lower()}")
            shown = float(re.search(r"Trustworthiness ([01]\.\d\d);", text)[1])
            assert shown == pytest.approx(trusted[key], abs=0.0051)


def test_the_best_known_items_are_named_as_far_as_there_is_room(open_map, items):
    page = open_map()
    shown = names(page)
    most_rated = sorted(items, key=lambda item: -item["n_ratings"])
    assert shown[0] == most_rated[0]["title"]
    assert 10 < len(shown) < 60
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    closer = names(page)
    assert set(closer) - set(shown)  # there is room for more of those that are in the view
    page.locator("summary", has_text="Genres").click()
    page.get_by_role("checkbox", name=re.compile("^Western")).check()
    page.get_by_role("button", name="Show all").click()
    westerns = [item["title"] for item in items if "Western" in item["genres"]]
    assert names(page)
    assert all(any(title.startswith(name.rstrip("…")) for title in westerns) for name in names(page))


@pytest.mark.parametrize("width", [360, 1280])
def test_names_do_not_overlap_each_other_and_stay_on_the_map(visit, disk, width):
    page = settled(visit(disk + "map.html", width))
    assert len(names(page)) >= 4
    boxes, (frame_width, frame_height) = page.evaluate(NAME_BOXES)
    for left, top, right, bottom in boxes:
        assert -1 <= left < right <= frame_width + 1
        assert -1 <= top < bottom <= frame_height + 1
    for position, a in enumerate(boxes):
        for b in boxes[:position]:
            assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1


def test_names_on_a_line_stand_apart_and_regions_of_a_name_are_named_once(visit):
    page = visit("about.html")
    expose(page, "shared/names.js", "placeNames", "placeRegionNames")
    frame = {"width": 1000, "height": 200}
    left, right = {"x": 300, "y": 90, "radius": 5, "width": 100}, {"x": 403, "y": 90, "radius": 5, "width": 300}
    sides = "([candidates, frame]) => placeNames(candidates, frame, 9).map(([, side]) => side.align)"
    assert page.evaluate(sides, [[left, {**right, "x": 530}], frame]) == ["left", "left"]
    assert page.evaluate(sides, [[left, right], frame]) == ["left", "center"]  # not 3 px apart on a line
    region = {"y": 90, "width": 60, "height": 16}
    regions = [{**region, "name": name, "x": x} for name, x in (("Horror", 100), ("Horror", 400), ("War", 700))]
    place = "([candidates, frame]) => placeRegionNames(candidates, frame).placed"
    assert page.evaluate(place, [regions, frame]) == [0, 2]
    assert page.evaluate(place, [[{**region, "x": -50, "name": "War"}, *regions], frame]) == [1, 3]


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_all_tools_of_the_plot_have_room(visit, disk, width):
    page = settled(visit(disk + "map.html", width))
    assert page.locator(".bk-Toolbar").is_visible()
    assert page.locator(".bk-tool-overflow").count() == 0


def test_on_a_phone_the_chosen_layout_can_be_read(visit, disk):
    page = visit(disk + "map.html", 360)
    room, text = page.get_by_label("Layout").evaluate("""(select) => {
      const style = getComputedStyle(select);
      const measure = document.createElement("canvas").getContext("2d");
      measure.font = style.font;
      const arrow = 20; // px
      const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
      return [room, measure.measureText(select.selectedOptions[0].text).width];
    }""")
    assert text <= room


def test_regions_are_named_on_the_layout_by_neighbours_while_nothing_is_picked(open_map, exported):
    def shown():
        page.wait_for_timeout(400)
        return page.evaluate("Bokeh.documents[0].get_model_by_name('region-names-source').data.text")

    regions = exported["item_embeddings"]["models"]["deep"]["regions"]
    expected = [" · ".join([*region["genres"], *(f"{year}s" for year in region["decades"])]) for region in regions]
    page = open_map()
    assert shown()
    assert set(shown()) <= set(expected)
    page.get_by_label("Layout").select_option("Principal components")
    assert shown() == []
    page.get_by_label("Layout").select_option("Nearest neighbours")
    assert shown()
    panel(page).locator("li button").first.click()
    assert shown() == []


@pytest.mark.parametrize("tool", ["Lasso Select", "Box Select"])
def test_items_inside_a_lasso_or_box_are_listed(open_map, items, layouts, tool):
    page = open_map()
    names(page)
    page.get_by_title(tool).click()
    surface = page.locator("[data-chart]").bounding_box()
    left, right = (surface["x"] + surface["width"] * share for share in (0.3, 0.7))
    top, bottom = (surface["y"] + surface["height"] * share for share in (0.3, 0.7))
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in corners[1:] if tool == "Lasso Select" else corners[2:3]:
        page.mouse.move(*corner, steps=5)
    page.mouse.up()
    heading = panel(page).get_by_role("heading", level=2, name=re.compile(r"^\d+ films inside$"))
    heading.wait_for()
    unit, x0, y1, frame = page.evaluate(FRAME)
    inside = [
        item
        for item, (x, y) in zip(items, layouts["deep"], strict=True)
        if left < frame[0] + (x - x0) / unit < right and top < frame[1] + (y1 - y) / unit < bottom
    ]
    assert int(heading.inner_text().split()[0]) == pytest.approx(len(inside), abs=4)  # pixels of the edge
    most_rated = sorted(inside, key=lambda item: -item["n_ratings"])[:3]
    listed = panel(page).locator("li bdi").all_inner_texts()
    assert {item["title"] for item in most_rated} <= set(listed)
    panel(page).locator("li button").first.click()
    panel(page).get_by_text("Nearest in").wait_for()
    panel(page).get_by_role("button", name="Clear").click()
    heading.wait_for()
    panel(page).get_by_role("button", name="Clear").click()
    panel(page).get_by_text("Or begin with one of these").wait_for()


def test_of_a_picked_item_the_ringed_neighbours_are_named(open_map, items):
    page = open_map("#item=5331")
    panel(page).get_by_text("Nearest in").wait_for()
    neighbours = panel(page).locator("li bdi").all_inner_texts()
    shown = names(page)
    assert shown
    assert all(any(title.startswith(name.rstrip("…")) for title in neighbours) for name in shown)


def test_the_replay_loads_on_request_moves_the_items_and_ends_at_their_final_positions(
    visit, web, projections, layouts
):
    page = settled(visit(web + "map.html"))  # the one below is from disk
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rsplit("/", 1)[1].partition("?")[0]))
    page.get_by_role("button", name="Replay").click()
    slider = page.get_by_role("slider", name="Epoch")
    slider.wait_for()
    assert [name for name in loaded if "replay" in name] == ["map_replay.js"]
    slider.focus()
    page.keyboard.press("Home")
    first = page.evaluate(POSITIONS)
    assert not same(first, projections["deep"])
    page.keyboard.press("End")
    assert same(page.evaluate(POSITIONS), projections["deep"])
    assert page.locator("[data-losses] svg").count() == 1
    assert page.get_by_label("Layout").input_value() == "projection"  # the axes of the replay
    assert names(page) == []
    page.get_by_role("region", name="Replay of the training").get_by_role("button", name="Close").click()
    assert same(page.evaluate(POSITIONS), layouts["deep"])
    assert page.get_by_label("Layout").input_value() == "neighbours"


def test_another_layout_ends_the_replay(open_map, layouts):
    page = open_map("#epoch=1")
    page.get_by_role("slider", name="Epoch").wait_for()
    page.get_by_label("Layout").select_option("Nearest neighbours")
    page.get_by_role("slider", name="Epoch").wait_for(state="hidden")
    assert same(page.evaluate(POSITIONS), layouts["deep"])


def test_the_address_holds_the_epoch_that_is_shown(site, open_map):
    replay = json.loads(json_in((site / "data" / "map_replay.js").read_text(encoding="utf-8")))["models"]
    page = open_map("#epoch=999")
    page.get_by_role("slider", name="Epoch").wait_for()
    page.get_by_role("radio", name="Base").check()
    last = replay["base"]["epochs"][-1]
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
    assert same(page.evaluate(POSITIONS), projections["deep"])


def test_a_shared_link_shows_the_same_view(open_map, visit):
    page = open_map()
    page.get_by_role("radio", name="Base").check()
    page.get_by_label("Colour").select_option("year")
    page.get_by_label("To year").fill("1970")
    page.get_by_role("combobox", name="Find a film on the map").fill("belle bete")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel(page).get_by_text("Nearest in Base").wait_for()
    assert {"model", "colour", "to", "item"} <= set(view_in_address(page))
    other = settled(visit(page.url))
    panel(other).get_by_text("Nearest in Base").wait_for()
    assert count(other) == count(page)
    assert panel(other).inner_text() == panel(page).inner_text()
    assert other.get_by_role("radio", name="Base").is_checked()
    assert other.get_by_label("Colour").input_value() == "year"
    assert same(other.evaluate(POSITIONS), page.evaluate(POSITIONS))


@pytest.mark.parametrize(
    "hash_", ["#item=none&model=wide&layout=3d&genre=x&from=y&epoch=-1&colour=z&you=NaN,1", "#%", "#item=%00"]
)
def test_invalid_values_in_the_address_show_the_whole_map(visit, disk, items, hash_):
    page = settled(visit(disk + "map.html" + hash_))
    until(page, "document.querySelector('[data-panel] li')")
    assert count(page) == f"{len(items)} films"
    assert page.evaluate(NEW_USER) == []


OTHER_SHADES = """(before) => {
  const { xs } = Bokeh.documents[0].get_model_by_name("density-source").data;
  return xs.length > 0 && xs[0].length !== before;
}"""
DENSITY = """() => {
  const { xs, ys } = Bokeh.documents[0].get_model_by_name("density-source").data;
  const { points, filter } = { points: Bokeh.documents[0].get_model_by_name("items").data,
                               filter: Bokeh.documents[0].get_model_by_name("points").view.filter.indices };
  const canvas = document.createElement("canvas").getContext("2d");
  return [...xs].map((path, n) => {
    const shape = new Path2D();
    let isNew = true;
    path.forEach((x, k) => {
      if (Number.isNaN(x)) shape.closePath();
      else if (isNew) shape.moveTo(x, ys[n][k]);
      else shape.lineTo(x, ys[n][k]);
      isNew = Number.isNaN(x);
    });
    shape.closePath();
    return filter.filter((row) => canvas.isPointInPath(shape, points.x[row], points.y[row])).length / filter.length;
  });
}"""


def test_the_ground_is_shaded_where_nine_six_and_three_of_ten_shown_items_lie(open_map, items):
    page = open_map()
    until(page, OTHER_SHADES, 0)
    assert page.evaluate(DENSITY) == pytest.approx([0.9, 0.6, 0.3], abs=0.07)
    before = page.evaluate("[...Bokeh.documents[0].get_model_by_name('density-source').data.xs[0]].length")
    page.get_by_text("Genres", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Drama")).check()
    n_dramas = sum("Drama" in item["genres"] for item in items)
    page.get_by_text(f"{n_dramas} of {len(items)} films").wait_for()
    until(page, OTHER_SHADES, before)
    assert page.evaluate(DENSITY) == pytest.approx([0.9, 0.6, 0.3], abs=0.07)
    page.get_by_label("Layout").select_option("Principal components")
    until(page, OTHER_SHADES, before)
    assert page.evaluate(DENSITY) == pytest.approx([0.9, 0.6, 0.3], abs=0.07)


def test_where_an_item_is_picked_or_few_are_shown_nothing_is_shaded(open_map, items):
    for hash_ in (f"#item={items[0]['id']}", "#from=1900&to=1940"):
        page = open_map()
        until(page, OTHER_SHADES, 0)
        page = open_map(hash_)
        until(page, "Bokeh.documents[0].get_model_by_name('names-source').data.x.length")
        names(page)  # shaded with the names
        assert page.evaluate(DENSITY) == []


def test_a_position_in_the_address_is_marked_on_the_neighbours_of_deep_alone(open_map):
    page = open_map("#model=deep&you=0.01,-0.02")
    page.get_by_text("★ You").wait_for()
    assert page.evaluate(NEW_USER) == [[0.01, -0.02]]
    page.get_by_label("Layout").select_option("Principal components")
    page.get_by_text("★ You").wait_for(state="detached")
    assert page.evaluate(NEW_USER) == []
    page.get_by_label("Layout").select_option("Nearest neighbours")
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
    assert page.evaluate("copied") == disk + "map.html"
    assert view_in_address(page)["you"] == ["0.01,-0.02"]
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name=re.compile("Cop")).click()
    assert page.locator("[data-link] input").input_value() == disk + "map.html"


def test_a_position_beyond_all_items_is_marked_at_their_edge(open_map, layouts):
    page = open_map("#model=deep&you=999999,-999999")
    page.get_by_text("★ You").wait_for()
    (x, y) = page.evaluate(NEW_USER)[0]
    xs, ys = zip(*layouts["deep"], strict=True)
    assert (x, y) == pytest.approx((max(xs), min(ys)), abs=1e-4)


@pytest.mark.parametrize("position", ["NaN,1", "1", "1,2,3", "1e3,1", "Infinity,0", ",", "<b>,1", "0x1,1", "1,", "%"])
def test_an_invalid_position_is_not_marked(open_map, position):
    page = open_map("#model=deep&you=0.01,-0.02")
    assert page.evaluate(NEW_USER) == [[0.01, -0.02]]
    page.evaluate(OPEN_HASH, f"#model=deep&you={position}")
    assert page.evaluate(NEW_USER) == []
