import numpy as np
import pytest

import recsys
from recsys import TrainConfig
from recsys.training.validation import Validation
from tests.synthetic import two_tastes

QUICK = TrainConfig(dim=8, epochs=12, batch_size=256, seed=1)


def held_out(ratings: recsys.Dataset) -> tuple[recsys.Split, Validation]:
    parts = recsys.split(ratings, 0.2, np.random.default_rng(0))
    return parts, Validation.draw(parts, QUICK.batch_size, np.random.default_rng(0))


def test_the_loss_is_the_training_formula_on_held_out_pairs_with_expected_counts():
    ratings = two_tastes()
    parts, validation = held_out(ratings)
    fitted = recsys.fit(parts.train, "base", QUICK)
    n_batch = parts.train.n_ratings / 2  # fewer than the batch size, so an epoch has two batches
    q = np.maximum(parts.train.item_counts, 1) / parts.train.n_ratings
    losses = []
    for user, item in zip(parts.test.user, parts.test.item, strict=True):
        z = fitted.scores(np.array([user]))[0].astype(float) - np.log(q)
        rated = set(ratings.item[ratings.user == user])
        negatives = sum(q[f] * n_batch * np.exp(z[f]) for f in range(ratings.n_items) if f not in rated)
        losses.append(np.log(1 + negatives / np.exp(z[item])))
    assert validation.score(fitted.scores).loss == pytest.approx(np.mean(losses), rel=1e-4)


def test_the_ndcg_is_that_of_the_evaluation():
    parts, validation = held_out(two_tastes())
    fitted = recsys.fit(parts.train, "base", QUICK)
    report = recsys.evaluate(fitted, parts.train, parts.test, k=10)
    per_user = report.per_user["ndcg"]
    score = validation.score(fitted.scores)
    assert score.ndcg == pytest.approx(per_user.mean())
    assert score.ndcg_error == pytest.approx(per_user.std() / np.sqrt(len(per_user)))


def test_lists_are_of_items_that_the_early_trainer_does_not_learn_from():
    parts, validation = held_out(two_tastes())
    table = 2 * parts.train.binary_matrix().toarray() + parts.test.binary_matrix().toarray()
    assert validation.per_user(lambda users: table[users].astype(np.float32)).tolist() == [1] * 60
    assert validation.score(lambda users: table[users].astype(np.float32)).ndcg == 1


def test_where_negatives_are_sampled_the_loss_counts_as_many(monkeypatch):
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", 2)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 8)
    monkeypatch.setattr("recsys.models.factorisation.PENALTIES", (10.0,))  # too strong to overfit
    monkeypatch.setattr("recsys.models.factorisation.FIRST", ((0.2, 10.0),))
    _, validation = held_out(two_tastes())
    assert validation.n_negatives == 8
    config = TrainConfig(dim=8, epochs=3, batch_size=256, seed=1)
    last = recsys.fit(two_tastes(), "base", config).history[-1]
    assert last.validation_loss == pytest.approx(last.train_loss, abs=0.3)


def test_a_random_sample_of_many_users_is_scored(monkeypatch):
    monkeypatch.setattr("recsys.training.validation.MAX_USERS", 25)
    monkeypatch.setattr("recsys.training.validation.MIN_SAMPLE", 1)
    _, validation = held_out(two_tastes())
    users = np.concatenate([block.users for block in validation.blocks])
    assert len(users) == 25
    assert sorted(set(users.tolist())) == users.tolist() != list(range(25))


def test_with_too_few_users_there_is_no_validation():
    _, validation = held_out(two_tastes(n_users=12))
    assert validation is None
