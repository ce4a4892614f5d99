"""Reasons, compared with an oracle that really deletes the rating."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recsys
from recsys.data.dataset import Dataset
from recsys.models.deep import UserInputs
from recsys.models.fitted import Fitted
from recsys.recommend import explain as module
from recsys.recommend.explain import MIN_SHARE, Reasons, explain, strongest_of_runs
from recsys.recommend.lists import Lists, recommend

Pairs = list[tuple[int, float]]
"""Rated items and how strongly each stands behind the recommended one."""


@cache
def ratings() -> Dataset:
    """40 users with 2 to 60 of 80 items, one with a single item, one with all, one with none; users have features."""
    rng = np.random.default_rng(0)
    sizes = [*rng.integers(2, 60, 40).tolist(), 1, 80]
    rows = [
        (user, int(item), int(rng.integers(1, 6)), int(rng.integers(1000)))
        for user, size in enumerate(sizes)
        for item in rng.permutation(80)[:size]
    ]
    log = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    items = pd.DataFrame({"item": range(80), "title": "Item", "genres": ["Odd", "Even"] * 40})
    return Dataset.from_frames(log, items, pd.DataFrame({"user": range(43), "age": range(43)}))


@cache
def fitted(model: str) -> Fitted:
    return recsys.fit(ratings(), model, recsys.TrainConfig(dim=6, epochs=6, seed=1))


@cache
def lists(model: str) -> Lists:
    return recommend(fitted(model), ratings(), None, 10)


def reasons_for(reasons: Reasons, user: int, rank: int) -> Pairs:
    pairs = zip(reasons.items[user, rank].tolist(), reasons.strengths[user, rank].tolist(), strict=True)
    return [(item, strength) for item, strength in pairs if item >= 0]


def scores_of(model: Fitted, history: sparse.csr_array, user: int) -> np.ndarray:
    """By the plain forward pass of both towers, for a row of weights."""
    towers = model.towers.members["deep"]
    weights = history / np.float32(np.sqrt(max(history.nnz, 1)))
    vector, _ = towers.users_forward(UserInputs(weights, towers.user_features[[user]]))
    items, bias, _ = towers.items_forward(np.arange(80))
    return (items @ vector[0] + bias).astype(float)


def by_deleting(model: Fitted, user: int, item: int, min_share: float) -> Pairs:
    """How much the item's score falls as each rated item is deleted: the three largest of those that are reasons."""
    history = model.towers.members["deep"].history[[user]]
    score, falls = scores_of(model, history, user)[item], []
    for entry, rated in enumerate(history.indices.tolist()):
        rest = sparse.csr_array(
            (np.delete(history.data, entry), np.delete(history.indices, entry), [0, history.nnz - 1]), (1, 80)
        )
        falls.append((rated, score - scores_of(model, rest, user)[item]))
    least = max(0.005, min_share * sum(fall for _, fall in falls if fall > 0))
    return sorted(((rated, fall) for rated, fall in falls if fall >= least), key=lambda pair: -pair[1])[:3]


@pytest.mark.parametrize(("min_share", "lengths"), [(MIN_SHARE, {1, 2, 3}), (0.2, {0, 1, 2, 3})])
def test_reasons_of_deep_are_the_ratings_without_which_the_score_falls_most(min_share, lengths, monkeypatch):
    monkeypatch.setattr(module, "MIN_SHARE", min_share)
    reasons = explain(fitted("deep"), ratings(), lists("deep"))
    for user in (0, 3, 8, 13, 18, 23, 28, 33, 38, 40):
        for rank, item in enumerate(lists("deep").items[user].tolist()):
            pairs, expected = reasons_for(reasons, user, rank), by_deleting(fitted("deep"), user, item, min_share)
            assert [rated for rated, _ in pairs] == [rated for rated, _ in expected]
            assert [fall for _, fall in pairs] == pytest.approx([fall for _, fall in expected], abs=1e-4)
            lengths = lengths - {len(pairs)}
    assert not lengths


def test_a_similarity_is_a_reason_whatever_the_others_add_up_to(monkeypatch):
    near = explain(fitted("base"), ratings(), lists("base")).strengths
    monkeypatch.setattr(module, "MIN_SHARE", 0.9)
    np.testing.assert_array_equal(near, explain(fitted("base"), ratings(), lists("base")).strengths)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_where_the_zero_of_scores_is_changes_no_reason(model):
    expected = explain(fitted(model), ratings(), lists(model))
    shifted = replace(fitted(model), item_bias=fitted(model).item_bias + np.float32(100))
    lists_of_shifted = recommend(shifted, ratings(), None, 10)
    per_user = np.arange(43, dtype=np.float32)[:, None]
    for other in (lists_of_shifted, replace(lists_of_shifted, scores=lists_of_shifted.scores + per_user)):
        np.testing.assert_array_equal(other.items, lists(model).items)
        reasons = explain(shifted, ratings(), other)
        np.testing.assert_array_equal(reasons.items, expected.items)
        np.testing.assert_array_equal(reasons.strengths, expected.strengths)


def test_the_only_item_of_a_history_is_the_only_reason_where_the_score_falls_without_it():
    reasons = explain(fitted("deep"), ratings(), lists("deep"))
    item = int(ratings().matrix[[40]].indices[0])
    assert {tuple(rated for rated, _ in reasons_for(reasons, 40, rank)) for rank in range(10)} <= {(), (item,)}


def test_reasons_of_base_are_the_nearest_rated_items():
    model, train = fitted("base"), ratings()
    reasons = explain(model, train, lists("base"))
    vectors = model.item_vectors.astype(float)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for user in range(41):
        for rank, item in enumerate(lists("base").items[user].tolist()):
            near = [(int(rated), float(unit[rated] @ unit[item])) for rated in train.matrix[[user]].indices]
            near = sorted((pair for pair in near if pair[1] > 0.005), key=lambda pair: -pair[1])[:2]
            pairs = reasons_for(reasons, user, rank)
            assert [rated for rated, _ in pairs] == [rated for rated, _ in near]
            assert [cosine for _, cosine in pairs] == pytest.approx([cosine for _, cosine in near], abs=1e-4)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_reasons_are_rated_items_each_once_strongest_first(model):
    reasons = explain(fitted(model), ratings(), lists(model))
    for user in range(43):
        rated = set(ratings().matrix[[user]].indices.tolist())
        for rank in range(10):
            items = [item for item, _ in reasons_for(reasons, user, rank)]
            strengths = [strength for _, strength in reasons_for(reasons, user, rank)]
            assert set(items) <= rated
            assert len(set(items)) == len(items)
            assert strengths == sorted(strengths, reverse=True)
            assert all(f"{strength:.2f}" != "0.00" for strength in strengths)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_without_ratings_or_recommendations_there_is_no_reason(model):
    reasons = explain(fitted(model), ratings(), lists(model))
    assert (reasons.items[42] == -1).all()  # nothing rated
    assert (lists(model).items[41] == -1).all()  # everything rated, so nothing is left to recommend
    assert (reasons.items[41] == -1).all()
    assert np.isneginf(reasons.strengths[[41, 42]]).all()


@pytest.mark.parametrize("model", ["base", "deep"])
@pytest.mark.parametrize("block", [1, 300, 10**6])
def test_reasons_do_not_depend_on_the_blocks(model, block, monkeypatch):
    expected = explain(fitted(model), ratings(), lists(model))
    monkeypatch.setattr(module, "BLOCK_STRENGTHS", block)
    reasons = explain(fitted(model), ratings(), lists(model))
    np.testing.assert_array_equal(reasons.items, expected.items)
    np.testing.assert_allclose(reasons.strengths, expected.strengths, atol=1.1e-4)


def test_equal_strengths_are_in_catalogue_order_and_what_would_be_shown_as_zero_is_no_reason():
    strengths = np.array([[0.5], [0.7], [0.7], [0.0049], [0.00512], [-1.0]], np.float32)
    rows, values = strongest_of_runs(strengths, np.array([0, 3]), 3)
    assert rows[:, 0].tolist() == [[1, 2, 0], [4, -1, -1]]
    np.testing.assert_allclose(values[:, 0], [[0.7, 0.7, 0.5], [0.0051, -np.inf, -np.inf]], rtol=1e-6)
