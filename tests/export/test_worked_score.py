"""A score worked through in numbers is that of the list, and at most half of a user’s vector is published."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from recsys.export.worked_score import work_score
from recsys.schema import Recommendation, UserLists
from tests.export.example import load


def lists(*rows: Recommendation) -> UserLists:
    return UserLists(n_train=1, n_hidden=0, rated=[], models={"base": list(rows)}, baselines={})


def fitted(dim: int) -> SimpleNamespace:
    """Users 1, 2, 3 times ones, items 1 and .5 times ones, with biases .25 and 0."""
    return SimpleNamespace(
        name="base",
        item_ids=np.array(["a", "b"], object),
        user_vectors=np.outer([1, 2, 3], np.ones(dim)).astype(np.float32),
        item_vectors=np.outer([1, 0.5], np.ones(dim)).astype(np.float32),
        item_bias=np.array([0.25, 0], np.float32),
    )


USERS = {name: lists(Recommendation("a", 10 * n + 0.25, False)) for n, name in enumerate(("x", "y", "z"), 1)}


def test_the_user_is_the_one_with_the_median_score():
    worked = work_score(fitted(10), USERS)
    assert (worked.user, worked.item, worked.score, worked.bias) == ("y", "a", 20.25, 0.25)
    assert (worked.user_numbers, worked.item_numbers, worked.products) == ([2] * 4, [1] * 4, [2] * 4)
    assert worked.rest == 12


@pytest.mark.parametrize(("dim", "n_numbers"), [(2, 1), (5, 2), (8, 4), (9, 4)])
def test_at_most_half_of_a_vector_is_published(dim, n_numbers):
    assert len(work_score(fitted(dim), USERS).user_numbers) == n_numbers


def test_there_is_no_example_without_a_named_recommendation_or_with_vectors_of_one_number():
    assert work_score(fitted(10), {"x": lists(), "y": lists(Recommendation(None, None, True))}) is None
    assert work_score(fitted(1), USERS) is None


def test_what_is_withheld_is_passed_over():
    worked = work_score(fitted(10), {**USERS, "y": lists(Recommendation(None, None, True))})
    assert worked.user == "x"  # of two, the one with the lower score


def test_of_equal_scores_the_one_of_the_user_with_the_most_ratings_is_shown():
    many = msgspec.structs.replace(USERS["y"], n_train=2)
    assert work_score(fitted(10), {"x": USERS["y"], "y": many, "z": USERS["y"]}).user == "y"


@pytest.mark.parametrize("name", ["base", "deep"])
def test_the_exported_score_follows_from_the_vectors(folder, models, name):
    recommendations = load(folder, "recommendations")
    worked, model = recommendations["worked_scores"][name], models[name]
    assert recommendations["users"][worked["user"]]["models"][name][0]["item"] == worked["item"]
    assert recommendations["users"][worked["user"]]["models"][name][0]["score"] == worked["score"]
    user, item = (
        list(map(str, ids.tolist())).index(worked[kind])
        for kind, ids in (("user", model.user_ids), ("item", model.item_ids))
    )
    products = model.user_vectors[user].astype(float) * model.item_vectors[item]
    n = len(worked["products"])
    assert worked["products"] == pytest.approx(products[:n], abs=2e-4 * (1 + np.abs(products).max()))
    assert worked["rest"] == pytest.approx(products[n:].sum(), abs=1e-3)
    assert worked["score"] == pytest.approx(products.sum() + model.item_bias[item], abs=1e-4)
    assert sum(worked["products"]) + worked["rest"] + worked["bias"] == pytest.approx(worked["score"], abs=1e-9)
    embedding = load(folder, "item_embeddings")["models"][name]
    row = embedding["item_ids"].index(worked["item"])
    assert worked["item_numbers"] == embedding["vectors"][row][:n]
    assert worked["bias"] == embedding["bias"][row]
