"""A new user rates items in the page, and the deep tower recommends others."""

import re
from itertools import pairwise

import pytest

from tests.browser.conftest import OFFLINE, other_main_path
from tests.browser.rate.page import (
    FOCUSED,
    cards,
    expected_ranking,
    loaded,
    rate_card,
    rate_five_cards,
    recommended,
    stars_by_title,
    your_ratings,
)

ONE_GENRE = """{
  let load;
  const without = (facts) => ({ ...facts, genres: ["Film"], of: facts.of.map(() => [0]) });
  const attempt = (name) => (name === "rate" ? load(name).then(without) : load(name));
  globalThis.marquee = { get load() { return attempt; }, set load(installed) { load = installed; } };
}"""


@other_main_path
def test_after_five_ratings_the_ten_best_items_are_listed_with_reasons(open_rate_page, items, origin, width):
    page = open_rate_page(origin + "rate.html", width)
    assert page.get_by_text("Rate a film you know").is_visible()
    assert recommended(page) == []
    ratings = rate_five_cards(page)
    expected = expected_ranking(page, ratings)[:10]
    assert recommended(page) == [id_ for id_, _ in expected]
    assert not any(page.locator(f".rate-{number}").first.is_visible() for number in ("score", "strength"))
    page.get_by_label("Show the numbers").check()
    scores = page.locator(".rate-score").all_inner_texts()
    assert scores == [f"{score:.2f}".replace("-", "−") for _, score in expected]
    reasons = page.locator("[data-items] > li > p").all_inner_texts()
    liked = [items[id_]["title"] for id_, stars in ratings if stars > 1]
    for reason in reasons:
        assert reason == "popular overall" or re.search(r"^like your .+\xa0\+(?!0\.00)\d\.\d\d$", reason)
        assert reason == "popular overall" or any(title in reason for title in liked)
    assert your_ratings(page) == stars_by_title(items, ratings)


def test_ratings_can_be_given_changed_and_removed_by_keyboard_alone(open_rate_page):
    page = open_rate_page()
    card = cards(page).first
    card.get_by_role("link").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert card.get_by_role("radio", name="1 star", exact=True).is_checked()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert card.get_by_role("radio", name="4 stars").is_checked()
    assert page.evaluate("document.activeElement.value") == "4"
    assert len(recommended(page)) == 10
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED).startswith("Remove the rating of")
    page.keyboard.press("Enter")
    assert recommended(page) == []
    assert card.locator("input:checked").count() == 0
    assert page.evaluate("document.activeElement.value") == "1"


def test_changing_stars_under_your_ratings_keeps_the_focus_and_updates_the_card(open_rate_page):
    page = open_rate_page()
    rate_five_cards(page)
    before = recommended(page)
    row = page.locator("[data-your-ratings] [data-rated] > li").last
    row.get_by_role("radio", name="5 stars").focus()
    page.keyboard.press("ArrowRight")  # round to the first
    assert row.get_by_role("radio", name="1 star", exact=True).is_checked()
    assert page.locator("[data-your-ratings] :focus").input_value() == "1"
    assert cards(page).first.get_by_role("radio", name="1 star", exact=True).is_checked()
    assert recommended(page) != before


def test_one_star_instead_of_five_lowers_the_scores_of_similar_items(open_rate_page):
    page = open_rate_page()
    id_, _ = rate_card(page, 0, 5)
    liked = dict(expected_ranking(page, [(id_, 5)]))
    best = recommended(page)
    rate_card(page, 0, 1)
    disliked = dict(expected_ranking(page, [(id_, 1)]))
    assert sum(disliked[id_] for id_ in best) < sum(liked[id_] for id_ in best)
    assert recommended(page) != best


def test_an_unwanted_item_is_replaced_by_the_next_and_can_be_put_back(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    ranked = [id_ for id_, _ in expected_ranking(page, ratings)]
    page.get_by_role("button", name=f"Not interested in {items[ranked[2]]['title']}").click()
    assert recommended(page) == [*ranked[:2], *ranked[3:11]]
    assert page.evaluate(FOCUSED) == f"Not interested in {items[ranked[3]]['title']}"
    page.reload()
    assert recommended(loaded(page)) == [*ranked[:2], *ranked[3:11]]
    page.get_by_role("button", name=f"Put {items[ranked[2]]['title']} back").click()
    assert recommended(page) == ranked[:10]


def test_when_the_last_item_is_removed_the_focus_goes_to_the_list_and_nothing_is_announced(open_rate_page):
    page = open_rate_page()
    rate_five_cards(page)
    page.get_by_label("Genre").select_option("Film-Noir")
    announcement = page.locator("[data-announcement]")
    assert announcement.text_content() != ""
    n = len(recommended(page))
    assert 0 < n < 10
    for _ in range(n):
        page.locator("[data-items] > li .rate-off").first.click()
    assert recommended(page) == []
    assert page.evaluate("document.activeElement.id") == "for-you"
    assert page.get_by_text("No film is left to recommend.").is_visible()
    assert announcement.text_content() == ""
    page.get_by_label("Genre").select_option("All genres")
    assert announcement.text_content() != ""


def test_there_is_no_choice_of_genre_where_all_items_have_the_same(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(ONE_GENRE)
    page.goto(disk + "rate.html")
    rate_card(loaded(page), 0, 5)
    assert len(recommended(page)) == 10
    assert not page.get_by_label("Genre").is_visible()


def test_the_list_can_be_limited_to_a_genre_and_extended_by_ten(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    assert page.get_by_label("Genre").is_visible()
    page.get_by_label("Genre").select_option("Comedy")
    comedies = [id_ for id_, _ in expected_ranking(page, ratings) if "Comedy" in items[id_]["genres"]]
    assert recommended(page) == comedies[:10]
    page.get_by_role("button", name="Show more").click()
    assert recommended(page) == comedies[:20]
    assert page.evaluate(FOCUSED) == items[comedies[10]]["title"]
    page.get_by_label("Genre").select_option("All genres")
    assert recommended(page) == [id_ for id_, _ in expected_ranking(page, ratings)][:10]


@pytest.mark.parametrize(("k", "n_first", "n_more"), [(3, 3, 13), (1000, 50, None)])
def test_the_list_is_at_first_as_long_as_those_of_users_up_to_fifty(visit, k, n_first, n_more):
    def of_a_site_with_k(route):
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace('data-k="10"', f'data-k="{k}"'))

    page = visit("rate.html")
    page.route("**/rate.html", of_a_site_with_k)
    page.reload()
    ratings = [rate_card(loaded(page), 0, 5)]
    expected = [id_ for id_, _ in expected_ranking(page, ratings)]
    assert recommended(page) == expected[:n_first]
    more = page.get_by_role("button", name="Show more")
    assert more.is_visible() == (n_more is not None)
    if n_more:
        more.click()
        assert recommended(page) == expected[:n_more]


def test_an_item_from_the_search_becomes_the_first_card_and_gets_the_focus(open_rate_page, items):
    page = open_rate_page()
    ids = {card.get_attribute("data-item") for card in cards(page).all()}
    page.get_by_role("combobox", name="Find a film to rate").fill("assassination jesse")
    page.get_by_role("option", name=re.compile("Jesse James")).wait_for()
    page.keyboard.press("Enter")
    assert "5331" not in ids
    assert cards(page).first.get_attribute("data-item") == "5331"
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")  # round to the last
    assert your_ratings(page) == {items["5331"]["title"]: 5}
    assert len(recommended(page)) == 10


def test_more_cards_appear_a_dozen_at_a_time(open_rate_page):
    page = open_rate_page()
    seen = cards(page).locator("visible=true")
    assert seen.count() == 12
    page.get_by_role("button", name="More films").click()
    assert seen.count() == 24
    assert seen.nth(12).locator(":focus").count() == 1
    while page.get_by_role("button", name="More films").is_visible():
        page.get_by_role("button", name="More films").click()
    assert seen.count() == cards(page).count()


def test_on_a_phone_a_bar_leads_to_the_list_and_buttons_are_large(open_rate_page):
    page = open_rate_page(width=360, has_touch=True)
    bar = page.get_by_role("link", name="See your list")
    assert not bar.is_visible()
    rate_five_cards(page)
    assert bar.is_visible()
    small = page.evaluate("""() => [...document.querySelectorAll(".stars label, .rate-off")]
      .filter((element) => element.checkVisibility()).map((element) => element.getBoundingClientRect())
      .filter(({ width, height }) => Math.min(width, height) < 44).length""")
    assert small == 0
    page.get_by_role("combobox", name="Find a film to rate").fill("the")
    options = page.locator("#rate-found").bounding_box()
    assert options["x"] >= 0
    assert options["x"] + options["width"] <= 360
    page.keyboard.press("Escape")
    bar.click()
    assert page.evaluate("document.activeElement.id") == "for-you"
    assert page.get_by_role("heading", name="Your list").is_visible()


def test_the_start_of_the_list_is_announced_to_screen_readers(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    first, second, third = (items[id_]["title"] for id_, _ in expected_ranking(page, ratings)[:3])
    announcement = page.locator("[data-announcement]")
    assert announcement.inner_text() == f"Your list begins with {first}, then {second}, then {third}."
    assert announcement.get_attribute("role") == "status"


def test_a_tower_that_fails_to_load_is_reported_and_can_be_loaded_again(visit, disk):
    page = visit(disk + "about.html")
    page.add_init_script(OFFLINE)
    page.goto(disk + "rate.html")
    page.get_by_text("The model could not be loaded").wait_for()
    rate_card(page, 0, 5)  # a rating before the tower is loaded counts
    page.evaluate("globalThis.isOnline = true")
    page.get_by_role("button", name="Try again").click()
    page.locator("[data-items] > li").first.wait_for()
    assert len(recommended(page)) == 10


def test_without_javascript_the_cards_are_links(visit, disk):
    page = visit(disk + "rate.html", java_script_enabled=False)
    assert "A list of your own needs JavaScript" in page.locator("noscript p").inner_text()
    links = cards(page).get_by_role("link")
    assert links.locator("visible=true").count() == cards(page).count() > 12
    tops = [card.bounding_box()["y"] for card in cards(page).all()]
    assert all(upper <= lower for upper, lower in pairwise(tops))
