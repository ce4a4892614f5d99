from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from recsys.baselines import simple as baselines
from recsys.baselines import tuning as selection
from recsys.baselines.tuning import Recipe, choose, recipes, validation
from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.evaluation.metrics import evaluate


class Shift:
    """Scores film ``best`` highest; remembers what it was made with."""

    made: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, train: Dataset, best: int = 0, **rest: Any) -> None:
        self.made.append({"n": train.n_ratings, "best": best, **rest})
        self.table = np.tile((np.arange(train.n_items) == best).astype(np.float32), (train.n_users, 1))

    def scores(self, users: Any = None) -> np.ndarray:
        return self.table if users is None else self.table[users]


def log(n_items: int = 6) -> Dataset:
    """Five users who rated films 0 to 3, the last of them film 3."""
    rows = [(user, item, 3, item) for user in range(5) for item in range(4)]
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
    )


@pytest.fixture(autouse=True)
def _forgotten():
    Shift.made.clear()


def test_what_ranks_the_hidden_film_first_is_chosen():
    recipe = Recipe(Shift, [{"best": best} for best in (5, 3, 4)])
    chosen = choose(recipe, split(log(), 0.25))
    assert chosen.settings == {"best": 3}
    assert [trial.settings["best"] for trial in chosen.trials] == [5, 3, 4]
    assert chosen.trials[1].ndcg == 1 > chosen.trials[0].ndcg


def test_of_equals_the_first_is_chosen():
    assert choose(Recipe(Shift, [{"best": 4}, {"best": 5}]), split(log(), 0.25)).settings == {"best": 4}


def test_drafts_are_for_choosing_and_final_settings_for_what_is_served():
    recipe = Recipe(Shift, [{"best": 3}, {"best": 4}], draft={"dim": 2}, final={"dim": 9})
    assert choose(recipe, split(log(), 0.25)).settings == {"dim": 9, "best": 3}
    assert Shift.made == [{"n": 15, "best": best, "dim": 2} for best in (3, 4)]


def test_where_nothing_can_be_held_out_the_first_is_taken_untried():
    recipe = Recipe(Shift, [{"best": 4}, {"best": 3}], final={"dim": 9})
    chosen = choose(recipe, Split(log(), None, "temporal"))
    assert (chosen.settings, chosen.trials, Shift.made) == ({"dim": 9, "best": 4}, (), [])


def test_with_many_users_evenly_spaced_ones_are_judged(monkeypatch):
    monkeypatch.setattr(selection, "MOST_USERS", 2)
    seen = []

    def top_k(scorer: Any, users: np.ndarray, k: int, exclude: Dataset) -> tuple[np.ndarray, None]:
        seen.append(users)
        return np.zeros((len(users), k), int), None

    monkeypatch.setattr(selection, "top_k", top_k)
    choose(Recipe(Shift, [{"best": 4}, {"best": 3}]), split(log(), 0.25))
    assert [one.tolist() for one in seen] == [[0, 3], [0, 3]]


def test_the_trial_of_a_setting_is_its_ndcg_on_the_validation_part():
    dataset = Dataset.from_frames(
        pd.DataFrame(np.random.default_rng(0).permutation([(u, i, 3, (7 * u + i) % 5) for u in range(20)
                      for i in range(15) if (u * i) % 3]), columns=["user", "item", "rating", "timestamp"])
    )  # fmt: skip
    parts = split(dataset, 0.3)
    recipe = recipes(0)["item_knn"]
    for trial in choose(recipe, parts).trials:
        report = evaluate(recipe.make(parts.train, **trial.settings), parts.train, parts.test, k=10)
        assert trial.ndcg == pytest.approx(report.mean["ndcg"])


@pytest.mark.parametrize("name", recipes(0))
def test_every_baseline_can_be_made_with_what_is_chosen(name):
    recipe = recipes(0)[name]
    settings = choose(recipe, split(log(12), 0.25)).settings
    assert recipe.make(log(12), **settings).scores().shape == (5, 12)


def test_ease_alone_has_an_obstacle_and_only_where_users_and_items_are_many(monkeypatch):
    assert [name for name, recipe in recipes(0).items() if recipe.obstacle(log())] == []
    monkeypatch.setattr(baselines, "EASE_LARGEST", 4)
    assert [name for name, recipe in recipes(0).items() if recipe.obstacle(log())] == ["ease"]


def test_the_seed_reaches_what_is_tried_and_what_is_served():
    recipe = recipes(5)["als"]
    assert recipe.draft["seed"] == recipe.final["seed"] == 5


def test_the_validation_part_is_cut_as_the_hidden_part_was():
    found, expected = validation(log(), 0.25, np.random.default_rng(0)), split(log(), 0.25)
    assert found.train.item.tolist() == expected.train.item.tolist()
    assert set(found.test.item.tolist()) == {3}


def test_of_too_many_ratings_those_of_evenly_spaced_users_are_tried_on(monkeypatch):
    monkeypatch.setattr(selection, "MOST_RATINGS", 9)
    parts = validation(log(), 0.25, np.random.default_rng(0))
    assert set(parts.train.user.tolist()) == set(parts.test.user.tolist()) == {0, 3}
    assert (parts.train.n_users, parts.train.n_items) == (5, 6)
