"""Pages at twice their size, or with text of twice its size: nothing is cut off, and no text lies over another."""

from __future__ import annotations

import pytest

from tests.browser.conftest import FLAGS, KINDS, document_widths, settled
from tests.browser.rate.page import rate_card
from tests.requirements import chromium_path

FAULTS = """() => {
  const faults = [];
  const boxes = []; // of lines of text: left, top, right, bottom, text, node
  const aside = ".vh, .marks i, noscript, option, script, style, [data-chart]"; // not shown as text in lines
  const isFloating = (element) => {
    for (let parent = element; parent; parent = parent.parentElement) {
      if (["sticky", "fixed"].includes(getComputedStyle(parent).position)) return true;
    }
    return false;
  };
  const addLine = (node, { left, top, right, bottom }) => {
    const text = node.textContent.trim().slice(0, 40);
    for (let parent = node.parentElement; parent !== document.body; parent = parent.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(parent);
      if (overflowX === "visible") continue;
      if (overflowX === "auto" || overflowX === "scroll") return; // can be scrolled to
      const box = parent.getBoundingClientRect();
      const isCut = left < box.left - 2 || right > box.right + 2;
      if (isCut && textOverflow !== "ellipsis") faults.push(["cut off", text]);
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    }
    if (left < -1 || right > innerWidth + 1) faults.push(["outside the window", text]);
    const slack = (bottom - top) / 4; // a line is higher than its letters
    boxes.push([left + 1, top + slack, right - 1, bottom - slack, text, node]);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const parent = node.parentElement;
    const isShown = parent.checkVisibility({ visibilityProperty: true }) && !parent.closest(aside);
    if (!node.textContent.trim() || !isShown || isFloating(parent)) continue;
    if (getComputedStyle(parent).fontSize === "0px") continue; // a sign stands for the word
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) if (line.width > 2) addLine(node, line);
  }
  boxes.sort((a, b) => a[1] - b[1]);
  boxes.forEach((a, position) => {
    for (const b of boxes.slice(position + 1, position + 200)) {
      if (b[1] >= a[3]) break;
      const overlap = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
      if (a[5] !== b[5] && overlap > 1) faults.push(["one over the other", a[4], b[4]]);
    }
  });
  return faults;
}"""
"""Lines of text that are cut off, outside the window or over another."""
ADDRESSES = {**KINDS, "map": "map.html#item=5331"}


@pytest.fixture(scope="module")
def large_text(driver, chromium):
    """Chromium of a visitor who has set its text to twice the usual size."""
    flags = [*FLAGS, "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"]
    process = driver.chromium.launch(executable_path=chromium_path(), args=flags)
    yield process
    process.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("engine", "size", "scale"),
    [("chromium", (640, 400), 2), ("large_text", (360, 740), 1)],
    indirect=["engine"],
    ids=["a laptop at 200 %", "a phone with large text"],
)
def test_nothing_is_cut_off_or_covered(visit, disk, kind, size, scale):
    width, height = size
    page = visit(disk + ADDRESSES[kind], width, device_scale_factor=scale)
    page.set_viewport_size({"width": width, "height": height})
    if kind in ("home", "rate"):
        rate_card(page, 0, 5)
        page.locator("[data-items] > li").first.wait_for()
    settled(page)
    needed, available = document_widths(page)
    assert needed <= available == width
    assert page.evaluate(FAULTS) == []
