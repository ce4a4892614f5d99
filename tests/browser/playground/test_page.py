"""The playground as a visitor uses it: load, train, pause, step, reset, test."""

import re

import pytest

from tests.browser.conftest import SHIFT, disk_narrow_web_wide, until
from tests.browser.playground.page import button, epoch, ready, train, wait_for_state

VALUES = re.compile(r"Base (\d+\.\d{3}) · Deep (\d+\.\d{3})")
STATUS = """() => {
  globalThis.said = [];
  const status = document.querySelector("[data-status]");
  new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
}"""


def values(page, name):
    return [float(value) for value in VALUES.fullmatch(page.locator(f"#playground-{name}").inner_text()).groups()]


def test_the_sample_is_there_and_nothing_has_been_learned(visit, origin):
    page = ready(visit(origin + "playground.html"))
    assert "600 users, 515 items, 36,909 ratings" in page.locator("[data-data]").inner_text()
    assert epoch(page).startswith("Epoch 0.0 of ")
    assert page.locator("#playground-loss").inner_text() == "Base – · Deep –"
    assert all(0 <= ndcg < 0.2 for ndcg in values(page, "ndcg"))
    assert page.locator(".run-title").count() == 0
    for name in ("Train", "Step", "Reset", "Test"):
        assert button(page, name).is_enabled(), name


def test_training_lowers_the_loss_raises_ndcg_and_is_announced_once(visit, origin):
    page = ready(visit(origin + "playground.html#dim=8&epochs=3&learningRate=0.03"))
    before = values(page, "ndcg")
    page.evaluate(STATUS)
    button(page, "Step").click()
    until(page, "() => /^Base [0-9]/.test(document.getElementById('playground-loss').textContent)")
    first = values(page, "loss")
    button(page, "Reset").click()
    train(page)
    assert epoch(page) == "Epoch 3.0 of 3"
    for larger, smaller in ((first, values(page, "loss")), (values(page, "ndcg"), before)):
        assert larger[0] > smaller[0] and larger[1] > smaller[1]
    said = [text for text in page.evaluate("said") if text]
    assert len(said) == 1 and said[0].startswith("Finished. Loss: Base ")
    assert button(page, "Step").is_disabled()
    assert button(page, "Train again").is_visible()


def test_pause_stops_and_train_goes_on_from_there(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&batchSize=128&epochs=100"))
    page.evaluate(STATUS)
    button(page, "Train").click()
    until(page, "() => /^step ([5-9]|\\d\\d)/.test(document.querySelector('[data-clock] span').textContent)")
    button(page, "Pause").click()
    wait_for_state(page, "paused")
    paused_at = epoch(page)
    assert page.evaluate("said.filter(Boolean)")[-1].startswith("Paused in epoch ")
    page.wait_for_timeout(300)
    assert epoch(page) == paused_at
    button(page, "Train").click()
    until(page, "(text) => document.querySelector('[data-clock] b').textContent !== text", paused_at)
    button(page, "Reset").click()
    wait_for_state(page, "paused")
    until(page, "() => document.querySelector('[data-clock] b').textContent.startsWith('Epoch 0.0')")


def test_a_step_is_one_batch(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=5"))
    for n in (1, 2):
        button(page, "Step").click()
        starts = "(start) => document.querySelector('[data-clock] span').textContent.startsWith(start)"
        until(page, starts, f"step {n} of ")
    assert page.locator("[data-playground]").get_attribute("data-state") == "paused"


def test_a_loss_that_explodes_is_said_and_reset_begins_anew(visit, web):
    page = ready(visit(web + "playground.html#epochs=5&learningRate=10"))
    train(page)
    problem = page.get_by_role("alert").filter(has_text="grew beyond all numbers")
    problem.wait_for()
    button(page, "Reset").click()
    problem.wait_for(state="hidden")
    ready(page)
    assert button(page, "Train").is_enabled()


def test_what_one_presses_works_by_keyboard(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=1"))
    button(page, "Train").focus()
    page.keyboard.press("Enter")
    wait_for_state(page, "finished")
    page.keyboard.press("Tab")  # Step is off
    assert page.evaluate("document.activeElement.textContent") == "Reset"
    page.keyboard.press("Space")
    wait_for_state(page, "paused")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Test"


def test_test_shows_the_lists_of_another_user(visit, disk):
    page = ready(visit(disk + "playground.html"))
    heading = page.locator("[data-lists] h2")
    until(page, "() => document.querySelector('[data-lists] h2')?.textContent.includes('user')")
    first = heading.inner_text()
    for _ in range(5):  # a user may be drawn twice
        button(page, "Test").click()
        page.wait_for_timeout(200)
        if heading.inner_text() != first:
            break
    assert heading.inner_text() != first
    assert page.locator("[data-lists]").bounding_box()["y"] < 800  # in sight


@disk_narrow_web_wide
def test_nothing_moves_while_the_page_is_made(visit, origin, width):
    page = ready(visit(origin + "playground.html", width))
    page.locator("[data-lists] h2").wait_for()
    assert page.evaluate(SHIFT) < 0.03


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_train_and_the_curves_are_seen_first_and_on_a_wide_screen_the_map_too(visit, disk, width):
    page = ready(visit(disk + "playground.html", width))
    on_wide_screens = ["[data-knobs]", "[data-map] canvas"] if width > 1000 else []
    for selector in ("[data-train]", "[data-loss] .curve-plot", *on_wide_screens):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] / 2 < 800, selector
    is_folded = page.locator(".knob-group[open]").count() == 0
    assert is_folded is (width < 1000)


def test_what_is_learned_is_printed(visit, disk):
    page = ready(visit(disk + "playground.html#dim=2&epochs=1"))
    train(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[data-loss] svg path").first.is_visible()
    assert page.locator("[data-numbers] tbody tr").count() == 2
    assert not page.locator("[data-train]").is_visible()
