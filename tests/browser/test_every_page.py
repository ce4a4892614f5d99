"""What holds for every kind of page, at both widths, in both themes, from disk and from a server."""

from pathlib import Path

import pytest

from tests.browser.conftest import KINDS, THEMES, WIDTHS, settled

kinds = pytest.mark.parametrize("kind", KINDS)
widths = pytest.mark.parametrize("width", WIDTHS)
themes = pytest.mark.parametrize("theme", THEMES)

# What holds for the first rows of a table holds for the others, and axe looks at each for long.
FEW_ROWS = "for (const row of document.querySelectorAll('tbody > tr:nth-child(n + 21)')) row.remove()"
LUMINANCE = """() => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.21 * r + 0.72 * g + 0.07 * b) / 255;
}"""


def beside_the_edge(page) -> list[int]:
    """How wide the document is, and how wide it may be."""
    return page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")


@kinds
@widths
@themes
@pytest.mark.parametrize("place", ["disk", "web"])
def test_a_page_is_whole_quiet_and_as_wide_as_the_window(request, visit, place, kind, width, theme):
    page = settled(visit(request.getfixturevalue(place) + KINDS[kind], width, theme))
    assert page.get_by_role("heading", level=1).count() == 1
    found, allowed = beside_the_edge(page)
    assert found <= allowed == width
    assert (page.evaluate(LUMINANCE) < 0.3) is (theme == "dark")


def test_pages_of_the_longest_lists_and_titles_are_no_wider_than_a_phone(site, visit):
    page = visit("about.html", 360)
    for folder in ("users", "films"):
        largest = sorted((site / folder).glob("*.html"), key=lambda path: -path.stat().st_size)[:5]
        for path in largest:
            page.goto(path.as_uri())
            found, allowed = beside_the_edge(page)
            assert (path.name, found) == (path.name, allowed)


@pytest.mark.parametrize("address", ["none.html", "users/none.html", "films/a/b/none"])
def test_an_address_that_is_no_page_shows_the_404_page_at_any_depth(visit, address):
    page = visit(address)
    assert page.get_by_role("heading", level=1).inner_text() == "This film is not on the programme."
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"  # it has its style


@kinds
@widths
@themes
def test_axe_finds_nothing(visit, disk, kind, width, theme):
    import axe_playwright_python

    page = settled(visit(disk + KINDS[kind], width, theme))
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    page.evaluate(FEW_ROWS)
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    # Without preload: axe would fetch the style sheet, which the policy of the site forbids.
    violations = page.evaluate(
        "axe.run({ preload: false, resultTypes: ['violations'] }).then((all) => all.violations)"
    )
    assert [(one["id"], node["target"], node["failureSummary"]) for one in violations for node in one["nodes"]] == []


@kinds
@widths
def test_without_javascript_nothing_is_shown_that_needs_it(visit, disk, kind, width):
    page = visit(disk + KINDS[kind], width, java_script_enabled=False)
    assert page.get_by_role("heading", level=1).is_visible()
    for hook in (".needs-js", "button", "input", "select"):
        assert page.locator(hook).locator("visible=true").count() == 0, hook
