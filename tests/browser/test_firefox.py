"""Every kind of page in Firefox; main paths are tested in Firefox where they are tested in Chromium."""

import pytest

from tests.browser.conftest import KINDS, document_widths, settled

PLACES = (("disk", 360), ("web", 1280))


@pytest.fixture
def engine(firefox):
    return firefox


@pytest.mark.parametrize(
    ("kind", "origin", "width"),
    [(kind, *PLACES[position % 2]) for position, kind in enumerate(KINDS)],
    indirect=["origin"],
)
def test_a_page_loads_without_errors_draws_its_charts_and_fits_the_window(visit, origin, kind, width):
    page = settled(visit(origin + KINDS[kind], width))
    assert page.get_by_role("heading", level=1).count() == 1
    needed, available = document_widths(page)
    assert needed <= available == width
