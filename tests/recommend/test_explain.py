"""Reasons, against an oracle that really deletes the rating."""

from __future__ import annotations

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
from recsys.recommend.explain import Reasons, explain
from recsys.recommend.lists import Lists, recommend

Found = list[tuple[int, float]]


@cache
def ratings() -> Dataset:
    """40 users with 2 to 60 of 80 films, one with a single film, one with all, one with none; users have features."""
    rng = np.random.default_rng(0)
    sizes = [*rng.integers(2, 60, 40).tolist(), 1, 80]
    rows = [
        (user, int(item), int(rng.integers(1, 6)), int(rng.integers(1000)))
        for user, size in enumerate(sizes)
        for item in rng.permutation(80)[:size]
    ]
    log = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    films = pd.DataFrame({"item": range(80), "title": "Film", "genres": ["Odd", "Even"] * 40})
    return Dataset.from_frames(log, films, pd.DataFrame({"user": range(43), "age": range(43)}))


@cache
def fitted(model: str) -> Fitted:
    return recsys.fit(ratings(), model, recsys.TrainConfig(dim=6, epochs=6, seed=1))


@cache
def lists(model: str) -> Lists:
    return recommend(fitted(model), ratings(), None, 10)


def told(reasons: Reasons, user: int, place: int) -> Found:
    pairs = zip(reasons.items[user, place].tolist(), reasons.strengths[user, place].tolist(), strict=True)
    return [(item, strength) for item, strength in pairs if item >= 0]


def scores_of(model: Fitted, history: sparse.csr_array, user: int) -> np.ndarray:
    """By the plain forward pass of both towers, for a row of weights."""
    towers = model.towers
    shares = history / np.float32(np.sqrt(max(history.nnz, 1)))
    vector, _ = towers.users_forward(UserInputs(shares, towers.user_features[[user]]))
    films, bias, _ = towers.items_forward(np.arange(80))
    return (films @ vector[0] + bias).astype(float)


def by_deleting(model: Fitted, user: int, film: int) -> Found:
    """By how much the film's score falls as each rated film is deleted from the matrix, the three most."""
    history = model.towers.history[[user]]
    whole, falls = scores_of(model, history, user)[film], []
    for place, rated in enumerate(history.indices.tolist()):
        rest = sparse.csr_array(
            (np.delete(history.data, place), np.delete(history.indices, place), [0, history.nnz - 1]), (1, 80)
        )
        falls.append((rated, whole - scores_of(model, rest, user)[film]))
    return sorted(((rated, fall) for rated, fall in falls if fall > 0), key=lambda one: -one[1])[:3]


def test_deeps_reasons_are_the_ratings_without_which_the_score_falls_most():
    found = explain(fitted("deep"), ratings(), lists("deep"))
    counts = set()
    for user in (0, 3, 8, 13, 18, 23, 28, 33, 38, 40):
        for place, film in enumerate(lists("deep").items[user].tolist()):
            reasons, expected = told(found, user, place), by_deleting(fitted("deep"), user, film)
            expected = [(rated, fall) for rated, fall in expected if fall >= 0.00005]
            assert [rated for rated, _ in reasons] == [rated for rated, _ in expected]
            assert [fall for _, fall in reasons] == pytest.approx([fall for _, fall in expected], abs=1e-4)
            counts.add(len(reasons))
    assert {1, 3} <= counts


def test_the_only_film_of_a_history_is_the_only_reason_where_the_score_falls_without_it():
    found = explain(fitted("deep"), ratings(), lists("deep"))
    film = int(ratings().matrix[[40]].indices[0])
    assert {tuple(item for item, _ in told(found, 40, place)) for place in range(10)} <= {(), (film,)}


def test_bases_reasons_are_the_nearest_rated_films():
    model, train = fitted("base"), ratings()
    found = explain(model, train, lists("base"))
    vectors = model.item_vectors.astype(float)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for user in range(41):
        for place, film in enumerate(lists("base").items[user].tolist()):
            near = [(int(rated), float(unit[rated] @ unit[film])) for rated in train.matrix[[user]].indices]
            near = sorted((one for one in near if one[1] > 0.00005), key=lambda one: -one[1])[:2]
            assert [rated for rated, _ in told(found, user, place)] == [rated for rated, _ in near]
            assert [cosine for _, cosine in told(found, user, place)] == pytest.approx(
                [cosine for _, cosine in near], abs=1e-4
            )


@pytest.mark.parametrize("model", ["base", "deep"])
def test_reasons_are_rated_films_each_once_strongest_first(model):
    found = explain(fitted(model), ratings(), lists(model))
    for user in range(43):
        rated = set(ratings().matrix[[user]].indices.tolist())
        for place in range(10):
            items = [item for item, _ in told(found, user, place)]
            strengths = [strength for _, strength in told(found, user, place)]
            assert set(items) <= rated
            assert len(set(items)) == len(items)
            assert strengths == sorted(strengths, reverse=True)
            assert all(strength > 0 for strength in strengths)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_where_nothing_was_rated_or_nothing_is_listed_there_is_no_reason(model):
    found = explain(fitted(model), ratings(), lists(model))
    assert (found.items[42] == -1).all()  # nothing rated
    assert (lists(model).items[41] == -1).all()  # everything rated, so nothing is left to list
    assert (found.items[41] == -1).all()
    assert np.isneginf(found.strengths[[41, 42]]).all()


@pytest.mark.parametrize("model", ["base", "deep"])
@pytest.mark.parametrize("block", [1, 300, 10**6])
def test_reasons_do_not_depend_on_the_blocks(model, block, monkeypatch):
    expected = explain(fitted(model), ratings(), lists(model))
    monkeypatch.setattr(module, "_BLOCK_STRENGTHS", block)
    found = explain(fitted(model), ratings(), lists(model))
    np.testing.assert_array_equal(found.items, expected.items)
    np.testing.assert_allclose(found.strengths, expected.strengths, atol=1.1e-4)


def test_equally_strong_films_are_in_catalogue_order_and_what_rounds_to_nothing_is_no_reason():
    strengths = np.array([[0.5], [0.7], [0.7], [0.00004], [0.00006], [-1.0]], np.float32)
    places, values = module.strongest_of_runs(strengths, np.array([0, 3]), 3)
    assert places[:, 0].tolist() == [[1, 2, 0], [4, -1, -1]]
    np.testing.assert_allclose(values[:, 0], [[0.7, 0.7, 0.5], [0.0001, -np.inf, -np.inf]], rtol=1e-6)
