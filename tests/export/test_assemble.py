from __future__ import annotations

import base64
import csv
import json
import math
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import recsys
from recsys.baselines.tuning import choose, recipes
from recsys.config import BuildConfig, TrainConfig
from recsys.data.dataset import Dataset
from recsys.data.split import split
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.evaluation.metrics import judge
from recsys.export.assemble import Results, assemble
from recsys.export.files import read_artefacts, write_artefacts
from recsys.export.metrics import Judged
from recsys.export.script import json_in
from recsys.export.tables import write_tables
from recsys.models.fitted import Fitted
from recsys.recommend.explain import Reasons, explain
from recsys.recommend.lists import Lists, recommend
from recsys.training.snapshots import SnapshotRecorder, tracked_items
from tests.site.tiny import tiny

Row = tuple[str, str, float, int]
Json = dict[str, Any]

TRAIN = TrainConfig(dim=4, epochs=2, seed=3)
CONFIG = BuildConfig(train=TRAIN)
FILMS = [f"film-{number:02d}" for number in range(40)]
HOSTILE = {"__proto__": "Tab\there", "a|b": "Line\r\nbreak", "9 9": 'A "quoted" title', "alone": '"', "=1+1": "=1+1"}
"""Ids that are no good names, with titles that are no good cells; nobody rated the last two."""
UNRATED = {"alone", "=1+1"}
CATALOGUE = sorted([*FILMS, *HOSTILE])


def some_rows() -> list[Row]:
    """30 users with 2 to 40 ratings in few moments, one who rated all, one with a single rating, hostile ids."""
    rng = np.random.default_rng(0)
    films = [one for one in CATALOGUE if one not in UNRATED]
    sizes = {f"u{number}": int(rng.integers(2, 40)) for number in range(30)}
    sizes |= {"__proto__": 12, "all": len(films), "single": 1}
    return [
        (user, str(item), float(rng.integers(1, 6)), int(rng.integers(8)))
        for user, size in sizes.items()
        for item in rng.permutation(films)[:size]
    ]


ROWS = some_rows()
USERS = sorted({user for user, *_ in ROWS})


def some(rows: list[Row] = ROWS, timed: bool = True) -> Dataset:
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    items = pd.DataFrame({
        "item": CATALOGUE,
        "title": [HOSTILE.get(one, f"Title of {one}") for one in CATALOGUE],
        "year": [1990 + place if place % 3 else None for place in range(len(CATALOGUE))],
        "genres": ["Noir|Art" if place % 2 else "" for place in range(len(CATALOGUE))],
    })  # fmt: skip
    return Dataset.from_frames(ratings if timed else ratings.drop(columns="timestamp"), items, name="some")


ROWS_OF_METRICS = ("base", "deep", "popularity", "item_knn", "ease", "als")


def compute(dataset: Dataset, config: BuildConfig) -> Results:
    """All stages between the ratings and the artefacts."""
    parts = split(dataset, config.holdout, np.random.default_rng(config.train.seed))
    recorders = {name: SnapshotRecorder(tracked_items(dataset)) for name in config.models}
    models = {name: recsys.fit(parts.train, name, config.train, recorders[name]) for name in config.models}
    scorers, judged = dict(models), Judged()
    if parts.test is not None:
        validation = split(parts.train, config.holdout)
        for name, recipe in recipes(config.train.seed).items():
            judged.chosen[name] = choose(recipe, validation)
            scorers[name] = recipe.make(parts.train, **judged.chosen[name].settings)
    lists = {name: recommend(one, parts.train, parts.test, config.top_k) for name, one in scorers.items()}
    if parts.test is not None:
        users = np.flatnonzero(parts.test.user_counts)
        for name, one in lists.items():
            judged.reports[name] = judge(one.items[users], users, parts.train, parts.test)
    reasons = {name: explain(fitted, parts.train, lists[name]) for name, fitted in models.items()}
    ranks = {}
    if parts.test is not None:
        ranks = {name: hidden_ranks(fitted, parts.train, parts.test) for name, fitted in models.items()}
    return Results(dataset, parts, config, models, lists, judged, reasons, ranks, recorders)


def write(results: Results, folder: Path) -> Path:
    artefacts = assemble(results)
    write_artefacts(artefacts, folder)
    write_tables(artefacts, folder)
    return folder


def load(folder: Path, name: str) -> Any:
    """One file, read strictly: JSON has no NaN."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{name}.json holds {constant}")

    path = folder / f"{name}.json"
    text = path.read_text("utf-8") if path.exists() else json_in(path.with_suffix(".js").read_text("utf-8"))
    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(compute(some(), CONFIG), tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def fitted() -> dict[str, Fitted]:
    return compute(some(), CONFIG).models


def by_hand(rows: list[Row], holdout: str = "0.2") -> dict[str, tuple[list[Row], list[Row]]]:
    """Each user's training and hidden ratings, by plain sorting."""
    parts = {}
    for user in {row[0] for row in rows}:
        own = sorted((row for row in rows if row[0] == user), key=lambda row: (row[3], row[1]))
        kept = max(1, math.floor(len(own) * (1 - Fraction(holdout))))
        parts[user] = own[:kept], own[kept:]
    return parts


def lists_of(user: Json) -> dict[str, list[Json]]:
    """A user's lists by the names of rows in the table of metrics."""
    return {name: user[name] for name in ("base", "deep") if name in user} | user["baselines"]


# The numbers, from the files alone.


def literal_metrics(marks: list[bool], n_relevant: int, k: int) -> dict[str, float]:
    found = [rank for rank, mark in enumerate(marks, start=1) if mark]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, n_relevant) + 1))
    return {
        "ndcg": sum(1 / math.log2(rank + 1) for rank in found) / ideal,
        "recall": len(found) / n_relevant,
        "precision": len(found) / k,
        "map": sum(place / rank for place, rank in enumerate(found, start=1)) / n_relevant,
        "mrr": 1 / found[0] if found else 0.0,
    }


def per_user(users: Json, row: str, k: int) -> list[dict[str, float]]:
    """The metrics of every evaluated user, in the order of the file."""
    return [
        literal_metrics([one["held_out"] for one in lists_of(user)[row]], user["n_hidden"], k)
        for user in users.values()
        if user["n_hidden"] > 0
    ]


def literal_interval(values: list[float], bootstrap: Json) -> tuple[float, float]:
    """Percentiles of the means of users drawn one by one, as the protocol tells it."""
    rng, means = np.random.default_rng(bootstrap["seed"]), []
    for _ in range(bootstrap["resamples"]):
        drawn = rng.integers(len(values), size=len(values)).tolist()
        means.append(sum(values[user] for user in drawn) / len(drawn))
    tail = (1 - bootstrap["confidence"]) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


@pytest.mark.parametrize("row", ROWS_OF_METRICS)
def test_every_accuracy_metric_with_its_interval_follows_from_the_files_alone(folder, row):
    users, metrics = load(folder, "recommendations")["users"], load(folder, "metrics")
    values = per_user(users, row, metrics["k"])
    assert len(values) == metrics["protocol"]["n_evaluated"]
    for name in ("ndcg", "recall", "precision", "map", "mrr"):
        own, found = [one[name] for one in values], metrics["models"][row][name]
        assert found["mean"] == pytest.approx(sum(own) / len(own))
        assert (found["low"], found["high"]) == pytest.approx(
            literal_interval(own, metrics["protocol"]["bootstrap"])
        )
        assert found["low"] < found["mean"] < found["high"]


@pytest.mark.parametrize("row", ROWS_OF_METRICS)
def test_ndcg_by_activity_follows_from_the_files_alone(folder, row):
    users, metrics = load(folder, "recommendations")["users"], load(folder, "metrics")
    n_train = [user["n_train"] for user in users.values() if user["n_hidden"]]
    ranked = sorted(n_train)
    cuts = [ranked[math.floor(share * (len(ranked) - 1))] for share in (1 / 3, 2 / 3)]
    thirds = [sum(n > cut for cut in cuts) for n in n_train]
    groups = metrics["groups"]["activity"]
    assert [group["name"] for group in groups] == ["few", "some", "many"]
    values = [one["ndcg"] for one in per_user(users, row, metrics["k"])]
    for place, (group, found) in enumerate(zip(groups, metrics["models"][row]["by_activity"], strict=True)):
        own = [value for value, third in zip(values, thirds, strict=True) if third == place]
        sizes = [n for n, third in zip(n_train, thirds, strict=True) if third == place]
        assert (group["low"], group["high"], group["n_users"]) == (min(sizes), max(sizes), len(own))
        assert found["mean"] == pytest.approx(sum(own) / len(own))
        assert (found["low"], found["high"]) == pytest.approx(
            literal_interval(own, metrics["protocol"]["bootstrap"])
        )


def test_deep_is_compared_with_every_other_row_as_the_files_alone_say(folder):
    users, metrics = load(folder, "recommendations")["users"], load(folder, "metrics")
    assert [(one["model"], one["against"]) for one in metrics["comparisons"]] == [
        ("deep", other) for other in ROWS_OF_METRICS if other != "deep"
    ]
    deep = [one["ndcg"] for one in per_user(users, "deep", metrics["k"])]
    for found in metrics["comparisons"]:
        other = [one["ndcg"] for one in per_user(users, found["against"], metrics["k"])]
        differences = [round(a - b, 12) for a, b in zip(deep, other, strict=True)]
        assert found["difference"]["mean"] == pytest.approx(sum(differences) / len(differences), abs=1e-12)
        low, high = literal_interval(differences, metrics["protocol"]["bootstrap"])
        assert (found["difference"]["low"], found["difference"]["high"]) == pytest.approx((low, high), abs=1e-12)
        assert found["won"] == sum(one > 0 for one in differences)
        assert found["tied"] == sum(one == 0 for one in differences)
        assert found["lost"] == sum(one < 0 for one in differences)
        test = stats.wilcoxon(differences, correction=False, method="approx")
        assert found["p"] == pytest.approx(test.pvalue)


def literal_rbo(first: list[str], second: list[str], p: float) -> float:
    shared = [len({*first[:depth]} & {*second[:depth]}) for depth in range(1, len(first) + 1)]
    weighted = sum(x / depth * p**depth for depth, x in enumerate(shared, start=1))
    return shared[-1] / len(first) * p ** len(first) + (1 - p) / p * weighted


def test_how_far_both_models_agree_follows_from_the_files_alone(folder):
    users, metrics = load(folder, "recommendations")["users"].values(), load(folder, "metrics")
    lists = [[[one["item"] for one in user[name]] for name in ("base", "deep")] for user in users]
    assert not any(item is None for both in lists for one in both for item in one)  # here nothing is withheld
    found = metrics["agreement"]
    shared = [len({*a} & {*b}) for a, b in lists]
    assert found["overlap"] == [shared.count(n) for n in range(metrics["k"] + 1)]
    assert found["n_users"] == sum(found["overlap"]) == len(USERS)
    jaccard = [len({*a} & {*b}) / len({*a} | {*b}) for a, b in lists]
    rbo = [literal_rbo(a, b, found["rbo_p"]) for a, b in lists]
    for name, values in (("jaccard", jaccard), ("rbo", rbo)):
        expected = (sum(values) / len(values), *literal_interval(values, metrics["protocol"]["bootstrap"]))
        assert tuple(found[name].values()) == pytest.approx(expected)


def test_those_whom_deep_helps_most_and_least_follow_from_the_files_alone(folder):
    users, metrics = load(folder, "recommendations")["users"], load(folder, "metrics")
    names = [name for name, user in users.items() if user["n_hidden"]]
    both = zip(*(per_user(users, row, metrics["k"]) for row in ("base", "deep")), strict=True)
    rows = [(name, base["ndcg"], deep["ndcg"]) for name, (base, deep) in zip(names, both, strict=True)]
    for field, sign in (("most_helped", 1), ("least_helped", -1)):
        ahead = [row for row in rows if round(sign * (row[2] - row[1]), 12) > 0]
        expected = sorted(ahead, key=lambda row: -round(sign * (row[2] - row[1]), 12))[:10]
        assert [one["user"] for one in metrics[field]] == [row[0] for row in expected]
        for one, row in zip(metrics[field], expected, strict=True):
            assert (one["base"], one["deep"]) == pytest.approx(row[1:])
    assert metrics["most_helped"]
    assert metrics["least_helped"]


def test_popularity_bias_is_of_users_in_thirds_by_the_popularity_of_what_they_rated(folder):
    metrics, items = load(folder, "metrics"), load(folder, "items")["items"]
    n_train = {item["id"]: item["n_train"] for item in items}
    parts = by_hand(ROWS)
    users = {name: user for name, user in load(folder, "recommendations")["users"].items() if user["n_hidden"]}
    rated = {name: [n_train[row[1]] for row in parts[name][0]] for name in users}
    taste = {name: sum(own) / len(own) for name, own in rated.items()}
    for place, group in enumerate(metrics["groups"]["taste"]):
        inside = [name for name in users if group["low"] - 1e-9 <= taste[name] <= group["high"] + 1e-9]
        assert len(inside) == group["n_users"]
        assert group["rated_popularity"] == pytest.approx(sum(taste[name] for name in inside) / len(inside))
        for row, found in metrics["models"].items():
            shown = [[n_train[one["item"]] for one in lists_of(users[name])[row]] for name in inside]
            means = [sum(own) / len(own) for own in shown]
            assert found["recommended_popularity"][place] == pytest.approx(sum(means) / len(means))
    assert [group["name"] for group in metrics["groups"]["taste"]] == ["niche", "mixed", "mainstream"]


def test_every_row_tells_its_settings_and_what_they_were_chosen_among(folder):
    found = load(folder, "metrics")["models"]
    trained = load(folder, "build")["models"]["deep"]
    assert found["deep"]["settings"] == {**trained["settings"], "epochs": trained["best_epoch"]}
    assert {"dim", "learning_rate", "distillation", "batch_size"} <= found["deep"]["settings"].keys()
    assert found["deep"]["settings"]["dim"] == 4
    assert found["popularity"]["settings"] == {}
    for name in ("item_knn", "ease", "als"):
        best = max(found[name]["trials"], key=lambda trial: trial["ndcg"])
        assert best["settings"].items() <= found[name]["settings"].items()
        assert len(found[name]["trials"]) > 1
    assert found["als"]["settings"]["seed"] == TRAIN.seed


def test_coverage_and_novelty_follow_from_the_files_alone(folder):
    users, metrics, items = (load(folder, name) for name in ("recommendations", "metrics", "items"))
    n_train = {item["id"]: item["n_train"] for item in items["items"]}
    n_users = len(users["users"])
    assert tuple(metrics["models"]) == ROWS_OF_METRICS
    for row, found in metrics["models"].items():
        shown = [one["item"] for user in users["users"].values() if user["n_hidden"] for one in lists_of(user)[row]]
        assert found["coverage"]["mean"] == pytest.approx(len(set(shown)) / len(n_train))
        surprise = [-math.log2((n_train[item] + 1) / (n_users + 1)) for item in shown]
        assert found["novelty"]["mean"] == pytest.approx(sum(surprise) / len(surprise))


def test_the_protocol_counts_every_user_once(folder):
    protocol = load(folder, "metrics")["protocol"]
    single = sum(not hidden for _, hidden in by_hand(ROWS).values())
    assert single >= 1
    assert (protocol["n_evaluated"], protocol["n_not_evaluated"]) == (len(USERS) - single, single)
    assert (protocol["split"], protocol["holdout"], protocol["seed"]) == ("temporal", 0.2, None)


# What the files say of users.


def test_users_are_in_catalogue_order_with_the_sizes_of_their_parts(folder):
    users = load(folder, "recommendations")["users"]
    parts = by_hand(ROWS)
    assert list(users) == USERS
    for name, user in users.items():
        assert (user["n_train"], user["n_hidden"]) == tuple(map(len, parts[name]))


def test_lists_hold_unseen_films_each_once_as_many_as_there_are(folder):
    parts = by_hand(ROWS)
    for name, user in load(folder, "recommendations")["users"].items():
        trained = {row[1] for row in parts[name][0]}
        for found in lists_of(user).values():
            films = [one["item"] for one in found]
            assert len(films) == len(set(films)) == min(10, len(CATALOGUE) - len(trained))
            assert not trained & set(films)
    assert len(CATALOGUE) - len(parts["all"][0]) == 11


def test_held_out_marks_the_hidden_films_and_no_others(folder):
    parts = by_hand(ROWS)
    marks = set()
    for name, user in load(folder, "recommendations")["users"].items():
        hidden = {row[1] for row in parts[name][1]}
        for found in lists_of(user).values():
            assert [one["held_out"] for one in found] == [one["item"] in hidden for one in found]
            marks |= {one["held_out"] for one in found}
    assert marks == {True, False}


def test_rated_films_are_the_ten_best_then_newest_then_first_in_the_catalogue(folder):
    parts = by_hand(ROWS)
    for name, user in load(folder, "recommendations")["users"].items():
        best = sorted(parts[name][0], key=lambda row: (-row[2], -row[3], row[1]))[:10]
        assert user["rated"] == [{"item": row[1], "rating": row[2]} for row in best]


def test_a_score_is_the_dot_product_plus_the_bias_in_falling_order(folder, fitted):
    places = {item: place for place, item in enumerate(CATALOGUE)}
    for place, user in enumerate(load(folder, "recommendations")["users"].values()):
        for name, model in fitted.items():
            found = [one["score"] for one in user[name]]
            assert found == sorted(found, reverse=True)
            for one in user[name]:
                item = places[one["item"]]
                score = np.dot(model.user_vectors[place], model.item_vectors[item]) + model.item_bias[item]
                assert one["score"] == pytest.approx(score, abs=1e-4)


def test_deep_has_three_reasons_at_most_and_base_two_all_of_the_training_part(folder):
    parts = by_hand(ROWS)
    for name, user in load(folder, "recommendations")["users"].items():
        trained = {row[1] for row in parts[name][0]}
        for model, most in (("base", 2), ("deep", 3)):
            for one in user[model]:
                why = one.get("why", [])
                assert len(why) + one.get("why_withheld", 0) <= most
                assert {item for item, _ in why} <= trained
                strengths = [strength for _, strength in why]
                assert strengths == sorted(strengths, reverse=True) == [round(each, 4) for each in strengths]
    assert any(len(one.get("why", [])) == 3 for one in user["deep"])


@pytest.mark.parametrize("name", ["base", "deep"])
def test_hidden_films_are_counted_by_their_rank_among_all_that_were_not_trained_with(folder, fitted, name):
    users, parts, model = load(folder, "recommendations"), by_hand(ROWS), fitted[name]
    assert users["rank_ends"] == [10, 50, 200]
    scores = model.scores()
    for place, (user_id, user) in enumerate(users["users"].items()):
        train, hidden = ({row[1] for row in part} for part in parts[user_id])
        if not hidden:
            assert user["hidden_ranks"] == {}
            continue
        unseen = [item for item in range(len(CATALOGUE)) if CATALOGUE[item] not in train]
        ranked = sorted(unseen, key=lambda item: (-scores[place, item], item))
        ranks = sorted(rank for rank, item in enumerate(ranked, start=1) if CATALOGUE[item] in hidden)
        found = user["hidden_ranks"][name]
        inside = [sum(low < rank <= high for rank in ranks) for low, high in ((0, 10), (10, 50), (50, 200))]
        assert found["counts"] == [*inside, 0]
        assert sum(found["counts"]) == user["n_hidden"]
        middle = len(ranks) // 2
        assert found["median"] == (ranks[middle] + ranks[-1 - middle]) / 2
        assert sum(one["held_out"] for one in user[name]) == found["counts"][0]


def test_ranks_beyond_the_last_end_are_counted_too_and_one_rank_is_in_one_count():
    rows = [("u", f"{number:04d}", 3.0, number) for number in range(20)]
    dataset = Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))
    parts = split(dataset, 0.5, np.random.default_rng(0))
    model = recsys.fit(parts.train, "base", TrainConfig(dim=2, epochs=1))
    ranks = {"base": np.array([1, 10, 11, 50, 51, 200, 201, 999, 12, 13])}
    results = Results(
        dataset, parts, CONFIG, {"base": model}, {"base": recommend(model, parts.train, parts.test, 3)}, ranks=ranks
    )
    (user,) = msgspec.to_builtins(assemble(results).recommendations)["users"].values()
    assert user["hidden_ranks"] == {"base": {"counts": [2, 4, 2, 2], "median": 31.5}}


def test_genres_of_a_user_are_shares_of_their_training_films(folder):
    found, items = load(folder, "recommendations"), load(folder, "items")["items"]
    genres = {item["id"]: set(item["genres"]) for item in items}
    assert found["genres"] == ["Art", "Noir"]  # equally common: by name
    for name, (train, _) in by_hand(ROWS).items():
        shares = [sum(genre in genres[row[1]] for row in train) / len(train) for genre in found["genres"]]
        assert found["users"][name]["genres"] == pytest.approx(shares, abs=0.00501)
        assert all(round(share, 2) == share for share in found["users"][name]["genres"])


def test_baselines_have_no_scores(folder):
    for user in load(folder, "recommendations")["users"].values():
        assert {tuple(one) for found in user["baselines"].values() for one in found} == {("item", "held_out")}


# Privacy.


def ratings_in(value: Any) -> int:
    """How many numbers stand under the key "rating", anywhere."""
    if isinstance(value, dict):
        return sum(1 if key == "rating" else ratings_in(one) for key, one in value.items())
    return sum(map(ratings_in, value)) if isinstance(value, list) else 0


def named(user: Json) -> set[str]:
    """Films that the files say this user rated."""
    marked = {one["item"] for found in lists_of(user).values() for one in found if one["held_out"]}
    reasons = {item for name in ("base", "deep") for one in user.get(name, [])
               for item, _ in one.get("why", [])}  # fmt: skip
    return (marked | {one["item"] for one in user["rated"]} | reasons) - {None}


def test_no_rating_appears_beyond_a_users_ten_best(folder):
    users = load(folder, "recommendations")["users"]
    assert max(len(user["rated"]) for user in users.values()) == 10
    for path in folder.glob("*.json"):
        if not path.name.endswith(".schema.json"):
            expected = sum(len(user["rated"]) for user in users.values()) * (path.name == "recommendations.json")
            assert ratings_in(json.loads(path.read_bytes())) == expected
    with (folder / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["user", "model", "rank", "item", "score", "held_out"]


def crowded(n_models: int, n_baselines: int, k: int, first_reason: int | None = None) -> Json:
    """One user with 700 films hidden, every list full of other ones of them: all are hits. Their record.

    With a first reason, each place of each model's list has the next two training films as its reasons.
    """
    rows = [("u", f"{number:04d}", 3.0, number) for number in range(1400)]
    dataset = Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))
    parts = split(dataset, 0.5, np.random.default_rng(0))
    names = [*("base", "deep")[:n_models], *(f"other-{number}" for number in range(n_baselines))]
    lists = {
        name: Lists(
            np.arange(700 + place * k, 700 + place * k + k, dtype=np.int32)[None],
            np.zeros((1, k), np.float32),
            np.ones((1, k), bool),
        )
        for place, name in enumerate(names)
    }
    models = {name: recsys.fit(parts.train, name, TrainConfig(dim=2, epochs=1)) for name in names[:n_models]}
    reasons = {}
    if first_reason is not None:
        for place, name in enumerate(models):
            items = first_reason + place * 2 * k + np.arange(2 * k, dtype=np.int32).reshape(1, k, 2)
            reasons[name] = Reasons(items, np.tile(np.float32([0.5, 0.25]), (1, k, 1)))
    config = BuildConfig(holdout=0.5, top_k=k)
    results = Results(dataset, parts, config, models, lists, reasons=reasons)
    (user,) = msgspec.to_builtins(assemble(results).recommendations)["users"].values()
    return user


@pytest.mark.parametrize(("n_models", "n_baselines", "k", "n_rated"), [
    (2, 4, 10, 10), (2, 4, 100, 0), (1, 0, 25, 5), (0, 4, 10, 10), (2, 1, 3, 10), (1, 3, 30, 0),
])  # fmt: skip
def test_thirty_are_named_however_good_the_lists_are_models_hits_first(n_models, n_baselines, k, n_rated):
    user = crowded(n_models, n_baselines, k)
    assert len(named(user)) == min(30, (n_models + n_baselines) * k + 10)
    assert len(user["rated"]) == n_rated
    marks = {name: [one["item"] is not None for one in found] for name, found in lists_of(user).items()}
    n_shown = {name: sum(found) for name, found in marks.items()}
    for found in marks.values():
        assert found == sorted(found, reverse=True)  # the best places are named
    of_models = [n_shown[name] for name in ("base", "deep")[:n_models]]
    assert sum(of_models) == min(30, n_models * k)
    if n_models == 2:
        assert abs(of_models[0] - of_models[1]) <= 1
    assert all(one["held_out"] for found in lists_of(user).values() for one in found)


def test_reasons_are_named_after_the_best_rated_first_ones_first_and_place_by_place_the_others_are_counted():
    user = crowded(2, 3, 3, first_reason=0)  # 6 hits of the models and 10 best rated: 14 are left
    assert len(named(user)) == 30
    deep, base = ([item for one in user[name] for item, _ in one["why"]] for name in ("deep", "base"))
    assert deep == ["0006", "0007", "0008", "0009", "0010", "0011"]  # all six
    assert base == ["0000", "0001", "0002", "0003", "0004", "0005"]
    assert [one["item"] for found in user["baselines"].values() for one in found].count(None) == 9 - 2
    user = crowded(2, 0, 7, first_reason=0)  # 14 hits and 10 best rated: 6 are left
    for name, first in (("base", 0), ("deep", 14)):
        told = [(one.get("why", []), one["why_withheld"]) for one in user[name]]
        assert told == [([(f"{first + 2 * place:04d}", 0.5)], 1) for place in range(3)] + [([], 2)] * 4
    assert len(named(user)) == 30


# What the files say of films.


def test_items_are_in_catalogue_order_with_their_facts(folder):
    items = load(folder, "items")["items"]
    assert [item["id"] for item in items] == CATALOGUE
    parts = by_hand(ROWS)
    for place, item in enumerate(items):
        ratings = [row[2] for row in ROWS if row[1] == item["id"]]
        assert item["title"] == HOSTILE.get(item["id"], f"Title of {item['id']}")
        assert item["year"] == (1990 + place if place % 3 else None)
        assert item["genres"] == (["Art", "Noir"] if place % 2 else [])
        assert item["n_ratings"] == len(ratings)
        assert item["n_train"] == sum(row[1] == item["id"] for train, _ in parts.values() for row in train)
        if ratings:
            assert item["mean_rating"] == pytest.approx(sum(ratings) / len(ratings), abs=5e-5)
        else:
            assert item["mean_rating"] is None
    assert {item["id"] for item in items if item["n_ratings"] == 0} == UNRATED


def test_histograms_count_every_rating_of_the_whole_log_where_there_are_three(folder):
    found = load(folder, "items")
    assert found["bins"] == [{"low": float(rating), "high": float(rating)} for rating in range(1, 6)]
    for item in found["items"]:
        ratings = [row[2] for row in ROWS if row[1] == item["id"]]
        if len(ratings) >= 3:
            assert item["histogram"] == [ratings.count(rating) for rating in range(1, 6)]
        else:
            assert item["histogram"] is item["mean_rating"] is None


def test_two_ratings_are_not_told_and_many_values_have_ten_bins():
    rows = [(user, "many", user / 4, user) for user in range(20)] + [(0, "two", 1.0, 0), (1, "two", 2.0, 0)]
    dataset = Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))
    items = assemble(compute(dataset, BuildConfig(models=("base",), top_k=1, holdout=0, train=TRAIN))).items
    assert len(items.bins) == 10
    assert (items.bins[0].low, items.bins[-1].high) == (0, 4.75)
    assert [item.histogram for item in items.items] == [[2] * 10, None]


def test_similar_films_are_the_ten_nearest_of_each_model(folder, fitted):
    for place, item in enumerate(load(folder, "items")["items"]):
        assert list(item["similar"]) == ["base", "deep"]
        for name, found in item["similar"].items():
            vectors = fitted[name].item_vectors.astype(float)
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            cosine = dict(zip(CATALOGUE, unit @ unit[place], strict=True))
            del cosine[item["id"]]
            assert len(found) == len({one["item"] for one in found}) == 10
            for one, expected in zip(found, sorted(cosine.values(), reverse=True)[:10], strict=True):
                assert one["similarity"] == pytest.approx(cosine[one["item"]], abs=1e-4)
                assert one["similarity"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ["base", "deep"])
def test_embeddings_are_the_vectors_to_four_decimals_with_their_map(folder, fitted, name):
    found, model = load(folder, "item_embeddings")["models"][name], fitted[name]
    assert found["dim"] == 4
    assert found["item_ids"] == CATALOGUE
    np.testing.assert_allclose(found["vectors"], model.item_vectors, atol=5.1e-5)
    np.testing.assert_allclose(found["bias"], model.item_bias, atol=5.1e-5)
    assert all(round(value, 4) == value for row in [*found["vectors"], found["bias"]] for value in row)
    values, axes = np.linalg.eigh(np.cov(model.item_vectors.astype(float), rowvar=False))
    axes = axes[:, ::-1][:, :2]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    centred = model.item_vectors - model.item_vectors.mean(axis=0, dtype=float)
    np.testing.assert_allclose(found["projection"], centred @ axes, atol=1e-4)
    np.testing.assert_allclose(found["explained_variance"], values[::-1][:2] / values.sum(), atol=1e-4)


@pytest.mark.parametrize("name", ["base", "deep"])
def test_the_replay_ends_with_the_map(folder, name):
    found, embedding = load(folder, "map_replay"), load(folder, "item_embeddings")["models"][name]
    assert found["item_ids"] == CATALOGUE
    own = found["models"][name]
    assert own["epochs"] == list(range(1, load(folder, "build")["models"][name]["best_epoch"] + 1))
    assert len(own["frames"]) == len(own["epochs"])
    steps = np.frombuffer(base64.b64decode(own["frames"][-1]), "<u2").reshape(-1, 2)
    low, high = np.array(own["low"]), np.array(own["high"])
    np.testing.assert_allclose(low + steps / 65535 * (high - low), embedding["projection"], atol=1e-3)


# What the files say of the build.


def test_the_history_is_that_of_training(folder, fitted):
    history = load(folder, "loss_history")["models"]
    assert list(history) == ["base", "deep"]
    for name, records in history.items():
        assert [one["epoch"] for one in records] == [1, 2]
        for found, record in zip(records, fitted[name].history, strict=True):
            assert found == msgspec.to_builtins(record)
        assert load(folder, "build")["models"][name]["best_epoch"] == fitted[name].best_epoch


def test_the_build_says_what_was_read_and_who_wrote(folder):
    build = load(folder, "build")
    assert build["generator"] == {"name": "marquee", "version": recsys.__version__}
    dataset = build["dataset"]
    assert (dataset["name"], dataset["synthetic"], dataset["licence"]) == ("some", False, None)
    assert (dataset["n_users"], dataset["n_items"], dataset["n_ratings"]) == (len(USERS), len(CATALOGUE), len(ROWS))
    assert dataset["sha256"] == some().sha256


def test_the_settings_are_those_of_the_command_each_once(folder):
    settings = load(folder, "build")["config"]
    expected = {each.name: getattr(CONFIG, each.name) for each in fields(CONFIG) if each.name != "train"}
    expected |= {each.name: getattr(TRAIN, each.name) for each in fields(TRAIN)}
    assert settings == expected | {"models": ["base", "deep"]}


def test_what_was_assembled_is_what_is_read_back(tmp_path):
    artefacts = assemble(compute(some(), CONFIG))
    write_artefacts(artefacts, tmp_path)
    assert read_artefacts(tmp_path) == artefacts


@pytest.mark.parametrize("timed", [True, False])
def test_two_builds_are_equal_to_the_byte(tmp_path, timed):
    first, second = (write(compute(some(timed=timed), CONFIG), tmp_path / name) for name in ("a", "b"))
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert len(names) == 8 * 2 + 2 + 3
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_split_without_timestamps_says_its_seed(tmp_path):
    protocol = load(write(compute(some(timed=False), CONFIG), tmp_path), "metrics")["protocol"]
    assert (protocol["split"], protocol["seed"]) == ("random", 3)
    assert "no timestamps" in protocol["split_rule"]


def test_a_model_that_was_not_built_has_no_key(tmp_path):
    write(compute(some(), BuildConfig(models=("deep",), train=TRAIN)), tmp_path)
    for name in ("build", "loss_history", "item_embeddings"):
        assert list(load(tmp_path, name)["models"]) == ["deep"]
    assert list(load(tmp_path, "metrics")["models"]) == list(ROWS_OF_METRICS[1:])
    assert [load(tmp_path, "metrics")[name] for name in ("agreement", "most_helped")] == [None, []]
    assert {tuple(user) for user in load(tmp_path, "recommendations")["users"].values()} == {
        ("n_train", "n_hidden", "rated", "deep", "baselines", "hidden_ranks", "genres")
    }
    assert {tuple(item["similar"]) for item in load(tmp_path, "items")["items"]} == {("deep",)}
    assert not list(tmp_path.glob("*base*"))


def test_with_nothing_hidden_nothing_is_measured(tmp_path):
    write(compute(some(), BuildConfig(holdout=0, train=TRAIN)), tmp_path)
    metrics, users = load(tmp_path, "metrics"), load(tmp_path, "recommendations")["users"]
    assert metrics["models"] == {}
    assert (metrics["groups"], metrics["comparisons"]) == (None, [])
    assert (metrics["most_helped"], metrics["least_helped"]) == ([], [])
    assert metrics["agreement"]["n_users"] == len(USERS)  # there are lists all the same
    assert {tuple(user["hidden_ranks"]) for user in users.values()} == {()}
    assert {tuple(user["baselines"]) for user in users.values()} == {()}
    assert (metrics["protocol"]["split"], metrics["protocol"]["n_evaluated"]) == ("none", 0)
    assert metrics["protocol"]["n_not_evaluated"] == len(USERS)
    assert {user["n_hidden"] for user in users.values()} == {0}
    assert not any(one["held_out"] for user in users.values() for found in lists_of(user).values() for one in found)
    assert [item["n_train"] for item in load(tmp_path, "items")["items"]] == [
        item["n_ratings"] for item in load(tmp_path, "items")["items"]
    ]


def test_ids_that_are_numbers_become_text(tmp_path):
    rows = [(user, item, 1.0 + (user + item) % 5, item) for user in (2, 10, 100) for item in (7, 30, 200)]
    dataset = Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))
    write(compute(dataset, BuildConfig(top_k=2, models=("base",), train=TRAIN)), tmp_path)
    assert list(load(tmp_path, "recommendations")["users"]) == ["2", "10", "100"]
    assert [item["id"] for item in load(tmp_path, "items")["items"]] == ["7", "30", "200"]
    assert load(tmp_path, "item_embeddings")["models"]["base"]["item_ids"] == ["7", "30", "200"]


# Tables.


def test_the_csv_holds_the_lists_of_the_models(folder):
    expected = [
        [user, model, str(rank), one["item"], str(one["score"]), "true" if one["held_out"] else "false"]
        for user, own in load(folder, "recommendations")["users"].items()
        for model in ("base", "deep")
        for rank, one in enumerate(own[model], start=1)
    ]  # fmt: skip
    with (folder / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == expected


@pytest.mark.parametrize("name", ["base", "deep"])
def test_the_vectors_for_the_projector_are_those_of_the_json(folder, name):
    lines = (folder / f"vectors_{name}.tsv").read_text("utf-8").splitlines()
    vectors = [[float(value) for value in line.split("\t")] for line in lines]
    exported = load(folder, "item_embeddings")["models"][name]["vectors"]
    assert vectors == [[round(value, 3) for value in row] for row in exported]


def test_the_numbers_of_the_vectors_are_written_without_a_zero_that_says_nothing(tmp_path):
    row = [0.0, -0.0004, 0.5, -0.5, 1.25, -1.0, 10.0, 100.0506, -0.0306]
    embedding = msgspec.structs.replace(tiny().item_embeddings.models["base"], vectors=[row])
    models = msgspec.structs.replace(tiny().item_embeddings, models={"base": embedding})
    write_tables(msgspec.structs.replace(tiny(), item_embeddings=models), tmp_path)
    assert (tmp_path / "vectors_base.tsv").read_text("utf-8") == "0\t0\t.5\t-.5\t1.25\t-1\t10\t100.051\t-.031\n"


def test_films_stand_in_a_table_of_their_own(folder):
    with (folder / "items.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["item", "title", "year", "genres", "n_ratings", "n_train", "mean_rating"]
    assert rows == [
        [one["id"], one["title"], str(one["year"] or ""), "|".join(one["genres"]), str(one["n_ratings"]),
         str(one["n_train"]), "" if one["mean_rating"] is None else str(one["mean_rating"])]
        for one in load(folder, "items")["items"]
    ]  # fmt: skip


def test_metadata_for_the_projector_is_cut_at_tabs_and_line_ends_alone(folder):
    # That is how the projector reads it: it knows no quotes.
    text = (folder / "metadata.tsv").read_bytes().decode()
    assert text.endswith("\n")
    header, *rows = [line.split("\t") for line in text[:-1].split("\n")]
    assert header == ["id", "title", "year", "genres", "ratings"]
    expected = [
        [item["id"], " ".join(item["title"].split()), str(item["year"] or ""), "|".join(item["genres"]),
         str(item["n_ratings"])]
        for item in load(folder, "items")["items"]
    ]  # fmt: skip
    assert rows == expected
    assert ["9 9", 'A "quoted" title'] in [row[:2] for row in rows]
