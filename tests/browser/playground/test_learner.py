"""The parts of the learner, each compared with what the Python does, or with an answer known by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recsys
from recsys.data.dataset import Dataset
from recsys.data.rating_scale import rating_scale
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.models.features import history_weights, item_features, normalised, recency_ranks
from recsys.models.hyperparameters import HyperParameters, number_of_batches
from recsys.models.linear_start import linear_start
from recsys.training.batches import draw_users

N_USERS, N_ITEMS = 30, 20


def random_log(seed: int, times: str = "distinct") -> tuple[Dataset, dict[str, Any]]:
    """A log for both sides; times are distinct for each user, tied in part, or absent."""
    rng = np.random.default_rng(seed)
    user, item = np.nonzero(rng.random((N_USERS, N_ITEMS)) < rng.uniform(0.1, 0.9, (N_USERS, 1)))
    order = rng.permutation(len(user))
    user, item = user[order], item[order]
    rating = rng.integers(1, 6, len(user)).astype(float)
    frame = pd.DataFrame({"user": user, "item": item, "rating": rating})
    if times != "absent":
        frame["timestamp"] = rng.permutation(len(user)) // (1 if times == "distinct" else 40)
    years = [int(year) if year > 1950 else None for year in rng.integers(1930, 2020, N_ITEMS)]
    genres = [sorted(rng.choice(["a", "b", "c"], rng.integers(0, 3), replace=False)) for _ in range(N_ITEMS)]
    items = pd.DataFrame({"item": range(N_ITEMS), "title": "x", "year": years, "genres": genres})
    dataset = Dataset.from_frames(frame, items, pd.DataFrame({"user": range(N_USERS)}))
    names = list(dataset.genre_names)
    return dataset, {
        "nUsers": N_USERS,
        "nItems": N_ITEMS,
        "user": user.tolist(),
        "item": item.tolist(),
        "rating": rating.tolist(),
        "time": None if times == "absent" else frame["timestamp"].tolist(),
        "genres": {"names": names, "ofItem": [[names.index(name) for name in own] for own in genres]},
        "years": years,
    }


def pairs(dataset: Dataset) -> list[list[int]]:
    return sorted(map(list, zip(dataset.user.tolist(), dataset.item.tolist(), strict=True)))


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 4, 8), (3, 5, 2), (7, 9, 11)])
def test_products_are_those_of_numpy_whatever_the_shape(learner: Any, shape: tuple[int, int, int]) -> None:
    n, m, d = shape
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((n, m)), rng.standard_normal((m, d))
    for name, left, right in (("multiply", a, b), ("multiplyTransposed", a, b.T), ("transposedMultiply", a.T, b)):
        actual = learner.evaluate(f"([a, b]) => parts.{name}(a, b)", [left.tolist(), right.tolist()])
        np.testing.assert_allclose(actual, a @ b, rtol=1e-12)


def test_random_numbers_follow_their_distributions_and_their_seed(learner: Any) -> None:
    n = 20_000
    drawn, again, other = (learner.evaluate(f"() => parts.draws({seed}, {n})") for seed in (5, 5, 6))
    assert drawn == again
    assert drawn["uniform"][:10] != other["uniform"][:10]
    uniform, normal = np.array(drawn["uniform"]), np.array(drawn["normal"])
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 4 / np.sqrt(12 * n)
    assert abs(normal.mean()) < 4 / np.sqrt(n)
    assert abs(normal.std() - 1) < 4 / np.sqrt(2 * n)
    counts = pd.Series(drawn["orders"]).value_counts()
    assert len(counts) == 6
    assert (abs(counts - n / 6) < 5 * np.sqrt(n / 6)).all()


@pytest.mark.parametrize("holdout", [0.1, 0.2, 0.5, 0.9])
def test_the_newest_ratings_are_held_out_as_in_python(learner: Any, holdout: float) -> None:
    dataset, log = random_log(1)
    parts = recsys.split(dataset, holdout)
    actual = learner.evaluate("([log, holdout]) => parts.split(log, holdout, 0)", [log, holdout])
    assert parts.test is not None
    assert actual == {"train": pairs(parts.train), "heldOut": pairs(parts.test), "isTemporal": True}


@pytest.mark.parametrize("times", ["tied", "absent"])
def test_equal_times_are_cut_in_random_order_and_every_user_as_in_python(learner: Any, times: str) -> None:
    dataset, log = random_log(2, times)
    parts = recsys.split(dataset, 0.3)
    first, again, other = (learner.evaluate(f"(log) => parts.split(log, 0.3, {seed})", log) for seed in (0, 0, 1))
    assert first == again
    assert first["heldOut"] != other["heldOut"]
    assert first["isTemporal"] == (times == "tied")
    assert sorted(first["train"] + first["heldOut"]) == pairs(dataset)
    of_users = np.bincount([user for user, _ in first["heldOut"]], minlength=N_USERS)
    assert parts.test is not None
    np.testing.assert_array_equal(of_users, parts.test.user_counts)
    if times == "tied":  # nobody's held-out rating is older than one to learn from
        time = {(user, item): at for user, item, at in zip(log["user"], log["item"], log["time"], strict=True)}
        for user in range(N_USERS):
            newest = max(time[user, item] for who, item in first["train"] if who == user)
            assert all(time[user, item] >= newest for who, item in first["heldOut"] if who == user)


ratings = st.one_of(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]), min_size=1, max_size=60),
    st.lists(st.sampled_from([0.5, 1.0, 3.5, 5.0, 1e6]), min_size=1, max_size=40),
    st.lists(st.integers(0, 3000).map(float), min_size=1, max_size=60),
    st.lists(st.sampled_from([1.0, 1.0, 1.0, 2.0, 3.0, 9.0]), min_size=1, max_size=60),
    st.lists(st.sampled_from([-1.0, 1.0]), min_size=1, max_size=60),
)


@given(ratings=ratings)
def test_ratings_weigh_as_in_python(learner: Any, ratings: list[float]) -> None:
    array = np.array(ratings, np.float32)
    expected = rating_scale(array).weights(array)
    np.testing.assert_allclose(learner.evaluate("(r) => parts.ratingWeights(r)", ratings), expected, rtol=1e-6)


@pytest.mark.parametrize("times", ["distinct", "tied", "absent"])
def test_served_histories_weigh_items_by_rating_and_age_as_in_python(learner: Any, times: str) -> None:
    dataset, log = random_log(3, times)
    expected = normalised(history_weights(dataset, recency_ranks(dataset))).data
    np.testing.assert_allclose(learner.evaluate("(log) => parts.served(log)", log), expected, rtol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 30, 100, 10**6])
def test_a_pass_is_cut_into_batches_of_whole_users_as_in_python(learner: Any, batch_size: int) -> None:
    dataset, log = random_log(0)
    in_order: Any = SimpleNamespace(permutation=lambda users: users)
    drawn = draw_users(dataset.matrix, number_of_batches(dataset.n_ratings, batch_size), in_order)
    batches = learner.evaluate("([log, size]) => parts.batches(log, size)", [log, batch_size])
    assert batches == [users.tolist() for users in drawn]
    assert len(batches) > 1


def test_genres_and_years_are_features_as_in_python(learner: Any) -> None:
    dataset, log = random_log(4)
    actual = learner.evaluate("(log) => parts.itemFeatures(log)", log)
    np.testing.assert_allclose(actual, item_features(dataset), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("times", "rank"), [("distinct", N_ITEMS), ("absent", N_ITEMS), ("distinct", 4)])
def test_the_closed_form_is_that_of_python(learner: Any, times: str, rank: int) -> None:
    dataset, log = random_log(5, times)
    hyperparameters = HyperParameters(
        dim=rank, epochs=1, patience=1, learning_rate=0.1, l2=0, batch_size=10, distillation=1, start_l2=200.0
    )
    rng = np.random.default_rng(0)
    start = linear_start(dataset, recency_ranks(dataset), hyperparameters, rng, np.float64)
    actual = learner.evaluate("([log, rank]) => parts.closedForm(log, rank)", [log, rank])
    # Vectors may be turned: what they score is what counts.
    expected = start.history @ start.items.T
    scores = np.array(actual["history"]) @ np.array(actual["items"]).T
    np.testing.assert_allclose(scores, expected, atol=2e-3 * np.abs(expected).max())


@given(scores=st.lists(st.sampled_from([0.0, 1.0, 1.5, 2.0, -3.0, float("-inf")]), max_size=30), k=st.integers(1, 12))
def test_the_best_scores_come_first_and_equal_ones_by_index(learner: Any, scores: list[float], k: int) -> None:
    order = np.argsort(-np.array(scores), kind="stable")[:k]
    expected = [int(item) for item in order if np.isfinite(scores[item])]
    finite = [score if np.isfinite(score) else None for score in scores]
    call = "([scores, k]) => parts.topK(scores.map((score) => score ?? -Infinity), k)"
    assert learner.evaluate(call, [finite, k]) == expected


@given(hits=st.lists(st.booleans(), min_size=10, max_size=10), others=st.integers(0, 20))
def test_ndcg_is_that_of_python(learner: Any, hits: list[bool], others: int) -> None:
    n_relevant = max(sum(hits) + others, 1)
    expected = ndcg(np.array([hits]), np.array([n_relevant]))[0]
    assert learner.evaluate("([hits, n]) => parts.ndcg(hits, n)", [hits, n_relevant]) == pytest.approx(expected)


def test_axes_of_the_map_are_principal_components_and_do_not_turn_round(learner: Any) -> None:
    rng = np.random.default_rng(6)
    first = rng.standard_normal((40, 6)) * [5, 3, 1, 0.5, 0.2, 0.1] + 7
    looks = [first, first + 0.01 * rng.standard_normal(first.shape), -first]
    actual = learner.evaluate("(looks) => parts.components(looks)", [look.tolist() for look in looks])
    for look, answer in zip(looks, actual, strict=True):
        points, centred = np.array(answer["points"]).reshape(-1, 2), look - look.mean(axis=0)
        _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
        expected = centred @ axes[:2].T
        for axis in range(2):
            assert abs(np.corrcoef(points[:, axis], expected[:, axis])[0, 1]) > 0.9999
        np.testing.assert_allclose(answer["explained"], (sizes**2 / (sizes**2).sum())[:2], rtol=1e-3)
    before, moved, mirrored = (np.array(answer["points"]) for answer in actual)
    assert np.corrcoef(before, moved)[0, 1] > 0.999
    assert np.corrcoef(before, mirrored)[0, 1] < -0.999  # the items moved, the axes stayed
