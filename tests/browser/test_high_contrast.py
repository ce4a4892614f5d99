"""In high contrast the system takes our backgrounds away: two states must be told apart by something that stays."""

from functools import cache

import pytest

from tests.browser.conftest import THEMES, settled, until, visits
from tests.browser.rate.page import rate_card

STYLE = """element => {
  const { backgroundColor, color, borderTopWidth, textDecorationLine, fontWeight } = getComputedStyle(element);
  return [backgroundColor, color, borderTopWidth, textDecorationLine, fontWeight];
}"""
CANVAS = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.background = "Canvas";
  const { backgroundColor } = getComputedStyle(probe);
  probe.remove();
  return backgroundColor;
}"""
CONTRASTS = """(elements, [property, pseudo, canvas]) => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = luminance(canvas);
  return elements.map((element) => luminance(getComputedStyle(element, pseudo)[property]))
    .map((value) => (Math.max(value, ground) + 0.05) / (Math.min(value, ground) + 0.05));
}"""
TEXT, GRAPHICS = 4.5, 3
"""The contrast that WCAG 2 asks of each at level AA."""
DRAWN = {
    "index.html": [(".bar .fill", "backgroundColor", GRAPHICS)],
    "compare.html": [
        (".dot:not(.m-deep_liked)", "backgroundColor", GRAPHICS),
        (".split span", "backgroundColor", GRAPHICS),
    ],
    "users/1.html": [
        (".desk > [class*='m-'] > h2::before", "backgroundColor", GRAPHICS),
        (".genres thead th:nth-child(2)::before", "backgroundColor", GRAPHICS),
        (".genres th", "color", TEXT),
        (".genres td", "color", TEXT),
    ],
    "items/5331.html": [(".hist dd::before", "backgroundColor", GRAPHICS)],
    "map.html#epoch=1": [
        (".bk-tool-icon", "backgroundColor", GRAPHICS),
        (".losses polyline", "stroke", GRAPHICS),
        (".losses .mark", "stroke", GRAPHICS),
    ],
    "about.html": [
        (".towers text", "fill", TEXT),
        (".towers rect", "stroke", GRAPHICS),
        (".towers path", "stroke", GRAPHICS),
    ],
}
"""By address, what is drawn there: elements, the property that has their colour, the contrast that they need."""
themes = pytest.mark.parametrize("theme", THEMES)


@pytest.fixture
def open_page(visit, disk):
    return lambda address, theme: visit(disk + address, theme=theme, forced_colors="active")


@pytest.fixture(scope="module")
def open_map(chromium, disk, web):
    """The map in a theme: one page for several tests, as loading BokehJS takes long."""
    with visits(chromium, disk, web) as visit:
        yield cache(lambda theme: settled(visit(f"{disk}map.html", theme=theme, forced_colors="active")))


def style(locator):
    return locator.evaluate(STYLE)


def background(locator, pseudo=None):
    return locator.evaluate("(element, pseudo) => getComputedStyle(element, pseudo).backgroundColor", pseudo)


def contrasts(locator, property_, pseudo=None):
    """How far colours of elements are from that of the page, as WCAG 2 measures it."""
    return locator.evaluate_all(CONTRASTS, [property_, pseudo, locator.page.evaluate(CANVAS)])


@themes
def test_the_two_sides_of_a_switch_differ(open_map, theme):
    page = open_map(theme)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    base, deep = (page.locator("[data-switch] label").nth(n).locator("span") for n in (0, 1))
    before = style(base), style(deep)
    assert before[0] != before[1]
    page.locator("[data-switch] input").nth(0).check()
    assert (style(deep), style(base)) == before


@themes
@pytest.mark.parametrize("name", ["Find a film on the map", "Search users and films"])
def test_the_active_option_of_a_search_differs_from_the_others(open_map, theme, name):
    page = open_map(theme)
    page.get_by_role("combobox", name=name).fill("the")
    page.locator("[role=listbox]:visible [role=option]").nth(1).wait_for()
    page.keyboard.press("ArrowDown")
    active, other = (page.locator("[role=listbox]:visible [role=option]").nth(n) for n in (0, 1))
    assert active.get_attribute("aria-selected") == "true"
    assert style(active) != style(other)
    assert style(active)[0] != style(active)[1]
    page.get_by_role("combobox", name=name).fill("")


@themes
def test_the_page_that_is_open_is_marked_in_the_navigation(open_page, theme):
    page = open_page("items.html", theme)
    current, other = page.locator("nav a[aria-current]"), page.locator("header nav a:not([aria-current])").first
    assert style(current) != style(other)


@themes
def test_stars_given_differ_from_those_that_are_not(open_page, theme):
    page = open_page("rate.html", theme)
    page.locator("[data-grid] > li").first.locator("input").nth(2).check()
    icon = "element => getComputedStyle(element, '::before').maskImage"
    labels = page.locator("[data-grid] > li").first.locator(".stars label")
    icons = [labels.nth(n).evaluate(icon) for n in range(5)]
    assert icons[0] == icons[2] != icons[3] == icons[4]
    card, other = page.locator("[data-grid] > li").first, page.locator("[data-grid] > li").nth(1)
    assert style(card) != style(other)


@themes
def test_points_of_the_map_and_its_legend_keep_their_colours(open_map, theme):
    page = open_map(theme)
    page.locator("[data-colour]").select_option("genre")
    fills = "() => new Set(Bokeh.documents[0].get_model_by_name('items').data.fill).size"
    until(page, f"n => ({fills})() > n", 4)
    swatches = page.locator("[data-legend] .swatch").all()
    assert len({background(swatch) for swatch in swatches}) == len(swatches) > 4


def test_a_theme_that_was_chosen_does_not_go_against_that_of_the_system(open_page):
    page = open_page("index.html", "dark")
    page.get_by_role("button", name="Theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"


@themes
@pytest.mark.parametrize("address", DRAWN)
def test_what_is_drawn_has_enough_contrast(open_page, theme, address):
    page = open_page(address, theme)
    for selector, property_, least in DRAWN[address]:
        selector, _, pseudo = selector.partition("::")
        drawn = page.locator(selector)
        drawn.first.wait_for(state="attached")  # on the map once it has been drawn
        assert min(contrasts(drawn, property_, f"::{pseudo}" if pseudo else None)) >= least, selector


@themes
def test_the_picture_of_the_visitors_position_has_a_frame_and_marks_that_are_seen(open_page, theme):
    page = open_page("rate.html", theme)
    rate_card(page, 0, 5)
    marks = page.locator(".rate-plane i")
    marks.nth(10).wait_for()
    assert min(contrasts(marks, "backgroundColor")[:-1]) >= GRAPHICS  # without that of the visitor, which has a ring
    assert page.locator(".rate-plane").evaluate("picture => getComputedStyle(picture).borderTopWidth") == "1px"


@themes
def test_the_text_of_charts_has_the_colour_of_the_systems_text(open_page, theme):
    page = settled(open_page("training.html", theme))
    colours = """() => [...Bokeh.documents[0].roots()[0].references()]
      .map((model) => model.major_label_text_color ?? model.label_text_color).filter(Boolean)"""
    assert set(page.evaluate(colours)) == {page.evaluate("getComputedStyle(document.body).color")}
