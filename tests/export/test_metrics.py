"""``metrics.json``: every number recomputed from the exported files alone, by literal loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from recsys.baselines.popularity import BASELINE as POPULARITY
from recsys.baselines.registry import BASELINES
from recsys.config import BuildConfig
from recsys.evaluation.metrics import METRICS
from recsys.evaluation.metrics.metric import AccuracyMetric, ListMetric
from tests.evaluation.test_metrics import literal_metrics
from tests.evaluation.test_overlap import literal_rbo
from tests.export.example import (
    MODELS,
    NAMES,
    ROWS,
    TRAIN,
    USERS,
    Json,
    example,
    export,
    lists_of,
    load,
    parts_by_hand,
    results_of,
)


def metrics_per_user(users: Json, name: str, k: int) -> list[dict[str, float]]:
    """The metrics of every evaluated user by one model or baseline, in the order of the file."""
    values = []
    for user in users.values():
        if user["n_relevant"] > 0:
            hits = [row.get("relevant", row["held_out"]) for row in lists_of(user)[name]]
            values.append(literal_metrics(hits + [False] * (k - len(hits)), user["n_relevant"]))
    return values


def literal_interval(values: list[float], bootstrap: Json) -> tuple[float, float]:
    """Percentiles of the means of users drawn one by one, as the protocol states it."""
    rng, means = np.random.default_rng(bootstrap["seed"]), []
    for _ in range(bootstrap["resamples"]):
        drawn = rng.integers(len(values), size=len(values)).tolist()
        means.append(sum(values[user] for user in drawn) / len(drawn))
    tail = (1 - bootstrap["confidence"]) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def assert_interval(interval: Json, values: list[float], bootstrap: Json) -> None:
    expected = sum(values) / len(values), *literal_interval(values, bootstrap)
    assert tuple(interval[key] for key in ("mean", "low", "high")) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_accuracy_metric_with_its_interval_follows_from_the_files(measured_folder, name):
    users, metrics = load(measured_folder, "recommendations")["users"], load(measured_folder, "metrics")
    values = metrics_per_user(users, name, metrics["k"])
    assert len(values) == metrics["protocol"]["n_evaluated"]
    accuracy = metrics["models"][name]["accuracy"]
    assert list(accuracy) == ["ndcg", "recall", "precision", "map", "mrr"]
    for metric, interval in accuracy.items():
        assert_interval(interval, [user[metric] for user in values], metrics["protocol"]["bootstrap"])
        assert interval["low"] < interval["mean"] < interval["high"]


@pytest.mark.parametrize("name", NAMES)
def test_ndcg_by_activity_follows_from_the_files(measured_folder, name):
    users, metrics = load(measured_folder, "recommendations")["users"], load(measured_folder, "metrics")
    n_train = [user["n_train"] for user in users.values() if user["n_relevant"]]
    ranked = sorted(n_train)
    cuts = [ranked[math.floor(share * (len(ranked) - 1))] for share in (1 / 3, 2 / 3)]
    thirds = [sum(n > cut for cut in cuts) for n in n_train]
    groups = metrics["groups"]["activity"]
    assert [group["name"] for group in groups] == ["few", "some", "many"]
    ndcg = [user["ndcg"] for user in metrics_per_user(users, name, metrics["k"])]
    for number, (group, interval) in enumerate(zip(groups, metrics["models"][name]["by_activity"], strict=True)):
        values = [value for value, third in zip(ndcg, thirds, strict=True) if third == number]
        sizes = [n for n, third in zip(n_train, thirds, strict=True) if third == number]
        assert (group["low"], group["high"], group["n_users"]) == (min(sizes), max(sizes), len(values))
        assert_interval(interval, values, metrics["protocol"]["bootstrap"])


def test_the_last_model_is_compared_with_every_other_row_as_follows_from_the_files(measured_folder):
    users, metrics = load(measured_folder, "recommendations")["users"], load(measured_folder, "metrics")
    assert [(row["model"], row["against"]) for row in metrics["comparisons"]] == [
        ("deep", other) for other in NAMES if other != "deep"
    ]
    deep = [user["ndcg"] for user in metrics_per_user(users, "deep", metrics["k"])]
    for row in metrics["comparisons"]:
        other = [user["ndcg"] for user in metrics_per_user(users, row["against"], metrics["k"])]
        differences = [round(a - b, 12) for a, b in zip(deep, other, strict=True)]
        assert_interval(row["difference"], differences, metrics["protocol"]["bootstrap"])
        assert row["won"] == sum(difference > 0 for difference in differences)
        assert row["tied"] == sum(difference == 0 for difference in differences)
        assert row["lost"] == sum(difference < 0 for difference in differences)
        assert row["p"] == pytest.approx(stats.wilcoxon(differences, correction=False, method="approx").pvalue)


def test_the_agreement_of_both_models_follows_from_the_files(folder):
    users, metrics = load(folder, "recommendations")["users"].values(), load(folder, "metrics")
    lists = [[[row["item"] for row in user["models"][name]] for name in MODELS] for user in users]
    assert not any(item is None for both in lists for items in both for item in items)  # here nothing is withheld
    agreement = metrics["agreement"]
    shared = [len({*a} & {*b}) for a, b in lists]
    assert agreement["models"] == list(MODELS)
    assert agreement["overlap"] == [shared.count(n) for n in range(metrics["k"] + 1)]
    assert agreement["n_users"] == sum(agreement["overlap"]) == len(USERS)
    jaccard = [len({*a} & {*b}) / len({*a} | {*b}) for a, b in lists]
    rbo = [literal_rbo(a, b, agreement["rbo_p"]) for a, b in lists]
    for name, values in (("jaccard", jaccard), ("rbo", rbo)):
        assert_interval(agreement[name], values, metrics["protocol"]["bootstrap"])


def test_the_users_helped_most_and_least_follow_from_the_files(measured_folder):
    users, metrics = load(measured_folder, "recommendations")["users"], load(measured_folder, "metrics")
    evaluated = [user_id for user_id, user in users.items() if user["n_relevant"]]
    both = zip(*(metrics_per_user(users, name, metrics["k"]) for name in MODELS), strict=True)
    rows = [(user_id, base["ndcg"], deep["ndcg"]) for user_id, (base, deep) in zip(evaluated, both, strict=True)]
    for field, sign in (("most_helped", 1), ("least_helped", -1)):
        ahead = [row for row in rows if round(sign * (row[2] - row[1]), 12) > 0]
        expected = sorted(ahead, key=lambda row: -round(sign * (row[2] - row[1]), 12))[:10]
        assert expected
        assert [difference["user"] for difference in metrics[field]] == [row[0] for row in expected]
        for difference, (_, base, deep) in zip(metrics[field], expected, strict=True):
            assert difference["ndcg"] == pytest.approx({"base": base, "deep": deep})


def test_popularity_bias_is_of_users_in_thirds_by_the_popularity_of_what_they_rated(measured_folder):
    metrics, items = load(measured_folder, "metrics"), load(measured_folder, "items")["items"]
    n_train = {item["id"]: item["n_train"] for item in items}
    parts = parts_by_hand()
    users = load(measured_folder, "recommendations")["users"]
    users = {user_id: user for user_id, user in users.items() if user["n_relevant"]}
    rated = {user_id: [n_train[row[1]] for row in parts[user_id][0]] for user_id in users}
    taste = {user_id: sum(counts) / len(counts) for user_id, counts in rated.items()}
    for number, group in enumerate(metrics["groups"]["taste"]):
        members = [user_id for user_id in users if group["low"] - 1e-9 <= taste[user_id] <= group["high"] + 1e-9]
        assert len(members) == group["n_users"]
        assert group["rated_popularity"] == pytest.approx(sum(taste[user_id] for user_id in members) / len(members))
        for name, row in metrics["models"].items():
            lists = [[n_train[entry["item"]] for entry in lists_of(users[user_id])[name]] for user_id in members]
            means = [sum(counts) / len(counts) for counts in lists]
            assert row["recommended_popularity"][number] == pytest.approx(sum(means) / len(means))
    assert [group["name"] for group in metrics["groups"]["taste"]] == ["niche", "mixed", "mainstream"]


def test_coverage_novelty_and_diversity_follow_from_the_files(measured_folder):
    users, metrics, items = (load(measured_folder, name) for name in ("recommendations", "metrics", "items"))
    n_train = {item["id"]: item["n_train"] for item in items["items"]}
    genres = {item["id"]: set(item["genres"]) for item in items["items"]}
    assert tuple(metrics["models"]) == NAMES
    for name, row in metrics["models"].items():
        lists = [[entry["item"] for entry in lists_of(user)[name]]
                 for user in users["users"].values() if user["n_relevant"]]  # fmt: skip
        listed = [item for items in lists for item in items]
        assert list(row["beyond"]) == ["coverage", "novelty", "diversity"]
        assert row["beyond"]["coverage"]["mean"] == pytest.approx(len(set(listed)) / len(n_train))
        surprise = [-math.log2((n_train[item] + 1) / (len(users["users"]) + 1)) for item in listed]
        assert row["beyond"]["novelty"]["mean"] == pytest.approx(sum(surprise) / len(surprise))
        assert {frozenset(genres[item]) for item in listed} == {frozenset(), frozenset({"Art", "Noir"})}
        assert row["beyond"]["diversity"]["mean"] == 0  # items have both genres, or none and do not count


def test_every_row_states_its_hyperparameters_and_what_they_were_chosen_among(folder):
    rows, trained = load(folder, "metrics")["models"], load(folder, "build")["models"]["deep"]
    assert rows["deep"]["settings"] == {**trained["settings"], "epochs": trained["best_epoch"]}
    assert {"dim", "learning_rate", "distillation", "batch_size"} <= rows["deep"]["settings"].keys()
    assert rows["deep"]["settings"]["dim"] == 4
    assert rows["popularity"]["settings"] == {}
    for name in ("item_knn", "ease", "als"):
        best = max(rows[name]["trials"], key=lambda trial: trial["ndcg"])
        assert best["settings"].items() <= rows[name]["settings"].items()
        assert len(rows[name]["trials"]) == len(BASELINES[name].grid)
    assert rows["als"]["settings"]["seed"] == TRAIN.seed


def test_only_hidden_ratings_from_the_threshold_on_are_relevant_in_every_list(liked_folder):
    users, protocol = (load(liked_folder, name) for name in ("recommendations", "metrics"))
    users, protocol = users["users"], protocol["protocol"]
    marks = set()
    for user_id, (_, hidden) in parts_by_hand().items():
        relevant = {item for _, item, rating, _ in hidden if rating >= 4}
        assert (users[user_id]["n_hidden"], users[user_id]["n_relevant"]) == (len(hidden), len(relevant))
        for rows in lists_of(users[user_id]).values():
            for row in rows:
                assert row.get("relevant", row["held_out"]) == (row["item"] in relevant)
                assert row.get("relevant") in (None, False)  # absent where it equals held_out
                marks.add((row["held_out"], row.get("relevant")))
    assert marks == {(False, None), (True, None), (True, False)}
    n_evaluated = sum(user["n_relevant"] > 0 for user in users.values())
    assert (protocol["n_evaluated"], protocol["n_not_evaluated"]) == (n_evaluated, len(USERS) - n_evaluated)
    assert (protocol["relevant_from"], protocol["not_measured"]) == (4, None)
    assert protocol["relevant"].startswith("the items the user rated 4 or higher in the held-out part")


def test_without_a_threshold_every_hidden_rating_is_relevant(folder):
    protocol = load(folder, "metrics")["protocol"]
    assert (protocol["relevant_from"], protocol["not_measured"]) == (None, None)
    assert protocol["relevant"] == "all items the user rated in the held-out part, whatever the rating"
    for user in load(folder, "recommendations")["users"].values():
        assert user["n_relevant"] == user["n_hidden"]
        assert not any("relevant" in row for rows in lists_of(user).values() for row in rows)


def test_the_protocol_counts_every_user_once_and_explains_every_metric(folder):
    metrics = load(folder, "metrics")
    protocol = metrics["protocol"]
    not_evaluated = sum(not hidden for _, hidden in parts_by_hand(ROWS).values())
    assert not_evaluated >= 1
    assert (protocol["n_evaluated"], protocol["n_not_evaluated"]) == (len(USERS) - not_evaluated, not_evaluated)
    assert (protocol["split"], protocol["holdout"], protocol["seed"]) == ("temporal", 0.2, 3)
    row = metrics["models"]["base"]
    assert list(protocol["labels"]) == [*row["accuracy"], *row["beyond"]]
    assert protocol["labels"].keys() <= protocol["metrics"].keys()


def test_a_split_without_timestamps_states_its_seed(tmp_path):
    protocol = load(export(results_of(example(timed=False)), tmp_path), "metrics")["protocol"]
    assert (protocol["split"], protocol["seed"]) == ("random", 3)
    assert "no timestamps" in protocol["split_rule"]


def test_metrics_and_baselines_added_to_the_registries_are_exported(tmp_path, monkeypatch):
    first = AccuracyMetric("first", "First", "1 for a hit at rank 1, else 0", lambda hits, n: hits[:, 0] * 1.0)
    length = ListMetric("length", "Length", "items listed", lambda items, train: float((items >= 0).sum()))
    monkeypatch.setitem(METRICS, "first", first)
    monkeypatch.setitem(METRICS, "length", length)
    monkeypatch.setitem(BASELINES, "again", POPULARITY)
    export(results_of(example(), BuildConfig(models=("base",), train=TRAIN)), tmp_path)
    metrics, users = load(tmp_path, "metrics"), load(tmp_path, "recommendations")["users"]
    assert list(metrics["models"]) == ["base", *BASELINES]
    for row in metrics["models"].values():
        assert (list(row["accuracy"])[-1], list(row["beyond"])[-1]) == ("first", "length")
    for field, value in (("labels", "First"), ("metrics", "1 for a hit at rank 1, else 0")):
        assert metrics["protocol"][field]["first"] == value
    assert metrics["protocol"]["labels"]["length"] == "Length"
    assert metrics["models"]["again"] == metrics["models"]["popularity"]
    assert all(user["baselines"]["again"] == user["baselines"]["popularity"] for user in users.values())
    legend = load(tmp_path, "build")["legend"]
    assert list(legend) == ["base", *BASELINES]
    assert legend["again"] == {"label": "Popularity", "light": POPULARITY.colour[0], "dark": POPULARITY.colour[1]}
