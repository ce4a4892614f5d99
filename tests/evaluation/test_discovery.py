from __future__ import annotations

import numpy as np
import pytest

from recsys.evaluation import discovery
from recsys.evaluation.discovery import AMOUNTS, discovery_curves
from recsys.evaluation.report import evaluate
from tests.small_logs import TableScorer, log_of


def random_log(n_users: int, n_items: int = 60) -> tuple[TableScorer, ...]:
    """A scorer, training and hidden ratings: the first items are the most popular, and have the higher scores."""
    rng = np.random.default_rng(0)
    weights = 1 / np.arange(1, n_items + 1)
    rated = [rng.choice(n_items, 12, replace=False, p=weights / weights.sum()).tolist() for _ in range(n_users)]
    train = log_of([(user, item) for user, items in enumerate(rated) for item in items[:8]], n_users, n_items)
    test = log_of([(user, item) for user, items in enumerate(rated) for item in items[8:]], n_users, n_items)
    return TableScorer(np.log(weights) + rng.standard_normal((n_users, n_items))), train, test


def curve_of(scorer, train, test, k=5, seed=0):
    return discovery_curves({"base": scorer}, train, test, k, np.random.default_rng(seed))


def test_the_first_point_is_the_models_own_lists():
    scorer, train, test = random_log(30)
    report, first = evaluate(scorer, train, test, k=5), curve_of(scorer, train, test).models["base"][0]
    assert first.discovery == 0
    assert first.ndcg == report.mean["ndcg"]
    assert {name: report.beyond[name].mean for name in ("novelty", "coverage")} == {
        "novelty": first.novelty, "coverage": first.coverage
    }  # fmt: skip


def test_novelty_grows_with_discovery():
    curves = curve_of(*random_log(30))
    points = curves.models["base"]
    assert tuple(point.discovery for point in points) == AMOUNTS
    novelty = [point.novelty for point in points]
    assert novelty == sorted(novelty)
    assert novelty[-1] > novelty[0] + 0.5
    assert (curves.n_users, curves.candidates) == (30, 50)


def test_users_without_a_hidden_rating_do_not_count():
    scorer, train, test = random_log(30)
    assert curve_of(scorer, train, test.subset(test.user < 10)).n_users == 10


def test_a_sample_of_many_users_is_drawn_by_the_generator(monkeypatch):
    monkeypatch.setattr(discovery, "MAX_USERS", 12)
    case = random_log(30)
    samples = [curve_of(*case, seed=seed) for seed in (0, 0, 1)]
    assert [sample.n_users for sample in samples] == [12, 12, 12]
    assert samples[0] == samples[1]
    assert samples[0] != samples[2]


def test_in_a_small_catalogue_all_items_are_candidates():
    scorer, train, test = random_log(5, n_items=15)
    assert curve_of(scorer, train, test, k=4).candidates == 15


@pytest.mark.parametrize("k", [1, 60])
def test_lists_may_have_one_item_or_all(k):
    points = curve_of(*random_log(10), k=k).models["base"]
    assert all(0 <= point.ndcg <= 1 and 0 < point.coverage <= 1 for point in points)
