"""What the tests of the rate page share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.browser.conftest import until

LOADED = "() => !document.querySelector('[data-waiting] [data-status]').textContent.startsWith('Loading')"
RECOMMENDED = "[...document.querySelectorAll('[data-items] > li a')].map((link) => link.href.split('/').pop())"
# All items with their scores for ratings [[id, stars], ...]: without the page's own way of choosing the best.
SCORES = """(ratings) => {
  const data = marquee.data.get("deep_tower");
  const tower = marquee.deepTower(data);
  const rated = ratings.map(([id, stars]) => [data.item_ids.indexOf(id), stars]);
  return [...tower.scores(tower.userVector(rated))].map((score, row) => [data.item_ids[row], score]);
}"""
SET_HASH = """(hash) => new Promise((resolve) => {
  addEventListener("hashchange", resolve, { once: true });
  location.hash = hash;
})"""
STARS_BY_TITLE = """(rows) => rows.map((row) => {
  const [title, ...others] = row.querySelectorAll("a");
  if (others.length) throw new Error("more than one link");
  return [title.textContent, Number(row.querySelector("input:checked").value)];
})"""
FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"

Rating = tuple[str, int]
"""The id of an item and its stars."""


def loaded(page: Any) -> Any:
    """The page, once the tower has been loaded, or could not be."""
    until(page, LOADED)
    return page


def cards(page: Any) -> Any:
    """The cards of the grid."""
    return page.locator("[data-grid] > li")


def rate_card(page: Any, position: int, stars: int) -> Rating:
    """Rate the item of the card at a position in the grid."""
    card = cards(page).nth(position)
    card.get_by_role("radio", name=f"{stars} star", exact=stars == 1).check()
    return card.get_attribute("data-item"), stars


def rate_five_cards(page: Any) -> list[Rating]:
    """Rate the first five cards."""
    return [rate_card(page, position, stars) for position, stars in enumerate((5, 4, 1, 5, 3))]


def recommended(page: Any) -> list[str]:
    """The ids of the recommended items; in the sample an item's slug is its id."""
    return [name.removesuffix(".html") for name in page.evaluate(RECOMMENDED)]


def expected_scores(page: Any, ratings: list[Rating]) -> dict[str, float]:
    """The score of every item by its id, in the tower's order."""
    page.add_script_tag(url=page.evaluate("marquee.root") + "assets/tower.js")
    return dict(page.evaluate(SCORES, ratings))


def expected_ranking(page: Any, ratings: list[Rating]) -> list[tuple[str, float]]:
    """The id and the score of every item that is not rated, best first; equals in the tower's order."""
    rated = {id_ for id_, _ in ratings}
    unrated = [(id_, score) for id_, score in expected_scores(page, ratings).items() if id_ not in rated]
    return sorted(unrated, key=lambda pair: -pair[1])


def your_ratings(page: Any) -> dict[str, int]:
    """The stars under "Your ratings", by title."""
    return dict(page.locator("[data-your-ratings] [data-rated] > li").evaluate_all(STARS_BY_TITLE))


def stars_by_title(items: Mapping[str, Any], ratings: list[Rating]) -> dict[str, int]:
    """Ratings as the page lists them, the newest first."""
    return {items[id_]["title"]: stars for id_, stars in reversed(ratings)}


def ratings_file(page: Any, folder: Path, ratings: Iterable[Rating], unwanted: Iterable[str] = ()) -> Path:
    """Write a file of ratings and ids of unwanted items that this page can import."""
    content = {
        "marquee_ratings": 1,
        "dataset": page.locator("[data-rate]").get_attribute("data-rate"),
        "ratings": [{"item": id_, "stars": stars} for id_, stars in ratings],
        "not_interested": list(unwanted),
    }
    file = folder / "ratings.json"
    file.write_text(json.dumps(content), "utf-8")
    return file


def import_file(page: Any, file: Path) -> None:
    """Import a file, add what the page shows of it, and wait until it is added."""
    page.get_by_label("Import").set_input_files(file)
    page.get_by_role("button", name=re.compile("^Add [0-9]")).click()
    until(page, "() => document.querySelector('[data-done]').textContent.includes('added.')")


def link_to_ratings(page: Any) -> str:
    """What "Copy link" copies, which the page shows where it may not copy."""
    page.evaluate("() => { if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject(); }")
    # By keyboard: similar users, which load late, may move the button away from under a pointer.
    page.get_by_role("button", name="Copy link").press("Enter")
    link = page.get_by_label("The link to these ratings")
    link.wait_for()  # it appears once the clipboard has refused
    return link.input_value()
