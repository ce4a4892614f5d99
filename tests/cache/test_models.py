"""A model from the cache is the model that training gives, with the frames that were recorded."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.cache import store
from recsys.cache.models import cached_fit
from recsys.cache.store import FolderCache, NoCache, cache_folder
from recsys.models.registry import MODELS
from recsys.training.snapshots import SnapshotRecorder
from tests.models.test_load import assert_same
from tests.synthetic import two_tastes

CONFIG = recsys.TrainConfig(dim=4, epochs=5, batch_size=256, seed=1)


@pytest.fixture(scope="module")
def ratings() -> recsys.Dataset:
    return two_tastes()


@pytest.fixture
def cache(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


def recorder() -> SnapshotRecorder:
    return SnapshotRecorder(np.array([2, 3, 5]), max_frames=3)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_a_model_from_the_cache_is_the_one_that_was_fitted_with_its_frames(ratings, cache, trained, model):
    recorders = [recorder() for _ in range(3)]
    fitted, is_cached = cached_fit(cache, ratings, model, CONFIG, recorders[0])
    assert not is_cached
    loaded, is_cached = cached_fit(cache, ratings, model, CONFIG, recorders[1])
    assert is_cached
    assert trained == [model]
    uncached, is_cached = cached_fit(NoCache(), ratings, model, CONFIG, recorders[2])
    assert not is_cached
    for other in (loaded, uncached, recsys.fit(ratings, model, CONFIG)):
        assert_same(fitted, other)
    for other in recorders:
        assert list(other.frames) == [1, 3, 5]
        for epoch, frame in recorders[0].frames.items():
            assert (frame.dtype, frame.shape) == (other.frames[epoch].dtype, other.frames[epoch].shape)
            assert frame.tobytes() == other.frames[epoch].tobytes()


def test_epochs_are_reported_when_a_model_is_trained_and_not_when_it_is_loaded(ratings, cache):
    epochs = []
    for _ in range(2):
        cached_fit(cache, ratings, "base", CONFIG, recorder(), lambda record, snapshot: epochs.append(record.epoch))
    assert epochs == [1, 2, 3, 4, 5]


def test_any_setting_that_changes_a_model_or_its_recording_trains_again(ratings, cache, trained, monkeypatch):
    def is_cached(data=ratings, model="base", config=CONFIG, items=(2, 3, 5), max_frames=3) -> bool:
        return cached_fit(cache, data, model, config, SnapshotRecorder(np.array(items), max_frames))[1]

    assert not is_cached()
    for changed in (
        {"config": replace(CONFIG, seed=2)},
        {"config": replace(CONFIG, dim=5)},
        {"config": replace(CONFIG, epochs=4)},
        {"config": replace(CONFIG, l2=0.5)},
        {"model": "deep"},
        {"data": ratings.subset(np.arange(ratings.n_ratings) > 0)},
        {"data": replace(ratings, rating=ratings.rating[::-1].copy())},
        {"items": (2, 3, 6)},
        {"max_frames": 2},
    ):
        assert not is_cached(**changed), changed
        assert is_cached(**changed), changed
    n_trained = len(trained)
    assert is_cached()
    monkeypatch.setattr(store, "VERSION", "9.9.9")
    assert not is_cached()
    assert len(trained) == n_trained + 1


def test_an_entry_that_holds_no_model_is_trained_again_and_replaced(ratings, cache, trained, caplog):
    cached_fit(cache, ratings, "base", CONFIG, recorder())
    (path,) = cache.folder.iterdir()
    entry = cache.load(path.stem, lambda entry: entry)
    cache.save(path.stem, replace(entry, arrays={**entry.arrays, "recorded.frames": np.zeros((3, 3))}))
    with caplog.at_level(logging.DEBUG, logger="recsys"):
        again, is_cached = cached_fit(cache, ratings, "base", CONFIG, recorder())
    assert not is_cached
    assert "the array recorded.frames is float64 of shape (3, 3)" in caplog.text
    loaded, is_cached = cached_fit(cache, ratings, "base", CONFIG, recorder())
    assert is_cached
    assert_same(again, loaded)
    assert trained == ["base", "base"]


def test_the_library_itself_neither_reads_nor_writes_a_cache(ratings):
    recsys.fit(ratings, "base", CONFIG)
    assert not cache_folder().exists()


def test_a_training_that_is_interrupted_is_not_saved(ratings, cache):
    def interrupt(record, snapshot):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_fit(cache, ratings, "base", CONFIG, recorder(), interrupt)
    assert not cache.folder.exists()


def test_a_model_from_outside_the_package_is_trained_each_time(ratings, cache, monkeypatch):
    def create(ratings, hyperparameters, rng, dtype):
        return MODELS["base"].create(ratings, hyperparameters, rng, dtype)

    monkeypatch.setitem(MODELS, "mine", replace(MODELS["base"], name="mine", create=create))
    assert not cached_fit(cache, ratings, "mine", CONFIG, recorder())[1]
    assert not cached_fit(cache, ratings, "mine", CONFIG, recorder())[1]
