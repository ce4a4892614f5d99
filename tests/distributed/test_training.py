"""Models that the workers of a cluster have trained together are those of one machine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import recsys
from recsys.distributed.cluster import Cluster
from recsys.distributed.training import ClusterTraining
from recsys.errors import TrainingError
from recsys.models.registry import MODELS
from recsys.training.fit import fit_with
from tests.models.test_load import assert_same
from tests.requirements import MOVIELENS, needs_movielens
from tests.synthetic import sparse_log, two_tastes

QUICK = recsys.TrainConfig(dim=8, epochs=3, seed=1)


def fit_on(cluster: Cluster, n_parts: int, train: recsys.Dataset, model: str, config=QUICK, on_epoch=None):
    """The model that so many workers train; these may share processes."""
    start = partial(ClusterTraining, Cluster(cluster.client, n_parts))
    return fit_with(start, train, MODELS[model], config, on_epoch)


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("log", [two_tastes, sparse_log])
def test_one_worker_trains_the_model_of_a_single_machine_to_the_bit(cluster, log, model):
    train = log()
    alone, snapshots = recsys.fit(train, model, QUICK), []
    together = fit_on(cluster, 1, train, model, on_epoch=lambda record, snapshot: snapshots.append(snapshot()))
    assert_same(alone, together)
    assert alone.history == together.history and alone.towers.weights == together.towers.weights
    np.testing.assert_array_equal(snapshots[alone.best_epoch - 1], alone.item_vectors)


@pytest.mark.parametrize("model", list(MODELS))
def test_several_workers_train_the_same_model_every_time(cluster, model):
    first, second = (fit_on(cluster, 3, sparse_log(), model) for _ in range(2))
    assert_same(first, second)
    assert not np.array_equal(first.item_vectors, recsys.fit(sparse_log(), model, QUICK).item_vectors)


def test_there_may_be_more_workers_than_users(cluster):
    few = two_tastes().of_users(np.arange(3))
    fitted = fit_on(cluster, 5, few, "deep", replace(QUICK, epochs=1))
    assert np.isfinite(fitted.user_vectors).all() and len(fitted.user_vectors) == 3


def test_training_that_diverges_on_a_worker_ends_with_the_sentence_of_a_single_machine(cluster):
    config = replace(QUICK, learning_rate=10.0, epochs=40)
    with pytest.raises(TrainingError, match="training has diverged"):
        recsys.fit(two_tastes(), "base", config)
    with pytest.raises(TrainingError, match=r"training has diverged .*lower learning_rate"):
        fit_on(cluster, 2, two_tastes(), "base", config)


@pytest.fixture(scope="module")
def movielens_parts() -> recsys.Split:
    return recsys.split(recsys.load_dataset(str(MOVIELENS)))


@needs_movielens
@pytest.mark.parametrize("model", list(MODELS))
def test_on_movielens_one_worker_gives_the_lists_of_a_single_machine(cluster, movielens_parts, model):
    train, config = movielens_parts.train, recsys.TrainConfig(epochs=4)
    alone, together = recsys.fit(train, model, config), fit_on(cluster, 1, train, model, config)
    expected, actual = (recsys.top_k(fitted, exclude=train) for fitted in (alone, together))
    assert [array.tobytes() for array in expected] == [array.tobytes() for array in actual]


@needs_movielens
@pytest.mark.parametrize("n_parts", [2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_on_movielens_several_workers_are_as_good_as_one_machine(cluster, movielens_parts, n_parts, seed):
    train, test = movielens_parts.train, movielens_parts.test
    config = recsys.TrainConfig(seed=seed)
    alone = recsys.evaluate(recsys.fit(train, "deep", config), train, test).accuracy["ndcg"]
    together = recsys.evaluate(fit_on(cluster, n_parts, train, "deep", config), train, test).mean["ndcg"]
    assert alone.low < together < alone.high
