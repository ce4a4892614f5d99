import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys import TrainConfig
from recsys.models.hyperparameters import number_of_batches
from recsys.models.registry import model_spec
from recsys.training.ensemble import Ensemble
from recsys.training.fit import chain_callbacks, fit_with
from recsys.training.validation import Validation, ValidationBlock, ValidationScore
from tests.synthetic import two_tastes

QUICK = TrainConfig(dim=8, epochs=12, batch_size=256, seed=1)
NO_PAIRS = (np.arange(0), np.arange(0))


def arrays(fitted: recsys.Fitted) -> list[np.ndarray]:
    return [fitted.user_vectors, fitted.item_vectors, fitted.item_bias]


@pytest.mark.parametrize("model", ["base", "deep"])
def test_users_are_recommended_the_other_items_of_their_taste(model):
    dataset = two_tastes()
    fitted = recsys.fit(dataset, model, replace(QUICK, epochs=60, patience=60))
    items, _ = recsys.top_k(fitted, k=6, exclude=dataset)
    matches_taste = items % 2 == np.arange(dataset.n_users)[:, None] % 2
    assert matches_taste.mean() > 0.95


@pytest.mark.parametrize("model", ["base", "deep"])
def test_equal_seeds_give_equal_arrays_and_others_do_not(model):
    dataset = two_tastes()
    first, again = recsys.fit(dataset, model, QUICK), recsys.fit(dataset, model, QUICK)
    assert all(np.array_equal(a, b) for a, b in zip(arrays(first), arrays(again), strict=True))
    assert first.history == again.history
    other = recsys.fit(dataset, model, replace(QUICK, seed=2))
    assert not np.array_equal(first.item_vectors, other.item_vectors)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_the_order_of_rows_in_the_source_changes_nothing(model):
    dataset = two_tastes()
    order = np.random.default_rng(0).permutation(dataset.n_ratings)
    shuffled = replace(
        dataset,
        user=dataset.user[order],
        item=dataset.item[order],
        rating=dataset.rating[order],
        timestamp=dataset.timestamp[order],
    )
    first, second = recsys.fit(dataset, model, QUICK), recsys.fit(shuffled, model, QUICK)
    assert all(np.array_equal(a, b) for a, b in zip(arrays(first), arrays(second), strict=True))


@pytest.mark.parametrize("model", ["base", "deep"])
def test_users_and_items_without_ratings_stay_finite_and_can_be_ranked(model):
    dataset = two_tastes()
    train = dataset.subset((dataset.user != 5) & (dataset.item != 7))
    fitted = recsys.fit(train, model, QUICK)
    assert all(np.isfinite(array).all() for array in arrays(fitted))
    assert fitted.scores().shape == (60, 24)
    items, scores = recsys.top_k(fitted, np.array([5]), k=24, exclude=train)
    assert sorted(items[0]) == list(range(24))
    assert np.isfinite(scores).all()


def test_shapes_dtypes_and_scores_are_those_of_the_contract():
    fitted = recsys.fit(two_tastes(), "deep", QUICK)
    assert [array.shape for array in arrays(fitted)] == [(60, 8), (24, 8), (24,)]
    assert {array.dtype for array in arrays(fitted)} == {np.dtype(np.float32)}
    expected = fitted.user_vectors[[3, 1]] @ fitted.item_vectors.T + fitted.item_bias
    np.testing.assert_allclose(fitted.scores(np.array([3, 1])), expected, rtol=1e-5, atol=1e-6)


class ScriptedValidation:
    """Returns given scores, epoch by epoch; of its only user all lists are alike."""

    users = np.arange(1)
    blocks = (ValidationBlock(users, NO_PAIRS, NO_PAIRS),)
    n_negatives = 100.0

    def __init__(self, scores: list[float], error: float) -> None:
        self.scores, self.error = iter(scores), error

    def sample(self, train: recsys.Dataset, max_ratings: int, rng: np.random.Generator) -> recsys.Dataset:
        return train

    def per_user(self, scores: object) -> np.ndarray:
        return np.zeros(1)

    def ndcg(self, block: ValidationBlock, scores: np.ndarray) -> np.ndarray:
        return np.zeros(1)

    def score(self, scores: object) -> ValidationScore:
        return ValidationScore(1.0, next(self.scores), self.error)


@pytest.mark.parametrize(
    ("ndcg", "error", "epochs", "served"),
    [
        ([0.1, 0.2, 0.3, 0.2, 0.1], 0.0, 5, 3),  # without spread: the best
        ([0.1, 0.2, 0.3, 0.26, 0.1], 0.05, 5, 4),  # the last within one error of the best
        ([0.3, 0.28, 0.4, 0.3, 0.3], 0.05, 5, 3),  # epoch 2 was good enough until 3 came
        ([0.1, 0.3, 0.29, 0.28, 0.27, 0.29, 0.3], 0.05, 5, 5),  # three epochs without a better one end it
    ],
)
def test_the_last_epoch_as_good_as_the_best_to_within_one_error_is_served(monkeypatch, ndcg, error, epochs, served):
    scripted = ScriptedValidation(ndcg, error)
    monkeypatch.setattr(Validation, "draw", classmethod(lambda *rest: scripted))
    fitted = recsys.fit(two_tastes(), "base", replace(QUICK, epochs=len(ndcg), patience=3))
    assert [record.validation_ndcg for record in fitted.history] == ndcg[:epochs]
    assert [record.validation_ndcg_error for record in fitted.history] == [error] * epochs
    assert fitted.best_epoch == served


@pytest.mark.parametrize("model", ["base", "deep"])
def test_the_served_model_has_trained_on_all_ratings_until_the_best_epoch(model):
    dataset, snapshots = two_tastes(), {}

    def on_epoch(record, snapshot):
        snapshots[record.epoch] = snapshot().copy()

    fitted = recsys.fit(dataset, model, replace(QUICK, patience=2), on_epoch)
    np.testing.assert_array_equal(fitted.item_vectors, snapshots[fitted.best_epoch])
    np.testing.assert_array_equal(fitted.user_vectors, fitted.towers.users(np.arange(60)))


def test_the_start_is_chosen_without_the_ratings_on_which_the_choice_is_made():
    dataset, qualities = two_tastes(), []

    def choose(ratings, hyperparameters, quality, rng):
        unseen = (dataset.matrix.toarray() > 0) & (ratings.matrix.toarray() == 0)
        qualities.extend(quality(lambda users: unseen[users].astype(np.float32)))
        return hyperparameters

    fit_with(Ensemble, dataset, replace(model_spec("base"), choose=choose), replace(QUICK, epochs=1))
    assert qualities == [1] * dataset.n_users  # what was not learned from is all that counts


def test_the_weights_of_towers_are_chosen_for_the_early_ones_as_after_the_served_epoch(monkeypatch):
    scripted = ScriptedValidation([0.1, 0.3, 0.1, 0.1], error=0.0)
    monkeypatch.setattr(Validation, "draw", classmethod(lambda *rest: scripted))
    scored, weighed = [], []

    class Recorded(Ensemble):
        def scorer(self, users):
            scored.append(self.item_vectors())
            return super().scorer(users)

        def member_scorers(self, users):
            weighed.append(self.item_vectors())
            return super().member_scorers(users)

    fit_with(Recorded, two_tastes(), model_spec("base"), replace(QUICK, epochs=4))
    assert (scored[1] != scored[3]).any()
    np.testing.assert_array_equal(weighed, scored[1:2])


@pytest.mark.parametrize("model", ["base", "deep"])
def test_early_stopping_on_a_large_log_uses_a_share_of_the_users_and_as_many_steps_as_the_served_model(
    monkeypatch, model
):
    dataset = two_tastes()
    monkeypatch.setattr("recsys.training.fit.MAX_EARLY_RATINGS", dataset.n_ratings // 2)
    monkeypatch.setattr("recsys.training.validation.MAX_USERS", 25)
    trained = []

    def start(spec, ratings, hyperparameters, rng):
        trained.append((ratings, hyperparameters))
        return Ensemble(spec, ratings, hyperparameters, rng)

    fit_with(start, dataset, model_spec(model), QUICK)
    (served, of_served), (early, of_early) = trained
    assert served.n_ratings == dataset.n_ratings
    assert 0.3 < early.n_ratings / dataset.n_ratings <= 0.5
    assert 25 <= early.n_active_users <= 0.6 * dataset.n_users
    steps = [
        number_of_batches(ratings.n_ratings, settings.batch_size)
        for ratings, settings in ((served, of_served), (early, of_early))
    ]
    assert steps[0] == steps[1]
    assert replace(of_early, batch_size=of_served.batch_size) == of_served


def test_the_histories_of_deep_hold_all_training_ratings():
    dataset = two_tastes()
    fitted = recsys.fit(dataset, "deep", QUICK)
    assert fitted.towers.members["deep"].history.nnz == dataset.n_ratings


def test_training_ends_when_the_callback_returns_false_and_goes_on_for_none():
    epochs = []

    def stop(record, snapshot):
        epochs.append(record.epoch)
        return False if record.epoch == 3 else None

    assert len(recsys.fit(two_tastes(), "base", QUICK, stop).history) == 3
    assert epochs == [1, 2, 3]


@pytest.mark.parametrize("answers", [(None, False), (False, None), (False, True)])
def test_chained_callbacks_are_all_called_and_any_ends_training(answers):
    called = []

    def callback(answer):
        return lambda record, snapshot: (called.append(record.epoch), answer)[1]

    fitted = recsys.fit(two_tastes(), "base", QUICK, chain_callbacks(*map(callback, answers)))
    assert called == [1, 1]
    assert len(fitted.history) == 1
    fitted = recsys.fit(two_tastes(), "base", QUICK, chain_callbacks(callback(None), callback(True)))
    assert len(fitted.history) == QUICK.epochs


def test_with_too_few_users_for_validation_all_epochs_are_run(caplog):
    dataset = two_tastes(n_users=12)
    with caplog.at_level(logging.INFO, "recsys"):
        fitted = recsys.fit(dataset, "base", QUICK)
    assert fitted.best_epoch == len(fitted.history) == 12
    assert {record.validation_loss for record in fitted.history} == {None}
    assert {record.validation_ndcg for record in fitted.history} == {None}
    assert "too few users have a rating to set aside for validation" in caplog.text


@pytest.mark.parametrize(("head", "is_logged"), [(5, True), (24, False)])
def test_the_log_says_once_where_the_closed_form_is_not_of_all_items(monkeypatch, caplog, head, is_logged):
    monkeypatch.setattr("recsys.models.linear.HEAD", head)
    with caplog.at_level(logging.INFO, "recsys"):
        recsys.fit(two_tastes(n_items=24), "deep", QUICK)
    assert caplog.text.count(f"EASE of the {head} items") == is_logged


def test_one_rating_is_enough_to_train_on():
    dataset = recsys.Dataset.from_frames(pd.DataFrame({"user": [1], "item": [2], "rating": [3]}))
    for model in ("base", "deep"):
        assert np.isfinite(recsys.fit(dataset, model, QUICK).scores()).all()


@pytest.mark.parametrize(("model", "by"), [("base", 0.2), ("deep", 0.05)])  # both start from a solution
def test_the_loss_falls(model, by):
    config = replace(QUICK, epochs=60, learning_rate=0.01, l2=0.0)
    losses = [record.train_loss for record in recsys.fit(two_tastes(), model, config).history]
    assert losses[-1] < losses[0] - by
