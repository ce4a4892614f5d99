"""Users who were not in training: by hand on a log where everybody rated the same items, and on any log."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import recsys
from recsys.baselines import ease, popularity
from recsys.data.dataset import Dataset
from recsys.evaluation import cold_start
from recsys.evaluation.cold_start import (
    AT_RANDOM,
    DRAWS,
    FIRST_IN_TIME,
    GIVEN,
    Draw,
    TunedColdStart,
    UntunedColdStart,
    as_liked,
    draw_users,
    evaluate_cold_start,
    mean_ndcg,
    skip_reason,
)
from recsys.schema import NewUsers
from tests.requirements import MOVIELENS, needs_movielens
from tests.small_logs import log_of
from tests.synthetic import Shape, small_log, synthetic

N_USERS, N_NEW = 60, 6
"""Of the synthetic log, and how many of them are new in each draw: a tenth."""
RATINGS = synthetic(Shape(N_USERS, 80, 1500))


class ByIndex:
    """Scores items by their index, so that the last one comes first; remembers the histories it was asked with."""

    def __init__(self) -> None:
        self.histories: list[sparse.csr_array[Any]] = []

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> np.ndarray:
        if ratings.shape[0]:  # top_k asks for nobody first, to learn the number of items
            self.histories.append(ratings)
        return np.tile(np.arange(ratings.shape[1], dtype=np.float32), (ratings.shape[0], 1))


def equal_users(n_users: int = 30, n_rated: int = 4, n_items: int = 6) -> Dataset:
    """Everybody rated the first items alike."""
    return log_of([(u, i, 1 + i % 5) for u in range(n_users) for i in range(n_rated)], n_users, n_items)


def evaluate(ratings: Dataset, models: dict[str, Any] | None = None, seed: int = 0, k: int = 3) -> NewUsers:
    return evaluate_cold_start(ratings, models or {"index": UntunedColdStart(lambda *_: ByIndex())}, k, seed)[0]


def pairs(ratings: Dataset) -> set[tuple[int, int]]:
    return set(zip(ratings.user.tolist(), ratings.item.tolist(), strict=True))


def new_users(draw: Draw, given: str = "half") -> set[int]:
    return set(draw.cuts[given].train.user.tolist())


def test_the_figures_are_those_worked_by_hand():
    # Four items each. Given 3, one is hidden: popularity, which knows these four alone, lists it first; by index it
    # comes third, after the two items nobody rated. Given half, two are hidden: ranks 1 and 2, or 3 and none (k = 3).
    models = {"popularity": popularity.BASELINE.cold_start, "index": UntunedColdStart(lambda *_: ByIndex())}
    report = evaluate(equal_users(), models)
    assert report.given == ["3", "half"]
    assert report.n_users == [3 * DRAWS, 3 * DRAWS]  # a tenth of 30 in each draw
    assert report.models["popularity"] == [[1.0] * DRAWS] * 2
    ideal_of_two = 1 + 1 / math.log2(3)
    assert report.models["index"][0] == pytest.approx([1 / 2] * DRAWS)
    assert report.models["index"][1] == pytest.approx([(1 / 2) / ideal_of_two] * DRAWS, abs=1e-6)
    assert (report.chosen, report.skipped) == ({}, {})


def test_a_model_sees_ratings_or_items_alone():
    scorer = ByIndex()
    models = {
        "rated": UntunedColdStart(lambda *_: scorer),
        "liked": UntunedColdStart(lambda *_: scorer, as_liked),
    }
    evaluate(equal_users(), models)
    by_draw = [scorer.histories[start : start + 4] for start in range(0, 4 * DRAWS, 4)]  # two models, two cuts
    assert len(scorer.histories) == 4 * DRAWS
    for *rated, liked_3, liked_half in by_draw:
        for history, liked in zip(rated, (liked_3, liked_half), strict=True):
            assert history.indices.tolist() == liked.indices.tolist()
            assert history.data.tolist() == [1 + item % 5 for item in history.indices]
            assert np.isinf(liked.data).all()


def recording(draws: list[tuple[Dataset, int, ByIndex]]) -> UntunedColdStart:
    """A model that notes what it learned from, the number of the draw, and itself."""

    def learn(train: Dataset, number: int) -> ByIndex:
        draws.append((train, number, ByIndex()))
        return draws[-1][-1]

    return UntunedColdStart(learn)


def test_no_rating_of_a_new_user_reaches_training_and_every_other_does():
    ratings, draws = RATINGS, []
    report = evaluate(ratings, {"model": recording(draws)}, k=10)
    assert [number for _, number, _ in draws] == list(range(DRAWS))
    all_pairs = pairs(ratings)
    for train, _, model in draws:
        trained = set(train.user.tolist())
        absent = set(range(N_USERS)) - trained
        assert pairs(train) == {pair for pair in all_pairs if pair[0] in trained}
        assert len(absent) == N_NEW
        half = model.histories[-1]
        assert sorted(np.diff(half.indptr)) == sorted(ratings.user_counts[sorted(absent)] // 2)
    assert report.n_users[-1] == N_NEW * DRAWS


def test_popularity_counts_the_ratings_of_the_others_alone():
    ratings, draws = RATINGS, []
    models = {"model": recording(draws), "popularity": popularity.BASELINE.cold_start}
    expected = evaluate(ratings, models, k=10).models["popularity"][-1]

    def literal(counts: np.ndarray, users: list[int], given: np.ndarray) -> float:
        values = []
        for row, user in enumerate(users):
            items = np.argsort(np.where(given[row], np.inf, -counts), kind="stable")[:10]
            hidden = (ratings.matrix.toarray()[user] > 0) & ~given[row]
            gains = 1 / np.log2(np.arange(10) + 2)
            values.append((hidden[items] * gains).sum() / gains[: hidden.sum()].sum())
        return float(np.mean(values))

    leaking = []
    for number, (train, _, model) in enumerate(draws):
        users = sorted(set(range(N_USERS)) - set(train.user.tolist()))
        given = model.histories[-1].toarray() > 0
        assert expected[number] == pytest.approx(literal(train.item_counts, users, given), abs=1e-6)
        leaking.append(literal(ratings.item_counts, users, given))
    assert leaking != pytest.approx(expected, abs=1e-4)  # so that a leak would be noticed


@given(st.integers(0, 10_000))
def test_items_given_first_are_given_in_larger_cuts_too_and_the_rest_is_hidden(seed):
    ratings = small_log()
    draw = draw_users(ratings, np.random.default_rng(seed))
    others = pairs(draw.train)
    assert others | pairs(draw.cuts["half"].train) | pairs(draw.cuts["half"].test) == pairs(ratings)
    for given_, cut in draw.cuts.items():
        assert not pairs(cut.train) & pairs(cut.test)
        for user in set(cut.train.user.tolist()):
            n = int(ratings.user_counts[user])
            assert cut.train.user_counts[user] == (n // 2 if given_ == "half" else int(given_))
            assert cut.test.user_counts[user] == n - cut.train.user_counts[user] >= 1
            assert user not in {other for other, _ in others}
    for fewer, more in pairwise([given_ for given_ in ("3", "5", "10") if given_ in draw.cuts]):
        users = new_users(draw, more)
        assert {pair for pair in pairs(draw.cuts[fewer].train) if pair[0] in users} <= pairs(draw.cuts[more].train)


@given(st.integers(0, 10_000))
def test_in_order_of_time_everything_given_is_at_most_as_new_as_everything_hidden(seed):
    ratings = RATINGS
    draw = draw_users(ratings, np.random.default_rng(seed), order=FIRST_IN_TIME)
    assert {"3", "half"} <= draw.cuts.keys()
    for cut in draw.cuts.values():
        for user in set(cut.train.user.tolist()):
            given_times = cut.train.timestamp[cut.train.user == user]
            assert given_times.max() <= cut.test.timestamp[cut.test.user == user].min()


def test_the_same_users_are_new_whatever_they_give_first():
    ratings = RATINGS
    at_random, in_time = draw_users(ratings, np.random.default_rng(3)), draw_users(
        ratings, np.random.default_rng(3), order=FIRST_IN_TIME
    )  # fmt: skip
    assert pairs(at_random.train) == pairs(in_time.train)
    assert pairs(at_random.cuts["3"].train) != pairs(in_time.cuts["3"].train)


def test_items_of_equal_times_are_given_in_random_order():
    ratings = RATINGS
    ratings = replace(ratings, timestamp=np.full(ratings.n_ratings, 7))
    at_random, in_time = draw_users(ratings, np.random.default_rng(3)), draw_users(
        ratings, np.random.default_rng(3), order=FIRST_IN_TIME
    )  # fmt: skip
    assert [pairs(cut.train) for cut in at_random.cuts.values()] == [
        pairs(cut.train) for cut in in_time.cuts.values()
    ]


def test_the_protocol_says_in_which_order_items_are_given():
    ratings = RATINGS
    models = {"index": UntunedColdStart(lambda *_: ByIndex())}
    at_random, in_time = evaluate_cold_start(ratings, models, 3, 0, orders=[AT_RANDOM, FIRST_IN_TIME])
    assert "are sorted by random()" in at_random.protocol
    assert "are sorted by time and, where times are equal, by random()" in in_time.protocol


def test_a_user_with_too_few_items_for_a_cut_is_left_out_of_that_cut_alone():
    ratings = log_of([(user, item) for user in range(40) for item in range(4 if user % 2 else 8)], 40, 8)
    draw = draw_users(ratings, np.random.default_rng(1))
    assert list(draw.cuts) == ["3", "5", "half"]
    assert new_users(draw, "3") == new_users(draw) and len(new_users(draw)) == 4
    assert new_users(draw, "5") == {user for user in new_users(draw) if user % 2 == 0} != new_users(draw)


def test_users_with_one_rating_have_nothing_to_give_and_are_never_new():
    ratings = log_of([(user, item) for user in range(50) for item in range(1 if user < 30 else 4)], 50, 4)
    for seed in range(10):
        assert set(range(30)) <= set(draw_users(ratings, np.random.default_rng(seed)).train.user.tolist())
    assert skip_reason(ratings) is None
    fewer = ratings.subset(ratings.user != 49)
    assert skip_reason(fewer) == "users with two ratings or more are 19; expected 20 at least"


class RightPenalty:
    """Ranks rated items first with one penalty, last with any other: 300 below ``threshold`` ratings, else 100."""

    def __init__(self, train: Dataset, l2: float, threshold: int) -> None:
        right = (l2 == 300) == (train.n_ratings < threshold)
        self.item_scores = np.arange(train.n_items, dtype=np.float32) * (-1 if right else 1)

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> np.ndarray:
        return np.tile(self.item_scores, (ratings.shape[0], 1))


def tuned(learn: Callable[[Dataset, float], Any], *grid: float) -> dict[str, TunedColdStart]:
    return {"model": TunedColdStart(learn, grid, lambda train: None)}


def test_only_hidden_ratings_from_the_threshold_on_are_relevant_and_users_without_one_are_left_out():
    # Everybody rated items 0 to 3 with 1 to 4; given 3, the item that is left decides whether a user counts.
    ratings, rng = equal_users(40), np.random.default_rng(0)
    draw = draw_users(ratings, rng, relevant_from=3)
    for cut in draw.cuts.values():
        assert cut.test.rating.min() >= 3
        assert set(cut.test.user.tolist()) == set(cut.train.user.tolist())
    every = draw_users(ratings, np.random.default_rng(0))
    assert new_users(draw, "3") < new_users(every, "3")  # some gave items 2 and 3, and hide a low rating
    assert new_users(draw, "3") == set(every.cuts["3"].test.user[every.cuts["3"].test.rating >= 3].tolist())
    [report] = evaluate_cold_start(ratings, {"index": UntunedColdStart(lambda *_: ByIndex())}, 3, 0, relevant_from=3)
    assert report.n_users[0] < evaluate(ratings).n_users[0]
    assert "rated 3 or higher" in report.protocol and "on validation, whatever the rating" in report.protocol


def test_a_hyperparameter_is_chosen_on_validation_data_and_never_on_the_users_that_are_scored():
    ratings = equal_users(40)
    n_train = 36 * 4  # so many ratings are left in a draw, and fewer in one for validation
    report = evaluate(ratings, tuned(lambda train, l2: RightPenalty(train, l2, n_train), 100.0, 300.0))
    assert report.chosen == {"model": [[300.0] * DRAWS] * 2}
    assert np.max(report.models["model"]) <= 0.5  # chosen on the scored users it would be 100, and these 1
    report = evaluate(ratings, tuned(lambda train, l2: RightPenalty(train, l2, 1), 100.0, 300.0))
    assert report.models["model"] == [[1.0] * DRAWS] * 2


def test_the_first_of_equal_hyperparameters_is_chosen_even_if_no_user_has_enough_items():
    (model,) = tuned(ease.EASE, 7.0, 5.0).values()
    draw = draw_users(equal_users(), np.random.default_rng(0))
    assert model.tune(draw, 3) == dict.fromkeys(GIVEN, 7.0)


def test_ease_is_learned_with_what_was_chosen_from_all_other_users():
    ratings, model = RATINGS, ease.BASELINE.cold_start
    report = evaluate(ratings, {"ease": model}, seed=3, k=10)
    rng = np.random.default_rng([3, 2]).spawn(1)[0]
    draw = draw_users(ratings, rng)
    chosen = model.tune(draw_users(draw.train, rng), 10)
    for row, given_ in enumerate(report.given):
        assert report.chosen["ease"][row][0] == chosen[given_]
        cut, fitted = draw.cuts[given_], ease.EASE(draw.train, chosen[given_])
        assert report.models["ease"][row][0] == pytest.approx(mean_ndcg(fitted, cut.train.matrix, cut, 10), abs=1e-6)


def test_a_model_that_cannot_be_computed_is_skipped_with_its_reason(monkeypatch):
    monkeypatch.setattr(ease, "MAX_ROWS", 5)
    report = evaluate(equal_users(), {"ease": ease.BASELINE.cold_start, "popularity": popularity.BASELINE.cold_start})
    assert list(report.models) == ["popularity"]
    assert report.chosen == {}
    assert report.skipped["ease"].startswith("more than")


def test_equal_seeds_give_equal_figures_and_draws_differ():
    ratings = RATINGS
    models = {"ease": ease.BASELINE.cold_start, "popularity": popularity.BASELINE.cold_start}
    first, same, other = (evaluate(ratings, models, seed, k=10) for seed in (0, 0, 1))
    assert first == same
    assert first.models != other.models
    assert all(len(set(by_given[-1])) > 1 for by_given in first.models.values())


def test_the_protocol_states_seed_share_and_k():
    report = evaluate(equal_users(), seed=5, k=3)
    for part in ("default_rng([5, 2]).spawn(5)", "10%", "k = 3"):
        assert part in report.protocol
    assert (report.share, report.draws) == (0.1, DRAWS)


def test_progress_is_reported_draw_by_draw():
    reported = []
    evaluate_cold_start(
        equal_users(), {"index": UntunedColdStart(lambda *_: ByIndex())}, 3, 0, lambda *done: reported.append(done)
    )
    assert reported == [(done, DRAWS) for done in range(1, DRAWS + 1)]


@needs_movielens
def test_on_real_ratings_deep_is_level_with_ease_for_users_it_has_not_seen(monkeypatch):
    monkeypatch.setattr(cold_start, "DRAWS", 1)
    config = recsys.TrainConfig(epochs=2)
    models = {
        "deep": UntunedColdStart(lambda train, number: recsys.fit(train, "deep", config)),
        "ease": ease.BASELINE.cold_start,
        "popularity": popularity.BASELINE.cold_start,
    }
    report = evaluate(recsys.load_dataset(MOVIELENS), models, k=10)
    for given_ in ("5", "half"):
        deep, ease_, popular = (report.models[name][report.given.index(given_)][0] for name in models)
        assert deep >= 0.95 * ease_
        assert deep > 1.2 * popular
