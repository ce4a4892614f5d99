"""Numbers in the files of a site: none is a 32-bit float written to the digits of a 64-bit one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.config import BuildConfig, TrainConfig
from recsys.export.script import json_in

_NUMBER = re.compile(r"(?<![\w.#-])-?\d*\.\d{7,}(?:e-?\d+)?(?![\w.])")


def tenths() -> recsys.Dataset:
    """101 users with ratings from 0.1 to 10, in tenths: a mean of so many 32-bit numbers is hardly ever one too."""
    rng = np.random.default_rng(0)
    rows = [(user, item, rng.integers(1, 101) / 10, time) for user in range(101)
            for time, item in enumerate(rng.permutation(30)[:12])]  # fmt: skip
    items = pd.DataFrame({"item": range(30), "title": [f"Film {item}" for item in range(30)], "genres": "A|B"})
    users = pd.DataFrame({"user": range(101), "age": rng.integers(10, 80, 101)})
    return recsys.Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]), items, users, name="tenths"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tenths") / "site"
    recsys.build_site(tenths(), out=out, config=BuildConfig(train=TrainConfig(dim=4, epochs=2)))
    return out


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list):
        for element in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(element)


def is_float32(number: float) -> bool:
    """Whether a number is a float32 written to more digits than it has."""
    single = np.float32(number)
    return float(single) == number and len(repr(float(str(single)))) < len(repr(number))


def test_ratings_are_written_as_they_were_read(site):
    users = json.loads((site / "data/recommendations.json").read_text())["users"]
    dataset = tenths()
    expected = {
        (str(dataset.user_ids[user]), str(dataset.item_ids[item])): round(float(rating), 1)
        for user, item, rating in zip(dataset.user, dataset.item, dataset.rating, strict=True)
    }
    written = {(user, row["item"]): row["rating"] for user, lists in users.items() for row in lists["rated"]}
    assert len(written) > 100
    assert all(expected[pair] == rating for pair, rating in written.items())


def test_means_and_limits_are_those_of_the_ratings_as_they_were_read(site):
    exported = json.loads((site / "data/items.json").read_text())
    dataset = tenths()
    for item in exported["items"]:
        ratings = [round(float(rating), 1) for rating in dataset.rating[dataset.item == int(item["id"])]]
        assert item["mean_rating"] == pytest.approx(np.mean(ratings), abs=5.1e-5)
        assert sum(item["histogram"]) == len(ratings)
        # Each rating is in the bin between whose ends it lies; a rating at a common end is in the upper one.
        lows = [edge["low"] for edge in exported["bins"]]
        bins = np.bincount(np.searchsorted(lows[1:], ratings, side="right"), minlength=len(lows))
        assert item["histogram"] == bins.tolist()
    summary = json.loads((site / "data/build.json").read_text())["dataset"]["ratings"]
    assert (summary["low"], summary["high"]) == (0.1, 10)


def test_no_file_has_a_32_bit_float_in_the_digits_of_a_64_bit_one(site):
    checked = 0
    for path in sorted(site.rglob("*")):
        if path.suffix == ".json" or (path.suffix == ".js" and path.read_text().startswith("marquee")):
            text = path.read_text()
            content = json.loads(text) if path.suffix == ".json" else json.loads(json_in(text))
            numbers = list(numbers_in(content))
        elif path.suffix in (".html", ".csv", ".tsv", ".js") and "bokeh" not in path.name:
            numbers = [float(text) for text in _NUMBER.findall(path.read_text())]
        else:
            continue
        checked += len(numbers)
        assert [number for number in numbers if is_float32(number)] == [], path.relative_to(site)
    assert checked > 1000


@pytest.mark.parametrize("name", ["recommendations.json", "items.json", "item_embeddings.json"])
def test_no_rating_score_or_vector_has_more_digits_than_it_means(site, name):
    numbers = list(numbers_in(json.loads((site / "data" / name).read_text())))
    assert len(numbers) > 100
    digits = [len(repr(number).lstrip("-0.").replace(".", "").partition("e")[0]) for number in numbers]
    assert max(digits) <= 9
