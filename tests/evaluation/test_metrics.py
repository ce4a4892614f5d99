from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.errors import ConfigError, DataError
from recsys.evaluation import metrics
from recsys.evaluation.metrics import (
    ACCURACY,
    FORMULAS,
    accuracy,
    bootstrap_intervals,
    coverage,
    diversity,
    evaluate,
    hits,
    judge,
    novelty,
)


class Table:
    """A scorer that looks its scores up."""

    def __init__(self, scores: Any) -> None:
        self.table = np.array(scores, np.float32)

    def scores(self, users: Any = None) -> np.ndarray:
        return self.table if users is None else self.table[users]


def log(pairs: list[tuple[int, int]], n_users: int, n_items: int) -> Dataset:
    """A data set in which ids are indices."""
    return Dataset.from_frames(
        pd.DataFrame([(user, item, 3.0) for user, item in pairs], columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )


def literal_metrics(listed: list[int], relevant: set[int], k: int) -> dict[str, float]:
    """One user's metrics, place by place."""
    dcg = precision_sum = reciprocal = 0.0
    found = 0
    for rank, item in enumerate(listed, start=1):
        if item in relevant:
            found += 1
            dcg += 1 / math.log2(rank + 1)
            precision_sum += found / rank
            reciprocal = reciprocal or 1 / rank
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return {
        "ndcg": dcg / ideal,
        "recall": found / len(relevant),
        "precision": found / k,
        "map": precision_sum / len(relevant),
        "mrr": reciprocal,
    }


def one_user(hit: list[int], n_relevant: int) -> dict[str, float]:
    found = accuracy(np.array([hit], bool), np.array([n_relevant]))
    return {name: float(values[0]) for name, values in found.items()}


def test_hits_at_the_second_and_third_of_four_places_with_five_relevant():
    found = one_user([0, 1, 1, 0], 5)
    ideal = 1 + 1 / math.log2(3) + 1 / 2 + 1 / math.log2(5)
    assert found["ndcg"] == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)
    assert found["recall"] == 2 / 5
    assert found["precision"] == 2 / 4
    assert found["map"] == pytest.approx((1 / 2 + 2 / 3) / 5)
    assert found["mrr"] == 1 / 2


def test_the_ideal_list_is_no_longer_than_the_relevant_films():
    assert one_user([1, 0, 0, 0], 1)["ndcg"] == 1
    assert one_user([1, 0, 0, 0], 2)["ndcg"] == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_the_ideal_list_is_no_longer_than_k():
    found = one_user([1, 1], 100)
    assert found["ndcg"] == pytest.approx(1)
    assert found["precision"] == 1
    assert found["recall"] == found["map"] == 2 / 100


def test_no_hit_gives_zero_everywhere():
    assert one_user([0, 0, 0], 2) == dict.fromkeys(ACCURACY, 0.0)


def test_a_perfect_list_has_an_ndcg_of_one_and_never_above():
    for k in range(1, 101):
        found = accuracy(np.ones((2, k), bool), np.array([k, k + 1]))["ndcg"].tolist()
        assert found == pytest.approx([1, 1]), k
        assert max(found) <= 1, k


def test_two_users_are_not_mixed():
    found = accuracy(np.array([[1, 0, 0], [0, 0, 1]], bool), np.array([1, 2]))
    assert found["mrr"].tolist() == [1, 1 / 3]
    assert found["recall"].tolist() == [1, 1 / 2]
    assert found["map"].tolist() == [1, (1 / 3) / 2]
    assert found["ndcg"].tolist() == [1, pytest.approx((1 / 2) / (1 + 1 / math.log2(3)))]


@st.composite
def evaluations(draw: st.DrawFn) -> tuple[list[list[int]], list[set[int]], list[set[int]], int]:
    """Scores, each user's films in training and hidden, k; somebody has something hidden, and somebody trained."""
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(2, 9))
    part = st.lists(st.sampled_from(["train", "hidden", "none"]), min_size=n_items, max_size=n_items)
    parts = draw(st.lists(part, min_size=n_users, max_size=n_users))
    parts[0][:2] = ["train", "hidden"]
    scores = draw(st.lists(st.lists(st.integers(0, 3), min_size=n_items, max_size=n_items),
                           min_size=n_users, max_size=n_users))  # fmt: skip
    train, hidden = ([{item for item, part in enumerate(row) if part == name} for row in parts]
                     for name in ("train", "hidden"))  # fmt: skip
    return scores, train, hidden, draw(st.integers(1, n_items))


def pairs(films: list[set[int]]) -> list[tuple[int, int]]:
    return [(user, item) for user, own in enumerate(films) for item in own]


@settings(deadline=None, max_examples=60)
@given(evaluations())
def test_a_report_is_that_of_ranking_and_counting_user_by_user(case):
    scores, trained, hidden, k = case
    n_users, n_items = len(scores), len(scores[0])
    train, test = log(pairs(trained), n_users, n_items), log(pairs(hidden), n_users, n_items)
    report = evaluate(Table(scores), train, test, k)

    evaluated = [user for user in range(n_users) if hidden[user]]
    lists = {
        user: [item for item in sorted(range(n_items), key=lambda item, user=user: (-scores[user][item], item))
               if item not in trained[user]][:k]
        for user in evaluated
    }  # fmt: skip
    assert report.users.tolist() == evaluated
    assert [[item for item in row if item >= 0] for row in report.items.tolist()] == list(lists.values())
    expected = [literal_metrics(lists[user], hidden[user], k) for user in evaluated]
    for name in ACCURACY:
        values = [one[name] for one in expected]
        np.testing.assert_allclose(report.per_user[name], values, rtol=1e-12)
        assert report.mean[name] == pytest.approx(sum(values) / len(values))
    shown = [item for own in lists.values() for item in own]
    assert report.coverage == pytest.approx(len(set(shown)) / n_items)
    surprise = [-math.log2((sum(item in own for own in trained) + 1) / (n_users + 1)) for item in shown]
    assert report.novelty == pytest.approx(sum(surprise) / len(surprise))


def test_users_without_a_hidden_rating_are_not_evaluated():
    train, test = log([(0, 0), (1, 0), (2, 0)], 3, 3), log([(1, 2)], 3, 3)
    report = evaluate(Table([[9, 9, 9]] * 3), train, test, k=2)
    assert report.users.tolist() == [1]
    assert report.per_user["recall"].tolist() == [1]


def test_films_of_the_training_part_take_no_place_in_the_list():
    train, test = log([(0, 0), (0, 1)], 1, 3), log([(0, 2)], 1, 3)
    assert evaluate(Table([[9, 8, 1]]), train, test, k=1).mean["ndcg"] == 1


def test_a_low_rating_is_relevant_too():
    train = log([(0, 0)], 1, 2)
    test = Dataset.from_frames(
        pd.DataFrame({"user": [0], "item": [1], "rating": [0.5]}),
        items=pd.DataFrame({"item": [0, 1], "title": "x"}),
    )
    assert evaluate(Table([[0, 0]]), train, test, k=1).mean["recall"] == 1


def test_hits_belong_to_the_user_of_their_row_and_missing_places_are_none():
    test = log([(0, 3), (1, 0), (2, 3)], 4, 4)
    items = np.array([[0, -1], [3, 0], [3, -1], [-1, -1]])
    found = hits(items, np.array([1, 0, 2, 3]), test)
    # Item -1 of user 1 must not be taken for the last item of user 0.
    assert found.tolist() == [[True, False], [True, False], [True, False], [False, False]]


@pytest.mark.parametrize("k", [0, 4])
def test_a_k_that_no_list_can_have_is_refused(k):
    with pytest.raises(ConfigError, match=f"k is {k}; expected a whole number from 1 to 3"):
        evaluate(Table([[1, 2, 3]]), log([(0, 0)], 1, 3), log([(0, 1)], 1, 3), k)


@pytest.mark.parametrize("shape", [(2, 3), (1, 4)])
def test_parts_of_two_data_sets_are_refused_with_their_sizes(shape):
    users, items = shape
    with pytest.raises(DataError, match=f"1 users and 3 items, the test part {users} and {items}"):
        evaluate(Table([[1, 2, 3]]), log([(0, 0)], 1, 3), log([(0, 1)], users, items), 1)


def test_judging_lists_is_what_evaluate_does_with_its_own():
    train, test = log([(0, 0), (1, 1)], 2, 4), log([(0, 2), (1, 3), (1, 0)], 2, 4)
    report = evaluate(Table([[1, 2, 3, 4], [4, 3, 2, 1]]), train, test, k=2)
    again = judge(report.items, report.users, train, test)
    assert (again.mean, again.low, again.high) == (report.mean, report.low, report.high)
    assert (again.coverage, again.novelty) == (report.coverage, report.novelty)


def test_coverage_counts_each_film_once_and_missing_places_never():
    assert coverage(np.array([[0, 1], [1, -1]]), 4) == 2 / 4
    assert coverage(np.array([[-1]]), 4) == 0


def test_novelty_is_the_mean_surprise_in_bits():
    train = log([(0, 0), (1, 0), (2, 0), (0, 1)], 3, 3)
    # Of 3 users, 3 rated film 0, one film 1 and none film 2: -log2 of 4/4, 2/4, 1/4.
    assert novelty(np.array([[0]]), train) == 0
    assert novelty(np.array([[1], [2]]), train) == pytest.approx(1.5)
    assert novelty(np.array([[2, -1], [0, 2]]), train) == pytest.approx(4 / 3)
    assert novelty(np.array([[-1]]), train) == 0


def literal_bootstrap(values: list[float], resamples: int, seed: int) -> tuple[float, float]:
    """95 % percentile interval of the mean, as the protocol tells it; one generator for all resamples."""
    rng = np.random.default_rng(seed)
    means = sorted(
        sum(values[user] for user in rng.integers(len(values), size=len(values))) / len(values)
        for _ in range(resamples)
    )

    def percentile(share: float) -> float:
        place = share * (resamples - 1)
        below = int(place)
        above = min(below + 1, resamples - 1)
        return means[below] + (place - below) * (means[above] - means[below])

    return percentile(0.025), percentile(0.975)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_interval_is_that_of_drawing_users_one_by_one(seed):
    values = np.random.default_rng(1).random(17)
    low, high = bootstrap_intervals({"map": values}, resamples=200, seed=seed)
    assert (low["map"], high["map"]) == pytest.approx(literal_bootstrap(values.tolist(), 200, seed))


def test_a_report_has_intervals_of_a_thousand_resamples_of_seed_zero():
    train, test = log([(user, 0) for user in range(6)], 6, 4), log([(user, 1 + user % 3) for user in range(6)], 6, 4)
    report = evaluate(Table(np.tile([0, 3, 2, 1], (6, 1))), train, test, k=2)
    for name in ACCURACY:
        expected = literal_bootstrap(report.per_user[name].tolist(), 1000, 0)
        assert (report.low[name], report.high[name]) == pytest.approx(expected)
        assert report.low[name] <= report.mean[name] <= report.high[name]


def test_all_metrics_share_the_draws():
    values = np.random.default_rng(2).random(9)
    low, high = bootstrap_intervals({"a": values, "b": 2 * values}, resamples=50)
    assert low["b"] == pytest.approx(2 * low["a"])
    assert high["b"] == pytest.approx(2 * high["a"])


def test_users_who_are_all_alike_leave_nothing_uncertain():
    low, high = bootstrap_intervals({"mrr": np.full(5, 0.5)})
    assert low["mrr"] == high["mrr"] == 0.5


def test_every_metric_has_its_formula_in_words():
    assert set(FORMULAS) == {*ACCURACY, "coverage", "novelty", "diversity"}


GENRES = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0], [1, 1, 0]], bool)


def test_diversity_is_the_mean_over_pairs_of_what_their_genres_do_not_share():
    # {a, b} and {a}: 1/2 shared; {a, b} and {c}, {a} and {c}: nothing.
    assert diversity(np.array([[0, 1]]), GENRES) == pytest.approx(1 / 2)
    assert diversity(np.array([[0, 1, 2]]), GENRES) == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert diversity(np.array([[0, 4]]), GENRES) == 0


def test_diversity_leaves_out_films_without_a_genre_missing_places_and_lists_with_too_few():
    assert diversity(np.array([[0, 3, 1]]), GENRES) == pytest.approx(1 / 2)
    assert diversity(np.array([[0, 1, -1], [2, 3, -1], [-1, -1, -1]]), GENRES) == pytest.approx(1 / 2)
    assert diversity(np.array([[0, 3], [2, -1]]), GENRES) is None
    assert diversity(np.array([[0, 1]]), np.zeros((5, 0), bool)) is None


def test_diversity_is_a_mean_over_lists_in_whatever_blocks(monkeypatch):
    lists = np.array([[0, 1], [0, 2], [0, 4]])
    assert diversity(lists, GENRES) == pytest.approx((1 / 2 + 1 + 0) / 3)
    monkeypatch.setattr(metrics, "_BLOCK_PAIRS", 4)
    assert diversity(lists, GENRES) == pytest.approx((1 / 2 + 1 + 0) / 3)
