from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from recsys.baselines import ease
from recsys.baselines.protocol import BaselineSpec
from recsys.baselines.registry import BASELINES
from recsys.baselines.run import BaselineResult, BaselineRow, SkippedBaseline, baseline_tasks
from recsys.config import BuildConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.recommend.lists import recommend
from tests.synthetic import small_log

CONFIG = BuildConfig(top_k=4)


class Reversed:
    """Scores items by their index."""

    def __init__(self, train: Dataset) -> None:
        self.shape = train.n_users, train.n_items

    def scores(self, users: Any = None) -> np.ndarray:
        n = self.shape[0] if users is None else len(users)
        return np.tile(np.arange(self.shape[1], dtype=np.float32), (n, 1))


def run_all(parts: Split, config: BuildConfig = CONFIG) -> dict[str, BaselineRow]:
    return {task.name: task.work(lambda event: None) for task in baseline_tasks(parts, config)}


def test_every_baseline_is_tuned_and_recommends_to_all_users(monkeypatch):
    reversed_ = BaselineSpec(label="Reversed", colour=("#000000", "#ffffff"), factory=Reversed)
    monkeypatch.setitem(BASELINES, "reversed", reversed_)
    parts = split(small_log(), 0.2)
    results = run_all(parts)
    assert [result.name for result in results.values()] == list(results) == list(BASELINES)
    for result in results.values():
        assert isinstance(result, BaselineResult)
        spec = BASELINES[result.name]
        assert len(result.tuned.trials) == (len(spec.grid) if len(spec.grid) > 1 else 0)
        scorer = spec.factory(parts.train, **result.tuned.hyperparameters)
        np.testing.assert_array_equal(result.lists.items, recommend(scorer, parts.train, parts.test, 4).items)


def test_held_out_ratings_change_neither_the_chosen_hyperparameters_nor_the_lists():
    parts = split(small_log(), 0.2)
    fewer = replace(parts, test=parts.test.subset(parts.test.user % 3 == 0))
    results, expected = run_all(fewer), run_all(parts)
    for name in BASELINES:
        assert results[name].tuned == expected[name].tuned
        np.testing.assert_array_equal(results[name].lists.items, expected[name].lists.items)
        np.testing.assert_array_equal(results[name].lists.scores, expected[name].lists.scores)


def test_a_baseline_that_cannot_be_computed_is_named_with_its_reason(monkeypatch):
    monkeypatch.setattr(ease, "MAX_ROWS", 5)
    results = run_all(split(small_log(), 0.2))
    reason = "more than 5 users and items: the matrix to invert would be too large"
    assert results["ease"] == SkippedBaseline("ease", reason)


def test_with_nothing_hidden_no_baseline_is_run():
    assert run_all(split(small_log(), 0)) == {}
