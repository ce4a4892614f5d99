"""Charts are drawn when they come near the window; reading the rest of a page waits for none of them."""

import pytest

from tests.browser.conftest import settled, until

CHARTS = "() => [...document.querySelectorAll('[data-chart]')].map((chart) => chart.dataset.chart)"
DRAWN = "() => [...document.querySelectorAll('[data-drawn]')].map((chart) => chart.dataset.chart)"
HEIGHTS = "() => [...document.querySelectorAll('[data-chart]')].map((chart) => chart.clientHeight)"
HAS_BOKEH = "() => 'Bokeh' in globalThis"
NOT_DRAWN = "The chart was not drawn; its numbers are in the table below."

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


def scroll_to(page, chart: str) -> None:
    page.evaluate("(chart) => document.querySelector(`[data-chart='${chart}']`).scrollIntoView()", chart)
    until(page, "(chart) => document.querySelector(`[data-chart='${chart}'][data-drawn]`)", chart)


def test_charts_that_are_not_near_the_window_are_not_drawn(visit, origin):
    page = visit(origin + "compare.html")
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


@pytest.mark.parametrize("address", ["compare.html", "training.html"])
@pytest.mark.parametrize("width", [360, 1280])
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


def test_where_bokeh_does_not_load_the_page_says_so(chromium, disk):
    page = chromium.new_page()
    page.route("**/bokeh-*.js*", lambda route: route.abort())
    page.goto(disk + "compare.html")
    page.get_by_text(NOT_DRAWN).first.wait_for()
    assert page.get_by_text(NOT_DRAWN).locator("visible=true").count() == len(page.evaluate(CHARTS))
    page.close()
