"""A browser or a cache has files of one build and files of the next: the page says so, and shows no wrong title.

Two builds of one log: in the second, an item that sorts first was added, so that every row is another item's.
"""

import csv
import json
import logging
import re
import shutil

import pytest

import build
from tests.browser.conftest import until
from tests.small_logs import write_movielens

TITLES = """[...document.querySelectorAll('main a[href*="items/"]:not(.button)')]
  .map((link) => [link.getAttribute("href"), link.textContent])"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Folders ``old`` and ``new`` with a page for each user, ``old-any`` and ``new-any`` with one for all."""
    folder = tmp_path_factory.mktemp("mixed")
    old, new = write_movielens(folder / "log"), shutil.copytree(folder / "log", folder / "more")
    with (new / "movies.csv").open("a") as movies, (new / "ratings.csv").open("a") as ratings:
        movies.write("0,Added first (1949),Farce\n")
        ratings.writelines(f"{user},0,4,99\n" for user in range(1, 20))
    (folder / "any.toml").write_text("user_pages = 1\n")
    package = logging.getLogger("recsys")
    handlers, level = package.handlers[:], package.level
    for name, log in (("old", old), ("new", new)):
        command = ["--data", str(log), "--epochs", "2", "--quiet", "--out"]
        assert build.main([*command, str(folder / name)]) == 0
        assert build.main([*command, str(folder / f"{name}-any"), "--config", str(folder / "any.toml")]) == 0
    package.handlers[:] = handlers
    package.setLevel(level)
    return folder


@pytest.fixture(scope="module")
def disk(sites):
    return f"{sites.as_uri()}/"


@pytest.fixture(scope="module")
def titles(sites):
    """The title of every item that either build has, by the address of its page."""
    items = json.loads((sites / "new" / "data" / "items.json").read_text())["items"]
    return {f"{item['id']}.html": item["title"] for item in items}


def mixed(sites, pages, rest):
    """A copy of a site with the pages of another."""
    folder = sites / f"{pages}-pages-{rest}-rest"
    if not folder.exists():
        shutil.copytree(sites / rest, folder, ignore=shutil.ignore_patterns("*.html"))
        for page in (sites / pages).rglob("*.html"):
            target = folder / page.relative_to(sites / pages)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(page, target)
    return folder


def with_old(sites, address, kind=""):
    """A copy of the new site with one file of the old."""
    folder = sites / f"one-old{kind}-{re.sub('[^a-z]', '-', address)}"
    if not folder.exists():
        shutil.copytree(sites / f"new{kind}", folder)
        shutil.copy(sites / f"old{kind}" / address, folder / address)
    return folder


def open_site(visit, folder, address):
    return visit(f"{folder.as_uri()}/{address}")


def assert_notice(page):
    notice = page.get_by_role("alert")
    notice.wait_for()
    assert "This page was updated." in notice.inner_text()
    assert notice.get_by_role("button", name="Reload").is_visible()
    assert page.get_by_role("alert").count() == 1


def assert_titles(page, titles):
    shown = [(href.rpartition("/")[2].partition("?")[0], text) for href, text in page.evaluate(TITLES)]
    assert [(name, text) for name, text in shown if text != titles[name]] == []


def rate(page):
    page.locator("[data-grid] input").nth(4).check()


def search(page):
    page.get_by_role("combobox", name="Search users and films").fill("title 1")
    until(page, "() => document.querySelector('#search-list + p').textContent !== 'Loading…'")
    assert page.locator("#search-list li").count() == 0


def random_user(page):
    page.locator("[data-random]").first.click()


def pick_on_the_map(page):
    page.get_by_role("combobox", name="Find a film on the map").fill("title 7")
    page.locator("#map-found li").first.click()
    until(page, "() => !document.querySelector('[data-panel]').textContent.includes('Loading')")
    assert page.locator("[data-panel] ol li").count() == 0


def replay(page):
    page.locator("[data-replay]").click()
    page.get_by_role("alert").wait_for()
    assert page.locator("#map-replay").is_hidden()


JOINS = {
    "rate.html": rate,
    "map.html": pick_on_the_map,
    "index.html": random_user,
    "users.html": search,
    "users/1.html": search,
    "items/7.html": search,
    "compare.html": search,
}
"""What a visitor does on a page, so that its scripts join it with other files."""


@pytest.mark.parametrize(
    ("pages", "rest", "address"),
    [
        *(("old", "new", address) for address in JOINS),
        *(("new", "old", address) for address, act in JOINS.items() if act is not search),  # the same on every page
    ],
)
def test_a_page_of_one_build_with_the_files_of_another_says_that_it_was_updated(
    visit, sites, titles, pages, rest, address
):
    page = open_site(visit, mixed(sites, pages, rest), address)
    JOINS[address](page)
    assert_notice(page)
    assert page.url.partition("#")[0].endswith(address)
    assert_titles(page, titles)


@pytest.mark.parametrize(
    ("script", "address", "act"),
    [
        ("assets/data-items.js", "rate.html", rate),
        ("assets/data-rate.js", "rate.html", rate),
        ("data/deep_tower.js", "rate.html", rate),
        ("assets/data-top-rated.js", "rate.html", rate),
        ("assets/data-users.js", "rate.html", rate),
        ("assets/data-items.js", "about.html", search),
        ("assets/data-users.js", "users/1.html", search),
        ("assets/data-users.js", "index.html", random_user),
        ("assets/data-rate.js", "index.html", rate),
        ("data/deep_tower.js", "index.html", rate),
        ("assets/data-similar.js", "map.html", pick_on_the_map),
        ("data/map_replay.js", "map.html", replay),
    ],
)
def test_one_old_data_script_among_new_files_is_refused(visit, sites, titles, script, address, act):
    page = open_site(visit, with_old(sites, script), address)
    act(page)
    assert_notice(page)
    assert_titles(page, titles)


@pytest.mark.parametrize(("pages", "rest"), [("old-any", "new-any"), ("new-any", "old-any")])
def test_the_page_for_any_user_refuses_the_shards_of_another_build(visit, sites, titles, pages, rest):
    page = open_site(visit, mixed(sites, pages, rest), "users.html#7")
    assert_notice(page)
    assert page.get_by_text("This page was updated. Reload it.").is_visible()
    assert page.locator("[data-shown]").is_hidden()


@pytest.mark.parametrize("script", ["assets/data-items.js", "assets/data-users.js", "assets/data-users/0.js"])
def test_the_page_for_any_user_refuses_one_old_script(visit, sites, titles, script):
    page = open_site(visit, with_old(sites, script, "-any"), "users.html#7")
    assert_notice(page)
    assert page.locator("[data-shown]").is_hidden()


def test_files_of_one_build_are_joined_without_a_notice_and_with_the_right_titles(visit, sites, titles):
    page = open_site(visit, sites / "new", "rate.html")
    rate(page)
    page.locator("[data-items] > li").first.wait_for()
    assert_titles(page, titles)
    page.goto(f"{(sites / 'new').as_uri()}/map.html")
    page.get_by_role("combobox", name="Find a film on the map").fill("title 7")
    page.locator("#map-found li").first.click()
    page.locator("[data-panel] ol li").first.wait_for()
    assert page.get_by_role("alert").count() == 0
    with (sites / "new" / "data" / "items.csv").open() as file:
        assert {row["title"] for row in csv.DictReader(file)} >= {"Title 1", "Title 40"}


def test_a_script_of_another_version_than_the_page_asks_for_does_not_run(visit, sites):
    folder = sites / "other-script"
    shutil.copytree(sites / "new", folder)
    page = folder / "items.html"
    page.write_text(re.sub(r"tables\.js\?v=\w+", "tables.js?v=00000000", page.read_text()))
    page = open_site(visit, folder, "items.html")
    assert_notice(page)
    assert page.locator("[aria-sort], th button").count() == 0


@pytest.mark.parametrize("content", ["", "// another file", "globalThis.marquee.data = new Map();"])
def test_a_script_without_data_is_a_failed_load_not_an_endless_one(visit, sites, content):
    folder = sites / f"broken-{len(content)}"
    shutil.copytree(sites / "new", folder)
    (folder / "assets" / "data-rate.js").write_text(content)
    page = open_site(visit, folder, "about.html")
    result = page.evaluate("() => marquee.load('rate').then(() => 'loaded', (problem) => problem.message)")
    assert "holds no data" in result
