"""Two people: who opens a link and has ratings too gets a list for both, with the share of each in every item."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import axe_violations, document_widths, expose, until, visits
from tests.browser.rate.page import SET_HASH, link_to_ratings, loaded, rate_card, recommended

LINKS = "[...document.querySelectorAll('[data-both] li a')]"
BOTH = f"{LINKS}.map((link) => link.href.split('/').pop().replace('.html', ''))"
# By the scores of both, each in standard deviations above their mean over all items, whatever the page does.
EXPECTED = """([own, linked, how]) => {
  const data = marquee.data.get("deep_tower");
  const tower = marquee.deepTower(data);
  const scores = (ratings) => {
    const rows = ratings.map(([id, stars]) => [data.item_ids.indexOf(id), stars]);
    const values = [...tower.scores(tower.userVector(rows))];
    const mean = values.reduce((a, b) => a + b) / values.length;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    return values.map((value) => (value - mean) / spread);
  };
  const [first, second] = [scores(own), scores(linked)];
  const rated = new Set([...own, ...linked].map(([id]) => id));
  return data.item_ids.map((id, row) => [id, first[row], second[row]]).filter(([id]) => !rated.has(id))
    .map(([id, a, b]) => [id, how === "least" ? Math.min(a, b) : (a + b) / 2, a / (a + b)])
    .sort((a, b) => b[1] - a[1]).slice(0, 10);
}"""


@pytest.fixture
def two_people(open_rate_page):
    return page_for_two(open_rate_page)


@pytest.fixture(scope="module")
def two_others(chromium, disk, web):
    """What ``two_people`` is, for tests that change neither ratings nor the address."""
    with visits(chromium, disk, web) as visit:
        yield page_for_two(lambda: loaded(visit(f"{disk}rate.html")))


def page_for_two(open_rate_page):
    """The page of someone with ratings who opens another's link, and the ratings of both."""
    sender = open_rate_page()
    linked = [rate_card(sender, position, stars) for position, stars in ((3, 5), (7, 5), (9, 1))]
    link = link_to_ratings(sender)
    page = open_rate_page()
    own = [rate_card(page, position, stars) for position, stars in ((0, 5), (1, 4), (7, 2))]
    assert page.locator("[data-both]").is_hidden()
    page.evaluate(SET_HASH, "#" + link.split("#")[1])
    page.locator("[data-both] li").first.wait_for()
    page.add_script_tag(url=page.evaluate("marquee.root") + "assets/tower.js")
    return page, own, linked


@pytest.mark.parametrize(("label", "how"), [("Fair", "least"), ("On average", "mean")])
def test_the_list_is_by_the_less_keen_or_by_the_mean_of_both(two_others, label, how):
    page, own, linked = two_others
    page.get_by_role("radio", name=label).check()
    expected = page.evaluate(EXPECTED, [own, linked, how])
    assert page.evaluate(BOTH) == [id_ for id_, _, _ in expected]
    words = page.locator("[data-both] li p").all_inner_texts()
    for text, (_, _, share) in zip(words, expected, strict=True):
        yours, theirs = map(int, re.fullmatch(r"you (\d+)%, they (\d+)%", text).groups())
        assert yours == pytest.approx(100 * share, abs=0.51)
        assert yours + theirs == pytest.approx(100, abs=1)
    notes = page.locator("[data-both] .note").locator("visible=true")
    assert notes.count() == 1


def test_what_either_is_not_interested_in_is_left_out(open_rate_page, disk, two_people):
    page, _, _ = two_people
    first = page.evaluate(BOTH)[0]
    while first not in recommended(page):
        page.get_by_role("button", name="Show more").click()
    position = recommended(page).index(first)
    page.locator("[data-items] > li").nth(position).get_by_role("button", name="Not interested").click()
    assert first not in page.evaluate(BOTH)


def test_it_is_gone_with_the_link(two_people):
    page, _, _ = two_people
    page.get_by_role("button", name="Back to mine").click()
    assert page.locator("[data-both]").is_hidden()


def test_who_has_no_ratings_sees_the_list_of_the_link_alone(open_rate_page):
    sender = open_rate_page()
    rate_card(sender, 0, 5)
    page = open_rate_page(link_to_ratings(sender))
    assert len(recommended(page)) == 10
    assert page.locator("[data-both]").is_hidden()


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_it_fits_and_is_accessible(two_others, width, theme):
    page, _, _ = two_others
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    needed, available = document_widths(page)
    assert needed <= available
    assert axe_violations(page) == []


@pytest.fixture(scope="module")
def call(chromium, disk, web):
    """What a call of the module gives: ``call("standardize([2, 2])")``."""
    with visits(chromium, disk, web) as visit:
        page = visit("about.html")
        expose(page, "rate/together.js", "standardize", "shareOf")
        yield page.evaluate


def test_scores_are_compared_in_standard_deviations(call):
    assert call("standardize([1, 3, 5, 7])") == pytest.approx([-1.3416, -0.4472, 0.4472, 1.3416], abs=1e-4)


def test_equal_scores_say_nothing(call):
    assert call("standardize([2, 2])") == [0, 0]


@pytest.mark.parametrize(
    ("first", "second", "share"), [(3, 1, 0.75), (2, 2, 0.5), (2, -1, 1), (-1, 2, 0), (-1, -1, 0.5)]
)
def test_a_share_is_of_what_speaks_for_an_item(call, first, second, share):
    assert call(f"shareOf({first}, {second})") == share


def test_ratings_that_change_change_the_list(two_people):
    page, _, _ = two_people
    before = page.evaluate(BOTH)
    rate_card(page, 5, 1)
    until(page, f"(before) => ({BOTH}).join() !== before.join()", before)
