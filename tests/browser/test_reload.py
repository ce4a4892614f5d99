"""A preview reloads the page when its site has changed, and only then."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from recsys.site.output.csp import CSP
from recsys.site.publish.reload import ReloadingHandler, SiteVersion
from tests.browser.conftest import served, until

PAGE = '<!doctype html><html lang=en><meta http-equiv=Content-Security-Policy content="{}"><title>{}</title><p>page'


def test_an_open_page_follows_a_change_of_its_site(chromium: Any, tmp_path: Path):
    def write(title: str) -> None:
        (tmp_path / "index.html").write_text(PAGE.format(CSP, title), encoding="utf-8")

    write("first")
    version = SiteVersion()
    with served(tmp_path, make_handler=partial(ReloadingHandler, version=version)) as address:
        page = chromium.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.evaluate("document.title = 'not loaded again'")
        write("second")
        asked = page.wait_for_event("response", lambda response: response.url.endswith("/version"))
        assert asked.ok and page.title() == "not loaded again"
        version.change()
        page.wait_for_event("load")
        until(page, "() => document.title === 'second'")
        assert complaints == []
        page.close()
