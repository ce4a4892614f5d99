"""A training step: its gradients are those of the objective, whatever the model and the negatives."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recsys import Dataset, TrainConfig
from recsys.models import cosine
from recsys.models.cosine import TEMPERATURE
from recsys.models.registry import MODELS
from recsys.models.towers import TrainingInputs
from recsys.nn.negatives import InBatchNegatives, SampledNegatives
from recsys.training.batches import Batch, batches
from recsys.training.trainer import Trainer, learning_rate
from tests.gradients import LIMIT, errors
from tests.small_logs import log_of, pairs_of
from tests.synthetic import two_tastes

MODEL_NAMES = ["base", "deep"]


def trainer_of(model: str, ratings: Dataset, **hyperparameters: float) -> Trainer:
    """A trainer in float64, as if it had trained for a while: at first the MLPs output 0."""
    defaults = MODELS[model].defaults(ratings, TrainConfig(dim=3, batch_size=60, l2=0.2))
    chosen = replace(defaults, **hyperparameters)
    trainer = Trainer.create(model, ratings, chosen, np.random.default_rng(4), np.float64)
    if model == "deep":
        for mlp in (trainer.towers.user_mlp, trainer.towers.item_mlp):
            for parameter in (mlp.inner.bias, mlp.outer.weight):
                parameter.value[...] = np.random.default_rng(8).standard_normal(parameter.value.shape)
    return trainer


def cosine_trainer(ratings: Dataset) -> Trainer:
    """A trainer of cosine towers in float64."""
    deep, rng = trainer_of("deep", ratings), np.random.default_rng(5)
    hyperparameters = cosine.defaults(ratings, replace(deep.hyperparameters, cosine_dim=3))
    towers = cosine.create(ratings, deep.teacher, hyperparameters, rng, np.float64)
    return Trainer("cosine", towers, None, ratings, hyperparameters, rng)


def first_batch(ratings: Dataset, batch_size: int = 60) -> Batch:
    return next(batches(ratings.matrix, batch_size, np.random.default_rng(0)))


def dense_scores(trainer: Trainer, batch: Batch, inputs: Any) -> np.ndarray:
    """Scores of all users of a batch for its items, without self-contributions: (U, F)."""
    users, _ = trainer.towers.users_forward(inputs)
    items, bias, _ = trainer.towers.items_forward(batch.items)
    scores = users @ items.T + bias
    contributions, _ = trainer.towers.self_contributions_forward(inputs, items, batch.items, batch.pairs.item)
    scores[batch.pairs.user, batch.pairs.item] -= contributions
    return scores


def softmax_loss(trainer: Trainer, batch: Batch, training_inputs: TrainingInputs) -> float:
    """The masked loss as its definition reads: a loop over the pairs that are predicted."""
    inputs, predicted = training_inputs
    z = dense_scores(trainer, batch, inputs) - trainer.log_q[batch.items]
    negatives = batch.negatives
    columns = np.arange(len(batch.items)) if isinstance(negatives, InBatchNegatives) else negatives.sampled
    losses = []
    for user, item in zip(batch.pairs.user[predicted], batch.pairs.item[predicted], strict=True):
        rated = batch.pairs.item[batch.pairs.user == user]
        total = np.exp(z[user, item])
        for column, count in zip(columns, negatives.counts, strict=True):
            if column not in rated:
                total += count * np.exp(z[user, column])
        losses.append(np.log(total) - z[user, item])
    return float(np.mean(losses))


def objective(trainer: Trainer, batch: Batch, training_inputs: TrainingInputs) -> float:
    """Softmax loss, penalty and distillation, from whole matrices."""
    hyperparameters, inputs = trainer.hyperparameters, training_inputs.inputs
    users, _ = trainer.towers.users_forward(inputs)
    items, _, _ = trainer.towers.items_forward(batch.items)
    counts = trainer.ratings.user_counts
    weights = counts[batch.users] / counts[counts > 0].mean()
    penalty = (weights * (users**2).sum(axis=1)).mean() + (items**2).sum(axis=1).mean()
    total = softmax_loss(trainer, batch, training_inputs) + hyperparameters.l2 * float(penalty)
    if trainer.teacher is not None:
        teacher = trainer.teacher.scores(batch.users, batch.items, batch.entries)
        difference = dense_scores(trainer, batch, inputs) - teacher.users @ teacher.items.T
        difference[batch.pairs.user, batch.pairs.item] += teacher.self_contributions
        difference -= difference.mean(axis=1, keepdims=True)
        total += hyperparameters.distillation * float((difference**2).sum()) / (2 * len(batch.pairs.user))
    return total


@pytest.mark.parametrize("max_in_batch", [8, 2])
@pytest.mark.parametrize("model", MODEL_NAMES)
def test_the_gradients_of_a_step_are_those_of_the_objective(model, max_in_batch, monkeypatch):
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", max_in_batch)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 4)
    ratings = log_of(pairs_of([{0, 2, 4, 6}, {1}, {0, 2}, {1, 3, 5, 7}, set(), {1, 5, 7}]), 6, 8)
    trainer, batch = trainer_of(model, ratings, distillation=0.7), first_batch(ratings)
    inputs = trainer.towers.training_inputs(batch.users, np.random.default_rng(0))
    assert (trainer.teacher is None) == (model == "base")
    assert isinstance(batch.negatives, InBatchNegatives if max_in_batch == 8 else SampledNegatives)
    loss = trainer.add_gradients(batch, inputs)
    assert loss == pytest.approx(softmax_loss(trainer, batch, inputs), rel=1e-12)
    assert max(errors(trainer.towers.parameters(), lambda: objective(trainer, batch, inputs)).values()) < LIMIT


@pytest.mark.parametrize("max_in_batch", [9, 2])
def test_the_gradients_of_a_step_of_cosine_towers_are_those_of_the_hidden_half(max_in_batch, monkeypatch):
    monkeypatch.setattr("recsys.training.batches.MAX_IN_BATCH_NEGATIVES", max_in_batch)
    monkeypatch.setattr("recsys.training.batches.SAMPLED_RATINGS", 4)
    ratings = log_of(pairs_of([{0, 1, 4}, {1, 3}, {2}, {0, 1, 2, 5}, {3}, {4, 5}]), 6, 6)
    trainer, batch = cosine_trainer(ratings), first_batch(ratings)
    assert isinstance(batch.negatives, InBatchNegatives if max_in_batch == 9 else SampledNegatives)
    inputs = trainer.towers.training_inputs(batch.users, np.random.default_rng(0))
    hidden = np.bincount(batch.pairs.user[inputs.predicted], minlength=len(batch.users))
    counts = ratings.user_counts[batch.users]
    assert 1 in counts
    assert hidden.tolist() == [{1: 0, 2: 1, 3: 2, 4: 2}[count] for count in counts]
    loss = trainer.add_gradients(batch, inputs)
    assert loss == pytest.approx(softmax_loss(trainer, batch, inputs), rel=1e-12)
    assert max(errors(trainer.towers.parameters(), lambda: softmax_loss(trainer, batch, inputs)).values()) < LIMIT


def test_hidden_items_are_not_in_the_vector_that_predicts_them():
    ratings = two_tastes(n_users=6, n_items=8)
    trainer, batch = cosine_trainer(ratings), first_batch(ratings)
    inputs = trainer.towers.training_inputs(batch.users, np.random.default_rng(0))
    vectors, _ = trainer.towers.users_forward(inputs.inputs)
    pairs, user = batch.pairs, 0
    hidden = np.isin(np.arange(len(pairs.user)), inputs.predicted) & (pairs.user == user)
    visible = ~hidden & (pairs.user == user)
    pooled = trainer.towers.pool.table.value[batch.items[pairs.item[visible]]].sum(axis=0)
    assert hidden.sum() == visible.sum() == 1
    np.testing.assert_allclose(vectors[user], pooled / np.linalg.norm(pooled) / np.sqrt(TEMPERATURE), rtol=1e-12)


def test_users_of_one_rating_teach_cosine_towers_nothing():
    ratings = log_of([(user, user % 3) for user in range(6)], 6, 3)
    trainer = cosine_trainer(ratings)
    before = [parameter.value.copy() for parameter in trainer.towers.parameters().values()]
    assert trainer.train_epoch(1) == 0
    for parameter, value in zip(trainer.towers.parameters().values(), before, strict=True):
        np.testing.assert_array_equal(parameter.value, value)


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_gradients_of_two_batches_add_up(model):
    ratings = two_tastes(n_users=6, n_items=8)
    trainer = trainer_of(model, ratings)
    parts = list(batches(ratings.matrix, 4, np.random.default_rng(0)))[:2]
    inputs = [trainer.towers.training_inputs(batch.users, np.random.default_rng(0)) for batch in parts]
    expected = {}
    for batch, batch_inputs in zip(parts, inputs, strict=True):
        trainer.add_gradients(batch, batch_inputs)
        for name, parameter in trainer.towers.parameters().items():
            expected[name] = expected.get(name, 0) + parameter.gradient.copy()
            parameter.zero_gradient()
    for batch, batch_inputs in zip(parts, inputs, strict=True):
        trainer.add_gradients(batch, batch_inputs)
    for name, parameter in trainer.towers.parameters().items():
        np.testing.assert_allclose(parameter.gradient, expected[name], rtol=1e-9, atol=1e-13)


def test_a_deep_model_starts_without_a_distillation_gradient():
    # It scores as its teacher does, so only the softmax moves it in the first step.
    ratings = two_tastes(n_users=6, n_items=8)
    batch, gradients = first_batch(ratings), []
    for distillation in (0.0, 100.0):
        hyperparameters = replace(MODELS["deep"].defaults(ratings, TrainConfig(dim=3)), distillation=distillation)
        trainer = Trainer.create("deep", ratings, hyperparameters, np.random.default_rng(4), np.float64)
        trainer.add_gradients(batch, trainer.towers.training_inputs(batch.users, np.random.default_rng(0)))
        gradients.append({name: p.gradient for name, p in trainer.towers.parameters().items()})
    for name, gradient in gradients[0].items():
        np.testing.assert_allclose(gradients[1][name], gradient, atol=1e-10)


def test_the_first_epoch_has_the_whole_learning_rate_and_the_last_one_more_than_none():
    hyperparameters = replace(MODELS["base"].defaults(two_tastes(), TrainConfig()), learning_rate=0.02, epochs=3)
    rates = [learning_rate(hyperparameters, epoch) for epoch in (1, 2, 3)]
    np.testing.assert_allclose(rates, [0.02, 0.015, 0.005])  # cosines of 0, 60 and 120 degrees


def test_restored_weights_are_those_that_were_saved():
    ratings = two_tastes(n_users=6, n_items=8)
    trainer = trainer_of("deep", ratings)
    before = {name: p.value.copy() for name, p in trainer.towers.parameters().items()}
    trainer.save_weights()
    trainer.train_epoch(1)
    assert any((p.value != before[name]).any() for name, p in trainer.towers.parameters().items())
    trainer.restore_weights()
    for name, parameter in trainer.towers.parameters().items():
        np.testing.assert_array_equal(parameter.value, before[name])
