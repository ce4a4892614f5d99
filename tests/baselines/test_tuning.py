from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from recsys.baselines import tuning
from recsys.baselines.protocol import BaselineSpec
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import Tuned, tune, validation_split
from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.evaluation.report import evaluate
from recsys.schema import Trial
from tests.small_logs import log_of
from tests.synthetic import small_log


class OneItem:
    """Scores the item ``best`` highest; remembers all arguments it was ever created with."""

    calls: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, train: Dataset, best: int = 0, **rest: Any) -> None:
        self.calls.append({"n": train.n_ratings, "best": best, **rest})
        self.table = np.tile((np.arange(train.n_items) == best).astype(np.float32), (train.n_users, 1))

    def scores(self, users: Any = None) -> np.ndarray:
        return self.table if users is None else self.table[users]


def spec_of(*best: int, **more: Any) -> BaselineSpec:
    return BaselineSpec(
        label="x", colour=("#000000", "#ffffff"), factory=OneItem, grid=[{"best": item} for item in best], **more
    )


def log(n_items: int = 6) -> Dataset:
    """Five users who rated items 0 to 3, item 3 last."""
    return log_of([(user, item, 3, item) for user in range(5) for item in range(4)], 5, n_items)


@pytest.fixture(autouse=True)
def _no_earlier_calls():
    OneItem.calls.clear()


def test_hyperparameters_that_rank_the_hidden_item_first_are_chosen():
    tuned = tune(spec_of(5, 3, 4), split(log(), 0.25), seed=0)
    assert tuned.hyperparameters == {"best": 3}
    assert [trial.settings["best"] for trial in tuned.trials] == [5, 3, 4]
    assert tuned.trials[1].ndcg == 1 > tuned.trials[0].ndcg


@pytest.mark.parametrize("name", [name for name, spec in BASELINES.items() if spec.try_all is not None])
def test_scorers_that_share_work_are_those_that_the_factory_makes(name):
    spec, train = BASELINES[name], small_log()
    scorers = list(spec.try_all(train, spec.grid))
    assert len(scorers) == len(spec.grid)
    for scorer, settings in zip(scorers, spec.grid, strict=True):
        np.testing.assert_array_equal(scorer.scores(), spec.factory(train, **settings).scores())


def test_the_first_of_equal_trials_is_chosen():
    assert tune(spec_of(4, 5), split(log(), 0.25), seed=0).hyperparameters == {"best": 4}


def test_draft_values_hold_while_choosing_and_final_values_for_what_is_served():
    spec = spec_of(3, 4, draft=lambda seed: {"dim": 2, "seed": seed}, final=lambda seed: {"dim": 9, "seed": seed})
    assert tune(spec, split(log(), 0.25), seed=5).hyperparameters == {"dim": 9, "seed": 5, "best": 3}
    assert OneItem.calls == [{"n": 15, "best": item, "dim": 2, "seed": 5} for item in (3, 4)]


def test_where_nothing_can_be_held_out_the_first_is_chosen_without_a_trial():
    tuned = tune(spec_of(4, 3, final=lambda seed: {"dim": 9}), Split(log(), None, "temporal"), seed=0)
    assert (tuned.hyperparameters, tuned.trials, OneItem.calls) == ({"dim": 9, "best": 4}, (), [])


def test_a_grid_of_one_is_chosen_without_a_trial():
    assert tune(spec_of(4), split(log(), 0.25), seed=0) == Tuned({"best": 4})
    assert OneItem.calls == []


def test_every_trial_evaluates_the_same_random_sample_of_many_users(monkeypatch):
    monkeypatch.setattr(tuning, "MAX_USERS", 2)
    evaluated = []

    def top_k(scorer: Any, users: np.ndarray, k: int, exclude: Dataset) -> tuple[np.ndarray, None]:
        evaluated.append(users.tolist())
        return np.zeros((len(users), k), int), None

    monkeypatch.setattr(tuning, "top_k", top_k)
    for seed in range(20):
        tune(spec_of(4, 3), split(log(), 0.25), seed=seed)
    assert evaluated[::2] == evaluated[1::2]
    assert {len(users) for users in evaluated} == {2}
    assert {user for users in evaluated for user in users} == {0, 1, 2, 3, 4}


def test_a_trial_has_the_ndcg_of_the_validation_part():
    rows = [(user, item, 3, (7 * user + item) % 5) for user in range(20) for item in range(15) if user * item % 3]
    parts = split(
        Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])), 0.3
    )
    spec = BASELINES["item_knn"]
    for trial in tune(spec, parts, seed=0).trials:
        report = evaluate(spec.factory(parts.train, **trial.settings), parts.train, parts.test, k=10)
        assert trial.ndcg == pytest.approx(report.mean["ndcg"])


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_can_be_created_with_its_chosen_hyperparameters(name):
    tuned = tune(BASELINES[name], split(log(12), 0.25), seed=5)
    assert BASELINES[name].factory(log(12), **tuned.hyperparameters).scores().shape == (5, 12)
    assert tuned.hyperparameters.get("seed", 5) == 5


def test_the_chosen_hyperparameters_are_described_in_one_line():
    assert Tuned({}).describe() == "nothing to choose"
    trials = Trial({}, 0.5), Trial({}, 0.25)
    assert Tuned({"l2": 300.0, "dim": 64}, trials).describe() == "l2 300, dim 64 (best of 2)"


@pytest.mark.parametrize(("holdout", "hidden"), [(0.25, {3}), (0.5, {2, 3}), (0.75, {1, 2, 3})])
def test_the_validation_part_is_cut_as_the_hidden_part_was(holdout, hidden):
    parts, expected = validation_split(log(), holdout, np.random.default_rng(0)), split(log(), holdout)
    assert parts.train.item.tolist() == expected.train.item.tolist()
    assert set(parts.test.item.tolist()) == hidden


def test_only_random_users_are_used_if_there_are_too_many_ratings(monkeypatch):
    monkeypatch.setattr(tuning, "MAX_RATINGS", 9)
    users = set()
    for seed in range(20):
        parts = validation_split(log(), 0.25, np.random.default_rng(seed))
        assert set(parts.train.user.tolist()) == set(parts.test.user.tolist())
        assert (parts.train.n_users, parts.train.n_items) == (5, 6)
        users.add(frozenset(parts.train.user.tolist()))
    assert {len(chosen) for chosen in users} == {2}  # of 20 ratings at most 9, and each user has four
    assert frozenset.union(*users) == {0, 1, 2, 3, 4}
