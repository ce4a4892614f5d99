"""Which hidden ratings count as relevant: all, or with ``relevant_from`` those at least so high."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.errors import ConfigError
from recsys.evaluation.relevance import relevant_ratings, skip_reason
from tests.small_logs import TableScorer, log_of

TRAIN = log_of([(0, 0, 5.0), (1, 0, 1.0), (2, 0, 3.0)], 3, 4)
TEST = log_of([(0, 1, 4.0), (0, 2, 3.5), (1, 3, 2.0), (2, 1, 5.0)], 3, 4)


def pairs(dataset):
    return list(zip(dataset.user.tolist(), dataset.item.tolist(), strict=True))


def test_without_a_threshold_every_hidden_rating_is_relevant():
    assert pairs(relevant_ratings(TRAIN, TEST)) == [(0, 1), (0, 2), (1, 3), (2, 1)]


def test_a_rating_equal_to_the_threshold_is_relevant_and_a_lower_one_is_not():
    assert pairs(relevant_ratings(TRAIN, TEST, 4)) == [(0, 1), (2, 1)]
    assert pairs(relevant_ratings(TRAIN, TEST, 3.5)) == [(0, 1), (0, 2), (2, 1)]


def test_a_threshold_in_tenths_is_reached_by_the_same_number_among_the_ratings():
    test = log_of([(0, 1, 4.1), (1, 1, 4.0)], 3, 4)  # 4.1 is a little lower as a float32
    assert pairs(relevant_ratings(TRAIN, test, 4.1)) == [(0, 1)]


@pytest.mark.parametrize("threshold", [-2, 0])
def test_thresholds_may_be_zero_or_negative(threshold):
    test = log_of([(0, 1, float(threshold)), (1, 1, threshold - 1.0)], 3, 4)
    assert pairs(relevant_ratings(TRAIN, test, threshold)) == [(0, 1)]


def test_there_is_none_where_nothing_is_hidden_or_nothing_is_so_high():
    assert relevant_ratings(TRAIN, None) is None
    assert relevant_ratings(TRAIN, TEST, 5.5) is None


def test_evaluation_counts_the_ratings_from_the_threshold_on_and_the_users_who_have_one():
    scorer = TableScorer([[0, 9, 8, 7]] * 3)  # lists: items 1, 2, 3
    report = recsys.evaluate(scorer, TRAIN, TEST, k=2, relevant_from=4)
    assert report.users.tolist() == [0, 2]
    assert report.per_user["recall"].tolist() == [1, 1]
    assert report.per_user["precision"].tolist() == [0.5, 0.5]
    report = recsys.evaluate(scorer, TRAIN, TEST, k=2)
    assert report.users.tolist() == [0, 1, 2]
    assert report.per_user["recall"].tolist() == [1, 0, 1]


def test_a_threshold_above_every_hidden_rating_is_refused_with_the_highest_of_them():
    with pytest.raises(ConfigError, match=r"relevant_from is 5\.5, and the highest held-out rating is 5"):
        recsys.evaluate(TableScorer([[1, 2, 3, 4]] * 3), TRAIN, TEST, k=2, relevant_from=5.5)


def log(n_users: int, ratings_each: int) -> recsys.Dataset:
    rows = [(user, item, 3.0) for user in range(n_users) for item in range(ratings_each)]
    return recsys.Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]))


@pytest.mark.parametrize(("n_ratings", "holdout", "relevant_from", "reason"), [
    (5, 0.0, None, "holdout is 0, so nothing is held out"),
    (1, 0.2, None, "no user has more than one item, so nothing can be held out"),
    (1, 0.2, 4.0, "no user has more than one item, so nothing can be held out"),
    (5, 0.2, 4.0, "relevant_from is 4, and the highest held-out rating is 3"),
])  # fmt: skip
def test_the_reason_why_nothing_can_be_measured_is_the_right_one(n_ratings, holdout, relevant_from, reason):
    parts = recsys.split(log(4, n_ratings), holdout, np.random.default_rng(0))
    assert skip_reason(parts, holdout, relevant_from).startswith(reason)


def test_there_is_no_reason_where_something_is_relevant():
    assert skip_reason(recsys.split(log(4, 5), 0.2), 0.2, 3) is None
