"""Hostile texts where a page shows them only when asked: what a pointer or a pick brings up, downloads, settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

import build
from tests.browser.conftest import settled, until
from tests.browser.hostile import (
    ATTACKS,
    check_document,
    check_nothing_ran,
    log_folder,
    strictly,
    watched,
    write_csv,
)
from tests.browser.test_map import FRAME, POSITIONS

SECRET = "</script><img src=x onerror=ran=1> known to nobody"
LABELS = (ATTACKS[1], "{{ 7*7 }}", "javascript:ran=1")
PATTERN = "https://shop.example/?q={title}&year={year}#{id}"
PLAIN_NAME = re.compile(r"[a-z0-9][\w.-]*", re.ASCII)
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    log, file, out = log_folder(folder / "log"), folder / "site.toml", folder / "parent" / "site"
    write_csv(log)
    logo = folder / "' onerror='ran=1.svg"
    logo.write_text(LOGO)
    links = "\n".join(f"{json.dumps(label)} = {json.dumps(PATTERN)}" for label in LABELS)
    file.write_text(
        f'pages = ["map", "data"]\nlogo = {json.dumps(str(logo))}\naccent = "#2563b8"\n'
        f"[privacy]\nhash_users = {json.dumps(SECRET)}\n[links]\n{links}\n", encoding="utf-8"
    )  # fmt: skip
    options = ["--models", "base", "--epochs", "2", "--dim", "4", "--holdout", "0", "--quiet"]
    assert build.main(["--data", str(log), "--config", str(file), *options, "--out", str(out)]) == 0
    return out


@pytest.fixture
def watched_page(chromium: Any, site: Path) -> Iterator[Any]:
    with watched(chromium, site) as page:
        yield page


def links_of(site: Path, address: str) -> list[dict[str, str]]:
    document = html5lib.parse((site / address).read_text(encoding="utf-8"), namespaceHTMLElements=False)
    return [dict(element.attrib) for element in document.iter("a")]


def test_no_page_has_an_element_or_an_attribute_of_the_settings(site):
    for path in site.rglob("*.html"):
        check_document(site, path.relative_to(site).as_posix())


def test_the_secret_and_the_name_of_the_logo_are_in_no_file(site):
    for path in site.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"known to nobody" not in content and b"onerror='ran=1.svg" not in content, path


def test_links_to_other_sites_lead_to_the_site_of_the_settings_whatever_the_title_is(site):
    elsewhere = [
        urlsplit(link["href"])
        for path in (site / "items").iterdir()
        for link in links_of(site, f"items/{path.name}")
        if "shop.example" in link.get("href", "")
    ]
    assert len(elsewhere) == len(LABELS) * len(ATTACKS)
    assert {(link.scheme, link.netloc, link.path) for link in elsewhere} == {("https", "shop.example", "/")}
    for link in elsewhere:
        assert re.fullmatch(r"q=[^&#<>\"' ]*&year=\d+", link.query), link
        assert not re.search("[<>\"' ]", link.fragment), link


def test_files_to_download_have_plain_names_and_lie_in_the_site(site):
    downloads = [link for link in links_of(site, "data.html") if link.get("href", "").startswith("data/")]
    named = [link for link in links_of(site, "map.html") if "download" in link]
    assert len(downloads) >= 8 and named
    for link in downloads + named:
        assert PLAIN_NAME.fullmatch(link.get("download") or Path(link["href"]).name), link
        assert (site / link["href"]).resolve().is_relative_to(site) and (site / link["href"]).is_file(), link


def test_nothing_runs_where_the_map_shows_a_pointed_at_and_a_picked_item_and_saves_a_picture(watched_page, site):
    page = watched_page
    page.goto(f"{site.as_uri()}/map.html")
    settled(page)
    embeddings, items = (
        strictly((site / "data" / f"{name}.json").read_text("utf-8")) for name in ("item_embeddings", "items")
    )
    ids = embeddings["models"]["base"]["item_ids"]
    titles, years = ({item["id"]: item[fact] for item in items["items"]} for fact in ("title", "year"))
    unit, left, top, corner = page.evaluate(FRAME)
    for attack in ATTACKS[:2]:  # nothing of the map lies over these
        x, y = page.evaluate(POSITIONS)[ids.index(attack)]
        point = corner[0] + (x - left) / unit, corner[1] + (top - y) / unit
        page.mouse.move(*point)
        tooltip = page.locator(".bk-Tooltip").filter(has_text=titles[attack])
        tooltip.first.wait_for()
        check_nothing_ran(page)
    page.mouse.click(*point)
    until(page, "(title) => document.querySelector('[data-panel] h2')?.textContent === title", titles[attack])
    check_nothing_ran(page)
    links = page.locator("[data-panel] .outside a").all()
    address = f"https://shop.example/?q={titles[attack]}&year={years[attack]}#{attack}"  # as on the page of the item
    assert [unquote(link.get_attribute("href")) for link in links] == [address] * len(LABELS)
    with page.expect_download() as download:
        page.locator("[data-download]").first.click()
    assert PLAIN_NAME.fullmatch(download.value.suggested_filename)
    check_nothing_ran(page)
