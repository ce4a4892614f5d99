"""Charts are drawn when they come near the window; reading the rest of a page waits for none of them."""

import base64
import csv
from pathlib import Path

import pytest

from tests.browser.conftest import REQUESTED, settled, until

CHARTS = "() => [...document.querySelectorAll('[data-chart]')].map((chart) => chart.dataset.chart)"
DRAWN = "() => [...document.querySelectorAll('[data-drawn]')].map((chart) => chart.dataset.chart)"
HEIGHTS = "() => [...document.querySelectorAll('[data-chart]')].map((chart) => chart.clientHeight)"
HAS_BOKEH = "() => 'Bokeh' in globalThis"
NOT_DRAWN = "The chart was not drawn; its numbers are in the table below."
FAILED = "The chart could not be drawn, because a script it needs did not load. Its numbers are in the table below."

# The charts that are drawn in each task, where a task ends when a message of the page to itself arrives.
TASKS = """
  globalThis.tasks = [];
  let current = null;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { current = null; };
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (!current) {
        tasks.push(current = []);
        channel.port2.postMessage(0);
      }
      current.push(target.dataset.chart);
    }
  }).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });
"""

GRID = """
  globalThis.grid = [...Bokeh.documents[0].roots()[0].references()].find(({ type }) => type === "Grid")
"""


def scroll_to(page, chart: str) -> None:
    page.evaluate("(chart) => document.querySelector(`[data-chart='${chart}']`).scrollIntoView()", chart)
    until(page, "(chart) => document.querySelector(`[data-chart='${chart}'][data-drawn]`)", chart)


def test_charts_that_are_not_near_the_window_are_not_drawn(visit, disk):
    page = visit(disk + "compare.html")
    charts = page.evaluate(CHARTS)
    scroll_to(page, charts[0])
    assert 0 < len(page.evaluate(DRAWN)) < len(charts)
    scroll_to(page, charts[-1])
    assert page.evaluate(DRAWN) == [name for name in charts if name in page.evaluate(DRAWN)]
    assert charts[-1] in page.evaluate(DRAWN)


def test_bokeh_is_not_loaded_before_a_chart_comes_near(visit, origin):
    page = visit(origin + "404.html")
    page.set_viewport_size({"width": 360, "height": 100})
    page.goto(origin + "compare.html")
    page.wait_for_load_state("networkidle")
    assert (page.evaluate(HAS_BOKEH), page.evaluate(DRAWN)) == (False, [])
    scroll_to(page, page.evaluate(CHARTS)[0])
    assert page.evaluate(HAS_BOKEH)


@pytest.mark.parametrize(("address", "width"), [("compare.html", 360), ("training.html", 1280)])
def test_nothing_moves_when_a_chart_appears(visit, disk, address, width):
    page = visit(disk + address, width)
    before = page.evaluate(HEIGHTS)
    assert settled(page).evaluate(HEIGHTS) == before


def test_no_two_charts_are_drawn_in_one_task(visit, disk):
    page = visit(disk + "404.html")
    page.add_init_script(TASKS)
    page.set_viewport_size({"width": 1280, "height": 10_000})
    page.goto(disk + "compare.html")
    n_charts = len(page.evaluate(CHARTS))
    until(page, "(n) => tasks.flat().length === n", n_charts)
    assert page.evaluate("tasks.length") == n_charts > 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_print_a_chart_that_was_not_drawn_says_so_and_leaves_no_gap(visit, disk, theme):
    page = visit(disk + "compare.html", theme=theme)
    charts = page.evaluate(CHARTS)
    scroll_to(page, charts[0])
    drawn = page.evaluate(DRAWN)
    page.emulate_media(media="print", color_scheme=theme)
    assert page.get_by_text(NOT_DRAWN).locator("visible=true").count() == len(charts) - len(drawn)
    assert page.locator("[data-chart]").last.bounding_box()["height"] < 100


@pytest.mark.parametrize("content", [None, ""])
@pytest.mark.parametrize("address", ["compare.html", "map.html"])
def test_where_bokeh_is_missing_or_empty_the_page_says_so_in_place_of_charts(chromium, disk, address, content):
    page, errors = chromium.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = {"status": 404} if content is None else {"body": content, "content_type": "text/javascript"}
    page.route("**/bokeh-*.js*", lambda route: route.fulfill(**answer))
    page.goto(disk + address)
    page.get_by_text(FAILED).locator("visible=true").first.wait_for()
    assert page.get_by_text(FAILED).locator("visible=true").count() == len(page.evaluate(CHARTS))
    assert page.locator(".map-bar, .downloads [data-download=png]").locator("visible=true").count() == 0
    page.close()
    assert errors == []


def downloaded(page, chart, button) -> bytes:
    figure = page.locator("figure", has=page.locator(f"[data-chart='{chart}']"))
    with page.expect_download() as download:
        figure.get_by_role("button", name=button).click()
    assert download.value.suggested_filename.startswith(f"{chart}.")
    return Path(download.value.path()).read_bytes()


def test_the_data_of_a_chart_are_a_table_of_what_was_measured(visit, web, exported):
    page = visit(web + "compare.html")
    rows = list(csv.DictReader(downloaded(page, "leaderboard", "Data (CSV)").decode().splitlines()))
    labels = {name: entry["label"] for name, entry in exported["build"]["legend"].items()}
    assert {row["model"]: [float(row[name]) for name in ("ndcg", "low", "high")] for row in rows} == {
        labels[name]: [row["accuracy"]["ndcg"][end] for end in ("mean", "low", "high")]
        for name, row in exported["metrics"]["models"].items()
    }
    assert list(rows[0]) == ["model", "ndcg", "low", "high"]


def test_every_chart_has_data(visit, disk):
    for address in ("compare.html", "training.html"):
        page = visit(disk + address)
        for chart in page.evaluate(CHARTS):
            head, *rows = csv.reader(downloaded(page, chart, "Data (CSV)").decode().splitlines())
            assert len(head) > 1 and rows and {len(row) for row in rows} == {len(head)}


# How many pixels of a picture have each colour: [[red, green, blue], number].
COLOURS = """(base64) => new Promise((resolve) => {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const counts = new Map();
    const { data } = context.getImageData(0, 0, image.width, image.height);
    for (let n = 0; n < data.length; n += 4) {
      const colour = data.slice(n, n + 3).join(" ");
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    resolve([image.width, image.height, [...counts].sort(([, a], [, b]) => b - a)]);
  };
  image.src = `data:image/png;base64,${base64}`;
})"""

BACKGROUND = "(element) => getComputedStyle(element).backgroundColor.match(/\\d+/g).join(' ')"


@pytest.mark.parametrize(
    ("origin", "theme", "paper"),
    [("disk", "light", "255 255 255"), ("web", "dark", "26 23 30")],
    indirect=["origin"],
)
def test_the_picture_of_a_chart_has_its_colours_on_the_paper_of_the_theme(visit, origin, theme, paper):
    page = visit(origin + "training.html", theme=theme)
    scroll_to(page, "deep-ndcg")
    picture = downloaded(page, "deep-ndcg", "Picture (PNG)")
    width, height, colours = page.evaluate(COLOURS, base64.b64encode(picture).decode())
    shown = page.locator("[data-chart='deep-ndcg']").bounding_box()
    assert width > shown["width"] and height > shown["height"] + 60  # with title, legend and caption
    assert colours[0][0] == paper
    # An element of the legend has the colour of the curve.
    figure = page.locator("figure", has=page.locator("[data-chart='deep-ndcg']"))
    curve = figure.locator(".dot").evaluate(BACKGROUND)
    assert dict(colours)[curve] > 100


def test_a_chart_is_painted_in_the_colours_of_the_theme_when_it_is_drawn(visit, disk):
    page = visit(disk + "training.html", theme="dark")
    scroll_to(page, "base-loss")
    page.evaluate(GRID)
    dark = page.evaluate("grid.grid_line_color")
    page.emulate_media(color_scheme="light")
    until(page, "(dark) => grid.grid_line_color !== dark", dark)
    page.emulate_media(color_scheme="dark")
    until(page, "(dark) => grid.grid_line_color === dark", dark)


# How often each text was drawn on a canvas.
DRAWN_TEXTS = """
  globalThis.drawnTexts = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    drawnTexts.push(text);
    return fillText.call(this, text, ...rest);
  };
"""


@pytest.mark.parametrize(
    ("ticks", "written"),
    [
        ([0.2, 0.21, 0.225], ["0.200", "0.210", "0.225"]),
        ([-1, 9.5], ["-1.0", "9.5"]),
        ([0, 1000], ["0", "1000"]),
        ([], []),
    ],
)
def test_all_numbers_of_an_axis_have_as_many_decimals(visit, disk, ticks, written):
    page = visit(disk + "training.html")
    scroll_to(page, "base-loss")
    formatted = "(ticks) => Bokeh.documents[0].roots()[0].left[0].formatter.doFormat(ticks, {})"
    assert [text.replace("−", "-") for text in page.evaluate(formatted, ticks)] == written


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_drawn_once(visit, disk, theme):
    page = visit(disk + "404.html", theme=theme)
    page.add_init_script(DRAWN_TEXTS)
    page.goto(disk + "training.html")
    n_charts = len(settled(page).evaluate(CHARTS))
    assert page.evaluate("drawnTexts.filter((text) => text === 'epoch').length") == n_charts > 1


def test_the_map_is_a_picture_with_its_legend_and_caption(visit, disk):
    page = settled(visit(disk + "map.html"))
    page.locator(".map-legend li").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture (PNG)").click()
    picture = Path(download.value.path()).read_bytes()
    width, height, colours = page.evaluate(COLOURS, base64.b64encode(picture).decode())
    shown = page.locator("[data-chart='map']").bounding_box()
    assert width > shown["width"] and height > shown["height"] + 60
    genre = page.locator(".map-legend .swatch").first.evaluate(BACKGROUND)
    assert dict(colours)[genre] > 40  # its mark in the legend


@pytest.mark.parametrize("address", ["map.html", "training.html"])
def test_on_a_touch_screen_bokehjs_is_loaded_once_the_visitor_does_something(visit, disk, address):
    page = visit(disk + address, 360, has_touch=True, is_mobile=True)
    page.wait_for_timeout(500)
    assert not any("bokeh" in name for name in page.evaluate(REQUESTED))
    chart = page.locator("[data-chart]").first
    assert chart.get_by_text("Scroll or tap to draw the chart.").is_visible()
    page.evaluate("scrollBy(0, 200)")
    chart.locator("canvas").first.wait_for()
    assert not chart.get_by_text("Scroll or tap to draw the chart.").is_visible()
