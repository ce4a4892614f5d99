"""Our gradients against autograd, where PyTorch is installed: what the benchmark times learns the same as ours."""

from dataclasses import replace

import pytest

pytest.importorskip("torch")

import numpy as np

from recsys import TrainConfig
from recsys.models.registry import MODELS
from recsys.nn import losses
from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_agreement import LIMIT, difference, largest_differences
from tests.benchmarks.pytorch_towers import initial_parameters
from tests.benchmarks.pytorch_training import GroupedTraining, PairwiseTraining
from tests.synthetic import Shape, small_log, synthetic

LOGS = {"with user features": small_log(), "with genres": synthetic(Shape(n_users=30, n_items=40, n_ratings=400))}


def largest_difference(model, log, **changed):
    hyperparameters = MODELS[model].defaults(log, TrainConfig(dim=4, l2=0.1, batch_size=100))
    return max(largest_differences(model, log, replace(hyperparameters, **changed), steps=6).values())


@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("model", ["base", "deep"])
def test_loss_and_gradients_equal_those_of_autograd_at_every_step(model, log):
    assert largest_difference(model, LOGS[log]) < LIMIT


def test_a_slightly_wrong_gradient_is_detected(monkeypatch):
    def wrong(*arguments):
        return losses.output_l2(*arguments) * (1 + 1e-6)

    monkeypatch.setattr("recsys.training.trainer.output_l2", wrong)
    assert largest_difference("base", LOGS["with genres"]) > LIMIT


@pytest.mark.parametrize("model", ["base", "deep"])
def test_the_timed_grouped_program_reaches_the_same_parameters(model):
    log = LOGS["with user features"]
    hyperparameters = MODELS[model].defaults(log, TrainConfig(dim=4, batch_size=100))
    run = Trainer.create(model, log, hyperparameters, np.random.default_rng(0), np.float64)
    start, timed = initial_parameters(run), GroupedTraining(model, run)
    for epoch in (1, 2, 3):
        run.train_epoch(epoch)
        timed.train_epoch(epoch)
    parameters = {name: value.detach().numpy() for name, value in timed.objective.towers.named_parameters()}
    for name, ours in run.towers.parameters().items():
        moved = ours.value - start[name]
        assert np.abs(moved).max() > 0.001
        np.testing.assert_allclose(parameters[name] - start[name], moved, atol=1e-8 * np.abs(moved).max())


def test_the_timed_pairwise_program_learns():
    log = LOGS["with genres"]
    run = Trainer.create("deep", log, MODELS["deep"].defaults(log, TrainConfig(dim=4)), np.random.default_rng(0))
    timed = PairwiseTraining("deep", run, 100, max_batches=10)
    whole_log = timed.user, timed.item, timed.objective.towers.dropout_mask(len(timed.user), np.random.default_rng(0))
    before = timed.objective(*whole_log)
    for epoch in (1, 2, 3):
        timed.train_epoch(epoch)
    after = timed.objective(*whole_log)
    assert after.data < before.data
    assert after.total < before.total


def test_the_difference_from_nan_is_infinite():
    assert difference(np.array([1.0]), np.array([np.nan])) == np.inf
    assert difference(np.zeros(2), np.zeros(2)) == 0
    assert difference(np.array([3.0, 4.0]), np.array([3.0, 4.5])) == pytest.approx(0.5 / np.hypot(3, 4.5))
