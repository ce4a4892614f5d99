"""Map, pair and lists on the real page: what one of them asks for, the learner answers and the others show."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Visit, until
from tests.browser.playground.page import ready, train

CAPTION = "() => document.getElementById('playground-map-caption').textContent"


def names(page: Any) -> list[str]:
    return str(page.locator(".pair-names").inner_text()).split(" × ")


def wait_for_other(page: Any, part: str, before: str) -> None:
    """Wait until a part of the page says something else."""
    until(page, "([part, before]) => document.querySelector(part).innerText !== before", [part, before])


def test_an_item_that_is_found_is_that_of_the_pair(visit: Visit, origin: str) -> None:
    page = ready(visit(f"{origin}playground.html"))
    before = page.locator(".pair-names").inner_text()
    page.locator("[data-map]").get_by_role("combobox").fill("godfather")
    page.keyboard.press("Enter")
    wait_for_other(page, ".pair-names", before)
    assert names(page)[1].startswith("The Godfather")
    assert names(page)[0] == before.split(" × ")[0]


def test_another_user_is_named_by_the_pair_and_by_the_map(visit: Visit, disk: str) -> None:
    page = ready(visit(f"{disk}playground.html"))
    user, item = names(page)
    assert user.split()[-1] in page.evaluate(CAPTION)
    page.locator("[data-pair]").get_by_role("button", name="Another user").click()
    wait_for_other(page, ".pair-names", f"{user} × {item}")
    assert names(page)[1] == item
    assert f"by user {names(page)[0].split()[-1]}" in page.evaluate(CAPTION)


def test_the_towers_place_items_differently(visit: Visit, disk: str) -> None:
    page = ready(visit(f"{disk}playground.html#dim=4&epochs=1"))
    train(page)
    base = page.evaluate(CAPTION)
    page.get_by_role("radio", name="Deep").check()
    until(page, f"(base) => ({CAPTION})() !== base", base)


def test_the_shown_numbers_add_up_to_the_shown_score(visit: Visit, disk: str) -> None:
    page = ready(visit(f"{disk}playground.html#dim=8&epochs=1"))
    train(page)
    for tower in ("base", "deep"):
        rows = page.locator(f".m-{tower} .vectors tr").all()
        user, item, product = ([number(text) for text in row.locator("td").all_inner_texts()] for row in rows)
        assert all(abs(a * b - c) < 0.002 for a, b, c in zip(user, item, product, strict=True))
        dot, temperature, bias, score = map(number, page.locator(f".m-{tower} .pair-sum dd").all_inner_texts())
        assert abs(sum(product) - dot) < 0.01
        assert temperature == 1
        assert abs(dot + bias - score) < 0.02


def number(text: str) -> float:
    return float(text.replace("\xa0", "").replace("−", "-").lstrip("÷+="))


def test_the_lists_follow_the_training(visit: Visit, disk: str) -> None:
    page = ready(visit(f"{disk}playground.html#dim=8&epochs=5"))
    notice = page.locator("[data-lists] .playground-notice")
    page.locator("[data-lists] section.m-deep li").first.wait_for()
    assert notice.is_visible()
    before = page.locator("[data-lists] section.m-deep").inner_text()
    train(page)
    wait_for_other(page, "[data-lists] section.m-deep", before)
    assert notice.is_hidden()
