"""The runs that stay on screen, and their curves."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.browser.conftest import expose, until
from tests.browser.playground.page import button, ready, run_titles, train

PATHS = "[...document.querySelectorAll('[data-{}] path')].map((path) => path.getAttribute('class'))"


def run_with_seed(page, seed):
    page.evaluate("(seed) => { location.hash = `#dim=2&epochs=1&batchSize=16384&seed=${seed}`; }", seed)
    until(page, "() => document.querySelector('[data-clock] b').textContent.startsWith('Epoch 0.0')")
    train(page)


def test_four_runs_stay_and_the_oldest_makes_room(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=1&batchSize=16384"))
    train(page)
    for seed in (1, 2, 3):
        run_with_seed(page, seed)
    assert [title.split(" ")[1] for title in run_titles(page)] == ["1", "2", "3", "4"]
    for name in ("loss", "ndcg"):
        classes = page.evaluate(PATHS.format(name))
        assert len(classes) == 8
        assert len({value.replace(" is-current", "") for value in classes}) == 8  # two colours, four styles
        assert sum("is-current" in value for value in classes) == 2
    run_with_seed(page, 4)
    assert [title.split(" ")[1] for title in run_titles(page)] == ["2", "3", "4", "5"]
    slots = page.locator(".run-line").evaluate_all("(lines) => lines.map((line) => line.getAttribute('class'))")
    assert sorted(slots) == [f"run-line slot-{n}" for n in range(4)]


def test_the_same_settings_again_are_the_same_run_with_the_same_curves(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=2"))
    train(page)
    first = page.locator("#playground-ndcg").inner_text(), page.locator("#playground-loss").inner_text()
    button(page, "Train again").click()
    until(page, "() => document.querySelector('[data-playground]').dataset.state === 'learning'")
    until(page, "() => document.querySelector('[data-playground]').dataset.state === 'finished'")
    assert (page.locator("#playground-ndcg").inner_text(), page.locator("#playground-loss").inner_text()) == first
    assert len(run_titles(page)) == 1


def test_runs_can_be_removed(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=1&batchSize=16384"))
    train(page)
    assert not page.get_by_role("button", name="Remove all runs").is_visible()
    run_with_seed(page, 1)
    page.get_by_role("button", name="Remove run 1").click()
    assert [title.split(" ")[1] for title in run_titles(page)] == ["2"]
    until(page, "() => document.querySelectorAll('[data-loss] path').length === 2")
    run_with_seed(page, 2)
    page.get_by_role("button", name="Remove all runs").click()
    assert run_titles(page) == []
    until(page, "() => document.querySelectorAll('.curve').length === 0")
    assert not page.locator("[data-numbers] details").is_visible()


def test_losses_of_two_kinds_are_not_compared(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=1&batchSize=16384"))
    train(page)
    note = page.locator(".runs-note")
    run_with_seed(page, 1)
    assert note.inner_text() == ""
    page.evaluate("location.hash = '#dim=2&epochs=1&batchSize=16384&loss=bpr'")
    until(page, "() => document.querySelector('[data-clock] b').textContent.startsWith('Epoch 0.0')")
    train(page)
    assert "compare their nDCG" in note.inner_text()


def test_a_curve_is_read_by_keyboard_and_pointer(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=2"))
    train(page)
    chart = page.get_by_role("slider", name="nDCG of held-out ratings by epoch")
    chart.focus()
    page.keyboard.press("Home")
    readout = page.locator("[data-ndcg] .curve-readout")
    readout.wait_for()
    assert readout.inner_text().startswith("Epoch 0")
    page.keyboard.press("ArrowRight")
    until(page, "() => document.querySelector('[data-ndcg] [role=slider]').ariaValueNow === '1'")
    page.keyboard.press("End")
    until(page, "() => document.querySelector('[data-ndcg] [role=slider]').ariaValueNow === '2'")
    base, deep = page.locator("#playground-ndcg span").all_inner_texts()
    assert chart.get_attribute("aria-valuetext") == f"Epoch 2, {base}, {deep}"
    assert page.locator("[data-loss] .curve-readout").is_visible()  # of the same epoch
    page.keyboard.press("Escape")
    readout.wait_for(state="hidden")
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    readout.wait_for()
    assert readout.inner_text().startswith("Epoch 1")


def test_the_numbers_are_in_a_table(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=2"))
    train(page)
    page.get_by_text("The numbers, epoch by epoch").click()
    heads = page.locator("[data-numbers] thead th").all_inner_texts()
    assert len(heads) == 5 and "Run 1, Base: Training loss" in heads
    rows = page.locator("[data-numbers] tbody tr").all()
    cells = [row.locator("th, td").all_inner_texts() for row in rows]
    assert [row[0] for row in cells] == ["0", "1", "2"]
    assert cells[0][1:3] == ["–", "–"]  # no loss before the first step
    shown = [float(text.split()[1]) for text in page.locator("#playground-ndcg span").all_inner_texts()]
    assert shown == pytest.approx([float(cell) for cell in cells[2][3:]], abs=0.00056)  # three digits of four


KEEP_LEARNER = """
  globalThis.Worker = class extends Worker {
    constructor(address) {
      super(address);
      globalThis.learner = this;
      this.addEventListener("message", ({ data }) => { if (data.type === "progress") globalThis.progress = data; });
    }
  };
"""
CURVES_OF_AN_EPOCH = """async () => {
  const receive = learner.onmessage;
  learner.onmessage = null; // from now on, the page hears of the epoch below alone
  const curves = [];
  for (const epoch of [0.25, 0.5, 0.75, 1]) {
    const loss = { base: 8 - epoch, deep: 7 - epoch };
    receive({ data: { ...progress, step: 4 * epoch, epoch, loss, state: "learning" } });
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    curves.push(document.querySelector("[data-loss] path")?.getAttribute("d") ?? null);
  }
  return curves;
}"""


@pytest.mark.parametrize(
    ("motion", "moved"), [("reduce", [False, False, False, True]), ("no-preference", [True, True, True, True])]
)
def test_with_reduced_motion_curves_move_once_an_epoch(chromium, web, motion, moved):
    page = chromium.new_page(reduced_motion=motion)
    page.add_init_script(KEEP_LEARNER)
    page.goto(web + "playground.html#dim=2&epochs=1")
    ready(page)
    until(page, "() => document.querySelector('[data-loss] svg').hasAttribute('viewBox')")
    curves = page.evaluate(CURVES_OF_AN_EPOCH)
    assert [before != after for before, after in pairwise([None, *curves])] == moved
    page.close()


@pytest.fixture(scope="module")
def ticks(chromium, web):
    page = chromium.new_page()
    page.goto(web + "404.html")
    expose(page, "playground/axes.js", "niceTicks")
    yield lambda low, high, n: page.evaluate("([low, high, n]) => niceTicks(low, high, n)", [low, high, n])
    page.close()


@settings(max_examples=60, deadline=None)
@given(low=st.floats(-100, 100), span=st.floats(0.001, 1000), n=st.integers(1, 12))
def test_ticks_are_round_numbers_within_the_range(ticks, low, span, n):
    shown = ticks(low, low + span, n)
    assert len(shown) <= n + 1
    slack = 1e-6 * span
    assert all(low - slack <= tick <= low + span + slack for tick in shown)
    steps = {round((b - a) / span, 6) for a, b in pairwise(shown)}
    assert len(steps) <= 1
    if steps:
        assert f"{shown[1] - shown[0]:.2e}".startswith(("1.00", "2.00", "5.00"))


def test_ticks_of_known_ranges(ticks):
    assert ticks(0, 20, 4) == [0, 5, 10, 15, 20]
    assert ticks(0, 0.27, 3) == [0, 0.1, 0.2]
    assert ticks(4.71, 6.03, 4) == [5, 5.5, 6]


@pytest.fixture(scope="module")
def ranges(chromium, web):
    page = chromium.new_page()
    page.goto(web + "404.html")
    expose(page, "playground/axes.js", "niceRange")
    call = "([values, fromZero]) => niceRange(values, fromZero, 150)"
    yield lambda values, from_zero: page.evaluate(call, [values, from_zero])
    page.close()


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.floats(0.001, 50), min_size=1, max_size=6), from_zero=st.booleans())
def test_a_chart_shows_all_values_and_at_most_as_much_again(ranges, values, from_zero):
    low, high = ranges(values, from_zero)
    assert low <= min(values) and max(values) <= high + 1e-9 and low < high
    assert not from_zero or low == 0
    lowest = 0 if from_zero else min(values)
    if max(values) - lowest > 1e-3:
        assert high - low <= 2.01 * (max(values) - lowest)


def test_ranges_of_known_values(ranges):
    assert ranges([0.17, 0.41], True) == pytest.approx([0, 0.5])
    assert ranges([7.25, 8.09], False) == pytest.approx([7.25, 8.25])
    assert ranges([], True) == [0, 1]
    assert ranges([0], True) == pytest.approx([0, 1])
