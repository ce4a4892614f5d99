"""A visitor rates films, and the deep tower answers in the page."""

import json
import re
from itertools import pairwise

import pytest

from tests.browser.conftest import until

LISTED = "[...document.querySelectorAll('[data-films] > li a')].map((link) => link.href.split('/').pop())"
# All films by score, best first, for ratings [[id, stars], ...]: without the page's own way of choosing the best.
SAID = """(ratings) => {
  const data = marquee.data.get("deep_tower");
  const tower = marquee.deepTower(data);
  const rated = ratings.map(([id, stars]) => [data.item_ids.indexOf(id), stars]);
  return [...tower.scores(tower.userVector(rated))].map((score, row) => [data.item_ids[row], score, row])
    .sort((a, b) => b[1] - a[1] || a[2] - b[2]);
}"""
ONE_GENRE = """{
  let load;
  const without = (facts) => ({ ...facts, genres: ["Film"], of: facts.of.map(() => [0]) });
  const attempt = (name) => (name === "rate" ? load(name).then(without) : load(name));
  globalThis.marquee = { get load() { return attempt; }, set load(installed) { load = installed; } };
}"""
HASHED = """(hash) => new Promise((go) => {
  addEventListener("hashchange", go, { once: true });
  location.hash = hash;
})"""
OFFLINE = """{
  let load;
  const attempt = (name) => (globalThis.isOnline ? load(name) : Promise.reject(new Error("offline")));
  globalThis.marquee = { get loadExported() { return attempt; }, set loadExported(installed) { load = installed; } };
}"""
LOADED = "() => !document.querySelector('[data-waiting] [data-status]').textContent.startsWith('Loading')"
KEY = "Object.keys(localStorage).find((key) => key.startsWith('marquee ratings '))"
SHOWN_AGAIN = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


@pytest.fixture(scope="module")
def films(site):
    """Films by id, as items.json has them."""
    return {item["id"]: item for item in json.loads((site / "data" / "items.json").read_text("utf-8"))["items"]}


@pytest.fixture
def rate(visit, disk):
    """Opens the page, from disk, once the tower has been loaded."""

    def opened(address=disk + "rate.html", width=1280, **options):
        return loaded(visit(address, width, **options))

    return opened


def loaded(page):
    until(page, LOADED)
    return page


def cards(page):
    return page.locator("[data-grid] > li")


def give(page, place, stars):
    """Rate the film of the card at a place; its id."""
    card = cards(page).nth(place)
    card.get_by_role("radio", name=f"{stars} star", exact=stars == 1).check()
    return card.get_attribute("data-film"), stars


def rated_some(page):
    return [give(page, place, stars) for place, stars in enumerate((5, 4, 1, 5, 3))]


def listed(page) -> list[str]:
    """The ids of the films that are recommended; in the sample a film's slug is its id."""
    return [name.removesuffix(".html") for name in page.evaluate(LISTED)]


def said(page, ratings, without=(), films=None, genre=None):
    out = {*(id_ for id_, _ in ratings), *without}
    page.add_script_tag(url=page.evaluate("marquee.root") + "assets/tower.js")
    ranked = [(id_, score) for id_, score, _ in page.evaluate(SAID, ratings)]
    return [(id_, score) for id_, score in ranked if id_ not in out and (not genre or genre in films[id_]["genres"])]


def mine(page) -> dict[str, int]:
    """What stands under "Your ratings": stars by title."""
    rows = page.locator("[data-your-ratings] [data-rated] > li").all()
    return {row.locator("a").text_content(): int(row.locator("input:checked").input_value()) for row in rows}


def titled(films, ratings):
    return {films[id_]["title"]: stars for id_, stars in reversed(ratings)}


@pytest.mark.parametrize("place", ["disk", "web"])
@pytest.mark.parametrize("width", [360, 1280])
def test_five_ratings_give_ten_films_as_the_tower_says_with_reasons(request, rate, films, place, width):
    page = rate(request.getfixturevalue(place) + "rate.html", width)
    assert page.get_by_text("Rate a film you know").is_visible()
    assert listed(page) == []
    ratings = rated_some(page)
    expected = said(page, ratings)[:10]
    assert listed(page) == [id_ for id_, _ in expected]
    scores = page.locator(".rate-score").all_inner_texts()
    assert scores == [f"{score:.2f}".replace("-", "−") for _, score in expected]
    reasons = page.locator("[data-films] > li > p").all_inner_texts()
    liked = [films[id_]["title"] for id_, stars in ratings if stars > 1]
    for reason in reasons:
        assert reason == "no single film" or re.search(r"^because of .+\xa0(\+\d\.\d\d|0\.00)$", reason)
        assert reason == "no single film" or any(title in reason for title in liked)
    assert mine(page) == titled(films, ratings)


def test_keys_alone_rate_change_and_take_back(rate):
    page = rate()
    card = cards(page).first
    card.get_by_role("link").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert card.get_by_role("radio", name="1 star", exact=True).is_checked()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert card.get_by_role("radio", name="4 stars").is_checked()
    assert page.evaluate("document.activeElement.value") == "4"
    assert len(listed(page)) == 10
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED).startswith("Remove the rating of")
    page.keyboard.press("Enter")
    assert listed(page) == []
    assert card.locator("input:checked").count() == 0
    assert page.evaluate("document.activeElement.value") == "1"


def test_stars_changed_under_your_ratings_keep_the_focus_and_are_seen_on_the_card(rate):
    page = rate()
    rated_some(page)
    before = listed(page)
    row = page.locator("[data-your-ratings] [data-rated] > li").last
    row.get_by_role("radio", name="5 stars").focus()
    page.keyboard.press("ArrowRight")  # round to the first
    assert row.get_by_role("radio", name="1 star", exact=True).is_checked()
    assert page.locator("[data-your-ratings] :focus").input_value() == "1"
    assert cards(page).first.get_by_role("radio", name="1 star", exact=True).is_checked()
    assert listed(page) != before


def test_one_star_instead_of_five_lowers_its_like(rate):
    page = rate()
    id_, _ = give(page, 0, 5)
    liked = dict(said(page, [(id_, 5)]))
    best = listed(page)
    give(page, 0, 1)
    disliked = dict(said(page, [(id_, 1)]))
    assert sum(disliked[one] for one in best) < sum(liked[one] for one in best)
    assert listed(page) != best


def test_what_is_not_wanted_goes_another_comes_and_it_can_be_put_back(rate, films):
    page = rate()
    ratings = rated_some(page)
    ranked = [id_ for id_, _ in said(page, ratings)]
    page.get_by_role("button", name=f"Not interested in {films[ranked[2]]['title']}").click()
    assert listed(page) == [*ranked[:2], *ranked[3:11]]
    assert page.evaluate(FOCUSED) == f"Not interested in {films[ranked[3]]['title']}"
    page.reload()
    assert listed(loaded(page)) == [*ranked[:2], *ranked[3:11]]
    page.get_by_role("button", name=f"Put {films[ranked[2]]['title']} back").click()
    assert listed(page) == ranked[:10]


def test_when_the_last_film_is_refused_the_focus_goes_to_the_list_and_no_film_is_said_to_begin_it(rate):
    page = rate()
    rated_some(page)
    page.get_by_label("Genre").select_option("Film-Noir")
    heard = page.locator("[data-announcement]")
    assert heard.text_content() != ""
    n = len(listed(page))
    assert 0 < n < 10
    for _ in range(n):
        page.locator("[data-films] > li .rate-off").first.click()
    assert listed(page) == []
    assert page.evaluate("document.activeElement.id") == "for-you"
    assert page.get_by_text("No film is left to recommend.").is_visible()
    assert heard.text_content() == ""
    page.get_by_label("Genre").select_option("All genres")
    assert heard.text_content() != ""


def test_where_films_are_all_of_one_genre_there_is_none_to_choose(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(ONE_GENRE)
    page.goto(disk + "rate.html")
    give(loaded(page), 0, 5)
    assert len(listed(page)) == 10
    assert not page.get_by_label("Genre").is_visible()


def test_a_genre_is_all_that_is_listed_and_ten_more_come_when_asked_for(rate, films):
    page = rate()
    ratings = rated_some(page)
    assert page.get_by_label("Genre").is_visible()
    page.get_by_label("Genre").select_option("Comedy")
    comedies = [id_ for id_, _ in said(page, ratings, films=films, genre="Comedy")]
    assert listed(page) == comedies[:10]
    page.get_by_role("button", name="Show ten more").click()
    assert listed(page) == comedies[:20]
    assert page.evaluate(FOCUSED) == films[comedies[10]]["title"]
    page.get_by_label("Genre").select_option("All genres")
    assert listed(page) == [id_ for id_, _ in said(page, ratings)][:10]


def test_ratings_outlive_a_reload_and_another_tab_until_they_are_cleared_which_can_be_undone(rate, films, disk):
    page = rate()
    ratings = rated_some(page)
    before = listed(page)
    other = page.context.new_page()
    other.goto(disk + "rate.html")
    assert listed(loaded(other)) == before
    page.reload()
    assert (listed(loaded(page)), mine(page)) == (before, titled(films, ratings))
    page.get_by_role("button", name="Clear all").click()
    assert (listed(page), mine(page)) == ([], {})
    assert page.locator("[data-grid] input:checked").count() == 0
    until(other, "() => !document.querySelector('[data-films] > li')")
    assert page.evaluate(FOCUSED) == "Undo"
    page.keyboard.press("Enter")
    assert (listed(page), mine(page)) == (before, titled(films, ratings))
    page.reload()
    assert listed(loaded(page)) == before


def file_of(page, folder, ratings, unwanted=()):
    """A file to import, of pairs of id and stars, and of ids."""
    told = {"marquee_ratings": 1, "dataset": page.locator("[data-rate]").get_attribute("data-rate")}
    told["ratings"] = [{"item": id_, "stars": stars} for id_, stars in ratings]
    file = folder / "ratings.json"
    file.write_text(json.dumps(told | {"not_interested": list(unwanted)}), "utf-8")
    return file


def import_(page, file):
    page.get_by_label("Import").set_input_files(file)
    page.get_by_text("imported.").wait_for()


def test_of_more_than_can_be_kept_the_oldest_go_and_it_is_said(rate, films, tmp_path):
    page = rate()
    first, _ = give(page, 0, 5)
    many = [f"no film {n}" for n in range(500)]
    import_(page, file_of(page, tmp_path, [(id_, 3) for id_ in many], many))
    assert page.get_by_text("This page keeps the newest 500 ratings: 1 older one is left out.").is_visible()
    assert mine(page) == {}
    second, _ = give(page, 1, 4)
    assert page.get_by_text("the newest 500 ratings: 1 older one is left out.").is_visible()
    assert first != second
    page.reload()
    assert mine(loaded(page)) == {films[second]["title"]: 4}
    assert page.get_by_text("1 film, 499 films not").is_visible()


def test_of_too_many_films_that_are_not_wanted_the_oldest_come_back_and_it_is_said(rate, films, tmp_path):
    page = rate()
    ratings = [give(page, 0, 5)]
    one, other, *_ = (id_ for id_, _ in said(page, ratings))
    import_(page, file_of(page, tmp_path, [], [one, *(f"no film {n}" for n in range(499))]))
    assert listed(page)[0] == other
    page.get_by_role("button", name=f"Not interested in {films[other]['title']}").click()
    assert page.get_by_text("the newest 500 unwanted films: 1 older one is left out.").is_visible()
    assert listed(page)[0] == one
    page.reload()
    assert listed(loaded(page))[0] == one


@pytest.mark.parametrize("act", ["rate", "refuse"])
def test_nothing_that_was_done_since_can_be_lost_by_undo(rate, tmp_path, act):
    page = rate()
    give(page, 0, 5)
    import_(page, file_of(page, tmp_path, [("no film", 3)]))
    undo = page.get_by_role("button", name="Undo")
    assert undo.is_visible()
    if act == "rate":
        give(page, 1, 4)
    else:
        page.locator("[data-films] > li .rate-off").first.click()
    assert not undo.is_visible()


def test_nothing_that_was_done_in_another_tab_can_be_lost_by_undo(rate, films, disk):
    page = rate()
    give(page, 0, 5)
    page.get_by_role("button", name="Clear all").click()
    other = page.context.new_page()
    other.goto(disk + "rate.html")
    id_, stars = give(loaded(other), 1, 4)
    page.get_by_role("button", name="Undo").wait_for(state="hidden")
    assert mine(page) == {films[id_]["title"]: stars}


def test_a_page_that_is_shown_again_shows_what_is_kept_by_now(rate, films):
    page = rate()
    ratings = rated_some(page)
    lowered = "localStorage.getItem(key).replaceAll(/[2-5]}/g, '1}')"
    page.evaluate(f"const key = {KEY}; localStorage.setItem(key, {lowered})")
    page.evaluate(SHOWN_AGAIN)
    assert mine(page) == titled(films, [(id_, 1) for id_, _ in ratings])


def test_what_the_browser_does_not_keep_stays_while_the_page_is_open(visit, disk, films):
    page = visit(disk + "about.html")
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }")
    page.goto(disk + "rate.html")
    ratings = rated_some(loaded(page))
    assert page.get_by_text("This browser lets pages keep nothing").is_visible()
    page.evaluate(SHOWN_AGAIN)
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: null }))")
    assert mine(page) == titled(films, ratings)


def test_what_another_page_stores_of_its_own_is_not_of_ratings(rate, films):
    page = rate()
    ratings = rated_some(page)
    page.evaluate("localStorage.clear()")
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: 'marquee theme' }))")
    assert mine(page) == titled(films, ratings)
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: null }))")
    assert mine(page) == {}


def test_what_another_tab_keeps_does_not_take_the_place_of_a_link(rate, films, disk):
    theirs = rate()
    ratings = rated_some(theirs)
    page = rate(link_of(theirs))
    other = page.context.new_page()
    other.goto(disk + "rate.html")
    own = give(loaded(other), 7, 2)
    page.get_by_text("Yours are kept").wait_for()
    assert mine(page) == titled(films, ratings)
    page.get_by_role("button", name="Back to mine").click()
    assert mine(page) == titled(films, [own])


def link_of(page) -> str:
    """What "Copy link" copies, or shows where it may not copy."""
    page.evaluate("() => { if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name="Copy link").click()
    link = page.get_by_label("The link to these ratings")
    link.wait_for()  # it appears once the clipboard has refused
    return link.input_value()


@pytest.mark.parametrize("place", ["disk", "web"])
def test_a_link_shows_the_same_list_elsewhere_and_is_kept_only_when_asked(request, rate, place):
    page = rate(request.getfixturevalue(place) + "rate.html")
    rated_some(page)
    link, before = link_of(page), listed(page)
    assert "#r=" in link
    other = rate(link)
    assert listed(other) == before
    assert other.get_by_text("5 ratings from a link").is_visible()
    other.goto("about:blank")
    other.goto(link.split("#")[0])
    assert listed(loaded(other)) == []  # nothing was kept
    other.goto(link)
    other.get_by_role("button", name="Keep them as mine").click()
    assert "#" not in other.url
    assert other.get_by_text("5 ratings kept as yours.").is_visible()
    other.reload()
    assert listed(loaded(other)) == before


def test_a_link_never_writes_over_what_the_visitor_rated(rate, disk, films):
    theirs = rate()
    (first, _), *_ = rated_some(theirs)
    link = link_of(theirs)
    page = rate()
    own = [give(page, 0, 2), give(page, 7, 4)]
    page.goto(link)
    page.get_by_text("Yours are kept").wait_for()
    give(page, 1, 1)
    page.get_by_role("button", name="Back to mine").click()
    assert mine(page) == titled(films, own)
    page.goto(link)
    page.get_by_role("button", name="Add them to mine").click()
    assert len(mine(page)) == 6
    assert mine(page)[films[first]["title"]] == 2
    assert page.get_by_text("5 ratings added. Where both rate a film, your stars stay.").is_visible()
    page.get_by_role("button", name="Undo").click()
    assert mine(page) == titled(films, own)


def test_a_link_to_ones_own_ratings_is_nothing_new(rate):
    page = rate()
    rated_some(page)
    before = listed(page)
    page.goto(link_of(page))
    until(page, "() => !location.hash")
    assert not page.get_by_label("Ratings from a link").is_visible()
    assert listed(page) == before


def test_what_is_exported_can_be_imported_elsewhere(rate, films, tmp_path):
    page = rate()
    ratings = rated_some(page)
    refused = listed(page)[0]
    page.get_by_role("button", name=f"Not interested in {films[refused]['title']}").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    told = json.loads(file.read_text("utf-8"))
    assert [(one["item"], one["title"], one["stars"]) for one in told["ratings"]] == [
        (id_, films[id_]["title"], stars) for id_, stars in ratings
    ]
    assert told["not_interested"] == [refused]
    other = rate()
    other.get_by_label("Import").set_input_files(file)
    other.get_by_text("5 ratings imported").wait_for()
    assert (listed(other), mine(other)) == (listed(page), mine(page))
    assert other.locator("[data-done]").inner_text() == "5 ratings imported."


def test_an_imported_file_holds_where_both_rate_a_film_and_says_so(rate, films, tmp_path):
    page = rate()
    id_, _ = give(page, 0, 5)
    import_(page, file_of(page, tmp_path, [(id_, 2)]))
    assert mine(page) == {films[id_]["title"]: 2}
    assert page.get_by_text("1 rating imported. Where both rate a film, the file’s stars hold.").is_visible()


@pytest.mark.parametrize("text", ["", "[]", '{"marquee_ratings": 1}', "x" * 600_000, "[" * 10_000])
def test_a_file_that_is_none_of_ours_changes_nothing_and_says_so(rate, tmp_path, text):
    page = rate()
    give(page, 0, 5)
    before = listed(page)
    (tmp_path / "x.json").write_text(text)
    page.get_by_label("Import").set_input_files(tmp_path / "x.json")
    until(page, "() => document.querySelector('[data-done]').textContent")
    assert not page.get_by_text("imported").is_visible()
    assert listed(page) == before


@pytest.mark.parametrize("hash_", ["#rate", "#<img src=x onerror=alert(1)>"])
def test_a_hash_that_is_no_link_of_ours_is_no_link(rate, disk, hash_):
    page = rate(disk + "rate.html" + hash_)
    assert listed(page) == []
    assert not page.get_by_label("Ratings from a link").is_visible()


@pytest.mark.parametrize("hash_", ["#r=", "#r=0~50", "#r=5~%", "#r=" + ",".join(f"5~{n}" for n in range(201))])
def test_a_link_that_cannot_be_read_is_said_to_be_so_until_one_is(rate, disk, hash_):
    page = rate()
    give(page, 0, 5)
    before = listed(page)
    page.evaluate(HASHED, "#r=5~50")
    page.evaluate(HASHED, hash_)
    box = page.get_by_label("Ratings from a link")
    assert box.inner_text() == "The link could not be read."
    assert box.get_by_role("status").count() == 1
    assert listed(page) == before
    page.evaluate(HASHED, "#r=5~50")
    assert box.inner_text().startswith("You see 1 rating from a link.")
    assert box.get_by_role("button").locator("visible=true").count() == 2


def test_back_from_a_link_are_ones_own_ratings_but_not_at_a_jump_within_the_page(rate, films):
    theirs = rate()
    ratings = rated_some(theirs)
    link = link_of(theirs)
    page = rate()
    own = give(page, 7, 4)
    page.goto(link)
    page.get_by_text("Yours are kept").wait_for()
    page.evaluate(HASHED, "#for-you")
    assert mine(page) == titled(films, ratings)
    page.go_back()
    page.go_back()
    page.get_by_text("Yours are kept").wait_for(state="hidden")
    assert "#" not in page.url
    assert mine(page) == titled(films, [own])


def test_a_link_may_hold_nothing_but_what_is_not_wanted(rate, disk):
    page = rate(disk + "rate.html#r=&n=5331")
    assert page.get_by_text("You see 1 unwanted film from a link.").is_visible()
    assert page.get_by_role("button", name=re.compile("^Put ")).count() == 1


def test_a_link_that_does_not_hold_all_says_so(rate, tmp_path):
    page = rate()
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; }")
    done = page.locator("[data-done]")
    few = [(f"no film {n}", 3) for n in range(200)]
    import_(page, file_of(page, tmp_path, few, [str(n) for n in range(200)]))
    page.get_by_role("button", name="Copy link").click()
    until(page, "globalThis.copied")
    assert done.inner_text() == "The link is copied."
    long = [(f"{n}" + "é" * 150, 3) for n in range(99)]
    import_(page, file_of(page, tmp_path, long, ["none"]))
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("The link is copied.").wait_for()
    n = page.evaluate("copied").count("~")
    assert 0 < n < 99
    holds = f"The link holds the newest {n} of 299 ratings and the newest 200 of 201 unwanted films."
    assert done.inner_text() == f"The link is copied. {holds}"
    link_of(page)
    assert done.inner_text() == holds


def test_films_that_the_site_does_not_have_are_counted_and_kept(rate, disk):
    page = rate(disk + "rate.html#r=5~__proto__,4~<img src=x>")
    assert listed(page) == []
    assert page.get_by_text("0 films, 2 films not among the films of this page").is_visible()


def test_a_film_that_is_looked_for_comes_first_ready_to_be_rated(rate, films):
    page = rate()
    ids = {card.get_attribute("data-film") for card in cards(page).all()}
    page.get_by_role("combobox", name="Find a film to rate").fill("assassination jesse")
    page.get_by_role("option", name=re.compile("Jesse James")).wait_for()
    page.keyboard.press("Enter")
    assert "5331" not in ids
    assert cards(page).first.get_attribute("data-film") == "5331"
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")  # round to the last
    assert mine(page) == {films["5331"]["title"]: 5}
    assert len(listed(page)) == 10


def test_more_films_come_a_dozen_at_a_time(rate):
    page = rate()
    seen = cards(page).locator("visible=true")
    assert seen.count() == 12
    page.get_by_role("button", name="More films").click()
    assert seen.count() == 24
    assert seen.nth(12).locator(":focus").count() == 1
    while page.get_by_role("button", name="More films").is_visible():
        page.get_by_role("button", name="More films").click()
    assert seen.count() == cards(page).count()


def test_on_a_phone_a_bar_leads_to_the_list_and_what_one_presses_is_large(rate):
    page = rate(width=360, has_touch=True)
    bar = page.get_by_role("link", name="See your list")
    assert not bar.is_visible()
    rated_some(page)
    assert bar.is_visible()
    small = page.evaluate("""() => [...document.querySelectorAll(".stars label, .rate-off")]
      .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())
      .filter(({ width, height }) => Math.min(width, height) < 44).length""")
    assert small == 0
    page.get_by_role("combobox", name="Find a film to rate").fill("the")
    found = page.locator("#rate-found").bounding_box()
    assert found["x"] >= 0
    assert found["x"] + found["width"] <= 360
    page.keyboard.press("Escape")
    bar.click()
    assert page.evaluate("document.activeElement.id") == "for-you"
    assert page.get_by_role("heading", name="Your list").is_visible()


def test_what_changed_is_said_shortly_to_those_who_listen(rate, films):
    page = rate()
    ratings = rated_some(page)
    first, second, third = (films[id_]["title"] for id_, _ in said(page, ratings)[:3])
    heard = page.locator("[data-announcement]")
    assert heard.inner_text() == f"Your list begins with {first}, then {second}, then {third}."
    assert heard.get_attribute("role") == "status"


def test_a_tower_that_does_not_come_is_said_and_can_be_asked_for_again(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(OFFLINE)
    page.goto(disk + "rate.html")
    page.get_by_text("The model could not be loaded").wait_for()
    give(page, 0, 5)  # what is rated before it comes counts
    page.evaluate("globalThis.isOnline = true")
    page.get_by_role("button", name="Try again").click()
    page.locator("[data-films] > li").first.wait_for()
    assert len(listed(page)) == 10


def test_the_front_page_leads_to_the_list_in_a_few_clicks(visit, web):
    page = visit("index.html")
    page.get_by_role("link", name="Rate a few films").click()
    page.wait_for_url(re.compile(r"/rate\.html$"))
    give(loaded(page), 0, 5)
    assert len(listed(page)) == 10


def test_without_javascript_the_films_to_begin_with_are_links(visit, disk):
    page = visit(disk + "rate.html", java_script_enabled=False)
    assert "Rating needs JavaScript" in page.locator("noscript p").inner_text()
    links = cards(page).get_by_role("link")
    assert links.locator("visible=true").count() == cards(page).count() > 12
    tops = [card.bounding_box()["y"] for card in cards(page).all()]
    assert all(one <= other for one, other in pairwise(tops))
