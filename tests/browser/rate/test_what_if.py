"""What if: a reason is pressed, and the list is shown as it would be without that rating."""

from __future__ import annotations

from tests.browser.rate.page import FOCUSED, expected_ranking, rate_card, rate_five_cards, recommended, your_ratings

TITLE = "button => button.querySelector('bdi').textContent"


def test_the_list_is_shown_without_a_rating_which_stays(open_rate_page, items):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    before, mine = recommended(page), your_ratings(page)
    reason = page.locator(".rate-reason").first
    title = reason.evaluate(TITLE)
    [left] = [id_ for id_, _ in ratings if items[id_]["title"] == title]
    reason.click()
    expected = expected_ranking(page, [rating for rating in ratings if rating[0] != left])
    assert recommended(page) == [id_ for id_, _ in expected if id_ != left][:10]
    assert page.locator("[data-without]").inner_text().startswith(f"Without your rating of {title}:")
    assert page.evaluate(FOCUSED) == "Back to the whole list"
    assert your_ratings(page) == mine
    new = page.locator("[data-items] > li").filter(has=page.locator("em", has_text="new").locator("visible=true"))
    assert new.count() == len(set(recommended(page)) - set(before))
    page.keyboard.press("Enter")
    assert recommended(page) == before
    assert page.locator("[data-without]").is_hidden()
    assert page.evaluate("document.activeElement.id") == "for-you"
    assert page.locator("[data-items] em").locator("visible=true").count() == 0


def test_a_change_of_the_ratings_ends_it(open_rate_page):
    page = open_rate_page()
    ratings = rate_five_cards(page)
    page.locator(".rate-reason").first.press("Enter")
    assert page.locator("[data-without]").is_visible()
    ratings.append(rate_card(page, 6, 5))
    assert page.locator("[data-without]").is_hidden()
    assert recommended(page) == [id_ for id_, _ in expected_ranking(page, ratings)[:10]]


def test_a_single_rating_cannot_be_left_out(open_rate_page):
    page = open_rate_page()
    rate_card(page, 0, 5)
    assert len(recommended(page)) == 10
    assert page.locator(".rate-reason").count() == 0
