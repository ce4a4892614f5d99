import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recsys
from recsys import TrainConfig
from recsys.models.deep import equal_weights
from recsys.models.linear import LinearTowers
from recsys.models.registry import MODELS
from recsys.models.teacher import Teacher
from recsys.nn.negatives import InBatchNegatives, SampledNegatives
from recsys.training.batches import batches
from recsys.training.fit import chain_callbacks
from recsys.training.trainer import Trainer
from recsys.training.validation import Validation, ValidationScore
from tests.gradients import LIMIT, errors

QUICK = TrainConfig(dim=8, epochs=12, batch_size=256, seed=1)


def two_tastes(n_users: int = 60, n_items: int = 24, seed: int = 0, unrated: int = 0) -> recsys.Dataset:
    """Even users rate even films, odd users odd ones, half of them each; film 0 and 1 are everyone's; genres tell."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(n_users):
        own = np.arange(user % 2, n_items, 2)
        for time, item in enumerate(rng.permutation(own)[: n_items // 4]):
            rows.append((user, int(item), int(rng.integers(3, 6)), time))
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    catalogue = range(n_items + unrated)
    genres = [("Even", "Odd")[item % 2] for item in catalogue]
    items = pd.DataFrame({"item": catalogue, "title": "Film", "genres": genres})
    return recsys.Dataset.from_frames(ratings, items=items, name="two tastes")


def arrays(fitted: recsys.Fitted) -> list[np.ndarray]:
    return [fitted.user_vectors, fitted.item_vectors, fitted.item_bias]


@pytest.mark.parametrize("model", ["base", "deep"])
def test_each_user_is_recommended_the_rest_of_their_own_taste(model):
    dataset = two_tastes()
    fitted = recsys.fit(dataset, model, replace(QUICK, epochs=60, patience=60))
    items, _ = recsys.top_k(fitted, k=6, exclude=dataset)
    own = items % 2 == np.arange(dataset.n_users)[:, None] % 2
    assert own.mean() > 0.95


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
def test_users_and_films_without_ratings_stay_finite_and_can_be_ranked(model):
    whole = two_tastes()
    train = whole.subset((whole.user != 5) & (whole.item != 7))
    fitted = recsys.fit(train, model, QUICK)
    assert all(np.isfinite(array).all() for array in arrays(fitted))
    assert fitted.scores().shape == (60, 24)
    items, scores = recsys.top_k(fitted, np.array([5]), k=24, exclude=train)
    assert sorted(items[0]) == list(range(24))
    assert np.isfinite(scores).all()


def test_shapes_dtypes_and_scores_are_as_the_contract_says():
    fitted = recsys.fit(two_tastes(), "deep", QUICK)
    assert [array.shape for array in arrays(fitted)] == [(60, 8), (24, 8), (24,)]
    assert {array.dtype for array in arrays(fitted)} == {np.dtype(np.float32)}
    expected = fitted.user_vectors[[3, 1]] @ fitted.item_vectors.T + fitted.item_bias
    np.testing.assert_allclose(fitted.scores(np.array([3, 1])), expected, rtol=1e-5, atol=1e-6)


class Scripted:
    """Judges a run as written down, epoch by epoch."""

    def __init__(self, ndcg: list[float], error: float) -> None:
        self.ndcg, self.error = iter(ndcg), error

    def score(self, fitted: recsys.Fitted) -> ValidationScore:
        return ValidationScore(1.0, next(self.ndcg), self.error)


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
    scripted = Scripted(ndcg, error)
    monkeypatch.setattr(Validation, "draw", classmethod(lambda *rest: scripted))
    fitted = recsys.fit(two_tastes(), "base", replace(QUICK, epochs=len(ndcg), patience=3))
    assert [record.validation_ndcg for record in fitted.history] == ndcg[:epochs]
    assert fitted.best_epoch == served


@pytest.mark.parametrize("model", ["base", "deep"])
def test_what_is_served_is_the_run_on_all_ratings_as_it_was_after_the_best_epoch(model):
    dataset, seen = two_tastes(), {}

    def on_epoch(record, snapshot):
        seen[record.epoch] = snapshot().copy()

    fitted = recsys.fit(dataset, model, replace(QUICK, patience=2), on_epoch)
    np.testing.assert_array_equal(fitted.item_vectors, seen[fitted.best_epoch])
    users, _ = fitted.towers.users_forward(fitted.towers.serving_inputs(np.arange(60)))
    np.testing.assert_array_equal(fitted.user_vectors, users)


def test_the_deep_models_history_holds_all_training_ratings():
    dataset = two_tastes()
    fitted = recsys.fit(dataset, "deep", QUICK)
    assert fitted.towers.history.nnz == dataset.n_ratings


def test_training_ends_when_the_callback_returns_false_and_goes_on_for_none():
    seen = []

    def stop(record, snapshot):
        seen.append(record.epoch)
        return False if record.epoch == 3 else None

    assert len(recsys.fit(two_tastes(), "base", QUICK, stop).history) == 3
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("answers", [(None, False), (False, None), (False, True)])
def test_of_several_callbacks_all_are_called_and_any_ends_training(answers):
    called = []

    def callback(answer):
        return lambda record, snapshot: (called.append(record.epoch), answer)[1]

    fitted = recsys.fit(two_tastes(), "base", QUICK, chain_callbacks(*map(callback, answers)))
    assert called == [1, 1]
    assert len(fitted.history) == 1
    fitted = recsys.fit(two_tastes(), "base", QUICK, chain_callbacks(callback(None), callback(True)))
    assert len(fitted.history) == QUICK.epochs


def test_with_too_few_users_to_judge_by_all_epochs_are_run(caplog):
    dataset = two_tastes(n_users=12)
    with caplog.at_level(logging.INFO, "recsys"):
        fitted = recsys.fit(dataset, "base", QUICK)
    assert fitted.best_epoch == len(fitted.history) == 12
    assert {record.validation_loss for record in fitted.history} == {None}
    assert {record.validation_ndcg for record in fitted.history} == {None}
    assert "too few ratings" in caplog.text


@pytest.mark.parametrize(("head", "said"), [(5, True), (24, False)])
def test_where_the_closed_form_is_of_some_films_only_that_is_said(monkeypatch, caplog, head, said):
    monkeypatch.setattr("recsys.models.linear.HEAD", head)
    with caplog.at_level(logging.INFO, "recsys"):
        recsys.fit(two_tastes(n_items=24), "deep", QUICK)
    assert caplog.text.count(f"EASE of the {head} items") == said


def test_one_rating_is_enough_to_train_on():
    dataset = recsys.Dataset.from_frames(pd.DataFrame({"user": [1], "item": [2], "rating": [3]}))
    for model in ("base", "deep"):
        assert np.isfinite(recsys.fit(dataset, model, QUICK).scores()).all()


@pytest.mark.parametrize(("model", "by"), [("base", 0.3), ("deep", 0.05)])  # deep starts from a solution
def test_the_loss_falls(model, by):
    losses = [record.train_loss for record in recsys.fit(two_tastes(), model, replace(QUICK, epochs=60)).history]
    assert losses[-1] < losses[0] - by


def test_where_candidates_are_drawn_the_validation_loss_is_against_as_many(monkeypatch):
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", 2)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 8)
    parts = recsys.split(two_tastes(), 0.2, np.random.default_rng(0))
    validation = Validation.draw(parts, QUICK.batch_size, np.random.default_rng(0))
    assert validation.n_negatives == 8
    losses = recsys.fit(two_tastes(), "base", replace(QUICK, epochs=3)).history[-1]
    assert losses.validation_loss == pytest.approx(losses.train_loss, abs=0.3)


def test_the_validation_loss_is_the_training_formula_on_held_out_pairs_against_expected_counts():
    dataset = two_tastes()
    parts = recsys.split(dataset, 0.2, np.random.default_rng(0))
    validation = Validation.draw(parts, QUICK.batch_size, np.random.default_rng(0))
    fitted = recsys.fit(parts.train, "base", QUICK)
    in_a_batch = parts.train.n_ratings / 2  # fewer than the batch size, so an epoch has two batches
    loss = validation.score(fitted).loss
    q = np.maximum(parts.train.item_counts, 1) / parts.train.n_ratings
    losses = []
    for user, item in zip(parts.test.user, parts.test.item, strict=True):
        z = fitted.scores(np.array([user]))[0].astype(float) - np.log(q)
        known = set(dataset.item[dataset.user == user])
        negatives = sum(q[f] * in_a_batch * np.exp(z[f]) for f in range(dataset.n_items) if f not in known)
        losses.append(np.log(1 + negatives / np.exp(z[item])))
    assert loss == pytest.approx(np.mean(losses), rel=1e-4)


@pytest.mark.parametrize("film", [3, 24])  # the last is of no history
@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_training_that_has_diverged_is_an_error(broken, film):
    parts = recsys.split(two_tastes(unrated=1), 0.2, np.random.default_rng(0))
    validation = Validation.draw(parts, QUICK.batch_size, np.random.default_rng(0))
    fitted = recsys.fit(parts.train, "base", replace(QUICK, epochs=1))
    fitted.item_bias[film] = broken
    with pytest.raises(recsys.DataError, match=r"the loss of base on held-out ratings is \w+; training has diverged"):
        validation.score(fitted)


def test_a_teacher_scores_each_rated_film_by_the_others_alone():
    rng = np.random.default_rng(0)
    rated = sparse.csr_array(np.array([[1.0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0]]))
    histories = equal_weights(rated)
    towers = LinearTowers(rng.standard_normal((4, 3)), rng.standard_normal((4, 3)))
    for batch in batches(rated, 2, rng):  # users in any order, films a part of the catalogue
        factors = Teacher(towers, histories).scores(batch.users, batch.items, batch.entries)
        found = factors.users @ factors.items.T + factors.bias
        found[batch.pairs.user, batch.pairs.item] -= factors.self_contributions
        np.testing.assert_allclose(factors.positive_scores, found[batch.pairs.user, batch.pairs.item])
        for row, user in enumerate(batch.users):
            for column, film in enumerate(batch.items):
                others = histories.toarray()[user].copy()
                others[film] = 0
                assert found[row, column] == pytest.approx(others @ towers.history @ towers.items[film])


def test_a_teacher_in_float64_is_nowhere_rounded_to_float32():
    ratings = two_tastes(n_users=6, n_items=8)
    hyperparameters = MODELS["deep"].defaults(ratings, TrainConfig(dim=3))
    run = Trainer("deep", ratings, hyperparameters, np.random.default_rng(0), np.float64)
    matrix, towers = ratings.matrix, run.towers
    shares = np.einsum("fd,fd->f", towers.pool.table.value, towers.item.table.value)[matrix.indices]
    lengths = np.repeat(ratings.user_counts, ratings.user_counts)
    np.testing.assert_allclose(run.teacher.self_contributions, shares / np.sqrt(lengths), rtol=1e-13)


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(recsys.ConfigError, match="no model 'wide'; expected 'base' or 'deep'"):
        recsys.fit(two_tastes(), "wide")


@pytest.mark.parametrize("most_candidates", [8, 2])
@pytest.mark.parametrize("model", ["base", "deep"])
def test_the_gradients_of_a_training_step_are_those_of_its_objective(model, most_candidates, monkeypatch):
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", most_candidates)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 4)
    ratings = two_tastes(n_users=6, n_items=8)
    made = replace(MODELS[model].defaults(ratings, TrainConfig(dim=3, batch_size=60, l2=0.2)), distillation=0.7)
    run = Trainer(model, ratings, made, np.random.default_rng(4), np.float64)
    if model == "deep":
        for mlp in (run.towers.user_mlp, run.towers.item_mlp):  # they start at 0
            for parameter in (mlp.inner.bias, mlp.outer.weight):
                parameter.value[...] = np.random.default_rng(8).standard_normal(parameter.value.shape)
    batch = next(batches(ratings.matrix, made.batch_size, np.random.default_rng(0)))
    inputs = run.towers.training_inputs(batch.users, np.random.default_rng(0))

    def objective() -> float:
        kept = [parameter.gradient.copy() for parameter in run.towers.parameters().values()]
        loss = run.add_gradients(batch, inputs)
        for parameter, gradient in zip(run.towers.parameters().values(), kept, strict=True):
            parameter.gradient[...] = gradient
        users, _ = run.towers.users_forward(inputs)
        items, bias, _ = run.towers.items_forward(batch.items)
        penalty = (run.user_weights[batch.users] * (users**2).sum(axis=1)).mean() + (items**2).sum(axis=1).mean()
        loss += made.l2 * float(penalty)
        if run.teacher is not None:
            scores = users @ items.T + bias
            selves, _ = run.towers.self_contributions_forward(inputs, items, batch.items, batch.pairs.item)
            scores[batch.pairs.user, batch.pairs.item] -= selves
            taught = run.teacher.scores(batch.users, batch.items, batch.entries)
            apart = scores - taught.users @ taught.items.T
            apart[batch.pairs.user, batch.pairs.item] += taught.self_contributions
            loss += 0.7 * ((apart - apart.mean(axis=1, keepdims=True)) ** 2).sum() / (2 * batch.counts.sum())
        return loss

    assert (run.teacher is None) == (model == "base")
    assert isinstance(batch.negatives, InBatchNegatives if most_candidates == 8 else SampledNegatives)
    run.add_gradients(batch, inputs)
    assert max(errors(run.towers.parameters(), objective).values()) < LIMIT
