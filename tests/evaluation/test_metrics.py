"""Every metric against values worked by hand and a literal loop over positions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.evaluation.metrics import METRICS, accuracy_metrics, diversity, list_metrics
from recsys.evaluation.metrics.coverage import coverage
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.evaluation.metrics.novelty import novelty
from recsys.evaluation.report import accuracy_per_user
from tests.small_logs import log_of


def literal_metrics(hits: list[bool], n_relevant: int) -> dict[str, float]:
    """One user's metrics, position by position."""
    dcg = precision_sum = reciprocal = 0.0
    n_hits, k = 0, len(hits)
    for rank, hit in enumerate(hits, start=1):
        if hit:
            n_hits += 1
            dcg += 1 / math.log2(rank + 1)
            precision_sum += n_hits / rank
            reciprocal = reciprocal or 1 / rank
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, n_relevant) + 1))
    return {
        "ndcg": dcg / ideal,
        "recall": n_hits / n_relevant,
        "precision": n_hits / k,
        "map": precision_sum / n_relevant,
        "mrr": reciprocal,
    }


def metrics_of(hits: list[int], n_relevant: int) -> dict[str, float]:
    """One user's metrics by the functions under test."""
    per_user = accuracy_per_user(np.array([hits], bool), np.array([n_relevant]))
    return {name: float(values[0]) for name, values in per_user.items()}


def test_hits_at_ranks_two_and_three_of_four_with_five_relevant_items():
    metrics = metrics_of([0, 1, 1, 0], 5)
    ideal = 1 + 1 / math.log2(3) + 1 / 2 + 1 / math.log2(5)
    assert metrics["ndcg"] == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)
    assert metrics["recall"] == 2 / 5
    assert metrics["precision"] == 2 / 4
    assert metrics["map"] == pytest.approx((1 / 2 + 2 / 3) / 5)
    assert metrics["mrr"] == 1 / 2


def test_the_ideal_list_is_no_longer_than_the_relevant_items_and_no_longer_than_k():
    assert metrics_of([1, 0, 0, 0], 1)["ndcg"] == 1
    assert metrics_of([1, 0, 0, 0], 2)["ndcg"] == pytest.approx(1 / (1 + 1 / math.log2(3)))
    metrics = metrics_of([1, 1], 100)
    assert metrics["ndcg"] == pytest.approx(1)
    assert metrics["precision"] == 1
    assert metrics["recall"] == metrics["map"] == 2 / 100


def test_a_perfect_list_has_an_ndcg_of_one_and_never_above():
    for k in range(1, 101):
        values = ndcg(np.ones((2, k), bool), np.array([k, k + 1])).tolist()
        assert values == pytest.approx([1, 1]), k
        assert max(values) <= 1, k


@st.composite
def hits_of_users(draw: st.DrawFn) -> tuple[list[list[bool]], list[int]]:
    """Hits of several users at k ranks, and at least as many relevant items, one at least."""
    k = draw(st.integers(1, 12))
    hits = draw(st.lists(st.lists(st.booleans(), min_size=k, max_size=k), min_size=1, max_size=5))
    n_relevant = [max(1, sum(row)) + draw(st.integers(0, 15)) for row in hits]
    return hits, n_relevant


@given(hits_of_users())
def test_every_accuracy_metric_is_that_of_counting_position_by_position(case):
    hits, n_relevant = case
    per_user = accuracy_per_user(np.array(hits), np.array(n_relevant))
    expected = [literal_metrics(row, n) for row, n in zip(hits, n_relevant, strict=True)]
    assert list(per_user) == list(expected[0]) == list(accuracy_metrics())
    for name, values in per_user.items():
        np.testing.assert_allclose(values, [metrics[name] for metrics in expected], rtol=1e-12)
        assert 0 <= values.min() <= values.max() <= 1


@given(hits_of_users())
def test_moving_a_hit_up_a_rank_lowers_no_accuracy_metric(case):
    hits, n_relevant = np.array(case[0]), np.array(case[1])
    before = accuracy_per_user(hits, n_relevant)
    for rank in range(1, hits.shape[1]):
        moved = hits.copy()
        moved[:, [rank - 1, rank]] = np.sort(hits[:, [rank - 1, rank]], axis=1)[:, ::-1]  # hits first
        for name, values in accuracy_per_user(moved, n_relevant).items():
            assert (values >= before[name] - 1e-12).all(), name


def test_a_metric_stands_in_the_registry_under_its_name_with_a_label_and_a_formula():
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.label
        assert metric.formula
    assert [*accuracy_metrics(), *list_metrics()] == list(METRICS)


def test_coverage_counts_each_item_once_and_missing_items_never():
    train = log_of([(0, 0)], 1, 4)
    assert coverage(np.array([[0, 1], [1, -1]]), train) == 2 / 4
    assert coverage(np.array([[-1]]), train) == 0


def test_novelty_is_the_mean_surprise_in_bits():
    train = log_of([(0, 0), (1, 0), (2, 0), (0, 1)], 3, 3)
    # Of 3 users, 3 rated item 0, one item 1 and none item 2: -log2 of 4/4, 2/4, 1/4.
    assert novelty(np.array([[0]]), train) == 0
    assert novelty(np.array([[1], [2]]), train) == pytest.approx(1.5)
    assert novelty(np.array([[2, -1], [0, 2]]), train) == pytest.approx(4 / 3)
    assert novelty(np.array([[-1]]), train) == 0


def with_genres(genres: list[str]) -> Dataset:
    """One user, who rated the first item; items have these genres."""
    return Dataset.from_frames(
        pd.DataFrame({"user": [0], "item": [0], "rating": [1]}),
        items=pd.DataFrame({"item": range(len(genres)), "title": "x", "genres": genres}),
    )


TRAIN = with_genres(["a|b", "a", "c", "", "a|b"])


def test_diversity_is_the_mean_over_pairs_of_what_their_genres_do_not_share():
    # {a, b} and {a}: 1/2 shared; {a, b} and {c}, {a} and {c}: nothing.
    assert diversity.diversity(np.array([[0, 1]]), TRAIN) == pytest.approx(1 / 2)
    assert diversity.diversity(np.array([[0, 1, 2]]), TRAIN) == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert diversity.diversity(np.array([[0, 4]]), TRAIN) == 0


def test_diversity_leaves_out_items_without_a_genre_missing_items_and_lists_with_too_few():
    assert diversity.diversity(np.array([[0, 3, 1]]), TRAIN) == pytest.approx(1 / 2)
    assert diversity.diversity(np.array([[0, 1, -1], [2, 3, -1], [-1, -1, -1]]), TRAIN) == pytest.approx(1 / 2)
    assert diversity.diversity(np.array([[0, 3], [2, -1]]), TRAIN) is None
    assert diversity.diversity(np.array([[0, 1]]), with_genres([""] * 5)) is None


def test_a_genre_called_unknown_is_none_for_diversity_as_in_the_exported_files():
    train = with_genres(["Drama|unknown", "unknown", "unknown", "Drama|War", ""])
    assert diversity.diversity(np.array([[0, 1, 2, 3]]), train) == pytest.approx(1 / 2)
    assert diversity.diversity(np.array([[0, 1, 2]]), train) is None


def test_diversity_is_a_mean_over_lists_whatever_the_block_size(monkeypatch):
    lists = np.array([[0, 1], [0, 2], [0, 4]])
    assert diversity.diversity(lists, TRAIN) == pytest.approx((1 / 2 + 1 + 0) / 3)
    monkeypatch.setattr(diversity, "BLOCK_PAIRS", 4)
    assert diversity.diversity(lists, TRAIN) == pytest.approx((1 / 2 + 1 + 0) / 3)
