"""Every pair of a user and a film that a site gives away: JSON, CSV and pages together."""

from __future__ import annotations

import base64
import csv
import html
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.config import BuildConfig, TrainConfig
from recsys.config.presentation import PresentationConfig
from recsys.data.dataset import Dataset
from recsys.pipeline import build_site
from recsys.site.sample_log import FILE, encode_log
from recsys.site.slugs import slugs
from tests.requirements import MOVIELENS, needs_movielens
from tests.site.markup import script_value

Pairs = dict[str, set[str]]
NAMING_PAGES = PresentationConfig(pages=("rate", "users", "items", "playground", "data", "about"))
"""All but those with charts, which take most of the time and name no user with an item."""


def keen() -> Dataset:
    """12 users with 150 of 200 films each: a list of 40 is full of hits."""
    rng = np.random.default_rng(0)
    rows = [(f"u{user}", f"film-{film}", 1.0 + film % 5, int(rng.integers(1000)))
            for user in range(12) for film in rng.permutation(200)[:150]]  # fmt: skip
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]), name="keen")


def site_of(dataset: Dataset, out: Path, top_k: int, **settings) -> Path:
    config = BuildConfig(
        top_k=top_k, holdout=0.5, train=TrainConfig(dim=4, epochs=2), presentation=NAMING_PAGES, **settings
    )
    build_site(dataset, out, config)
    return out


@pytest.fixture(scope="module")
def keen_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Sites of keen users by their settings, each built once; nobody changes them."""

    @cache
    def built(top_k: int, **settings: float) -> Path:
        return site_of(keen(), tmp_path_factory.mktemp("keen"), top_k, **settings)

    return built


@cache
def from_json(site: Path) -> Pairs:
    """Every item in a user's record: as a recommended or rated item, or as the first of a pair that is a reason."""

    def films(value: object) -> set[str]:
        if isinstance(value, dict):
            item_ids = {value.get("item"), *(item for item, _ in value.get("why", []))} - {None}
            return item_ids.union(*map(films, value.values()))
        return set().union(*map(films, value)) if isinstance(value, list) else set()

    files = [site / "data" / name for name in ("recommendations.json", "shown_lists.json")]
    records = [json.loads(file.read_text("utf-8"))["users"] for file in files if file.is_file()]
    return {user: set().union(*(films(users[user]) for users in records)) for user in records[0]}


def from_csv(site: Path) -> Pairs:
    pairs = defaultdict(set)
    with (site / "data" / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pairs[row["user"]] |= {row["item"]} - {""}
    return pairs


def from_pages(site: Path) -> Pairs:
    """Every film that a user's page names, every user that a film's page links to, and the index's favourites."""
    items = json.loads((site / "data" / "items.json").read_text("utf-8"))["items"]
    by_slug = {slug: id_ for id_, slug in slugs(item["id"] for item in items).items()}
    by_title = defaultdict(set)  # 18 titles of MovieLens 100K are those of two films
    for item in items:
        by_title[item["title"]].add(item["id"])
    published = from_json(site)
    users = {slug: id_ for id_, slug in slugs(published).items()}
    pairs = defaultdict(set)

    def add(user: str, title: str) -> None:
        films = by_title[html.unescape(title)]
        assert films, title
        pairs[user] |= films & published[user] or films

    for path in (site / "users").glob("*.html"):
        text, user = path.read_text("utf-8"), users[path.stem]
        pairs[user] |= {by_slug[slug] for slug in re.findall(r"items/([a-z0-9_-]+)\.html", text)}
        for title in reasons(text):
            add(user, title)
    for path in (site / "items").glob("*.html"):
        for slug in re.findall(r"users/([a-z0-9_-]+)\.html", path.read_text("utf-8")):
            pairs[users[slug]].add(by_slug[path.stem])
    index = (site / "users.html").read_text("utf-8")
    rows = re.findall(r'^<tr><td><a href="users/([^"]+)\.html">.*<td>(.+)$', index, re.M)
    assert len(rows) == len(users)
    has_titles = re.findall(r"<thead>.*<tbody>", index)[0].endswith("data-kind=text>Rated highest<tbody>")
    for slug, title in rows:
        if has_titles and title != "–":  # all that may be named of them is elsewhere already
            add(users[slug], title)
    return pairs


def from_the_one_page(site: Path) -> Pairs:
    """The same of a site that shows all users in one page: its shards, and the links of the films' pages."""
    items = json.loads((site / "data" / "items.json").read_text("utf-8"))["items"]
    by_slug = {slug: id_ for id_, slug in slugs(item["id"] for item in items).items()}
    films = [by_slug[slug] for _, _, slug in script_value(site / "assets" / "data-items.js")]
    pairs = defaultdict(set)
    for path in (site / "assets" / "data-users").glob("*.js"):
        shard = script_value(path)
        for user, (_, _, rated, lists, *_) in zip(shard["ids"], shard["users"], strict=True):
            rows = [row for rows_of_model in lists for row in rows_of_model]
            numbers = {*rated[::2], *(row[0] for row in rows), *(film for row in rows for film in row[4::2])}
            pairs[user] |= {films[number] for number in numbers - {-1}}
    for path in (site / "items").glob("*.html"):
        for id_ in re.findall(r"users\.html#([^ >\"]+)", path.read_text("utf-8")):
            pairs[unquote(id_)].add(by_slug[path.stem])
    return pairs


def from_people(site: Path) -> Pairs:
    """The films of the users with whom the Rate page compares its visitors."""
    people = script_value(site / "assets" / "data-top-rated.js")
    ids = script_value(site / "data" / "deep_tower.js")["item_ids"]
    users = list(from_json(site))
    rows = np.frombuffer(base64.b64decode(people["rows"]), "<u2").reshape(len(people["users"]), people["n_best"])
    return {
        users[position]: {ids[row] for row in user_rows if row != 0xFFFF}
        for position, user_rows in zip(people["users"], rows.tolist(), strict=True)
    }


def reasons(page: str) -> list[str]:
    """The titles that a user's page names behind the films recommended, as text."""
    lines = re.findall(r"<tr><td>\d+<td>[^\n]*?<p>(.*?)<td", page)
    parts = [part for line in lines for part in re.findall(r"(.+?)<small>\u00a0[+−]?\d+\.\d+</small>(?: · |$)", line)]
    return [re.sub("</?bdi>", "", part) for part in parts]


def test_reasons_are_read_off_a_page():
    page = (
        "<tr><td>1<td><a href=x>X</a><p>A · B<small>\u00a0+0.25</small> · D<small>\u00a0+0.12</small>"
        "<td style=--w:9>1\n"
        "<tr><td>2<td><a href=x>X</a><p><bdi>C</bdi><small>\u00a00.5</small><td style=--w:4>1\n"
        "<tr><td>3<td><p class=none>popular overall<td>1"
    )
    assert reasons(page) == ["A · B", "D", "C"]


def given_away(site: Path, dataset: Dataset) -> dict[str, int]:
    """How many items that a user really rated are published as theirs anywhere in the site.

    The log of the sample, whose users are invented, is left out: every site has it, whatever its own ratings are.
    """
    assert script_value(site / FILE) == json.loads(json.dumps(encode_log()))
    rated = defaultdict(set)
    for user, item in zip(dataset.user.tolist(), dataset.item.tolist(), strict=True):
        rated[str(dataset.user_ids[user])].add(str(dataset.item_ids[item]))
    pages = from_pages if (site / "users").is_dir() else from_the_one_page
    sources = [from_json(site), from_csv(site), pages(site), from_people(site)]
    assert all(sources[:3])  # the last has what users rated best, which the settings may hide
    return {
        user: len(items & set().union(*(pairs.get(user, set()) for pairs in sources)))
        for user, items in rated.items()
    }


def test_one_page_for_all_users_publishes_what_their_own_pages_do(keen_site):
    many, single = keen_site(40), keen_site(40, user_pages=0)
    assert from_the_one_page(single) == from_pages(many)
    assert given_away(single, keen()) == given_away(many, keen())


@pytest.mark.parametrize(
    ("top_k", "settings"), [(25, {}), (40, {}), (15, {"discovery": 1}), (40, {"discovery": 0.5})]
)
def test_a_site_names_at_most_thirty_rated_items_of_a_user(keen_site, top_k, settings):
    site = keen_site(top_k, **settings)
    counts = given_away(site, keen())
    assert len(counts) == 12
    assert max(counts.values()) == 30
    pages = [path.read_text("utf-8") for path in (site / "users").glob("*.html")]
    withheld = ["<td><em>not named</em> <b>rated later</b>" in page for page in pages]
    assert any(withheld) or top_k < 40  # 25 films of base and deep fit beside the ten best, mostly
    are_private = ["the rest is private" in page for page in pages]
    assert all(said for said, is_withheld in zip(are_private, withheld, strict=True) if is_withheld)


def test_named_reasons_count_as_published_and_withheld_ones_are_only_counted(keen_site):
    site, dataset = keen_site(25), keen()
    users = json.loads((site / "data" / "recommendations.json").read_text("utf-8"))["users"]
    rows = [row for user in users.values() for rows in user["models"].values() for row in rows]
    reasons = [reason for row in rows for reason in row.get("why", [])]
    assert reasons and all(item is not None and strength > 0 for item, strength in reasons)
    assert any(row.get("why_withheld") for row in rows)
    published = from_json(site)
    for user, record in users.items():
        named = {item for row in record["models"]["deep"] for item, _ in row.get("why", [])}
        assert named <= published[user]
        rated = set(dataset.item_ids[dataset.item[dataset.user_ids[dataset.user] == user]])
        assert named <= rated


def test_a_withheld_hit_still_counts(keen_site):
    site = keen_site(40)
    users = json.loads((site / "data" / "recommendations.json").read_text("utf-8"))["users"]
    metrics = json.loads((site / "data" / "metrics.json").read_text("utf-8"))["models"]
    for name in ("base", "deep"):
        hits = [sum(row["held_out"] for row in user["models"][name]) / 40 for user in users.values()]
        assert metrics[name]["accuracy"]["precision"]["mean"] == pytest.approx(sum(hits) / len(hits))
    withheld = [row for user in users.values() for rows in user["models"].values() for row in rows if not row["item"]]
    # A score, or a similarity to compare with the exported vectors, would give away which item it is.
    assert withheld and all(row == {"item": None, "score": None, "held_out": True} for row in withheld)
    assert all(row["held_out"] for user in users.values() for row in user["models"]["deep"] if row["item"] is None)


@needs_movielens
def test_a_site_of_real_ratings_keeps_to_the_limit_too(movielens):
    assert max(given_away(movielens, recsys.load_dataset(MOVIELENS)).values()) == 30


@needs_movielens
def test_long_lists_of_real_ratings_keep_to_the_limit_too(tmp_path):
    folder = shutil.copytree(MOVIELENS, tmp_path / "some users")
    for name, separator in (("u.data", "\t"), ("u.user", "|")):
        lines = (folder / name).read_text("utf-8").splitlines(keepends=True)
        some = [line for line in lines if int(line.split(separator)[0]) % 12 == 0]
        (folder / name).write_text("".join(some), "utf-8")
    dataset = recsys.load_dataset(folder)
    counts = given_away(site_of(dataset, tmp_path / "site", 100), dataset)
    assert len(counts) == 78
    assert max(counts.values()) == 30
