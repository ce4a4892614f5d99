from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.errors import ConfigError, DataError
from recsys.evaluation.metrics import METRICS, accuracy_metrics, list_metrics
from recsys.evaluation.metrics.metric import AccuracyMetric, ListMetric
from recsys.evaluation.ranking import top_k
from recsys.evaluation.report import evaluate, hits, score_lists
from tests.evaluation.test_metrics import literal_metrics
from tests.small_logs import TableScorer, log_of, pairs_of


@st.composite
def evaluations(draw: st.DrawFn) -> tuple[list[list[int]], list[set[int]], list[set[int]], int]:
    """Scores, each user's items in training and hidden, k; user 0 has both."""
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(2, 9))
    part = st.lists(st.sampled_from(["train", "hidden", "none"]), min_size=n_items, max_size=n_items)
    parts = draw(st.lists(part, min_size=n_users, max_size=n_users))
    parts[0][:2] = ["train", "hidden"]
    scores = draw(st.lists(st.lists(st.integers(0, 3), min_size=n_items, max_size=n_items),
                           min_size=n_users, max_size=n_users))  # fmt: skip
    train, hidden = ([{item for item, part in enumerate(row) if part == name} for row in parts]
                     for name in ("train", "hidden"))  # fmt: skip
    return scores, train, hidden, draw(st.integers(1, n_items))


@settings(deadline=None, max_examples=60)
@given(evaluations())
def test_a_report_is_that_of_ranking_and_counting_user_by_user(case):
    scores, trained, hidden, k = case
    n_users, n_items = len(scores), len(scores[0])
    train, test = log_of(pairs_of(trained), n_users, n_items), log_of(pairs_of(hidden), n_users, n_items)
    report = evaluate(TableScorer(scores), train, test, k)

    evaluated = [user for user in range(n_users) if hidden[user]]
    lists = {
        user: [item for item in sorted(range(n_items), key=lambda item, user=user: (-scores[user][item], item))
               if item not in trained[user]][:k]
        for user in evaluated
    }  # fmt: skip
    assert report.users.tolist() == evaluated
    assert [[item for item in row if item >= 0] for row in report.items.tolist()] == list(lists.values())
    expected = [
        literal_metrics([item in hidden[user] for item in items] + [False] * (k - len(items)), len(hidden[user]))
        for user, items in lists.items()
    ]
    assert list(report.accuracy) == list(accuracy_metrics())
    for name, interval in report.accuracy.items():
        values = [metrics[name] for metrics in expected]
        np.testing.assert_allclose(report.per_user[name], values, rtol=1e-12)
        assert report.mean[name] == interval.mean == pytest.approx(sum(values) / len(values))
        assert report.low[name] == interval.low <= interval.high == report.high[name]
    listed = [item for items in lists.values() for item in items]
    assert report.beyond["coverage"].mean == pytest.approx(len(set(listed)) / n_items)
    surprise = [-math.log2((sum(item in items for items in trained) + 1) / (n_users + 1)) for item in listed]
    assert report.beyond["novelty"].mean == pytest.approx(sum(surprise) / len(surprise))
    assert report.beyond["diversity"].mean is None  # there are no genres


def test_users_without_a_hidden_rating_are_not_evaluated():
    train, test = log_of([(0, 0), (1, 0), (2, 0)], 3, 3), log_of([(1, 2)], 3, 3)
    report = evaluate(TableScorer([[9, 9, 9]] * 3), train, test, k=2)
    assert report.users.tolist() == [1]
    assert report.per_user["recall"].tolist() == [1]


def test_items_of_the_training_part_take_no_position_in_the_list():
    train, test = log_of([(0, 0), (0, 1)], 1, 3), log_of([(0, 2)], 1, 3)
    assert evaluate(TableScorer([[9, 8, 1]]), train, test, k=1).mean["ndcg"] == 1


def test_a_low_rating_is_relevant_too():
    train, test = log_of([(0, 0, 5.0)], 1, 2), log_of([(0, 1, 0.5)], 1, 2)
    assert evaluate(TableScorer([[0, 0]]), train, test, k=1).mean["recall"] == 1


def test_hits_belong_to_the_user_of_their_row_and_a_missing_item_is_no_hit():
    test = log_of([(0, 3), (1, 0), (2, 3)], 4, 4)
    items = np.array([[0, -1], [3, 0], [3, -1], [-1, -1]])
    # Item -1 of user 1 must not be taken for the last item of user 0.
    expected = [[True, False], [True, False], [True, False], [False, False]]
    assert hits(items, np.array([1, 0, 2, 3]), test).tolist() == expected


@pytest.mark.parametrize("k", [0, 4])
def test_a_k_that_no_list_can_have_is_refused(k):
    with pytest.raises(ConfigError, match=f"k is {k}; expected a whole number from 1 to 3"):
        evaluate(TableScorer([[1, 2, 3]]), log_of([(0, 0)], 1, 3), log_of([(0, 1)], 1, 3), k)


@pytest.mark.parametrize("k", ["2", 1.5, None, True, np.float64(2)])
@pytest.mark.parametrize("rank", [
    lambda k: evaluate(TableScorer([[1, 2, 3]]), log_of([(0, 0)], 1, 3), log_of([(0, 1)], 1, 3), k),
    lambda k: top_k(TableScorer([[1, 2, 3]]), k=k),
])  # fmt: skip
def test_a_k_that_is_no_whole_number_is_refused(k, rank):
    with pytest.raises(ConfigError, match=f"k is {re.escape(repr(k))}; expected a whole number from 1 to 3"):
        rank(k)


def test_a_k_of_numpy_is_a_whole_number():
    report = evaluate(TableScorer([[1, 2, 3]]), log_of([(0, 0)], 1, 3), log_of([(0, 1)], 1, 3), np.int8(2))
    assert report.items.tolist() == [[2, 1]]


@pytest.mark.parametrize("relevant_from", ["x", "4", True, math.nan, math.inf, [4]])
def test_a_threshold_that_is_no_number_is_refused(relevant_from):
    train, test = log_of([(0, 0)], 1, 3), log_of([(0, 1)], 1, 3)
    with pytest.raises(ConfigError) as error:
        evaluate(TableScorer([[1, 2, 3]]), train, test, 1, relevant_from)
    expected = "expected a finite number, or None for all ratings"
    assert str(error.value) == f"relevant_from is {relevant_from!r}; {expected}"


@pytest.mark.parametrize("rating", [1, 0])
def test_hidden_ratings_that_are_in_training_too_are_refused(rating):
    train = log_of([(0, 0, rating), (1, 2, rating), (0, 1, rating), (1, 1, rating)], 2, 3)
    test = log_of([(0, 2), (1, 1), (0, 0)], 2, 3)
    with pytest.raises(DataError) as error:
        evaluate(TableScorer([[1, 2, 3]] * 2), train, test, 1)
    assert str(error.value) == (
        "2 of the 3 test ratings are of items that the same user rated in the training part too, such as item 0 of "
        "user 0; expected two parts without a common rating, such as parts.train and parts.test of recsys.split"
    )
    with pytest.raises(DataError, match="3 of the 3 test ratings"):
        evaluate(TableScorer([[1, 2, 3]] * 2), test, test, 1)


@pytest.mark.parametrize(("shape", "unknown"), [((2, 3), "user '1'"), ((1, 4), "item '3'")])
def test_a_test_part_of_other_users_or_items_is_refused(shape, unknown):
    with pytest.raises(DataError, match=f"the training part has no {unknown}; expected"):
        evaluate(TableScorer([[1, 2, 3]]), log_of([(0, 0)], 1, 3), log_of([(0, 1)], *shape), 1)


def test_scoring_given_lists_is_what_evaluate_does_with_the_lists_it_makes():
    train, test = log_of([(0, 0), (1, 1)], 2, 4), log_of([(0, 2), (1, 3), (1, 0)], 2, 4)
    report = evaluate(TableScorer([[1, 2, 3, 4], [4, 3, 2, 1]]), train, test, k=2)
    again = score_lists(report.items, report.users, train, test)
    assert (again.accuracy, again.beyond) == (report.accuracy, report.beyond)


def test_a_metric_added_to_the_registry_is_in_every_report(monkeypatch):
    first = AccuracyMetric("first", "First", "1 for a hit at rank 1, else 0", lambda hits, n: hits[:, 0] * 1.0)
    length = ListMetric("length", "Length", "items listed", lambda items, train: float((items >= 0).sum()))
    monkeypatch.setitem(METRICS, "first", first)
    monkeypatch.setitem(METRICS, "length", length)
    train, test = log_of([(0, 0), (1, 1)], 2, 4), log_of([(0, 2), (1, 3)], 2, 4)
    report = evaluate(TableScorer([[1, 2, 4, 3]] * 2), train, test, k=2)
    assert report.per_user["first"].tolist() == [1, 0]
    assert report.mean["first"] == 0.5
    assert report.beyond["length"].mean == 4
    assert (list(report.accuracy)[-1], list(report.beyond)[-1]) == ("first", "length")
    assert list(list_metrics())[-1] == "length"
