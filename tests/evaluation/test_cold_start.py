"""People who were not in training: by hand on a log where everybody rated the same films, and on any log."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import recsys
from recsys.baselines import simple as baselines
from recsys.data.dataset import Dataset
from recsys.evaluation import cold_start as new_users
from recsys.evaluation.cold_start import DRAWS, choose_l2, draw, evaluate_new_users, obstacle
from tests.synthetic import Shape, small_log, synthetic

MOVIELENS = os.environ.get("MOVIELENS_100K")


class ByIndex:
    """Scores films by their index, so that the last one comes first; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[sparse.csr_array[Any]] = []

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> np.ndarray:
        self.asked.append(ratings)
        return np.tile(np.arange(ratings.shape[1], dtype=np.float32), (ratings.shape[0], 1))


def alike(n_users: int = 30, n_rated: int = 4, n_items: int = 6) -> Dataset:
    """Everybody rated the first films."""
    rows = [(user, item, 1 + item % 5) for user in range(n_users) for item in range(n_rated)]
    items = pd.DataFrame({"item": range(n_items), "title": "x"})
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]), items=items)


def measured(ratings: Dataset, learn: Callable[[Dataset, int], Any] | None = None, seed: int = 0, k: int = 3):
    learn = learn or (lambda train, number: ByIndex())
    return evaluate_new_users(ratings, learn, k, np.random.default_rng(seed))


def pairs(ratings: Dataset) -> set[tuple[int, int]]:
    return set(zip(ratings.user.tolist(), ratings.item.tolist(), strict=True))


def test_the_figures_are_those_worked_by_hand():
    # Four films each. Given 3, one is hidden: popularity, which knows these four alone, lists it first; by index it
    # comes third, after the two films nobody rated. Given half, two are hidden: ranks 1 and 2, or 3 and none (k = 3).
    found = measured(alike())
    assert found.given == ("3", "half")
    assert found.n_users == (3 * DRAWS, 3 * DRAWS)  # a tenth of 30 in each draw
    best_two = 1 + 1 / math.log2(3)
    assert found.ndcg["popularity"] == pytest.approx(np.ones((2, DRAWS)))
    for name in ("deep", "deep_liked"):
        assert found.ndcg[name][0] == pytest.approx([1 / 2] * DRAWS)
        assert found.ndcg[name][1] == pytest.approx([(1 / 2) / best_two] * DRAWS)


def test_deep_sees_the_ratings_and_deep_liked_the_films_alone():
    deep = ByIndex()
    ratings = alike()
    measured(ratings, lambda train, number: deep)
    told = [one for one in deep.asked if one.shape[0]]
    rated, liked = told[::2], told[1::2]
    assert len(rated) == len(liked) == 2 * DRAWS
    for one, other in zip(rated, liked, strict=True):
        assert one.indices.tolist() == other.indices.tolist()
        assert one.data.tolist() == [1 + item % 5 for item in one.indices]
        assert np.isinf(other.data).all()


def test_no_rating_of_a_new_user_reaches_training_and_every_other_does():
    ratings, seen = synthetic(Shape(60, 80, 1500)), []

    def learn(train: Dataset, number: int) -> ByIndex:
        model = ByIndex()
        seen.append((train, number, model))
        return model

    found = measured(ratings, learn, k=10)
    assert [number for _, number, _ in seen] == list(range(DRAWS))
    whole = pairs(ratings)
    for train, _, model in seen:
        trained = set(train.user.tolist())
        assert pairs(train) == {pair for pair in whole if pair[0] in trained}
        absent = set(range(60)) - trained
        assert len(absent) == 6
        half = next(one for one in reversed(model.asked) if one.shape[0] == 6)
        assert sorted(np.diff(half.indptr)) == sorted(ratings.user_counts[sorted(absent)] // 2)
    assert found.n_users[-1] == 6 * DRAWS


def test_popularity_is_that_of_the_others_alone():
    ratings, seen = synthetic(Shape(60, 80, 1500)), []

    def learn(train: Dataset, number: int) -> ByIndex:
        seen.append((train, model := ByIndex()))
        return model

    found = measured(ratings, learn, k=10)
    leaked = []
    for number, (train, model) in enumerate(seen):
        own = [one.toarray() > 0 for one in model.asked if one.shape[0]][-2]  # half, with ratings
        whole = ratings.matrix.toarray() > 0
        who = sorted(set(range(60)) - set(train.user.tolist()))
        for counts, sums in ((train.item_counts, found.ndcg["popularity"][-1]), (ratings.item_counts, None)):
            values = []
            for row, user in enumerate(who):
                listed = np.argsort(np.where(own[row], np.inf, -counts), kind="stable")[:10]
                hidden = whole[user] & ~own[row]
                gains = 1 / np.log2(np.arange(10) + 2)
                values.append((hidden[listed] * gains).sum() / gains[: hidden.sum()].sum())
            if sums is not None:
                assert np.mean(values) == pytest.approx(sums[number])
            else:
                leaked.append(float(np.mean(values)))
    assert leaked != pytest.approx(found.ndcg["popularity"][-1].tolist(), abs=1e-4)  # so it would be noticed


@given(st.integers(0, 10_000))
def test_what_is_given_first_is_given_in_larger_cuts_too_and_the_rest_is_hidden(seed):
    ratings = small_log()
    drawn = draw(ratings, np.random.default_rng(seed))
    rest = pairs(drawn.rest)
    everyone = rest | pairs(drawn.cuts["half"].train) | pairs(drawn.cuts["half"].test)
    assert everyone == pairs(ratings)
    for name, cut in drawn.cuts.items():
        shown, hidden = pairs(cut.train), pairs(cut.test)
        assert not shown & hidden
        for user in set(cut.train.user.tolist()):
            n = int(ratings.user_counts[user])
            assert cut.train.user_counts[user] == (n // 2 if name == "half" else int(name))
            assert cut.test.user_counts[user] == n - cut.train.user_counts[user] >= 1
            assert user not in {one for one, _ in rest}
    numbers = [name for name in ("3", "5", "10") if name in drawn.cuts]
    for few, more in pairwise(numbers):
        people = set(drawn.cuts[more].train.user.tolist())
        assert {pair for pair in pairs(drawn.cuts[few].train) if pair[0] in people} <= pairs(drawn.cuts[more].train)


def test_who_has_too_few_films_for_a_cut_is_left_out_of_it_alone():
    rows = [(user, item, 3) for user in range(40) for item in range(4 if user % 2 else 8)]
    ratings = Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]))
    drawn = draw(ratings, np.random.default_rng(1))
    people = {name: set(cut.train.user.tolist()) for name, cut in drawn.cuts.items()}
    assert list(people) == ["3", "5", "half"]
    assert people["3"] == people["half"] and len(people["3"]) == 4
    assert people["5"] == {user for user in people["3"] if user % 2 == 0} != people["3"]


def test_users_with_one_rating_have_nothing_to_give_and_are_never_new():
    rows = [(user, item, 3) for user in range(50) for item in range(1 if user < 30 else 4)]
    ratings = Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]))
    for seed in range(10):
        assert set(range(30)) <= set(draw(ratings, np.random.default_rng(seed)).rest.user.tolist())
    assert obstacle(ratings) is None
    fewer = ratings.subset(ratings.user != 49)
    assert obstacle(fewer) == "users with two ratings or more are 19; expected 20 at least"


class Told:
    """In place of EASE: learned from fewer ratings than ``whole``, only the penalty 300 finds the films; else 100."""

    whole = 0

    def __init__(self, train: Dataset, l2: float) -> None:
        good = (l2 == 300) == (train.n_ratings < self.whole)
        self.scored = -np.arange(train.n_items, dtype=np.float32) * (1 if good else -1)

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> np.ndarray:
        return np.tile(self.scored, (ratings.shape[0], 1))


def test_the_penalty_is_chosen_on_validation_and_never_on_those_it_is_judged_on(monkeypatch):
    ratings = alike(40)
    monkeypatch.setattr(new_users, "EASE", Told)
    monkeypatch.setattr(new_users, "L2", (100.0, 300.0))
    monkeypatch.setattr(Told, "whole", 36 * 4)  # so many are left of a draw, and fewer of one for validation
    found = measured(ratings)
    assert found.ease_l2.tolist() == [[300.0] * DRAWS] * 2
    assert (found.ndcg["ease"] <= 0.5).all()  # had it been chosen on those judged, these would be 1
    monkeypatch.setattr(Told, "whole", 1)
    assert measured(ratings).ndcg["ease"].tolist() == [[1.0] * DRAWS] * 2


def test_of_equal_penalties_the_first_is_chosen_also_where_nobody_has_films_enough():
    assert choose_l2(draw(alike(), np.random.default_rng(0)), 3, (7.0, 5.0)) == dict.fromkeys(new_users.GIVEN, 7.0)


def test_ease_is_learned_with_what_was_chosen_from_everybody_else():
    ratings = synthetic(Shape(60, 80, 1500))
    found = measured(ratings, seed=3, k=10)
    own_rng = np.random.default_rng(3).spawn(1)[0]
    drawn = draw(ratings, own_rng)
    chosen = choose_l2(draw(drawn.rest, own_rng), 10, new_users.L2)
    for row, name in enumerate(found.given):
        assert found.ease_l2[row, 0] == chosen[name]
        ease = baselines.EASE(drawn.rest, chosen[name])
        cut = drawn.cuts[name]
        assert found.ndcg["ease"][row, 0] == pytest.approx(new_users.ndcg(ease, cut.train.matrix, cut, 10))


def test_ease_that_cannot_be_computed_is_left_out_with_a_word(monkeypatch):
    monkeypatch.setattr(baselines, "EASE_LARGEST", 5)
    found = measured(alike())
    assert set(found.ndcg) == {"deep", "deep_liked", "popularity"}
    assert found.ease_l2 is None
    assert found.skipped["ease"].startswith("more than")


def test_equal_seeds_give_equal_figures_and_draws_differ():
    ratings = synthetic(Shape(60, 80, 1500))
    one, same, other = (measured(ratings, seed=seed, k=10) for seed in (0, 0, 1))
    for name, values in one.ndcg.items():
        np.testing.assert_array_equal(values, same.ndcg[name])
        assert len(set(values[-1].tolist())) > 1
    assert any((one.ndcg[name] != other.ndcg[name]).any() for name in one.ndcg)


def test_progress_is_told_draw_by_draw():
    told = []
    evaluate_new_users(
        alike(), lambda train, number: ByIndex(), 3, np.random.default_rng(0), lambda *done: told.append(done)
    )
    assert told == [(done, DRAWS) for done in range(1, DRAWS + 1)]


@pytest.mark.skipif(not MOVIELENS, reason="MOVIELENS_100K does not name the MovieLens 100K folder")
def test_on_real_ratings_deep_is_level_with_ease_for_people_it_has_not_seen(monkeypatch):
    monkeypatch.setattr(new_users, "DRAWS", 1)
    config = recsys.TrainConfig(epochs=2)
    found = measured(recsys.load_dataset(MOVIELENS), lambda train, number: recsys.fit(train, "deep", config), k=10)
    mean = {name: dict(zip(found.given, values[:, 0], strict=True)) for name, values in found.ndcg.items()}
    for given_ in ("5", "half"):
        assert mean["deep"][given_] >= 0.95 * mean["ease"][given_]
        assert mean["deep"][given_] > 1.2 * mean["popularity"][given_]
