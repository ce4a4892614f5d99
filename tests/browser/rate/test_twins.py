"""On the Rate page items with one title and year are one film: listed once, and not at all once it is rated."""

from __future__ import annotations

import json
from typing import Any

from tests.browser.rate.page import cards, expected_ranking, loaded, rate_card, rate_five_cards, recommended

WITH_TWINS = """{
  let load;
  const withTwins = (facts) => ({ ...facts, twins: TWINS });
  const attempt = (name) => (name === "rate" ? load(name).then(withTwins) : load(name));
  globalThis.marquee = { get load() { return attempt; }, set load(installed) { load = installed; } };
}"""
ROWS = "(ids) => ids.map((id) => marquee.data.get('deep_tower').item_ids.indexOf(id))"


def with_twins(page: Any, groups: list[list[str]]) -> Any:
    """The page, reloaded as if the items of each group had one title and one year."""
    rows = [sorted(page.evaluate(ROWS, group)) for group in groups]
    page.add_init_script(WITH_TWINS.replace("TWINS", json.dumps(rows)))
    page.reload()
    return loaded(page)


def test_of_twins_only_the_better_one_is_listed(open_rate_page):
    page = open_rate_page()
    ranked = [id_ for id_, _ in expected_ranking(page, rate_five_cards(page))]
    with_twins(page, [[ranked[0], ranked[4]], [ranked[1], ranked[2], ranked[6]]])
    listed = [id_ for n, id_ in enumerate(ranked) if n not in (2, 4, 6)]
    assert recommended(page) == listed[:10]


def test_what_is_rated_or_unwanted_is_not_listed_under_its_other_id(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    ranked = [id_ for id_, _ in expected_ranking(page, ratings)]
    with_twins(page, [[ratings[0][0], ranked[0]], [ranked[3], ranked[5]]])
    assert recommended(page) == [id_ for n, id_ in enumerate(ranked) if n not in (0, 5)][:10]
    page.get_by_role("button", name=f"Not interested in {items[ranked[3]]['title']}").click()
    assert recommended(page) == [id_ for n, id_ in enumerate(ranked) if n not in (0, 3, 5)][:10]


def test_the_better_twin_is_chosen_among_those_of_the_genre(open_rate_page, items):
    page = open_rate_page()
    ranked = [id_ for id_, _ in expected_ranking(page, rate_five_cards(page))]
    comedies = [id_ for id_ in ranked if "Comedy" in items[id_]["genres"]]
    other = next(id_ for id_ in ranked if id_ not in comedies)
    with_twins(page, [[other, comedies[0]]])
    assert (comedies[0] in recommended(page)) == (ranked.index(comedies[0]) < ranked.index(other))
    page.get_by_label("Genre").select_option("Comedy")
    assert recommended(page) == comedies[:10]


def test_a_film_rated_under_two_ids_is_one_reason(open_rate_page, items):
    page = open_rate_page()
    first, second = (rate_card(page, position, 5)[0] for position in (0, 1))
    both = [items[id_]["title"] for id_ in (first, second)]
    reasons = page.locator("[data-items] > li > p")
    assert any(all(title in text for title in both) for text in reasons.all_inner_texts())
    with_twins(page, [[first, second]])
    assert cards(page).first.get_attribute("data-item") == first
    assert not any(all(title in text for title in both) for text in reasons.all_inner_texts())
