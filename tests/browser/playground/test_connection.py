"""Where the learner runs: in a worker where pages come over HTTP, else in the page, which stays responsive."""

import json

from tests.browser.conftest import until
from tests.browser.playground.page import button, ready, train

MAX_TASK = 80
"""Milliseconds of computation. A slice takes at most some 12, a frame with all that moves in it some 25."""


def task_times(trace):
    """How long the page computed in each task, in milliseconds: waiting for other processes does not count."""
    events = json.loads(trace)["traceEvents"]
    named = [event for event in events if event["name"] == "thread_name"]
    threads = {(event["pid"], event["tid"]) for event in named if event["args"]["name"] == "CrRendererMain"}
    tasks = [event for event in events if "RunTask" in event["name"] and "tdur" in event]  # those that ended
    return [task["tdur"] / 1000 for task in tasks if (task["pid"], task["tid"]) in threads]


def test_over_http_the_learner_runs_in_a_worker_and_from_disk_in_the_page(visit, disk, web):
    page = ready(visit(web + "playground.html"))
    assert ["learner.js" in worker.url for worker in page.workers] == [True]
    page = ready(visit(disk + "playground.html"))
    assert page.workers == []


def test_if_there_can_be_no_worker_the_page_learns_itself(chromium, web):
    profile = chromium.new_context()
    profile.add_init_script("""
      globalThis.Worker = class extends EventTarget {
        constructor() { super(); setTimeout(() => this.onerror()); }
        postMessage() {}
        terminate() { globalThis.isTerminated = true; }
      };
    """)
    page = profile.new_page()
    page.goto(web + "playground.html#dim=2&epochs=1")
    ready(page)
    assert page.evaluate("isTerminated")
    train(page)
    profile.close()


def test_a_page_without_its_learner_says_so(chromium, disk):
    page = chromium.new_page()
    page.route("**/learner.js*", lambda route: route.abort())
    page.goto(disk + "playground.html")
    page.get_by_role("alert").filter(has_text="The playground could not start").wait_for()
    page.close()


def test_the_page_answers_while_it_learns(chromium, visit, disk):
    page = ready(visit(disk + "playground.html#epochs=3", reduced_motion="no-preference"))
    page.locator("[data-lists] h2").wait_for()
    chromium.start_tracing(page=page, categories=["toplevel"])
    train(page)
    times = task_times(chromium.stop_tracing())
    assert len(times) > 100  # slices
    assert max(times) < MAX_TASK


def test_a_knob_turned_while_it_learns_ends_the_run(visit, origin):
    page = ready(visit(origin + "playground.html#epochs=100&batchSize=128"))
    button(page, "Train").click()
    until(page, "() => document.querySelectorAll('.run-title').length === 1")
    page.get_by_role("slider", name="Dimensions").press("Home")
    until(page, "() => document.querySelector('[data-clock] b').textContent.startsWith('Epoch 0.0')")
    page.wait_for_timeout(300)
    assert page.locator("[data-clock] b").inner_text().startswith("Epoch 0.0")  # no late answer of the first run


def test_a_learner_that_stops_is_said_to_and_can_begin_again(chromium, web):
    page = chromium.new_page()
    page.add_init_script("""
      globalThis.Worker = class extends Worker {
        constructor(address) { super(address); globalThis.worker = this; }
      };
    """)
    page.goto(web + "playground.html#dim=2&epochs=1")
    ready(page)
    page.evaluate("() => worker.onerror()")
    page.get_by_text("Learning stopped. Press Reset to begin again.").wait_for()
    button(page, "Reset").click()
    train(page)
    assert page.get_by_text("Learning stopped").is_hidden()
    page.close()
