"""A real browser and a whole site: built once from the sample, opened from disk and over HTTP under a path.

At the end of every test, no page may have logged an error or a warning, or requested anything outside the site.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from recsys.evaluation import cold_start
from recsys.site.output.scripts import join_modules
from recsys.site.publish.server import BASE, SiteHandler, address, server
from tests.browser.profiles import PATIENCE, Profiles, origin_of
from tests.requirements import (
    chromium_path,
    chromium_skip_reason,
    firefox_path,
    firefox_skip_reason,
    packages_skip_reason,
)
from tests.shared_sites import build_once, shared_folder
from tests.site.tiny import STRINGS, TEMPLATES

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FIREFOX_SETTINGS = {"ui.prefersReducedMotion": 1, "ui.systemUsesDarkTheme": 0, "ui.useOverlayScrollbars": 1}
"""Playwright sets neither of them in a Firefox that is not its own."""
WIDTHS = (360, 1280)
THEMES = ("light", "dark")
KINDS = {
    "home": "index.html",
    "rate": "rate.html",
    "users": "users.html",
    "user": "users/1.html",
    "items": "items.html",
    "item": "items/5331.html",  # the longest title
    "map": "map.html",
    "training": "training.html",
    "playground": "playground.html",
    "compare": "compare.html",
    "data": "data.html",
    "about": "about.html",
    "not found": "404.html",
}
"""An example of each kind of page."""

LOST = "/assets/lost.js"
"""A 404 page asks for this script at every depth that it may be shown at: all but one of them fail."""
REQUESTED = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop().split('?')[0])"
"""Names of the files that a page has asked for."""
SHIFT = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 300);
})"""
"""How far a page has moved what was there already, as the browser counts it (cumulative layout shift)."""
REPEATED = """async ([argument, patience]) => {
  const end = performance.now() + patience;
  for (;;) {
    const condition = CONDITION;
    if (await (typeof condition === "function" ? condition(argument) : condition)) return true;
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}"""
OFFLINE = """{
  let load;
  const attempt = (name) => (globalThis.isOnline ? load(name) : Promise.reject(new Error("offline")));
  globalThis.marquee = { get loadExported() { return attempt; }, set loadExported(installed) { load = installed; } };
}"""
"""Before a page is loaded: no exported script loads until ``isOnline`` is set."""
Visit = Callable[..., Any]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the whole sample, built by the command: trained for three epochs, with two draws of new users."""
    arguments = ["--data", "sample", "--epochs", "3", "--evaluate-new-users"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cold_start, "DRAWS", 2)  # each trains and tunes every model anew
        return build_once(shared_folder(tmp_path_factory) / "sample", arguments)


@contextmanager
def served(folder: Path, base: str = BASE, make_handler: Callable[..., SiteHandler] | None = None) -> Iterator[str]:
    """The address of a site on a server, under a path; the arguments are those of ``server``."""
    with server(folder, base, make_handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield address(http, base)
        http.shutdown()
        thread.join(5)


@pytest.fixture(scope="session")
def exported(site: Path) -> dict[str, Any]:
    """The JSON files of the site, by name without ending."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (site / "data").glob("*.json")}


@pytest.fixture(scope="session")
def disk(site: Path) -> str:
    """The address of the site's folder."""
    return f"{site.as_uri()}/"


@pytest.fixture(scope="session")
def web(site: Path) -> Iterator[str]:
    """The address of the site on a server, under a path."""
    with served(site) as at:
        yield at


@pytest.fixture(params=["disk", "web"])
def origin(request: pytest.FixtureRequest) -> str:
    """The address of the site: a test that uses it is run from disk and over HTTP."""
    return request.getfixturevalue(request.param)


def _skip_or_fail(reason: str | None) -> None:
    """Where there is a reason why a browser cannot be used: skip the test, or fail if browsers are required."""
    if reason is None:
        return
    if os.environ.get("MARQUEE_BROWSER_TESTS") == "required":
        pytest.fail(f"MARQUEE_BROWSER_TESTS is 'required', but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Playwright, of which a process can hold one alone."""
    _skip_or_fail(packages_skip_reason())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Any) -> Iterator[Any]:
    """Chromium, running, one for the session. Without one the tests are skipped, or fail if they are required."""
    _skip_or_fail(chromium_skip_reason())
    process = driver.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
    yield process
    process.close()


@pytest.fixture(scope="session")
def firefox(driver: Any) -> Iterator[Any]:
    """The system's Firefox, running, one for the session. Without one the tests are skipped.

    Playwright speaks WebDriver BiDi with it; versions later than pyproject.toml allows send commands that it lacks.
    """
    reason = firefox_skip_reason()
    if reason is not None:
        pytest.skip(reason)
    process = driver.firefox.launch(
        executable_path=firefox_path(), channel="moz-firefox", firefox_user_prefs=FIREFOX_SETTINGS
    )
    try:
        process.new_context().close()
        reason = None
    except Exception as error:
        reason = f"this Playwright does not drive Firefox {process.version}: {str(error).splitlines()[0]}"
        process.close()
    _skip_or_fail(reason)
    yield process
    process.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Any:
    """The running browser of a test: Chromium, unless a mark of its own or one of those below says otherwise."""
    return request.getfixturevalue(getattr(request, "param", "chromium"))


both_browsers = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)
"""Runs a test that uses ``visit`` in Firefox too."""

main_path, other_main_path = (
    pytest.mark.parametrize(("engine", "origin", "width"), runs, indirect=["engine", "origin"])
    for runs in (
        [("chromium", "disk", 360), ("chromium", "web", 1280), ("firefox", "web", 360)],
        [("chromium", "web", 360), ("chromium", "disk", 1280), ("firefox", "disk", 1280)],
    )
)
"""Each runs a test that uses ``visit`` from disk and over HTTP, narrow and wide, in both browsers.

What depends on the origin (how files are loaded, where ratings are stored) does not depend on the width (the layout),
so not every pair is run by every test. The two marks have different pairs: tests of related paths take turns.
"""
disk_narrow_web_wide = pytest.mark.parametrize(
    ("origin", "width"), [("disk", 360), ("web", 1280)], indirect=["origin"]
)
"""Runs a test in Chromium with each origin and each width once, which will do for the reason given above."""


@pytest.fixture
def visit(engine: Any, disk: str, web: str) -> Iterator[Visit]:
    """Open a page in a new profile: ``visit(address, width=1280, theme="light", **options of the profile)``.

    The address is absolute, or relative to the site, which is then opened from the server. A profile that another
    test has left as good as new will do.
    """
    with visits(engine, disk, web) as open_page:
        yield open_page


PROFILES = Profiles()


@contextmanager
def visits(engine: Any, disk: str, web: str) -> Iterator[Visit]:
    """What ``visit`` is, for as long as it is wanted: at the end nothing may have been complained of."""
    profiles, complaints = [], []

    def check_message(page: Any, message: Any) -> None:
        source = message.location.get("url", "")
        is_page_itself = source == page.url  # a 404 page that is asked for on purpose
        if (is_page_itself and "status of 404" in message.text) or LOST in source:
            return
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.type}: {message.text}")

    def check_request(page: Any, request: Any) -> None:
        if not request.url.startswith((disk, web, "data:")) and LOST not in request.url:
            complaints.append(f"requested {request.url}")

    checks = {
        "console": check_message,
        "request": check_request,
        "pageerror": lambda page, error: complaints.append(f"{page.url}: {error}"),
    }

    def open_page(address: str, width: int = 1280, theme: str = "light", **options: Any) -> Any:
        address = address if "://" in address else web + address
        settings = {"reduced_motion": "reduce", "locale": "en-GB", **options}
        profile = PROFILES.take(engine, origin_of(address), settings)
        profiles.append(profile)
        profile.prepare(width, theme)
        profile.watcher = lambda event, page, what: checks[event](page, what)
        profile.page.goto(address)
        return profile.page

    yield open_page
    for profile in profiles:
        PROFILES.give_back(profile)
    assert complaints == []


def settled(page: Any) -> Any:
    """The page, after all of its charts are drawn: each when it comes near the window."""
    charts = page.locator("[data-chart]")
    for chart in charts.all():
        chart.evaluate("(chart) => chart.scrollIntoView({ block: 'nearest', behavior: 'instant' })")
        drawn = "(name) => document.querySelector(`[data-chart='${name}'][data-drawn]`)"
        until(page, drawn, chart.get_attribute("data-chart"))
    if charts.count() > 1:
        page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    return page


def expose(page: Any, module: str, *names: str) -> None:
    """Make exports of a module under ``templates/assets`` global in a page, for tests of that module alone.

    Args:
        page: runs a script joined from the module and what it imports.
        module: its address, such as ``rating/store.js``.
        names: of the exports.
    """
    page.evaluate(f"() => {{ {_exposing(module, *names)} }}")


@cache
def _exposing(module: str, *names: str) -> str:
    with TemporaryDirectory() as folder:
        entry = shutil.copytree(TEMPLATES / "assets", Path(folder) / "assets") / "exposed.js"
        exposing = f"Object.assign(globalThis, {{ {', '.join(names)} }});"
        entry.write_text(f'import {{ {", ".join(names)} }} from "./{module}";\n{exposing}\n', encoding="utf-8")
        return join_modules(entry, STRINGS)


def until(page: Any, condition: str, argument: Any = None) -> None:
    """Wait until a condition in JavaScript holds, in the document that is there or in the next one.

    It is evaluated from outside, as the page's policy forbids eval; but the page itself repeats it.
    """
    from playwright.sync_api import Error

    end = time.monotonic() + PATIENCE
    holds = None
    while holds is None:
        try:
            patience = 1000 * (end - time.monotonic())
            holds = page.evaluate(REPEATED.replace("CONDITION", condition), [argument, patience])
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
    assert holds, f"never became true: {condition}"


def document_widths(page: Any) -> tuple[int, int]:
    """How wide the document is, and how wide it may be."""
    root = "document.documentElement"
    width, allowed = page.evaluate(f"[{root}.scrollWidth, {root}.clientWidth]")
    return width, allowed


def cut_tables(page: Any) -> None:
    """Remove all but the first twenty rows of each table: they are alike, and axe takes long for each."""
    page.evaluate("""() => {
      for (const table of document.querySelectorAll("table")) {
        for (const row of [...table.querySelectorAll(":scope > tbody > tr")].slice(20)) row.remove();
      }
    }""")


def axe_violations(page: Any) -> list[tuple[str, list[str], str]]:
    """What axe objects to: the rule, the element, and what is wrong with it."""
    import axe_playwright_python

    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    # Without preload: axe would fetch the style sheet, which the policy of the site forbids.
    run = "axe.run({ preload: false, resultTypes: ['violations'] }).then((result) => result.violations)"
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in page.evaluate(run)
        for node in violation["nodes"]
    ]
