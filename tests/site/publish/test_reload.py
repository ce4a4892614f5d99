"""A preview that reloads: what is added to pages as they are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from recsys.site.output.csp import CSP
from recsys.site.publish.reload import SCRIPT, VERSION, ReloadingHandler, SiteVersion
from tests.site.publish.test_server import serving

TAG = re.compile(rf'<script src="{re.escape(SCRIPT)}" data-version=([0-9a-f]+)></script>\n$')


@pytest.fixture
def version() -> SiteVersion:
    return SiteVersion()


@pytest.fixture(params=["/marquee/", "/"])
def request_(tmp_path: Path, version: SiteVersion, request: pytest.FixtureRequest) -> Iterator[object]:
    (tmp_path / "index.html").write_text("<p>front")
    (tmp_path / "404.html").write_text("<p>nothing</html>")
    (tmp_path / "site.js").write_text("1")
    with serving(tmp_path, request.param, partial(ReloadingHandler, version=version)) as answer:
        yield lambda path, *rest: answer(request.param + path, *rest)
    assert (tmp_path / "index.html").read_text() == "<p>front"


def test_every_page_has_the_script_at_its_end_and_nothing_else_has(request_, version):
    for path, status in (("", 200), ("index.html", 200), ("none.html", 404)):
        answered, headers, text = request_(path)
        assert answered == status
        assert TAG.search(text)[1] == version.name
        assert headers["Content-Length"] == str(len(text))
    assert request_("site.js")[2] == "1"
    assert request_("index.html", "HEAD")[2] == ""


def test_the_version_of_the_site_is_another_after_each_change(tmp_path, version):
    with serving(tmp_path, "/marquee/", partial(ReloadingHandler, version=version)) as answer:
        names = [answer(VERSION)[2]]
        for _ in range(2):
            version.change()
            names.append(answer(VERSION)[2])
        assert len(set(names)) == 3
        status, headers, code = answer(SCRIPT)
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert VERSION in code


def test_the_policy_of_the_pages_allows_the_script_and_what_it_asks_for():
    policy = dict(part.split(" ", 1) for part in CSP.split(";"))
    assert policy["script-src"] == policy["connect-src"] == "'self'"
