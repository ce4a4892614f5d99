"""A site of a log in which every text is an attack: nothing of it runs, and all of it is shown as text."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import build
import recsys
from recsys.export.script import json_in
from tests.browser.conftest import KINDS, until
from tests.browser.hostile import (
    ATTACKS,
    OTHER_TABLES,
    SAME_TABLES,
    check_document,
    check_files,
    check_nothing_ran,
    log_folder,
    strictly,
    watched,
    write_csv,
)
from tests.browser.playground.test_files import STATUS, choose

ADDRESSES = (
    "#<img src=x onerror=ran=1>", "#item=<svg onload=ran=1>&q=</script><script>ran=1</script>&model=__proto__",
    "#__proto__", "#javascript:ran=1",
    "#%3Cimg%20src=x%20onerror=ran=1%3E", "#lesson=__proto__&seed=<b>&genre=\"><img src=x onerror=ran=1>",
    "?v=<script>ran=1</script>#r=constructor",
)  # fmt: skip
"""What is appended to the address of every page whose scripts read it."""
SCRIPTED = ("index.html", "rate.html", "users.html", "map.html", "playground.html", "404.html")
OPTIONS = ("--epochs", "2", "--dim", "4", "--quiet")


def settings(last_lines: str = "") -> str:
    noun = {"one": "<i>zine</i>", "many": "</script><b>zines", "do": "\"><img src=x onerror=ran=1>", "did": "{{7*7}}"}
    table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in noun.items())
    return (
        f"title = {json.dumps(ATTACKS[0])}\ndescription = {json.dumps(' '.join(ATTACKS[1:3]))}\n"
        f"noun = {{ {table} }}\nsite_url = \"https://films.example/a/\"\n"
        f"repository = \"https://github.com/a/b\"\n{last_lines}"
        f"[links]\n{json.dumps(ATTACKS[3])} = \"https://shop.example/{{id}}?{{title}}\"\n"
    )


def build_site(folder: Path, log: Path, last_lines: str = "") -> Path:
    """Build a site of a log, with hostile settings, as the only thing in its folder."""
    file, site = folder / "site.toml", folder / "parent" / "site"
    file.write_text(settings(last_lines), encoding="utf-8")
    assert build.main(["--data", str(log), "--config", str(file), *OPTIONS, "--out", str(site)]) == 0
    return site


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = log_folder(tmp_path_factory.mktemp("log"))
    write_csv(folder)
    return folder


@pytest.fixture(scope="module")
def hostile(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(tmp_path_factory.mktemp("hostile"), log)


def test_no_page_has_an_element_or_an_attribute_that_a_text_brought_along(hostile):
    for path in hostile.rglob("*.html"):
        check_document(hostile, path.relative_to(hostile).as_posix())


def test_every_file_lies_below_the_site_and_has_a_harmless_name(hostile):
    check_files(hostile)


def test_all_json_is_valid_and_has_the_texts_as_they_were_but_for_control_characters(hostile):
    items = strictly((hostile / "data" / "items.json").read_text(encoding="utf-8"))["items"]
    ids = {item["id"] for item in items}
    assert len(ids) == len(ATTACKS)
    assert ids > {text for text in ATTACKS if text.isprintable()}
    assert not [id_ for id_ in ids if re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", id_)]
    for path in (hostile / "data").glob("*.js"):
        strictly(json_in(path.read_text(encoding="utf-8")))
    with (hostile / "data" / "items.csv").open(encoding="utf-8", newline="") as file:
        assert {row["item"] for row in csv.DictReader(file)} == ids


@pytest.fixture
def watched_page(chromium: Any, hostile: Path) -> Iterator[Any]:
    with watched(chromium, hostile) as page:
        yield page


def addresses_of(site: Path) -> list[str]:
    tops = [address for address in KINDS.values() if "/" not in address and (site / address).is_file()]
    below = [next((site / folder).glob("*.html")) for folder in ("users", "items") if (site / folder).is_dir()]
    return tops + [path.relative_to(site).as_posix() for path in below]


def test_nothing_runs_on_any_kind_of_page(watched_page, hostile):
    page = watched_page
    for address in addresses_of(hostile):
        page.goto(page.web + address)
        check_nothing_ran(page)


def test_nothing_of_an_address_runs(watched_page, hostile):
    page = watched_page
    for address in SCRIPTED:
        for rest in ADDRESSES:  # the page is loaded once and for the query, and is told of the other fragments
            page.goto(f"{hostile.as_uri()}/{address}{rest}")
            check_nothing_ran(page)
        page.reload()
        check_nothing_ran(page)


def test_nothing_of_the_search_and_of_stored_ratings_runs(watched_page, hostile):
    page = watched_page
    page.goto(f"{hostile.as_uri()}/index.html")
    field = page.get_by_role("combobox").first
    for text in ("script", "img", "proto", "<svg"):
        field.fill(text)
        page.get_by_role("option").first.wait_for()
        check_nothing_ran(page)
    page.evaluate("""() => {
      for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{"__proto__":{"ran":1}}');
      localStorage.setItem("marquee ratings " + new URL(marquee.root).pathname,
        JSON.stringify({ ratings: { "__proto__": 5, "<img src=x onerror=ran=1>": 5 } }));
    }""")
    page.goto(f"{hostile.as_uri()}/rate.html")
    check_nothing_ran(page)


@pytest.mark.parametrize("form", SAME_TABLES)
def test_the_same_tables_are_the_same_data_in_every_form(log, tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    folder = log_folder(tmp_path)
    SAME_TABLES[form](folder)
    np.testing.assert_equal(vars(recsys.load_dataset(str(folder))), vars(recsys.load_dataset(str(log))))


@pytest.mark.parametrize("form", OTHER_TABLES)
def test_nothing_runs_whatever_form_the_tables_have(chromium, tmp_path, form):
    log = log_folder(tmp_path)
    OTHER_TABLES[form](log)
    site = build_site(tmp_path, log / "log.zip" if form == "zip" else log, 'pages = ["users", "items"]\n')
    check_files(site)
    titles = [item["title"] for item in strictly((site / "data" / "items.json").read_text(encoding="utf-8"))["items"]]
    assert sum("ran=" in title for title in titles) >= 11
    with watched(chromium, site) as page:
        for address in addresses_of(site):
            check_document(site, address)
            page.goto(f"{site.as_uri()}/{address}")
            check_nothing_ran(page)


def test_nothing_runs_on_the_page_of_any_user(chromium, log, tmp_path):
    site = build_site(tmp_path, log, 'user_pages = 0\npages = ["users"]\n')
    assert not (site / "users").exists()
    lists = strictly((site / "data" / "recommendations.json").read_text(encoding="utf-8"))
    with watched(chromium, site) as page:
        page.goto(f"{site.as_uri()}/users.html")
        for user in lists["users"]:
            page.evaluate("(id) => { location.hash = encodeURIComponent(id); }", user)
            until(page, "(id) => document.querySelector('h1').textContent.includes(id.trim())", user)
            check_nothing_ran(page)


def test_nothing_of_a_file_runs_on_the_playground(watched_page, hostile, log):
    page = watched_page
    page.goto(f"{hostile.as_uri()}/playground.html#dim=4&epochs=2")
    ratings = (log / "ratings.csv").read_bytes()
    choose(page, "<img src=x onerror=ran=1>.csv", ratings)
    page.locator("[data-data]").filter(has_text="30 users, 24 ").wait_for()
    check_nothing_ran(page)
    page.locator("[data-train]").click()
    page.locator("[data-playground][data-state=finished]").wait_for()
    page.locator("[data-test]").first.click()
    check_nothing_ran(page)
    choose(page, "</script><script>ran=1</script>.csv", ratings[:40] + b"<img src=x onerror=ran=1>,,\n" * 3)
    page.locator(STATUS).filter(has_text="script").first.wait_for()
    check_nothing_ran(page)
