"""Ratings files on the page: chosen or dropped, learned from, or refused in a sentence; nothing is sent anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from recsys.evaluation.metrics.ndcg import ndcg
from tests.browser.conftest import REQUESTED, until

SETTINGS = "#dim=8&epochs=10&batchSize=512&learningRate=0.03"
STATUS = "[data-file] [role=status]"
N_USERS, N_ITEMS, N_RATED = 80, 60, 20


def two_tastes(n_users: int = N_USERS, seed: int = 0) -> Iterator[tuple[int, int, int, int]]:
    """User, item, rating and time: even users rated two thirds of the even items, odd users of the odd ones."""
    rng = np.random.default_rng(seed)
    for user in range(n_users):
        items = rng.permutation(np.arange(user % 2, N_ITEMS, 2))[:N_RATED]
        for position, item in enumerate(items.tolist()):
            yield user, item, int(rng.integers(3, 6)), 1_500_000_000 + 60 * position + user


def table(row: str, n_users: int = N_USERS, header: str = "") -> bytes:
    names = ("user", "item", "rating", "time")
    rows = (row.format(**dict(zip(names, values, strict=True))) for values in two_tastes(n_users))
    return "\n".join([*([header] if header else []), *rows, ""]).encode()


LAYOUTS = {
    "commas with a header": (
        "ratings.csv", table("{user},{item},{rating},{time}", header="userId,movieId,rating,timestamp")
    ),
    "semicolons with decimal commas": ("noten.csv", table("{user};Buch {item};{rating},5", header="Leser;Buch;Note")),
    "double colons": ("ratings.dat", table("{user}::{item}::{rating}::{time}")),
    "pairs without ratings": ("pairs.tsv", table("{user}\t{item}", header="user\titem")),
}  # fmt: skip


def chance() -> float:
    """The nDCG@10 of lists drawn at random: each place is a hit as often as the next."""
    n_train = int(0.8 * N_RATED)
    n_held_out = N_RATED - n_train
    share = n_held_out / (N_ITEMS - n_train)
    ideal = ndcg(np.array([[True] * n_held_out + [False] * (10 - n_held_out)]), np.array([n_held_out]))
    assert ideal[0] == 1.0
    gains = 1 / np.log2(np.arange(2, 12))
    return float(share * gains.sum() / gains[:n_held_out].sum())


def choose(page: Any, name: str, content: bytes) -> None:
    page.set_input_files("[data-file] input", [{"name": name, "mimeType": "text/plain", "buffer": content}])


def measures(page: Any, name: str) -> list[float]:
    """The numbers of base and deep."""
    text = page.locator(f"#playground-{name}").inner_text()
    return [float(number) for number in re.findall(r"\d+\.\d+", text)]


def train(page: Any) -> tuple[list[float], list[float], list[float]]:
    """The losses of the first batch, those at the end, and the final nDCG, each of base and deep."""
    page.locator("[data-step]").click()
    until(page, "() => /\\d\\.\\d/.test(document.querySelector('#playground-loss').textContent)")
    first = measures(page, "loss")
    page.locator("[data-train]").click()
    until(page, "() => document.querySelector('[data-playground]').dataset.state === 'finished'")
    return first, measures(page, "loss"), measures(page, "ndcg")


def opened(visit: Any, address: str) -> Any:
    page = visit(f"{address}playground.html{SETTINGS}")
    until(page, "() => document.querySelector('[data-data]').textContent.includes('36,909')")
    return page


def wait_for_file(page: Any, text: str) -> None:
    until(page, "(text) => document.querySelector('[data-data]').textContent.includes(text)", text)


@pytest.mark.parametrize(
    ("origin", "layout"),
    [(("disk", "web")[position % 2], layout) for position, layout in enumerate(LAYOUTS)],
    indirect=["origin"],
)
def test_a_file_of_each_layout_is_learned_from(visit, origin, layout):
    page = opened(visit, origin)
    before = page.evaluate(REQUESTED)
    choose(page, *LAYOUTS[layout])
    wait_for_file(page, f"{N_USERS} users, {N_ITEMS} ")
    assert "1,600 ratings" in page.locator("[data-data]").inner_text()
    first, last, final = train(page)
    assert all(after < before for before, after in zip(first, last, strict=True)), (first, last)
    assert min(final) > 1.5 * chance()
    assert page.evaluate(REQUESTED)[len(before) :] in (["data-reading-rules.js"], [])


def test_of_a_long_file_whole_users_are_learned_from(visit, disk):
    n_users = 10_100
    content = table("{user},{item},{rating},{time}", n_users, "user,item,rating,time")
    page = opened(visit, disk.removesuffix("/") + "/")
    choose(page, "long.csv", content)
    wait_for_file(page, "200,000 of 202,000 ratings: all those of 10,000 of 10,100 users")
    page.evaluate("location.hash = '#dim=4&epochs=2&batchSize=4096&learningRate=0.1&mlp=false'")
    first, last, final = train(page)
    assert all(after < before for before, after in zip(first, last, strict=True)), (first, last)
    assert min(final) > chance()


def drop(page: Any, *files: tuple[str, str]) -> None:
    """Drag files over the page and drop them."""
    transfer = page.evaluate_handle(
        "(files) => { const transfer = new DataTransfer();"
        " for (const [name, text] of files) transfer.items.add(new File([text], name)); return transfer; }",
        files,
    )
    for kind in ("dragenter", "dragover"):
        page.dispatch_event("body", kind, {"dataTransfer": transfer})
        assert page.locator(".drop-sign").is_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    assert page.locator(".drop-sign").is_hidden()


def test_a_file_may_be_dropped_and_the_sample_taken_again(visit, disk):
    page = opened(visit, disk)
    drop(page, ("shop.csv", "user,item,rating\nann,lamp,4\nann,desk,5\nbob,lamp,3\nbob,rug,2\n"))
    wait_for_file(page, "2 users, 3 ")
    assert page.locator(STATUS).inner_text() == "“shop.csv” was read."
    page.get_by_role("button", name="Use the sample").click()
    wait_for_file(page, "36,909 ratings")
    assert page.locator(STATUS).inner_text() == ""


def test_what_cannot_be_read_is_said_and_the_data_stays(visit, disk):
    page = opened(visit, disk)
    status = page.locator(STATUS)
    for files, sentence in (
        ([("a.csv", "user,item,rating\na,x,1\na,y\nb,x,3\n")], "“a.csv”, line 3: 2 fields instead of 3"),
        ([("b.csv", "")], "“b.csv” is empty"),
        ([("<b>.csv", "user,item,rating\na,x,1\na,y,<i>\nb,x,3\n")], "“<b>.csv”, line 3: the rating “<i>”"),
        ([("c.csv", "x"), ("d.csv", "y")], "Choose one file"),
    ):
        drop(page, *files)
        until(page, f"(text) => document.querySelector('{STATUS}').textContent.includes(text)", sentence)
        assert status.locator("*").count() == 0
    assert "36,909 ratings" in page.locator("[data-data]").inner_text()


def test_texts_of_a_file_are_shown_as_text(visit, disk):
    page = opened(visit, disk)
    hostile = "<img src=x onerror=alert(1)>"
    rows = [f'{user},{item},{1 + user % 5},"{hostile} {item}",{hostile}' for user in range(9) for item in range(9)]
    drop(page, ("hostile.csv", "\n".join(["user,item,rating,title,genres", *rows])))
    wait_for_file(page, "9 users, 9 ")
    page.locator("[data-test]").click()
    until(page, "(text) => document.querySelector('[data-lists]').textContent.includes(text)", hostile)
    assert page.locator("img[src=x]").count() == 0


def test_the_last_of_two_files_is_learned_from(visit, disk):
    page = opened(visit, disk)
    long = table("{user},{item},{rating},{time}", 2000, "user,item,rating,time").decode()
    drop(page, ("long.csv", long))
    drop(page, ("short.csv", "user,item,rating\nann,lamp,4\nann,desk,5\nbob,lamp,3\nbob,rug,2\n"))
    wait_for_file(page, "2 users, 3 ")
    page.wait_for_timeout(1000)  # for the first, if it were still read
    assert "2 users, 3 " in page.locator("[data-data]").inner_text()


def test_the_button_is_reached_by_keyboard_and_has_a_name(visit, disk):
    page = opened(visit, disk)
    page.get_by_label("Your file").focus()
    assert page.evaluate("document.activeElement.matches('[data-file] input[type=file]')")
