"""The slider that re-ranks the list: less popularity, by the same formula as in Python, and more of one's genres."""

from collections import Counter

import numpy as np

from recsys.evaluation.reranking import CANDIDATES_PER_PLACE, rerank
from tests.browser.rate.page import expected_ranking, expected_scores, loaded, rate_card, rate_five_cards, recommended

SET = """(slider, value) => {
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  slider.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def slider_of(page):
    return page.get_by_role("slider", name="Discovery")


def set_slider(page, value):
    slider_of(page).evaluate(SET, value)


def genre_match(page, items, ratings):
    """How much ratings speak for each item by its genres alone: the mean log of how much more they have of each."""
    tower = page.evaluate("marquee.data.get('deep_tower')")
    weights = [(id_, max(tower["star_weights"][stars - 1], 0)) for id_, stars in ratings]
    total = tower["average_items"] + sum(weight for _, weight in weights)
    n_ratings = sum(item["n_train"] for item in items.values())
    lifts = {}
    for genre in {genre for item in items.values() for genre in item["genres"]}:
        of_genre = [item["n_train"] for item in items.values() if genre in item["genres"]]
        share = max(sum(of_genre) / n_ratings, 0.01)
        own = tower["average_items"] * share + sum(w for id_, w in weights if genre in items[id_]["genres"])
        lifts[genre] = np.log(own / total / share)
    return {id_: np.mean([lifts[genre] for genre in item["genres"] or [genre]]) for id_, item in items.items()}


def reranked(page, items, ratings, discovery, k=10):
    """The ids of the list that Python makes of the scores of all items."""
    scores, match = expected_scores(page, ratings), genre_match(page, items, ratings)
    strength = 2.5 * discovery * np.std(list(scores.values()))
    unrated = [id_ for id_ in scores if id_ not in dict(ratings)]
    best = sorted(unrated, key=lambda id_: -(scores[id_] + strength * match[id_]))[: CANDIDATES_PER_PLACE * 10]
    popularity = np.log2(np.array([items[id_]["n_train"] for id_ in best]) + 1.0)
    columns = np.arange(len(best), dtype=np.int32)[None]
    matched = np.array([[scores[id_] + strength * match[id_] for id_ in best]])
    rows, _ = rerank(columns, matched, popularity, discovery, k)
    return [best[row] for row in rows[0]]


def test_the_list_is_the_one_that_python_makes_at_every_value(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    lists = []
    for discovery in (0, 0.05, 0.3, 0.5, 0.8, 1):
        set_slider(page, discovery)
        lists.append(recommended(page))
        assert lists[-1] == reranked(page, items, ratings, discovery)
    assert lists[0] == [id_ for id_, _ in expected_ranking(page, ratings)[:10]]
    assert lists[-1] != lists[0]


def test_a_longer_list_is_chosen_among_the_same_items(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    set_slider(page, 0.5)
    page.get_by_role("button", name="Show more").click()
    assert recommended(page) == reranked(page, items, ratings, 0.5, k=20)


def test_who_likes_a_rare_genre_gets_more_of_it(open_rate_page, items, disk):
    counts = Counter(genre for item in items.values() for genre in item["genres"])
    rare = [genre for genre, n in counts.items() if 30 <= n <= 60]
    assert len(rare) > 3
    for genre in rare:
        of_genre = [id_ for id_, item in items.items() if genre in item["genres"]]
        best_known = sorted(of_genre, key=lambda id_: -items[id_]["n_train"])[:3]
        page = open_rate_page(f"{disk}rate.html#r=" + ",".join(f"5~{id_}" for id_ in best_known))
        before = len({*recommended(page)} & {*of_genre})
        set_slider(page, 0.5)
        assert len({*recommended(page)} & {*of_genre}) >= max(before, 5)


def test_scores_are_still_those_of_the_tower_and_the_list_has_no_item_that_is_rated_meanwhile(open_rate_page):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    scores = dict(expected_ranking(page, ratings))
    set_slider(page, 1)
    page.get_by_label("Show the numbers").check()
    shown = page.locator(".rate-score").all_inner_texts()
    assert shown == [f"{scores[id_]:.2f}".replace("-", "−") for id_ in recommended(page)]
    rate_card(page, 6, 5)
    assert not {id_ for id_, _ in [*ratings, rate_card(page, 7, 4)]} & {*recommended(page)}


def test_it_is_there_with_the_list_and_goes_by_keyboard(open_rate_page):
    page = open_rate_page()
    slider = slider_of(page)
    assert not slider.is_visible()
    rate_five_cards(page)
    assert slider.is_visible()
    before = recommended(page)
    slider.focus()
    page.keyboard.press("End")
    assert slider.input_value() == "1"
    assert recommended(page) != before
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "0.95"
    page.keyboard.press("Home")
    assert recommended(page) == before


def test_nothing_but_the_list_moves_and_a_finger_can_hit_it(open_rate_page):
    page = open_rate_page(width=360, has_touch=True, is_mobile=True)
    rate_five_cards(page)
    slider, heading = slider_of(page), page.get_by_role("heading", name="Your list")
    boxes = [slider.bounding_box(), heading.bounding_box()]
    assert boxes[0]["height"] >= 44
    set_slider(page, 1)
    after = [slider.bounding_box(), heading.bounding_box()]
    assert [(box["x"], box["width"], box["height"]) for box in after] == [
        (box["x"], box["width"], box["height"]) for box in boxes
    ]
    assert after[0]["y"] - after[1]["y"] == boxes[0]["y"] - boxes[1]["y"]


def test_where_it_was_left_is_remembered_and_clearing_the_ratings_leaves_it(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    set_slider(page, 0.4)
    expected = recommended(page)
    page.reload()
    assert slider_of(loaded(page)).input_value() == "0.4"
    assert recommended(page) == expected == reranked(page, items, ratings, 0.4)
    page.get_by_role("button", name="Clear all").click()
    assert not slider_of(page).is_visible()


def test_what_makes_no_sense_in_the_storage_is_passed_over(open_rate_page):
    page = open_rate_page()
    rate_card(page, 0, 5)
    for stored in ("", "much", "-1", "2", "NaN", "{}"):
        set_slider(page, 0.4)
        page.evaluate(
            """(stored) => {
              const key = Object.keys(localStorage).find((name) => name.startsWith("marquee discovery"));
              localStorage[key] = stored;
            }""",
            stored,
        )
        page.reload()
        assert slider_of(loaded(page)).input_value() == "0", stored
