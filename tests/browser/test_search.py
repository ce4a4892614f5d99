"""The search of every page: what it finds, where that leads, and a list that shows more of itself."""

import re

import pytest

from tests.browser.conftest import settled, until


def search(page, text):
    """Type into the search of the page; the options below it."""
    field = page.get_by_role("combobox", name="Search users and films")
    field.fill(text)
    until(page, "() => !document.getElementById('search-list').hidden")
    return page.locator("#search-list [role=option]")


@pytest.mark.parametrize(
    ("origin", "address"),
    [("disk", "about.html"), ("web", "users/1.html"), ("disk", "items/5331.html")],
    indirect=["origin"],
)
def test_the_pages_of_the_site_are_found_from_everywhere(visit, origin, address):
    page = visit(origin + address)
    option = search(page, "compare").first
    assert option.inner_text().split() == ["Compare", "page"]
    option.click()
    page.wait_for_url(re.compile(r"/compare\.html$"))


@pytest.mark.parametrize(
    ("origin", "address"),
    [("web", "about.html"), ("disk", "items/5331.html"), ("web", "map.html")],
    indirect=["origin"],
)
def test_a_genre_leads_to_its_films_on_the_map(visit, origin, exported, address):
    items = exported["items"]["items"]
    n_westerns = sum("Western" in item["genres"] for item in items)
    page = settled(visit(origin + address))
    option = search(page, "western").first
    assert option.inner_text().split("\n") == ["Western", f"genre, {n_westerns} films"]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/map\.html#genre=Western$"))
    page.get_by_text(f"{n_westerns} of {len(items)} films").wait_for()


@pytest.mark.parametrize(("address", "name"), [("about.html", "Search users and films"), ("map.html", "Find a film")])
def test_a_typing_error_is_forgiven(visit, disk, exported, address, name):
    title = "La Belle et la Bête"
    assert title in {item["title"] for item in exported["items"]["items"]}
    page = settled(visit(disk + address))
    field = page.get_by_role("combobox", name=re.compile(f"^{name}"))
    field.fill("labele et la bete")
    options = page.locator(f"#{field.get_attribute('aria-controls')} [role=option]")
    options.first.wait_for()
    assert options.first.locator("bdi").inner_text() == title


def test_of_equal_matches_the_most_rated_come_first(visit, disk, exported):
    n_ratings = {item["title"]: item["n_ratings"] for item in exported["items"]["items"]}
    page = visit(disk + "about.html")
    titles = search(page, "star").locator("bdi").all_inner_texts()
    begin = [title for title in titles if title.startswith("Star ")]
    assert len(begin) > 2
    assert begin == titles[: len(begin)]
    assert begin == sorted(begin, key=n_ratings.__getitem__, reverse=True)


def test_a_list_that_is_cut_says_so_and_shows_more(visit, disk):
    page = visit(disk + "about.html")
    options = search(page, "user")
    n = page.evaluate("marquee.data.get('users').length") + 1  # and the page that lists them
    assert n > 60
    assert options.count() == 13
    assert options.last.inner_text() == f"… and {n - 12} more"
    page.keyboard.press("ArrowUp")
    assert options.last.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert page.url.endswith("/about.html")
    assert options.count() == 61
    assert options.nth(12).get_attribute("aria-selected") == "true"
    assert page.get_by_role("status").filter(has_text="the first 60 are listed").count() == 1
    options.last.click()
    until(page, "() => document.querySelectorAll('#search-list li').length > 61")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("1")
    assert options.count() <= 13


def test_items_of_one_title_and_year_are_told_apart_by_their_ids(visit, disk):
    page = visit(disk + "about.html")
    slugs = page.evaluate("""async () => {
      const items = await marquee.load("items");
      [[0, 1997], [1, 1997], [2, 2001]].forEach(([n, year]) => {
        items[n] = ["Twin", year, items[n][2]];
      });
      return items.slice(0, 3).map(([, , slug]) => slug);
    }""")
    notes = [
        option.locator("small").inner_text()
        for option in search(page, "twin").all()
        if option.locator("bdi").inner_text() == "Twin"
    ]
    assert sorted(notes) == sorted([f"1997, id {slugs[0]}", f"1997, id {slugs[1]}", "2001"])


def test_a_list_of_all_results_has_no_line_for_more(visit, disk):
    page = visit(disk + "about.html")
    options = search(page, "bete belle")
    assert [option.locator("bdi").count() for option in options.all()] == [1] * options.count()
