"""Ours against autograd, where PyTorch is installed; whatever the benchmark times must have learnt the same."""

from dataclasses import replace

import pytest

pytest.importorskip("torch")

import numpy as np

from recsys import TrainConfig
from recsys.models.registry import MODELS
from recsys.nn import losses
from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_agreement import LIMIT, apart, difference
from tests.benchmarks.pytorch_towers import start_of
from tests.benchmarks.pytorch_training import GroupedTraining, PairwiseTraining
from tests.synthetic import Shape, small_log, synthetic

LOGS = {"with user features": small_log(), "with genres": synthetic(Shape(n_users=30, n_items=40, n_ratings=400))}


def worst(model, log, **changed):
    made = MODELS[model].defaults(log, TrainConfig(dim=4, l2=0.1, batch_size=100))
    return max(apart(model, log, replace(made, **changed), steps=6).values())


@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("model", ["base", "deep"])
def test_loss_and_gradients_are_those_of_autograd_step_after_step(model, log):
    assert worst(model, LOGS[log]) < LIMIT


def test_a_slightly_wrong_gradient_of_ours_is_found(monkeypatch):
    monkeypatch.setattr("recsys.training.trainer.output_l2", lambda *given: losses.output_l2(*given) * (1 + 1e-6))
    assert worst("base", LOGS["with genres"]) > LIMIT


@pytest.mark.parametrize("model", ["base", "deep"])
def test_the_grouped_program_that_is_timed_goes_where_ours_goes(model):
    log = LOGS["with user features"]
    made = MODELS[model].defaults(log, TrainConfig(dim=4, batch_size=100))
    run = Trainer(model, log, made, np.random.default_rng(0), np.float64)
    begun, timed = start_of(run), GroupedTraining(model, run)
    for epoch in (1, 2, 3):
        run.train_epoch(epoch)
        timed.epoch(epoch)
    theirs = {name: value.detach().numpy() for name, value in timed.objective.towers.named_parameters()}
    for name, ours in run.towers.parameters().items():
        moved = ours.value - begun[name]
        assert np.abs(moved).max() > 0.001
        np.testing.assert_allclose(theirs[name] - begun[name], moved, atol=1e-8 * np.abs(moved).max())


def test_the_pairwise_program_that_is_timed_learns():
    log = LOGS["with genres"]
    run = Trainer("deep", log, MODELS["deep"].defaults(log, TrainConfig(dim=4)), np.random.default_rng(0))
    timed = PairwiseTraining("deep", run, 100, most=10)
    everything = timed.user, timed.item, timed.objective.towers.kept(len(timed.user), np.random.default_rng(0))
    before = timed.objective(*everything)
    for epoch in (1, 2, 3):
        timed.epoch(epoch)
    after = timed.objective(*everything)
    assert after.data < before.data
    assert after.total < before.total


def test_the_difference_of_what_is_not_a_number_is_infinite():
    assert difference(np.array([1.0]), np.array([np.nan])) == np.inf
    assert difference(np.zeros(2), np.zeros(2)) == 0
    assert difference(np.array([3.0, 4.0]), np.array([3.0, 4.5])) == pytest.approx(0.5 / np.hypot(3, 4.5))
