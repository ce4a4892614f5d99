"""A real browser before a whole site: built once from the sample, opened from disk and under a path over HTTP.

Whatever a test does, at its end no page may have complained, and none may have asked for anything outside its site.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import build
from recsys.site.output.scripts import join_modules
from recsys.site.publish.server import address, server
from tests.site.tiny import TEMPLATES

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PACKAGES = ("playwright", "axe_playwright_python")
WIDTHS = (360, 1280)
THEMES = ("light", "dark")
KINDS = {
    "home": "index.html",
    "rate": "rate.html",
    "users": "users.html",
    "user": "users/1.html",
    "films": "films.html",
    "film": "films/5331.html",  # the longest title
    "map": "map.html",
    "training": "training.html",
    "compare": "compare.html",
    "data": "data.html",
    "about": "about.html",
    "not found": "404.html",
}
"""Each kind of page, by one of them."""

Visit = Callable[..., Any]


def browser_here() -> str | None:
    """The browser to test with: the one that MARQUEE_BROWSER names, else one on the PATH."""
    return os.environ.get("MARQUEE_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


def obstacle() -> str | None:
    """Why there can be no test in a browser here, if so."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return f'no browser tests: {missing[0]} is not installed (python -m pip install -e ".[test]")'
    if browser_here() is None:
        return f"no browser tests: none of {', '.join(NAMES)} is on the PATH, and MARQUEE_BROWSER names none"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line instead of one for each test, so that nobody takes what was skipped for passed."""
    reason = obstacle()
    if reason is not None:
        terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample, by the whole build, trained for a moment."""
    folder = tmp_path_factory.mktemp("built") / "site"
    package = logging.getLogger("recsys")  # a build sets it up; what follows in the session must not notice
    handlers, level = package.handlers[:], package.level
    asked = ["--data", "sample", "--epochs", "3", "--evaluate-new-users", "--quiet", "--out", str(folder)]
    assert build.main(asked) == 0
    package.handlers[:] = handlers
    package.setLevel(level)
    return folder


@pytest.fixture(scope="session")
def disk(site: Path) -> str:
    """The address of the site's folder."""
    return f"{site.as_uri()}/"


@pytest.fixture(scope="session")
def web(site: Path) -> Iterator[str]:
    """The address of the site on a server, under a path."""
    with server(site) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield address(http)
        http.shutdown()
        thread.join(5)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The running browser; where there can be none, the tests are skipped, or fail if they were promised."""
    reason = obstacle()
    if reason is not None:
        if os.environ.get("MARQUEE_BROWSER_TESTS") == "required":
            pytest.fail(f"MARQUEE_BROWSER_TESTS is 'required', but {reason}", pytrace=False)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_here(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, disk: str, web: str) -> Iterator[Visit]:
    """Opens a page in a profile of its own: ``visit(address, width=1280, theme="light", **options of the profile)``.

    The address is whole, or one within the site, which is then opened from the server.
    """
    profiles, complaints = [], []

    def complain_of_message(message: Any) -> None:
        is_page_itself = message.location.get("url") == message.page.url  # a 404 page that is asked for on purpose
        if message.type in ("error", "warning") and not (is_page_itself and "status of 404" in message.text):
            complaints.append(f"{message.page.url}: {message.type}: {message.text}")

    def complain_of_request(request: Any) -> None:
        if not request.url.startswith((disk, web, "data:")):
            complaints.append(f"asked for {request.url}")

    def watch(page: Any) -> None:
        page.on("console", complain_of_message)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))

    def opened(where: str, width: int = 1280, theme: str = "light", **options: Any) -> Any:
        settings = {"reduced_motion": "reduce", "locale": "en-GB", **options}
        profile = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme, **settings)
        profile.set_default_timeout(15_000)
        profile.on("page", watch)
        profile.on("request", complain_of_request)
        profiles.append(profile)
        page = profile.new_page()
        page.goto(where if "://" in where else web + where)
        return page

    yield opened
    for profile in profiles:
        profile.close()
    assert complaints == []


def settled(page: Any) -> Any:
    """The page, once each of its charts is drawn."""
    n_charts = page.locator("[data-chart]").count()
    if n_charts:
        page.evaluate("globalThis.marquee.charts")
        drawn = "[...document.querySelectorAll('[data-chart]')].filter((one) => one.childElementCount)"
        until(page, f"(n) => {drawn}.length === n", n_charts)
    return page


def expose(page: Any, folder: Path, module: str, *names: str) -> None:
    """Make exports of a module under ``templates/assets`` global in a page, for tests of that module alone.

    Args:
        page: runs a script joined from the module and what it imports.
        folder: an empty one, for the entry.
        module: its address, such as ``rate/store.js``.
        names: of the exports.
    """
    shutil.copytree(TEMPLATES / "assets", folder / "assets")
    entry = folder / "assets" / "exposed.js"
    exposing = f"Object.assign(globalThis, {{ {', '.join(names)} }});"
    entry.write_text(f'import {{ {", ".join(names)} }} from "./{module}";\n{exposing}\n', encoding="utf-8")
    page.evaluate(f"() => {{ {join_modules(entry)} }}")


def until(page: Any, condition: str, given: Any = None) -> None:
    """Wait until a condition in JavaScript holds. It is asked from here: a page whose policy forbids eval cannot."""
    end = time.monotonic() + 15
    while not page.evaluate(condition, given):
        assert time.monotonic() < end, f"never came: {condition}"
        page.wait_for_timeout(20)
