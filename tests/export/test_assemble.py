"""The other exported files: items, vectors, history and settings, from the log and the models."""

from __future__ import annotations

import base64
import math
from dataclasses import fields
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest

import recsys
from recsys.config import BuildConfig
from recsys.export import assemble as assembling
from recsys.export.assemble import assemble
from recsys.export.files import read_artefacts
from recsys.recommend.item_map import map_items
from recsys.recommend.trustworthiness import trustworthiness
from tests.export.example import (
    CONFIG,
    HOSTILE,
    ITEMS,
    MODELS,
    NAMES,
    ROWS,
    TRAIN,
    UNRATED,
    USERS,
    example,
    export,
    lists_of,
    load,
    log_of_rows,
    parts_by_hand,
    results_of,
)


def test_items_are_in_index_order_with_their_facts(folder):
    items, parts = load(folder, "items")["items"], parts_by_hand()
    assert [item["id"] for item in items] == ITEMS
    for number, item in enumerate(items):
        ratings = [row[2] for row in ROWS if row[1] == item["id"]]
        assert item["title"] == HOSTILE.get(item["id"], f"Title of {item['id']}")
        assert item["year"] == (1990 + number if number % 3 else None)
        assert item["genres"] == (["Art", "Noir"] if number % 2 else [])
        assert item["n_ratings"] == len(ratings)
        assert item["n_train"] == sum(row[1] == item["id"] for train, _ in parts.values() for row in train)
        if len(ratings) >= 3:
            assert item["mean_rating"] == pytest.approx(sum(ratings) / len(ratings), abs=5e-5)
            assert item["histogram"] == [ratings.count(rating) for rating in range(1, 6)]
        else:
            assert item["mean_rating"] is item["histogram"] is None
    assert {item["id"] for item in items if item["n_ratings"] == 0} == UNRATED
    overall = load(folder, "items")["overall_mean"]
    assert overall == pytest.approx(sum(row[2] for row in ROWS) / len(ROWS), abs=5e-5)
    assert load(folder, "items")["bins"] == [{"low": float(rating), "high": float(rating)} for rating in range(1, 6)]


def test_two_ratings_of_an_item_are_not_revealed_and_many_values_have_ten_bins():
    rows = [(f"u{user}", "many", user / 4, user) for user in range(20)]
    rows += [("u0", "two", 1.0, 0), ("u1", "two", 2.0, 0)]
    config = BuildConfig(models=("base",), top_k=1, holdout=0, train=TRAIN)
    items = assemble(results_of(log_of_rows(rows), config)).items
    assert len(items.bins) == 10
    assert (items.bins[0].low, items.bins[-1].high) == (0, 4.75)
    assert [item.histogram for item in items.items] == [[2] * 10, None]


def test_similar_items_are_the_ten_nearest_of_each_model_by_the_formula_in_the_file(folder, models):
    items, shrinkage = load(folder, "items")["items"], load(folder, "items")["shrinkage"]
    n_train = np.array([item["n_train"] for item in items])
    for number, item in enumerate(items):
        assert tuple(item["similar"]) == MODELS
        smaller = np.minimum(n_train, n_train[number])
        for name, neighbours in item["similar"].items():
            vectors = models[name].item_vectors.astype(float)
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            similarity = dict(zip(ITEMS, unit @ unit[number] * smaller / (smaller + shrinkage), strict=True))
            del similarity[item["id"]]
            assert len(neighbours) == len({neighbour["item"] for neighbour in neighbours})
            assert len(neighbours) == (0 if item["id"] in UNRATED else 10)
            for neighbour, expected in zip(neighbours, sorted(similarity.values(), reverse=True)[:10], strict=False):
                assert neighbour["similarity"] == pytest.approx(similarity[neighbour["item"]], abs=1e-4)
                assert neighbour["similarity"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_embeddings_are_the_vectors_to_four_decimals_with_their_map(folder, models, name):
    embedding, model = load(folder, "item_embeddings")["models"][name], models[name]
    assert embedding["dim"] == 4
    assert embedding["item_ids"] == ITEMS
    np.testing.assert_allclose(embedding["vectors"], model.item_vectors, atol=5.1e-5)
    np.testing.assert_allclose(embedding["bias"], model.item_bias, atol=5.1e-5)
    assert all(round(value, 4) == value for row in [*embedding["vectors"], embedding["bias"]] for value in row)
    variances, axes = np.linalg.eigh(np.cov(model.item_vectors.astype(float), rowvar=False))
    axes = axes[:, ::-1][:, :2]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    centred = model.item_vectors - model.item_vectors.mean(axis=0, dtype=float)
    np.testing.assert_allclose(embedding["projection"], centred @ axes, atol=1e-4)
    np.testing.assert_allclose(embedding["explained_variance"], variances[::-1][:2] / variances.sum(), atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_embeddings_have_a_layout_by_neighbours_and_how_far_each_map_can_be_trusted(folder, models, name):
    embedding, vectors = load(folder, "item_embeddings")["models"][name], models[name].item_vectors
    layout, trusted = np.array(embedding["neighbour_layout"]), embedding["trustworthiness"]
    assert layout.shape == (len(ITEMS), 2)
    assert np.abs(layout).max() == 1
    assert trusted["k"] == 15
    for key in ("projection", "neighbour_layout"):
        expected = trustworthiness(vectors, np.array(embedding[key]), 15)
        assert trusted[key] == pytest.approx(expected, abs=0.01)  # of rounded coordinates


def test_in_a_large_catalogue_items_that_are_not_laid_out_are_null(results, monkeypatch):
    monkeypatch.setattr(assembling, "map_items", partial(map_items, max_laid_out=12))
    for embedding in assemble(results).item_embeddings.models.values():
        assert len(embedding.projection) == len(embedding.neighbour_layout) == len(ITEMS)
        laid_out = [item for item, point in zip(ITEMS, embedding.neighbour_layout, strict=True) if point is not None]
        assert len(laid_out) == 12
        assert not UNRATED & set(laid_out)
        assert embedding.trustworthiness.k == 5


@pytest.mark.parametrize("name", MODELS)
def test_the_replay_ends_with_the_map(folder, name):
    replays, embedding = load(folder, "map_replay"), load(folder, "item_embeddings")["models"][name]
    assert replays["item_ids"] == ITEMS
    replay = replays["models"][name]
    assert replay["epochs"] == list(range(1, load(folder, "build")["models"][name]["best_epoch"] + 1))
    assert len(replay["frames"]) == len(replay["epochs"])
    levels = np.frombuffer(base64.b64decode(replay["frames"][-1]), "<u2").reshape(-1, 2)
    low, high = np.array(replay["low"]), np.array(replay["high"])
    np.testing.assert_allclose(low + levels / 65535 * (high - low), embedding["projection"], atol=1e-3)


def test_the_history_is_that_of_training(folder, models):
    history = load(folder, "loss_history")["models"]
    assert tuple(history) == MODELS
    for name, records in history.items():
        assert [record["epoch"] for record in records] == [1, 2]
        assert records == [msgspec.to_builtins(record) for record in models[name].history]
        summary = load(folder, "build")["models"][name]
        assert summary["best_epoch"] == models[name].best_epoch
        assert summary["n_towers"] == len(models[name].towers.members)
        assert sum(math.prod(shape) for shape in summary["shapes"].values()) == summary["n_parameters"]


def test_the_build_states_what_was_read_by_which_program_and_settings(folder):
    build = load(folder, "build")
    assert build["generator"] == {"name": "marquee", "version": recsys.__version__}
    dataset = build["dataset"]
    assert (dataset["name"], dataset["synthetic"], dataset["licence"]) == ("example", False, None)
    assert (dataset["n_users"], dataset["n_items"], dataset["n_ratings"]) == (len(USERS), len(ITEMS), len(ROWS))
    assert dataset["sha256"] == example().sha256
    tables = ("train", "presentation", "privacy")
    settings = {field.name: getattr(CONFIG, field.name) for field in fields(CONFIG) if field.name not in tables}
    settings |= {field.name: getattr(TRAIN, field.name) for field in fields(TRAIN)}
    privacy = {"named_items": 30, "hash_users": False, "hide_rated": False}
    assert build["config"] == settings | privacy | {"models": list(MODELS)}
    assert tuple(build["legend"]) == NAMES
    assert [entry["label"] for entry in build["legend"].values()][-2:] == ["EASE", "ALS"]


def test_what_was_assembled_is_what_is_read_back(results, folder):
    assert read_artefacts(folder) == assemble(results)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_builds_are_equal_to_the_byte(folder, tmp_path):
    first, second = files(folder), files(export(results_of(example()), tmp_path))
    assert first.keys() == second.keys()
    assert [name for name, content in first.items() if content != second[name]] == []


def test_a_model_that_was_not_built_has_no_key(tmp_path):
    export(results_of(example(), BuildConfig(models=("deep",), train=TRAIN)), tmp_path)
    for name in ("build", "loss_history", "item_embeddings", "map_replay"):
        assert list(load(tmp_path, name)["models"]) == ["deep"]
    metrics = load(tmp_path, "metrics")
    assert tuple(metrics["models"]) == tuple(load(tmp_path, "build")["legend"]) == NAMES[1:]
    assert (metrics["agreement"], metrics["most_helped"], metrics["least_helped"]) == (None, [], [])
    users, items = load(tmp_path, "recommendations")["users"], load(tmp_path, "items")["items"]
    assert {tuple(user["models"]) for user in users.values()} == {("deep",)}
    assert {tuple(item["similar"]) for item in items} == {("deep",)}
    assert not list(tmp_path.glob("*base*"))


def test_with_nothing_hidden_nothing_is_measured(tmp_path):
    export(results_of(example(), BuildConfig(holdout=0, train=TRAIN)), tmp_path)
    metrics, users = load(tmp_path, "metrics"), load(tmp_path, "recommendations")["users"]
    assert metrics["models"] == {}
    assert (metrics["groups"], metrics["comparisons"]) == (None, [])
    assert (metrics["most_helped"], metrics["least_helped"]) == ([], [])
    assert metrics["agreement"]["n_users"] == len(USERS)  # there are lists all the same
    assert (metrics["protocol"]["split"], metrics["protocol"]["n_evaluated"]) == ("none", 0)
    assert metrics["protocol"]["n_not_evaluated"] == len(USERS)
    for user in users.values():
        assert (user["n_hidden"], user["hidden_ranks"], user["baselines"]) == (0, {}, {})
        assert not any(entry["held_out"] for entries in lists_of(user).values() for entry in entries)
    assert all(item["n_train"] == item["n_ratings"] for item in load(tmp_path, "items")["items"])


def test_ids_that_are_numbers_become_text_in_numeric_order(tmp_path):
    rows = [(user, item, 1.0 + (user + item) % 5, item) for user in (2, 10, 100) for item in (7, 30, 200)]
    export(results_of(log_of_rows(rows), BuildConfig(top_k=2, models=("base",), train=TRAIN)), tmp_path)
    assert list(load(tmp_path, "recommendations")["users"]) == ["2", "10", "100"]
    assert [item["id"] for item in load(tmp_path, "items")["items"]] == ["7", "30", "200"]
    assert load(tmp_path, "item_embeddings")["models"]["base"]["item_ids"] == ["7", "30", "200"]
