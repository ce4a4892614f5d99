"""Models that the workers of a cluster have trained together are those of one machine."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

import recsys
from recsys.distributed.cluster import Cluster
from recsys.distributed.training import ClusterTraining
from recsys.errors import TrainingError
from recsys.models.registry import MODELS
from recsys.training.fit import fit_with
from tests.distributed.one_process import OneProcess
from tests.models.test_load import assert_same
from tests.requirements import needs_movielens
from tests.shared_models import movielens_parts
from tests.synthetic import sparse_log, two_tastes

QUICK = recsys.TrainConfig(dim=8, epochs=3, seed=1)


def fit_on(cluster: Cluster, n_parts: int, train: recsys.Dataset, model: str, config=QUICK, on_epoch=None):
    """The model that so many workers train; these may share processes."""
    start = partial(ClusterTraining, Cluster(cluster.client, n_parts))
    return fit_with(start, train, MODELS[model], config, on_epoch)


def fit_in_turn(n_parts: int, train: recsys.Dataset, model: str, config=QUICK):
    """The same by the same tasks in this process, the order of which is always the same."""
    return fit_with(partial(ClusterTraining, OneProcess(n_parts)), train, MODELS[model], config)


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
def test_several_workers_train_the_same_model_whichever_of_them_ends_first(cluster, model):
    fitted = fit_on(cluster, 3, sparse_log(), model)
    assert_same(fitted, fit_in_turn(3, sparse_log(), model))
    assert not np.array_equal(fitted.item_vectors, recsys.fit(sparse_log(), model, QUICK).item_vectors)


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


def lists(fitted: recsys.Fitted) -> list[bytes]:
    return [array.tobytes() for array in recsys.top_k(fitted, exclude=movielens_parts().train)]


@needs_movielens
@pytest.mark.parametrize("model", list(MODELS))
def test_on_movielens_one_worker_gives_the_lists_of_a_single_machine(cluster, model):
    train, config = movielens_parts().train, recsys.TrainConfig(epochs=4)
    assert lists(fit_on(cluster, 1, train, model, config)) == lists(recsys.fit(train, model, config))


@cache
def in_turn_on_movielens(n_parts: int, seed: int) -> recsys.Fitted:
    return fit_in_turn(n_parts, movielens_parts().train, "deep", recsys.TrainConfig(seed=seed))


@needs_movielens
def test_on_movielens_two_workers_give_the_lists_of_their_tasks_in_turn(cluster):
    fitted = fit_on(cluster, 2, movielens_parts().train, "deep", recsys.TrainConfig())
    assert lists(fitted) == lists(in_turn_on_movielens(2, 0))


@needs_movielens
@pytest.mark.parametrize(("n_parts", "seed"), [(2, 0), (4, 1), (4, 2)])  # the first is trained already, above
def test_on_movielens_several_parts_are_as_good_as_one_machine(movielens_model, n_parts, seed):
    train, test = movielens_parts().train, movielens_parts().test
    alone = recsys.evaluate(movielens_model("deep", seed), train, test).accuracy["ndcg"]
    together = recsys.evaluate(in_turn_on_movielens(n_parts, seed), train, test).mean["ndcg"]
    assert alone.low < together < alone.high
