"""In high contrast the system takes our backgrounds away: two states must be told apart by something that stays."""

import pytest

from tests.browser.conftest import THEMES, settled, until

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
themes = pytest.mark.parametrize("theme", THEMES)


@pytest.fixture
def open_page(visit, disk):
    return lambda address, theme: settled(visit(disk + address, theme=theme, forced_colors="active"))


def style(locator):
    return locator.evaluate(STYLE)


def background(locator, pseudo=None):
    return locator.evaluate("(element, pseudo) => getComputedStyle(element, pseudo).backgroundColor", pseudo)


@themes
def test_the_two_sides_of_a_switch_differ(open_page, theme):
    page = open_page("map.html", theme)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    base, deep = (page.locator("[data-switch] label").nth(n).locator("span") for n in (0, 1))
    before = style(base), style(deep)
    assert before[0] != before[1]
    page.locator("[data-switch] input").nth(0).check()
    assert (style(deep), style(base)) == before


@themes
@pytest.mark.parametrize("name", ["Find a film on the map", "Search users and films"])
def test_the_active_option_of_a_search_differs_from_the_others(open_page, theme, name):
    page = open_page("map.html", theme)
    page.get_by_role("combobox", name=name).fill("the")
    page.locator("[role=listbox]:visible [role=option]").nth(1).wait_for()
    page.keyboard.press("ArrowDown")
    active, other = (page.locator("[role=listbox]:visible [role=option]").nth(n) for n in (0, 1))
    assert active.get_attribute("aria-selected") == "true"
    assert style(active) != style(other)
    assert style(active)[0] != style(active)[1]


@themes
def test_the_page_that_is_open_is_marked_in_the_navigation(open_page, theme):
    page = open_page("items.html", theme)
    current, other = page.locator("nav a[aria-current]"), page.locator("header nav a:not([aria-current])").first
    assert style(current) != style(other)


@themes
@pytest.mark.parametrize(
    ("address", "selector", "pseudo"),
    [
        ("index.html", ".bar .fill", None),
        ("compare.html", ".split span", None),
        ("compare.html", ".dot:not(.m-deep_liked)", None),
        ("users/1.html", ".desk > [class*='m-'] > h2", "::before"),
        ("items/5331.html", ".hist dd", "::before"),
    ],
)
def test_bars_and_dots_are_seen(open_page, theme, address, selector, pseudo):
    page = open_page(address, theme)
    colours = {background(element, pseudo) for element in page.locator(selector).all()}
    assert page.evaluate(CANVAS) not in colours and "rgba(0, 0, 0, 0)" not in colours


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
def test_points_of_the_map_and_its_legend_keep_their_colours(open_page, theme):
    page = open_page("map.html", theme)
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
