"""The page that shows any user of a large site, from disk: by id, at random, by the address."""

import shutil
from pathlib import Path

import msgspec
import pytest

from recsys.export.files import read_artefacts
from recsys.schema import Recommendation
from recsys.site.catalogue import user_fragment
from recsys.site.pages import any_user as shards
from recsys.site.render import render_site
from tests.browser.conftest import THEMES, WIDTHS, axe_violations, document_widths, expose, until
from tests.site.tiny import HOSTILE, TEMPLATES, TITLES, render_pages, tiny

STRANGE = ("", "content", "a b/../<b>", "Ünal", "\U0001f3ac", "\uffff", "B", "constructor", "=", "100%", "x" * 200)
SHOWN = ".columns.desk"


def with_setting(artefacts, user_pages):
    build = artefacts.build
    build = msgspec.structs.replace(build, config={**build.config, "user_pages": user_pages})
    return msgspec.structs.replace(artefacts, build=build)


def with_marks(artefacts):
    """Hits of every kind: liked, not liked, withheld, and one that the metrics do not count."""
    rows = [
        Recommendation("f/2", 2.5, True, liked=True),
        Recommendation("4", 2.0, True, liked=False, relevant=False),
        Recommendation(None, None, True),
        Recommendation("5", 1.0, False),
    ]
    users = dict(artefacts.recommendations.users)
    models = {"base": rows, "deep": rows[:2]}
    users["1"] = msgspec.structs.replace(users["1"], models=models, n_hidden=4, n_relevant=3)
    lists = msgspec.structs.replace(artefacts.recommendations, users=users)
    return msgspec.structs.replace(artefacts, recommendations=lists)


@pytest.fixture(scope="module")
def sites(site, tmp_path_factory):
    """The sample with user pages, ``pages``, and with one page for any user, ``any``; a tiny site of strange ids."""
    folder = tmp_path_factory.mktemp("sites")
    sample = read_artefacts(site / "data")
    shutil.copytree(site, folder / "pages")
    shutil.copytree(site / "data", folder / "any" / "data")
    render_site(with_setting(sample, 3), TEMPLATES, folder / "any")
    for name, limit in (("marked-pages", 10_000), ("marked-any", 0)):
        render_pages(with_setting(with_marks(tiny()), limit), folder / name, "users")
    strange = with_setting(tiny(), 0)
    user = strange.recommendations.users["1"]
    lists = msgspec.structs.replace(strange.recommendations, users=dict.fromkeys(STRANGE, user))
    metrics = msgspec.structs.replace(strange.metrics, most_helped=[], least_helped=[])
    strange = msgspec.structs.replace(strange, recommendations=lists, metrics=metrics)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "USERS_PER_SHARD", 4)
        render_pages(strange, folder / "strange", "users")
    return folder


@pytest.fixture(scope="module")
def disk(sites: Path) -> str:
    """The address of the folder of sites: nothing may be loaded from elsewhere."""
    return f"{sites.as_uri()}/"


@pytest.fixture
def open_users_page(visit, disk):
    """Open the page that shows any user: ``open_users_page(hash)``."""
    return lambda hash_="", *size, **options: visit(f"{disk}any/users.html{hash_}", *size, **options)


def wait_for_heading(page, text):
    """Wait until the page has this title, which is the name of the user."""
    page.get_by_role("heading", level=1, name=text, exact=True).wait_for()


@pytest.mark.parametrize("id_", ["1", "7", "100", "300"])
def test_it_shows_what_a_page_of_the_user_alone_shows(visit, disk, open_users_page, id_):
    user_page = visit(f"{disk}pages/users/{id_}.html")
    page = open_users_page(f"#{id_}")
    wait_for_heading(page, f"User {id_}")
    assert page.locator(SHOWN).inner_text().split() == user_page.locator(SHOWN).inner_text().split()
    assert page.locator(".facts").inner_text() == user_page.locator(".facts").inner_text()
    marks = [shown.locator(".legend.marks").inner_text().split("\n") for shown in (page, user_page)]
    assert marks[0] == marks[1]
    links = [
        [link.rpartition("/")[2] for link in shown.locator(f"{SHOWN} a").evaluate_all("as => as.map((a) => a.href)")]
        for shown in (page, user_page)
    ]
    assert links[0] == links[1] and links[0]
    assert page.title() == user_page.title()


def test_hits_of_every_kind_are_marked_and_counted_as_on_a_page_of_the_user_alone(visit, disk):
    user_page, page = visit(f"{disk}marked-pages/users/1.html"), visit(f"{disk}marked-any/users.html#1")
    wait_for_heading(page, "User 1")
    counts = [shown.get_by_text("counted in the metrics").all_inner_texts() for shown in (page, user_page)]
    expected = ["3 watched later, 1 of those named liked, 2 counted in the metrics"]
    assert counts == [[*expected, "2 watched later, 1 of them liked, 1 counted in the metrics"]] * 2
    for selector in (SHOWN, ".legend.marks"):
        texts = [shown.locator(selector).inner_text().split() for shown in (page, user_page)]
        assert texts[0] == texts[1], selector
        marks = [shown.locator(f"{selector} :is(b, u)").all_text_contents() for shown in (page, user_page)]
        assert marks[0] == marks[1]
        assert marks[0].count("liked") == (2 if selector == SHOWN else 1)


def test_a_user_is_opened_by_id_with_the_keyboard_and_the_history_goes_back_and_forward(open_users_page):
    page = open_users_page()
    assert page.locator(SHOWN).locator("visible=true").count() == 0
    field = page.get_by_label("User id")
    field.focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    wait_for_heading(page, "User 12")
    assert page.evaluate("location.hash") == "#12"
    assert "User 12 is shown" in page.get_by_role("status").all_inner_texts()
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    wait_for_heading(page, "User 13")
    assert page.evaluate("document.activeElement.rel") == "next"
    page.go_back()
    wait_for_heading(page, "User 12")
    page.go_back()
    wait_for_heading(page, "Users")
    assert page.locator(SHOWN).locator("visible=true").count() == 0
    page.go_forward()
    wait_for_heading(page, "User 12")


def test_the_first_user_has_no_link_to_a_previous_one(open_users_page):
    page = open_users_page("#1")
    wait_for_heading(page, "User 1")
    page.get_by_role("link", name="Next").wait_for()
    assert page.get_by_role("link", name="Previous").count() == 0


def test_the_next_and_the_previous_user_may_be_in_another_shard(visit, disk):
    page = visit(f"{disk}strange/users.html")
    first, *rest = ids_in_order(page)
    assert sorted([first, *rest]) == sorted(STRANGE) and len(STRANGE) > 2 * 4
    page.goto(f"{disk}strange/users.html#{user_fragment(first)}")
    for id_ in rest:
        page.get_by_role("link", name="Next").click()
        wait_for_heading(page, f"User {id_ or '(empty id)'}")
        page.get_by_role("link", name="Previous").wait_for()
    page.get_by_role("link", name="Next").wait_for(state="hidden")
    for id_ in [first, *rest][-2::-1]:
        page.get_by_role("link", name="Previous").click()
        wait_for_heading(page, f"User {id_ or '(empty id)'}")


def ids_in_order(page):
    """The ids of all shards, in the order of the shards."""
    return page.evaluate(
        """async () => {
          const { firsts } = await marquee.load("users");
          const shards = await Promise.all(firsts.map((_, n) => marquee.load(`users/${n}`)));
          return shards.flatMap(({ ids }) => ids);
        }"""
    )


def test_the_items_of_every_user_that_is_shown_can_be_rated(open_users_page):
    page = open_users_page("#1")
    wait_for_heading(page, "User 1")
    buttons = page.locator(f"{SHOWN} .rate-it")
    buttons.first.wait_for()
    item = buttons.first.get_attribute("data-slug")
    buttons.first.click()
    page.get_by_role("dialog").get_by_role("radio", name="4 stars").check()
    page.keyboard.press("Escape")
    assert {button.inner_text() for button in page.locator(f"{SHOWN} [data-slug='{item}']").all()} == {"4"}
    page.get_by_role("link", name="Next").click()
    wait_for_heading(page, "User 2")
    buttons.first.wait_for()
    links = page.locator(f"{SHOWN} .rate-it").evaluate_all("all => all.map((one) => one.previousElementSibling.href)")
    slugs = page.locator(f"{SHOWN} .rate-it").evaluate_all("all => all.map((one) => one.dataset.slug)")
    assert links and all(link.endswith(f"items/{slug}.html") for link, slug in zip(links, slugs, strict=True))
    page.get_by_role("link", name="Previous").click()
    wait_for_heading(page, "User 1")
    until(page, f"() => document.querySelector(\"{SHOWN} [data-slug='{item}']\")?.textContent === '4'")


def test_the_numbers_stay_shown_for_the_next_user(open_users_page):
    page = open_users_page("#1")
    wait_for_heading(page, "User 1")
    page.get_by_role("checkbox", name="Show the numbers").check()
    page.get_by_role("link", name="Next").click()
    wait_for_heading(page, "User 2")
    cell = page.locator(f"{SHOWN} td[style]").first
    assert cell.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)") > 10


def test_random_opens_another_user(open_users_page):
    page = open_users_page("#5")
    wait_for_heading(page, "User 5")
    page.get_by_role("link", name="Random").click()
    until(page, "document.querySelector('h1').textContent !== 'User 5'")
    assert page.evaluate("location.hash") == f"#{page.title().split()[1]}"


@pytest.mark.parametrize(
    ("hash_", "message"),
    [("#nobody", "There is no user nobody."), ("#0", "There is no user 0."), ("#%E0%A4%A", "cannot be read")],
)
def test_an_unknown_user_is_reported_until_a_known_one_is_opened(open_users_page, hash_, message):
    page = open_users_page(hash_)
    page.get_by_text(message).wait_for()
    assert page.locator(SHOWN).locator("visible=true").count() == 0
    page.get_by_label("User id").fill("3")
    page.keyboard.press("Enter")
    wait_for_heading(page, "User 3")
    assert page.get_by_text(message).count() == 0


def test_users_with_strange_ids_are_shown_and_hostile_titles_are_text(visit, disk):
    page = visit(f"{disk}strange/users.html")
    for id_ in STRANGE:
        page.goto(f"{disk}strange/users.html#{user_fragment(id_)}")
        wait_for_heading(page, f"User {id_ or '(empty id)'}")
        assert page.locator("img, script:not([src], [type])").count() == 0
        assert page.locator("[data-rated] a").first.text_content() == HOSTILE
    assert {TITLES[1], TITLES[3]} <= set(page.locator(f"{SHOWN} a").all_inner_texts())


def test_the_link_to_the_content_keeps_the_user(open_users_page):
    page = open_users_page("#4")
    wait_for_heading(page, "User 4")
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")
    until(page, "location.hash === '#content'")
    wait_for_heading(page, "User 4")


def test_the_search_of_every_page_finds_a_user_by_the_complete_id(visit, disk):
    page = visit(f"{disk}any/about.html")
    field = page.get_by_role("combobox", name="Search users and films")
    field.fill("31")
    page.get_by_role("option", name="User 31 user", exact=True).click()
    page.wait_for_url("**/users.html#31")
    wait_for_heading(page, "User 31")
    page.goto(f"{disk}any/about.html")
    field.fill("no such user or film")
    page.get_by_text("Nothing found").wait_for()


def test_random_opens_another_user_however_the_address_is_encoded(visit, disk):
    page = visit(f"{disk}any/users.html")
    expose(page, "shared/users.js", "randomUserAddress")
    addresses = """async () => {
      Math.random = () => 0;
      const next = (fragment) => randomUserAddress(new URL(`users.html#${fragment}`, marquee.root).href);
      return [await next("5"), await next("1"), await next("%31")].map((address) => new URL(address).hash);
    }"""
    assert page.evaluate(addresses) == ["#1", "#2", "#2"]


def test_a_shard_that_fails_to_load_is_reported_and_loaded_again_by_the_next_search(visit, disk):
    page = visit(f"{disk}any/about.html")
    page.evaluate(
        """() => {
          const { load } = marquee;
          marquee.load = (name) => (name.startsWith("users/") ? Promise.reject(new Error("no network")) : load(name));
          globalThis.reconnect = () => { marquee.load = load; };
        }"""
    )
    field = page.get_by_role("combobox", name="Search users and films")
    field.fill("31")
    page.get_by_text("Users could not be looked up").wait_for()
    page.evaluate("reconnect()")
    field.fill("")
    field.fill("31")
    page.get_by_role("option", name="User 31 user", exact=True).wait_for()


def test_a_user_that_is_found_late_does_not_move_the_selected_option(visit, disk):
    page = visit(f"{disk}any/about.html")
    page.evaluate(
        """() => {
          const { load } = marquee;
          const wait = new Promise((resolve) => (globalThis.loadShards = resolve));
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
    page.evaluate("loadShards()")
    page.get_by_role("option", name="User 20 user", exact=True).wait_for()
    assert picked.inner_text() == before
    assert options.nth(2).inner_text() == before


def test_an_item_page_links_to_users_to_whom_it_is_recommended(visit, disk, sites):
    paths = sorted((sites / "any" / "items").iterdir())
    item_page = next(path for path in paths if "users.html#" in path.read_text())
    page = visit(f"{disk}any/items/{item_page.name}")
    link = page.locator("a[href*='users.html#']").first
    id_ = link.inner_text()
    link.click()
    wait_for_heading(page, f"User {id_}")


@pytest.mark.parametrize(("width", "theme"), list(zip(WIDTHS, THEMES, strict=True)))
@pytest.mark.parametrize("hash_", ["", "#1", "#nobody"])
def test_axe_finds_nothing_and_the_page_is_no_wider_than_the_window(open_users_page, width, theme, hash_):
    page = open_users_page(hash_, width, theme)
    page.locator(f"{SHOWN}, [data-first], [data-problem]").locator("visible=true").first.wait_for()
    needed, available = document_widths(page)
    assert needed <= available == width
    assert axe_violations(page) == []


def test_without_javascript_the_page_says_what_it_needs(open_users_page):
    page = open_users_page(java_script_enabled=False)
    note = page.locator("noscript p")
    assert note.is_visible() and note.inner_text().startswith("This page needs JavaScript")
    for hook in (".needs-js", "button", "input", "nav[aria-label=Users] a"):
        assert page.locator(hook).locator("visible=true").count() == 0, hook
