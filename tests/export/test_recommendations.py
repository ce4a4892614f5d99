"""``recommendations.json``: every user's record against plain sorting, and what it reveals of their ratings."""

from __future__ import annotations

import csv
import json
from typing import Any

import msgspec
import numpy as np
import pytest

import recsys
from recsys.config import BuildConfig, PrivacyConfig, TrainConfig
from recsys.data.split import split
from recsys.export.recommendations import build_recommendations
from recsys.export.results import Results
from recsys.recommend.explain import Reasons
from recsys.recommend.lists import Lists, recommend
from tests.export.example import (
    CONFIG,
    ITEMS,
    MODELS,
    USERS,
    Json,
    lists_of,
    load,
    log_of_rows,
    parts_by_hand,
    results_of,
)


def test_users_are_in_index_order_with_the_sizes_of_their_parts(folder):
    users, parts = load(folder, "recommendations")["users"], parts_by_hand()
    assert list(users) == USERS
    for user_id, user in users.items():
        assert (user["n_train"], user["n_hidden"]) == tuple(map(len, parts[user_id]))


def test_lists_hold_unseen_items_each_once_as_many_as_there_are(folder):
    parts = parts_by_hand()
    for user_id, user in load(folder, "recommendations")["users"].items():
        trained = {row[1] for row in parts[user_id][0]}
        for entries in lists_of(user).values():
            items = [entry["item"] for entry in entries]
            assert len(items) == len(set(items)) == min(10, len(ITEMS) - len(trained))
            assert not trained & set(items)
    assert len(ITEMS) - len(parts["all"][0]) == 11


def test_held_out_marks_the_hidden_items_and_no_others(folder):
    parts, marks = parts_by_hand(), set()
    for user_id, user in load(folder, "recommendations")["users"].items():
        hidden = {row[1] for row in parts[user_id][1]}
        for entries in lists_of(user).values():
            assert [entry["held_out"] for entry in entries] == [entry["item"] in hidden for entry in entries]
            marks |= {entry["held_out"] for entry in entries}
    assert marks == {True, False}


def test_a_hit_is_liked_where_its_rating_reaches_the_users_own_mean_over_the_whole_log(folder):
    ratings = {user: {row[1]: row[2] for part in parts for row in part} for user, parts in parts_by_hand().items()}
    marks = set()
    for user_id, user in load(folder, "recommendations")["users"].items():
        mean = sum(ratings[user_id].values()) / len(ratings[user_id])
        for rows in user["models"].values():
            for row in rows:
                expected = ratings[user_id][row["item"]] >= mean if row["held_out"] else None
                assert row.get("liked") == expected
                marks.add(row.get("liked"))
    assert marks == {True, False, None}


@pytest.mark.parametrize("rating", [3.0, 4.1, 0.1])
def test_all_of_a_users_hits_are_liked_where_their_ratings_are_equal(rating):
    rows = [("equal", f"{item:02d}", rating, item) for item in range(30)]
    rows += [("other", f"{item:02d}", 1.0 + item % 5, item) for item in range(30)]
    user = msgspec.to_builtins(build_recommendations(results_of(log_of_rows(rows)))[0])["users"]["equal"]
    assert [row["liked"] for rows in user["models"].values() for row in rows if row["held_out"]] == [True] * 12


def test_no_hit_is_liked_or_not_where_all_ratings_of_the_log_are_equal():
    rows = [(f"u{user}", f"{item:02d}", 1.0, item) for user in range(3) for item in range(30)]
    for user in msgspec.to_builtins(build_recommendations(results_of(log_of_rows(rows)))[0])["users"].values():
        assert any(row["held_out"] for rows in user["models"].values() for row in rows)
        assert not any("liked" in row for rows in user["models"].values() for row in rows)


def test_rated_items_are_the_ten_best_then_newest_then_first_in_index_order(folder):
    parts = parts_by_hand()
    for user_id, user in load(folder, "recommendations")["users"].items():
        best = sorted(parts[user_id][0], key=lambda row: (-row[2], -row[3], row[1]))[:10]
        assert user["rated"] == [{"item": row[1], "rating": row[2]} for row in best]


def test_a_score_is_the_dot_product_plus_the_bias_in_falling_order(folder, models):
    index = {item: number for number, item in enumerate(ITEMS)}
    for number, user in enumerate(load(folder, "recommendations")["users"].values()):
        for name, model in models.items():
            scores = [entry["score"] for entry in user["models"][name]]
            assert scores == sorted(scores, reverse=True)
            for entry in user["models"][name]:
                item = index[entry["item"]]
                score = np.dot(model.user_vectors[number], model.item_vectors[item]) + model.item_bias[item]
                assert entry["score"] == pytest.approx(score, abs=1e-4)


def test_deep_has_at_most_three_reasons_and_base_two_all_of_the_training_part(folder):
    parts, numbers = parts_by_hand(), set()
    for user_id, user in load(folder, "recommendations")["users"].items():
        trained = {row[1] for row in parts[user_id][0]}
        for name, max_reasons in (("base", 2), ("deep", 3)):
            for entry in user["models"][name]:
                why = entry.get("why", [])
                assert len(why) + entry.get("why_withheld", 0) <= max_reasons
                assert {item for item, _ in why} <= trained
                strengths = [strength for _, strength in why]
                assert strengths == sorted(strengths, reverse=True) == [round(value, 4) for value in strengths]
                numbers.add((name, len(why)))
    assert {("base", 2), ("deep", 3)} <= numbers


@pytest.mark.parametrize("name", MODELS)
def test_hidden_items_are_counted_by_their_rank_among_all_that_were_not_trained_with(folder, models, name):
    recommendations, parts, scores = load(folder, "recommendations"), parts_by_hand(), models[name].scores()
    assert recommendations["rank_ends"] == [10, 50, 200]
    for number, (user_id, user) in enumerate(recommendations["users"].items()):
        train, hidden = ({row[1] for row in part} for part in parts[user_id])
        if not hidden:
            assert user["hidden_ranks"] == {}
            continue
        unseen = [item for item in range(len(ITEMS)) if ITEMS[item] not in train]
        ranked = sorted(unseen, key=lambda item: (-scores[number, item], item))
        ranks = sorted(rank for rank, item in enumerate(ranked, start=1) if ITEMS[item] in hidden)
        inside = [sum(low < rank <= high for rank in ranks) for low, high in ((0, 10), (10, 50), (50, 200))]
        hidden_ranks = user["hidden_ranks"][name]
        assert hidden_ranks["counts"] == [*inside, 0]
        assert sum(hidden_ranks["counts"]) == user["n_hidden"]
        middle = len(ranks) // 2
        assert hidden_ranks["median"] == (ranks[middle] + ranks[-1 - middle]) / 2
        assert sum(entry["held_out"] for entry in user["models"][name]) == hidden_ranks["counts"][0]


def only_user(results: Results) -> Json:
    """The record of the one user there is."""
    (user,) = msgspec.to_builtins(build_recommendations(results)[0])["users"].values()
    return user


def test_a_rank_is_in_one_count_and_those_beyond_the_last_end_are_counted_too():
    parts = split(log_of_rows([("u", f"{item:04d}", 3.0, item) for item in range(20)]), 0.5)
    model = recsys.fit(parts.train, "base", TrainConfig(dim=2, epochs=1))
    lists = recommend(model, parts.train, parts.test, 3)
    ranks = np.array([1, 10, 11, 50, 51, 200, 201, 999, 12, 13])
    results = Results(parts.train, parts, CONFIG, {"base": model}, {"base": lists}, ranks={"base": ranks})
    assert only_user(results)["hidden_ranks"] == {"base": {"counts": [2, 4, 2, 2], "median": 31.5}}


def test_genres_of_a_user_are_shares_of_their_training_items(folder):
    recommendations, items = load(folder, "recommendations"), load(folder, "items")["items"]
    genres = {item["id"]: set(item["genres"]) for item in items}
    assert recommendations["genres"] == ["Art", "Noir"]  # equally common: by name
    for user_id, (train, _) in parts_by_hand().items():
        shares = [sum(genre in genres[row[1]] for row in train) / len(train) for genre in recommendations["genres"]]
        exported = recommendations["users"][user_id]["genres"]
        assert exported == pytest.approx(shares, abs=0.00501)
        assert all(round(share, 2) == share for share in exported)


def test_entries_of_baselines_have_no_scores(folder):
    for user in load(folder, "recommendations")["users"].values():
        assert {tuple(entry) for entries in user["baselines"].values() for entry in entries} == {("item", "held_out")}


# Privacy.


def count_ratings(value: Any) -> int:
    """How many numbers stand under the key "rating", at any depth."""
    if isinstance(value, dict):
        return sum(1 if key == "rating" else count_ratings(child) for key, child in value.items())
    return sum(map(count_ratings, value)) if isinstance(value, list) else 0


def named_items(user: Json) -> set[str]:
    """Items that the files say this user rated."""
    hits = {entry["item"] for entries in lists_of(user).values() for entry in entries if entry["held_out"]}
    reasons = {item for entries in user["models"].values() for entry in entries for item, _ in entry.get("why", [])}
    return (hits | {row["item"] for row in user["rated"]} | reasons) - {None}


def test_no_rating_appears_beyond_a_users_ten_best(folder):
    users = load(folder, "recommendations")["users"]
    assert max(len(user["rated"]) for user in users.values()) == 10
    for path in folder.glob("*.json"):
        if not path.name.endswith(".schema.json"):
            expected = sum(len(user["rated"]) for user in users.values()) * (path.name == "recommendations.json")
            assert count_ratings(json.loads(path.read_bytes())) == expected
    with (folder / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [
            "user", "model", "rank", "item", "score", "held_out", "relevant", "liked",
        ]  # fmt: skip


def user_with_hits_only(
    n_models: int, n_baselines: int, k: int, first_reason: int | None = None, privacy: PrivacyConfig | None = None
) -> Json:
    """The record of one user with 700 hidden items; every list is full of others of them.

    With a first reason, each entry of each model's list has the next two training items as its reasons.
    """
    parts = split(log_of_rows([("u", f"{item:04d}", 3.0, item) for item in range(1400)]), 0.5)
    names = [*MODELS[:n_models], *(f"other-{number}" for number in range(n_baselines))]
    lists = {
        name: Lists(
            np.arange(700 + number * k, 700 + number * k + k, dtype=np.int32)[None],
            np.zeros((1, k), np.float32),
            np.ones((1, k), bool),
        )
        for number, name in enumerate(names)
    }
    models = {name: recsys.fit(parts.train, name, TrainConfig(dim=2, epochs=1)) for name in names[:n_models]}
    reasons = {}
    if first_reason is not None:
        for number, name in enumerate(models):
            items = first_reason + number * 2 * k + np.arange(2 * k, dtype=np.int32).reshape(1, k, 2)
            reasons[name] = Reasons(items, np.tile(np.float32([0.5, 0.25]), (1, k, 1)))
    config = BuildConfig(holdout=0.5, top_k=k, privacy=privacy or PrivacyConfig())
    return only_user(Results(parts.train, parts, config, models, lists, reasons=reasons))


@pytest.mark.parametrize(("n_models", "n_baselines", "k", "n_rated"), [
    (2, 4, 10, 10), (2, 4, 100, 0), (1, 0, 25, 5), (0, 4, 10, 10), (2, 1, 3, 10), (1, 3, 30, 0),
])  # fmt: skip
def test_thirty_items_are_named_however_many_hits_there_are_those_of_models_first(n_models, n_baselines, k, n_rated):
    user = user_with_hits_only(n_models, n_baselines, k)
    assert len(named_items(user)) == min(30, (n_models + n_baselines) * k + 10)
    assert len(user["rated"]) == n_rated
    is_named = {name: [entry["item"] is not None for entry in entries] for name, entries in lists_of(user).items()}
    for marks in is_named.values():
        assert marks == sorted(marks, reverse=True)  # the best ranks are named
    n_named = [sum(is_named[name]) for name in MODELS[:n_models]]
    assert sum(n_named) == min(30, n_models * k)
    if n_models == 2:
        assert abs(n_named[0] - n_named[1]) <= 1
    assert all(entry["held_out"] for entries in lists_of(user).values() for entry in entries)


def test_the_first_effects_are_named_before_the_best_rated_items_and_the_other_reasons_after_them():
    user = user_with_hits_only(2, 3, 3, first_reason=0)  # 6 hits of the models and 10 best rated: 14 are left
    assert len(named_items(user)) == 30
    deep, base = ([item for entry in user["models"][name] for item, _ in entry["why"]] for name in ("deep", "base"))
    assert deep == ["0006", "0007", "0008", "0009", "0010", "0011"]  # all six
    assert base == ["0000", "0001", "0002", "0003", "0004", "0005"]
    assert [entry["item"] for entries in user["baselines"].values() for entry in entries].count(None) == 9 - 2
    user = user_with_hits_only(2, 0, 7, first_reason=0)  # 14 hits and 7 first effects: 9 of 10 best rated are left
    deep, base = ([(entry.get("why", []), entry["why_withheld"]) for entry in user["models"][name]]
                  for name in ("deep", "base"))  # fmt: skip
    assert deep == [([(f"{14 + 2 * rank:04d}", 0.5)], 1) for rank in range(7)]
    assert base == [([], 2)] * 7
    assert len(user["rated"]) == 9
    assert len(named_items(user)) == 30


def test_where_reasons_are_hidden_none_takes_a_name_from_a_hit():
    hidden = PrivacyConfig(named_items=10, hide_rated=True)
    user = user_with_hits_only(2, 2, 3, first_reason=0, privacy=hidden)  # 6 hits of models, 6 of baselines
    assert len(named_items(user)) == 10