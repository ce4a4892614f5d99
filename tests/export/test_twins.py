"""What a build of a log with twins reports and exports: no list names a film twice, and a hit is one by either id."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recsys
from recsys import pipeline
from recsys.checks import report_twins
from recsys.data.dataset import Dataset
from recsys.data.split import split
from recsys.evaluation.report import accuracy_per_user, hits
from recsys.export.recommendations import build_recommendations
from recsys.export.results import Results
from recsys.recommend.lists import Lists
from tests.export.example import CONFIG, ITEMS, MODELS, NAMES, ROWS, example, export, log_of_rows, results_of

TITLES = {item: f"Film {number // 2}" for number, item in enumerate(ITEMS)}
"""Every two items in turn are twins."""


def with_twins(dataset: Dataset) -> Dataset:
    titles = np.array([TITLES[id_] for id_ in dataset.item_ids], object)
    return replace(dataset, titles=titles, years=np.full(dataset.n_items, 1997.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(results_of(with_twins(example())), tmp_path_factory.mktemp("twins"))


def load(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def hidden_by_user() -> Iterator[tuple[str, set[str], set[str]]]:
    """A user's items in training and hidden: of n ratings, in time, the first 80 % train."""
    by_user: dict[str, list[str]] = {}
    for user, item, *_ in ROWS:
        by_user.setdefault(user, []).append(item)
    for user, items in by_user.items():
        n_train = max(1, 4 * len(items) // 5)
        yield user, set(items[:n_train]), set(items[n_train:])


def test_the_catalogue_says_which_items_are_twins(folder):
    twins = load(folder, "items")["twins"]
    assert twins == [ITEMS[start : start + 2] for start in range(0, len(ITEMS) - 1, 2)]


def test_no_list_names_a_film_twice_nor_one_that_was_rated(folder):
    users = load(folder, "recommendations")["users"]
    for user, trained, _ in hidden_by_user():
        seen = {TITLES[item] for item in trained}
        lists = [*users[user]["models"].values(), *users[user]["baselines"].values()]
        assert len(lists) == 6
        for rows in lists:
            titles = [TITLES[row["item"]] for row in rows if row["item"] is not None]
            assert len(set(titles)) == len(titles)
            assert not seen & set(titles)
        for rows in users[user]["models"].values():
            for row in rows:
                reasons = [TITLES[item] for item, _ in row.get("why", [])]
                assert len(set(reasons)) == len(reasons)


def test_a_listed_film_is_held_out_and_liked_by_the_hidden_ratings_of_either_id(folder):
    users, marks = load(folder, "recommendations")["users"], set()
    ratings = {(user, item): rating for user, item, rating, *_ in ROWS}
    for user, _, hidden in hidden_by_user():
        user_ratings = [rating for (rated_by, _), rating in ratings.items() if rated_by == user]
        highest: dict[str, float] = {}
        for item in hidden:
            highest[TITLES[item]] = max(ratings[user, item], highest.get(TITLES[item], 0))
        for lists in (users[user]["models"], users[user]["baselines"]):
            for row in (row for rows in lists.values() for row in rows if row["item"] is not None):
                title = TITLES[row["item"]]
                assert row["held_out"] == (title in highest)
                if lists is users[user]["models"]:
                    expected = highest[title] >= sum(user_ratings) / len(user_ratings) if title in highest else None
                    assert row.get("liked") == expected
                marks.add((row["held_out"], row["item"] in hidden))
    assert marks == {(True, True), (True, False), (False, False)}


def test_the_agreement_of_both_models_counts_films_not_ids(folder):
    users, metrics = load(folder, "recommendations")["users"].values(), load(folder, "metrics")
    films = [[{TITLES[row["item"]] for row in user["models"][name]} for name in MODELS] for user in users]
    shared = [len(base & deep) for base, deep in films]
    assert metrics["agreement"]["overlap"] == [shared.count(n) for n in range(metrics["k"] + 1)]
    jaccard = [len(base & deep) / len(base | deep) for base, deep in films]
    assert metrics["agreement"]["jaccard"]["mean"] == pytest.approx(np.mean(jaccard))
    ids = [[{row["item"] for row in user["models"][name]} for name in MODELS] for user in users]
    assert sum(shared) > sum(len(base & deep) for base, deep in ids)


def test_as_many_hidden_films_rank_within_the_list_as_it_has_hits(folder):
    users = load(folder, "recommendations")["users"]
    for user, _, hidden in hidden_by_user():
        for name, ranks in users[user]["hidden_ranks"].items():
            # A list of ten ends where nothing is left; what cannot be listed ranks behind that.
            rows = users[user]["models"][name]
            n_hits = sum(row["held_out"] for row in rows)
            assert ranks["counts"][0] == n_hits or (len(rows) < 10 and ranks["counts"][0] > n_hits)
            assert sum(ranks["counts"]) == len({TITLES[item] for item in hidden})


def test_hits_under_the_ids_of_twins_are_named_no_more_than_thirty_times():
    # u rated films 0 to 139 and v their twins; of both the second half is hidden.
    rows = [(user, f"{film + first:04d}", 3.0, film) for user, first in (("u", 0), ("v", 140)) for film in range(140)]
    log = log_of_rows(rows)
    titles = np.array([f"Film {item % 140}" for item in range(280)], object)
    parts = split(replace(log, titles=titles, years=np.full(280, 1997.0)), 0.5)
    lists = {}
    for number, name in enumerate(NAMES):
        items = np.stack([row + np.arange(10 * number, 10 * number + 10) for row in (210, 70)]).astype(np.int32)
        is_hit = hits(items, np.arange(2), parts.test)
        assert is_hit.all()
        lists[name] = Lists(items, np.zeros((2, 10), np.float32), is_hit)
    models = {name: recsys.fit(parts.train, name, recsys.TrainConfig(dim=2, epochs=1)) for name in MODELS}
    recommendations, _ = build_recommendations(Results(parts.train, parts, CONFIG, models, lists))
    for user in recommendations.users.values():
        rows_of_lists = [row for rows in (*user.models.values(), *user.baselines.values()) for row in rows]
        named = {row.item for row in rows_of_lists if row.item is not None} | {row.item for row in user.rated}
        assert len(named) == 30
        assert all(row.held_out for row in rows_of_lists) and any(row.item is None for row in rows_of_lists)


def test_what_cannot_be_listed_does_not_count_and_the_figures_follow_from_the_files(folder):
    users, metrics = load(folder, "recommendations")["users"], load(folder, "metrics")
    n_relevant = {}
    for user, trained, hidden in hidden_by_user():
        titles = {TITLES[item] for item in hidden} - {TITLES[item] for item in trained}
        n_relevant[user] = len(titles)
        assert (users[user]["n_hidden"], users[user]["n_relevant"]) == (len(hidden), len(titles))
    evaluated = [user for user in users if n_relevant[user]]
    assert metrics["protocol"]["n_evaluated"] == len(evaluated)
    for name, row in metrics["models"].items():
        lists = [(users[user]["models"] | users[user]["baselines"])[name] for user in evaluated]
        hits = np.array([[entry["held_out"] for entry in rows] + [False] * (10 - len(rows)) for rows in lists])
        values = accuracy_per_user(hits, np.array([n_relevant[user] for user in evaluated]))
        for metric, per_user in values.items():
            assert row["accuracy"][metric]["mean"] == pytest.approx(per_user.mean(), abs=1e-9), (name, metric)


def test_the_protocol_says_so(folder):
    protocol = load(folder, "metrics")["protocol"]
    assert "of items with the same title and year (twins in items.json)" in protocol["candidates"]
    assert "an item does not count if the user rated a twin of it in training" in protocol["relevant"]
    assert "twins that are both held out count once" in protocol["relevant"]


def test_nearest_items_and_starters_name_a_film_once(folder):
    for item in load(folder, "items")["items"]:
        for neighbours in item["similar"].values():
            titles = [TITLES[item["id"]], *(TITLES[neighbour["item"]] for neighbour in neighbours)]
            assert len(set(titles)) == len(titles)
            assert len(titles) > 5 or not item["n_train"]
    script = (folder / "deep_tower.js").read_text(encoding="utf-8")
    tower = json.loads(json.loads(script[script.index("JSON.parse(") + 11 : script.rindex('"') + 1]))
    starters = [TITLES[tower["item_ids"][row]] for row in tower["starters"]]
    assert len(set(starters)) == len(starters) > 5


def test_the_build_reports_twins_and_says_nothing_where_there_are_none(caplog):
    def report(dataset: Dataset) -> str:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            report_twins(dataset)
        return caplog.text

    assert report(example()) == ""
    first, second = map(str, ITEMS[:2])
    assert (
        f"22 pairs of items have the same title and year, such as 'Film 0' (1997), ids {first!r} and {second!r}: "
        in report(with_twins(example()))
    )
    titles = np.array([f"Film {max(row, 2)}" for row in range(len(ITEMS))], object)
    assert "1 group of items has the same title and year, such as 'Film 2' (1997), ids" in report(
        replace(with_twins(example()), titles=titles)
    )


def test_the_report_on_a_large_group_of_twins_is_short(caplog):
    dataset = example()
    n = dataset.n_items
    dataset = replace(dataset, titles=np.full(n, "Episode 1", object), years=np.full(n, 2000.0))
    with caplog.at_level(logging.WARNING):
        report_twins(dataset)
    first, second = dataset.item_ids[:2]
    assert f"such as 'Episode 1' (2000), ids {first!r}, {second!r} and {n - 2} more: each keeps" in caplog.text
    assert caplog.text.strip().endswith("merge them if they are the same item")


def test_the_hidden_part_in_this_file_is_that_of_the_split():
    parts = pipeline.split(with_twins(example()), CONFIG)
    by_user = {user: len(hidden) for user, _, hidden in hidden_by_user()}
    assert dict(zip(parts.test.user_ids.tolist(), parts.test.user_counts.tolist(), strict=True)) == by_user
