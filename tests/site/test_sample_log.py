"""The sample's log in a data script: read back by hand, and the only log that any site has."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from recsys.config import BuildConfig, TrainConfig
from recsys.data.dataset import Dataset
from recsys.export.script import json_in
from recsys.pipeline import build_site
from recsys.site.sample_log import FILE, encode_log
from tests.site.markup import script_value
from tests.site.tiny import TEMPLATES
from tests.small_logs import log_of

SAMPLE = TEMPLATES.parent / "data" / "sample"


def integers(text: str, bits: int, n: int) -> list[int]:
    """``n`` integers of ``bits`` bits each, the high bit first."""
    binary = "".join(f"{byte:08b}" for byte in base64.b64decode(text))
    return [int(binary[start : start + bits], 2) for start in range(0, n * bits, bits)]


def decode(value: dict[str, Any]) -> list[tuple[str, str, float, int]]:
    """User, item, rating and rank of the time of each rating."""
    counts = np.frombuffer(base64.b64decode(value["counts"]), "<u2").tolist()
    users = [user for user, count in zip(value["users"], counts, strict=True) for _ in range(count)]
    columns = (integers(value[name], value["bits"][name], len(users)) for name in ("item", "rating", "time"))
    rows = zip(users, *columns, strict=True)
    return [(user, value["items"][i][0], value["values"][r], t) for user, i, r, t in rows]


def sample_lines() -> list[list[str]]:
    return [line.split("\t") for line in (SAMPLE / "u.data").read_text("utf-8").splitlines()]


def test_the_script_holds_the_ratings_of_the_sample_with_the_order_and_ties_of_their_times():
    lines = sample_lines()
    rank = {time: position for position, time in enumerate(sorted({int(line[3]) for line in lines}))}
    expected = sorted((user, item, float(rating), rank[int(time)]) for user, item, rating, time in lines)
    rows = decode(encode_log())
    assert sorted(rows) == expected
    assert len(rows) == 36_909 and len(rank) < len(rows)
    assert [(int(user), time) for user, _, _, time in rows] == sorted((int(user), time) for user, _, _, time in rows)


def test_the_script_holds_the_items_of_the_sample():
    value = encode_log()
    lines = [line.split("|") for line in (SAMPLE / "u.item").read_text("iso-8859-1").splitlines()]
    assert [item[0] for item in value["items"]] == [line[0] for line in lines]
    by_id = {id_: (title, year, genres) for id_, title, year, genres in value["items"]}
    names = [line.partition("|")[0] for line in (SAMPLE / "u.genre").read_text("utf-8").splitlines() if line]
    for line in lines:
        title, year, genres = by_id[line[0]]
        assert {value["genres"][genre] for genre in genres} == {
            name for name, flag in zip(names, line[5:], strict=True) if flag == "1"
        }
        assert line[1].endswith(f"({year})")
        assert sorted(re.findall(r"\w+", title)) == sorted(re.findall(r"\w+", line[1].rpartition(" (")[0]))


def long_arrays(value: Any, n: int) -> Iterator[list[float]]:
    """Every list of at least ``n`` numbers in a value, and every text that may encode as many, of 3 bits or more."""
    if isinstance(value, dict):
        for part in value.values():
            yield from long_arrays(part, n)
    elif isinstance(value, list):
        if len(value) >= n and all(isinstance(part, int | float) for part in value):
            yield value
        for part in value:
            yield from long_arrays(part, n)
    elif isinstance(value, str) and len(value) >= n / 2 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value):
        yield list(base64.b64decode(value))


@pytest.fixture(scope="module")
def log() -> Dataset:
    """5,000 ratings of 50 users, many more than a site of two dimensions has numbers of anything else."""
    rng = np.random.default_rng(0)
    rows = [(user, item, 1 + item % 5, int(rng.integers(1000)))
            for user in range(50) for item in rng.permutation(150)[:100]]  # fmt: skip
    return log_of(rows, 50, 150)


def test_a_site_has_the_log_of_the_sample_and_not_its_own(tmp_path, log):
    site = build_site(log, tmp_path / "site", BuildConfig(train=TrainConfig(dim=2, epochs=1)))
    assert script_value(site / FILE) == json.loads(json.dumps(encode_log()))
    for path in [*(site / "assets").rglob("*.js"), *(site / "data").rglob("*.js"), *(site / "data").glob("*.json")]:
        if path == site / FILE:
            continue
        text = path.read_text("utf-8")
        try:
            value = json.loads(text) if path.suffix == ".json" else json.loads(json_in(text))
        except ValueError:
            continue  # a script, or a schema
        assert list(long_arrays(value, log.n_ratings)) == [], path
