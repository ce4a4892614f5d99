"""What holds for every kind of page: narrow and light, wide and dark, from disk and from a server.

Whether a page fits depends on the width alone, its colours on the theme alone, and whether its files load on the
origin alone, so two visits stand for all eight.
"""

import pytest

from tests.browser.conftest import (
    KINDS,
    THEMES,
    WIDTHS,
    axe_violations,
    cut_tables,
    document_widths,
    served,
    settled,
)

kinds = pytest.mark.parametrize("kind", KINDS)
visits_of_a_page = pytest.mark.parametrize(
    ("origin", "width", "theme"), list(zip(("disk", "web"), WIDTHS, THEMES, strict=True)), indirect=["origin"]
)

LUMINANCE = """() => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.21 * r + 0.72 * g + 0.07 * b) / 255;
}"""


@kinds
@visits_of_a_page
def test_a_page_loads_fits_the_window_has_the_theme_and_axe_finds_nothing(visit, origin, kind, width, theme):
    page = settled(visit(origin + KINDS[kind], width, theme))
    assert page.get_by_role("heading", level=1).count() == 1
    needed, available = document_widths(page)
    assert needed <= available == width
    assert (page.evaluate(LUMINANCE) < 0.3) is (theme == "dark")
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    cut_tables(page)
    assert axe_violations(page) == []


def test_the_largest_pages_are_no_wider_than_a_phone(site, visit):
    page = visit("about.html", 360)
    for folder in ("users", "items"):
        largest = sorted((site / folder).glob("*.html"), key=lambda path: -path.stat().st_size)[:5]
        for path in largest:
            page.goto(path.as_uri())
            needed, available = document_widths(page)
            assert (path.name, needed) == (path.name, available)


def test_an_unknown_address_at_any_depth_shows_the_404_page_with_its_style_and_a_link_that_works(visit, web):
    page = visit("404.html")
    for unknown in ("none.html", "users/none.html", "items/a/b/none", "users/a/", "a/b/c/d/e/f/g/h"):
        page.goto(web + unknown)
        assert_404_page(page, web)


def assert_404_page(page, web):
    assert page.get_by_role("heading", level=1).inner_text() == "This film is not on the programme."
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert page.get_by_text("remove the end of the address").is_hidden()
    page.get_by_role("link", name="Back to home").click()
    page.wait_for_url(web + "index.html")
    assert page.locator(".board h1").is_visible()


@pytest.mark.parametrize("base", ["/", "/a/b/"])
@pytest.mark.parametrize("unknown", ["none.html", "users/none.html", "users/x/none"])
def test_the_404_page_finds_the_front_page_of_a_site_at_the_top_of_a_host_or_below_it(site, chromium, base, unknown):
    with served(site, base) as address:
        page = chromium.new_page()
        page.goto(address + unknown)
        link = page.get_by_role("link", name="Back to home")
        assert link.evaluate("link => link.href") == f"{address}index.html"
        page.close()


def test_without_javascript_the_404_page_has_no_link_that_leads_nowhere(visit):
    page = visit("users/a/none.html", java_script_enabled=False)
    assert page.get_by_text("remove the end of the address").is_visible()
    assert page.get_by_role("link").count() == 0


def test_without_javascript_no_control_that_needs_it_is_shown(visit, disk):
    page = visit(disk + "404.html", java_script_enabled=False)
    # The box that shows numbers works by the style sheet alone.
    controls = page.locator(".needs-js, button, input:not(#numbers), select").locator("visible=true")
    for kind, file in KINDS.items():
        page.goto(disk + file)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.get_by_role("heading", level=1).is_visible(), (kind, width)
            assert controls.count() == 0, (kind, width)
