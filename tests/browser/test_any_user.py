"""The one page that shows any user of a large site, from disk: found by id, by chance, by the address."""

import shutil
from pathlib import Path

import msgspec
import pytest

from recsys.export.files import read_artefacts, write_artefacts
from recsys.site.catalogue import user_fragment
from recsys.site.pages import any_user as shards
from recsys.site.render import render_site
from tests.browser.conftest import THEMES, WIDTHS, expose, until
from tests.browser.test_every_page import beside_the_edge
from tests.site.tiny import HOSTILE, TEMPLATES, TITLES, tiny

STRANGE = ("", "content", "a b/../<b>", "Ünal", "\U0001f3ac", "\uffff", "B", "constructor", "=", "100%", "x" * 200)
SHOWN = ".columns.desk"


def with_setting(artefacts, user_pages):
    build = artefacts.build
    build = msgspec.structs.replace(build, config={**build.config, "user_pages": user_pages})
    return msgspec.structs.replace(artefacts, build=build)


@pytest.fixture(scope="module")
def sites(site, tmp_path_factory):
    """The sample with a page each, ``pages``, and with one for all, ``one``; and a tiny one of strange ids."""
    folder = tmp_path_factory.mktemp("sites")
    sample = read_artefacts(site / "data")
    for name, limit in (("pages", 10_000), ("one", 3)):
        shutil.copytree(site / "data", folder / name / "data")
        render_site(with_setting(sample, limit), TEMPLATES, folder / name)
    few = with_setting(tiny(), 0)
    user = few.recommendations.users["1"]
    lists = msgspec.structs.replace(few.recommendations, users=dict.fromkeys(STRANGE, user))
    metrics = msgspec.structs.replace(few.metrics, most_helped=[], least_helped=[])
    few = msgspec.structs.replace(few, recommendations=lists, metrics=metrics)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "USERS_PER_SHARD", 4)
        write_artefacts(few, folder / "strange" / "data")
        render_site(few, TEMPLATES, folder / "strange")
    return folder


@pytest.fixture(scope="module")
def disk(sites: Path) -> str:
    """The only place from which anything may be loaded here."""
    return f"{sites.as_uri()}/"


@pytest.fixture
def one(visit, disk):
    """Opens the page for all: ``one(hash)``."""
    return lambda hash_="", *size, **options: visit(f"{disk}one/users.html{hash_}", *size, **options)


def heading(page, text):
    """Waits for the user's name."""
    page.get_by_role("heading", level=1, name=text, exact=True).wait_for()


@pytest.mark.parametrize("id_", ["1", "7", "100", "300"])
def test_it_says_what_the_users_own_page_says(visit, disk, one, id_):
    own = visit(f"{disk}pages/users/{id_}.html")
    page = one(f"#{id_}")
    heading(page, f"User {id_}")
    assert page.locator(SHOWN).inner_text().split() == own.locator(SHOWN).inner_text().split()
    assert page.locator(".facts").inner_text() == own.locator(".facts").inner_text()
    marks = [one.locator(".legend.marks").inner_text().split("\n") for one in (page, own)]
    assert marks[0] == marks[1]
    links = [
        [link.rpartition("/")[2] for link in one.locator(f"{SHOWN} a").evaluate_all("all => all.map((a) => a.href)")]
        for one in (page, own)
    ]
    assert links[0] == links[1] and links[0]
    assert page.title() == own.title()


def test_a_user_is_found_by_id_with_the_keyboard_and_the_way_back_leads_back(one):
    page = one()
    assert page.locator(SHOWN).locator("visible=true").count() == 0
    field = page.get_by_label("User id")
    field.focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    heading(page, "User 12")
    assert page.evaluate("location.hash") == "#12"
    assert "User 12 is shown" in page.get_by_role("status").all_inner_texts()
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    heading(page, "User 13")
    assert page.evaluate("document.activeElement.rel") == "next"
    page.go_back()
    heading(page, "User 12")
    page.go_back()
    heading(page, "Users")
    assert page.locator(SHOWN).locator("visible=true").count() == 0
    page.go_forward()
    heading(page, "User 12")


def test_the_first_has_none_before_it_and_the_last_none_after(one):
    page = one("#1")
    heading(page, "User 1")
    page.get_by_role("link", name="Next").wait_for()
    assert page.get_by_role("link", name="Previous").count() == 0


def test_the_next_and_the_previous_may_be_in_another_shard(visit, disk):
    page = visit(f"{disk}strange/users.html")
    first, *rest = in_order(page)
    assert sorted([first, *rest]) == sorted(STRANGE) and len(STRANGE) > 2 * 4
    page.goto(f"{disk}strange/users.html#{user_fragment(first)}")
    for at in rest:
        page.get_by_role("link", name="Next").click()
        heading(page, f"User {at or '(empty id)'}")
        page.get_by_role("link", name="Previous").wait_for()
    page.get_by_role("link", name="Next").wait_for(state="hidden")
    for at in [first, *rest][-2::-1]:
        page.get_by_role("link", name="Previous").click()
        heading(page, f"User {at or '(empty id)'}")


def in_order(page):
    """All users of the shards, one after the other."""
    return page.evaluate(
        """async () => {
          const { firsts } = await marquee.load("users");
          const shards = await Promise.all(firsts.map((_, n) => marquee.load(`users/${n}`)));
          return shards.flatMap(({ ids }) => ids);
        }"""
    )


def test_a_random_user_is_another_one(one):
    page = one("#5")
    heading(page, "User 5")
    page.get_by_role("link", name="Random").click()
    until(page, "document.querySelector('h1').textContent !== 'User 5'")
    assert page.evaluate("location.hash") == f"#{page.title().split()[1]}"


@pytest.mark.parametrize(
    ("hash_", "said"),
    [("#nobody", "There is no user nobody."), ("#0", "There is no user 0."), ("#%E0%A4%A", "cannot be read")],
)
def test_who_is_not_there_is_said_not_to_be(one, hash_, said):
    page = one(hash_)
    page.get_by_text(said).wait_for()
    assert page.locator(SHOWN).locator("visible=true").count() == 0
    page.get_by_label("User id").fill("3")
    page.keyboard.press("Enter")
    heading(page, "User 3")
    assert page.get_by_text(said).count() == 0


def test_every_strange_id_is_found_and_hostile_titles_are_text(visit, disk):
    page = visit(f"{disk}strange/users.html")
    for id_ in STRANGE:
        page.goto(f"{disk}strange/users.html#{user_fragment(id_)}")
        heading(page, f"User {id_ or '(empty id)'}")
        assert page.locator("img, script:not([src], [type])").count() == 0
        assert page.locator("[data-rated] a").first.text_content() == HOSTILE
    assert {TITLES[1], TITLES[3]} <= set(page.locator(f"{SHOWN} a").all_inner_texts())


def test_the_link_past_the_head_leaves_the_user_where_they_are(one):
    page = one("#4")
    heading(page, "User 4")
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")
    until(page, "location.hash === '#content'")
    heading(page, "User 4")


def test_the_search_of_every_page_finds_a_user_by_the_whole_id(visit, disk):
    page = visit(f"{disk}one/about.html")
    field = page.get_by_role("combobox", name="Search users and films")
    field.fill("31")
    page.get_by_role("option", name="User 31 user", exact=True).click()
    page.wait_for_url("**/users.html#31")
    heading(page, "User 31")
    page.goto(f"{disk}one/about.html")
    field.fill("no such user or film")
    page.get_by_text("Nothing found").wait_for()


def test_a_random_user_is_another_one_however_the_address_is_spelled(visit, disk, tmp_path):
    page = visit(f"{disk}one/users.html")
    expose(page, tmp_path, "shared/users.js", "randomUserAddress")
    leads = """async () => {
      Math.random = () => 0;
      const at = (id) => randomUserAddress(new URL(`users.html#${id}`, marquee.root).href);
      return [await at("5"), await at("1"), await at("%31")].map((found) => new URL(found).hash);
    }"""
    assert page.evaluate(leads) == ["#1", "#2", "#2"]


def test_a_shard_that_does_not_load_is_told_and_asked_for_again(visit, disk):
    page = visit(f"{disk}one/about.html")
    page.evaluate(
        """() => {
          const { load } = marquee;
          marquee.load = (name) => (name.startsWith("users/") ? Promise.reject(new Error("no network")) : load(name));
          globalThis.mend = () => { marquee.load = load; };
        }"""
    )
    field = page.get_by_role("combobox", name="Search users and films")
    field.fill("31")
    page.get_by_text("Users could not be looked up").wait_for()
    page.evaluate("mend()")
    field.fill("")
    field.fill("31")
    page.get_by_role("option", name="User 31 user", exact=True).wait_for()


def test_a_user_who_is_found_late_leaves_the_row_that_was_gone_to(visit, disk):
    page = visit(f"{disk}one/about.html")
    page.evaluate(
        """() => {
          const { load } = marquee;
          const wait = new Promise((resolve) => (globalThis.goOn = resolve));
          marquee.load = (name) => (name.startsWith("users/") ? wait.then(() => load(name)) : load(name));
        }"""
    )
    page.get_by_role("combobox", name="Search users and films").fill("20")
    options = page.get_by_role("option")
    options.first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    picked = page.locator("[role=option][aria-selected=true]")
    before = picked.inner_text()
    page.evaluate("goOn()")
    page.get_by_role("option", name="User 20 user", exact=True).wait_for()
    assert picked.inner_text() == before
    assert options.nth(2).inner_text() == before


def test_a_film_leads_to_those_who_get_it(visit, disk, sites):
    of_film = next(path for path in sorted((sites / "one" / "films").iterdir()) if "users.html#" in path.read_text())
    page = visit(f"{disk}one/films/{of_film.name}")
    link = page.locator("a[href*='users.html#']").first
    id_ = link.inner_text()
    link.click()
    heading(page, f"User {id_}")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("hash_", ["", "#1", "#nobody"])
def test_axe_finds_nothing_and_nothing_is_too_wide(one, width, theme, hash_):
    import axe_playwright_python

    page = one(hash_, width, theme)
    page.locator(f"{SHOWN}, [data-first], [data-problem]").locator("visible=true").first.wait_for()
    found, allowed = beside_the_edge(page)
    assert found <= allowed == width
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    run = "axe.run({ preload: false, resultTypes: ['violations'] }).then((all) => all.violations)"
    assert [(one["id"], node["target"]) for one in page.evaluate(run) for node in one["nodes"]] == []


def test_without_javascript_it_says_what_is_missing(one):
    page = one(java_script_enabled=False)
    said = page.locator("noscript p")
    assert said.is_visible() and said.inner_text().startswith("This page needs JavaScript")
    for hook in (".needs-js", "button", "input", "nav[aria-label=Users] a"):
        assert page.locator(hook).locator("visible=true").count() == 0, hook
