"""What the tests of the playground share."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import until

READY = "() => /^Base [0-9]/.test(document.getElementById('playground-ndcg').textContent)"
STATE = "(state) => document.querySelector('[data-playground]').dataset.state === state"


def ready(page: Any) -> Any:
    """The page, once new towers are there and measured."""
    until(page, READY)
    return page


def button(page: Any, name: str) -> Any:
    """A button above the experiment."""
    return page.locator(".playground-bar").get_by_role("button", name=name, exact=True)


def wait_for_state(page: Any, state: str) -> None:
    """Wait until the experiment is learning, paused or finished."""
    until(page, STATE, state)


def train(page: Any) -> None:
    """Press Train and wait for the end."""
    page.locator("[data-train]").click()
    wait_for_state(page, "finished")


def epoch(page: Any) -> str:
    """What the counter says of the epoch."""
    return page.locator("[data-clock] b").inner_text()


def run_titles(page: Any) -> list[str]:
    """What the legend says of each run."""
    return page.locator(".run-title").all_inner_texts()
