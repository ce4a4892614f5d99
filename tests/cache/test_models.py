"""A model from the cache is the model that training gives, with the frames that were recorded."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.cache import store
from recsys.cache.models import Recorded, cached_fit, fit_recorded, load_model, model_key, save_model
from recsys.cache.store import FolderCache, NoCache, cache_folder
from recsys.models.registry import MODELS
from recsys.training.ensemble import Ensemble
from tests.models.test_load import assert_same
from tests.synthetic import two_tastes

CONFIG = recsys.TrainConfig(dim=4, epochs=5, batch_size=256, seed=1)
TRACKED = np.array([2, 3, 5])


@pytest.fixture(scope="module")
def ratings() -> recsys.Dataset:
    return two_tastes()


@pytest.fixture
def cache(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


def recorded(ratings, model="base") -> Recorded:
    return fit_recorded(Ensemble, ratings, model, CONFIG, TRACKED, lambda record: None)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_a_model_from_the_cache_is_the_one_that_was_fitted_with_its_frames(ratings, cache, model):
    key, expected = model_key(ratings, model, CONFIG, TRACKED), recorded(ratings, model)
    assert load_model(cache, key) is None
    save_model(cache, key, expected)
    loaded = load_model(cache, key)
    assert_same(loaded.fitted, expected.fitted)
    assert_same(loaded.fitted, recsys.fit(ratings, model, CONFIG))
    assert list(loaded.frames) == list(expected.frames) == [1, 2, 3, 4, 5]
    for epoch, frame in expected.frames.items():
        assert (frame.dtype, frame.shape) == (np.float32, (3, 4))
        assert (frame.dtype, frame.tobytes()) == (loaded.frames[epoch].dtype, loaded.frames[epoch].tobytes())


def test_the_record_of_each_epoch_is_reported(ratings):
    records = []
    fitted = fit_recorded(Ensemble, ratings, "base", CONFIG, TRACKED, records.append).fitted
    assert tuple(records) == fitted.history
    assert [record.epoch for record in records] == [1, 2, 3, 4, 5]


def test_whatever_changes_a_model_or_its_recording_changes_its_key(ratings, monkeypatch):
    def key(data=ratings, model="base", config=CONFIG, tracked=(2, 3, 5)) -> str | None:
        return model_key(data, model, config, np.array(tracked))

    keys = [
        key(),
        key(config=replace(CONFIG, seed=2)),
        key(config=replace(CONFIG, dim=5)),
        key(config=replace(CONFIG, epochs=4)),
        key(config=replace(CONFIG, l2=0.5)),
        key(model="deep"),
        key(data=ratings.subset(np.arange(ratings.n_ratings) > 0)),
        key(data=replace(ratings, rating=ratings.rating[::-1].copy())),
        key(tracked=(2, 3, 6)),
    ]
    assert key() == keys[0]
    monkeypatch.setattr(store, "VERSION", "9.9.9")
    keys.append(key())
    assert len(set(keys)) == len(keys)


def test_a_model_is_trained_once_and_then_loaded(ratings, cache, trained):
    fitted, loaded = (cached_fit(cache, ratings, "base", CONFIG) for _ in range(2))
    assert trained == ["base"]
    assert_same(fitted, loaded)
    assert_same(fitted, cached_fit(NoCache(), ratings, "base", CONFIG))
    assert trained == ["base", "base"]


def test_an_entry_that_holds_no_model_is_trained_again_and_replaced(ratings, cache, trained, caplog):
    cached_fit(cache, ratings, "base", CONFIG)
    (path,) = cache.folder.iterdir()
    entry = cache.load(path.stem, lambda entry: entry)
    cache.save(path.stem, replace(entry, arrays={**entry.arrays, "recorded.frames": np.zeros((5, 3))}))
    with caplog.at_level(logging.DEBUG, logger="recsys"):
        again = cached_fit(cache, ratings, "base", CONFIG)
    assert "the array recorded.frames is float64 of shape (5, 3)" in caplog.text
    assert_same(again, cached_fit(cache, ratings, "base", CONFIG))
    assert trained == ["base", "base"]


def test_the_library_itself_neither_reads_nor_writes_a_cache(ratings):
    recsys.fit(ratings, "base", CONFIG)
    assert not cache_folder().exists()


def test_a_model_from_outside_the_package_has_no_key_and_is_trained_each_time(ratings, cache, trained, monkeypatch):
    def create(ratings, hyperparameters, rng, dtype):
        return MODELS["base"].create(ratings, hyperparameters, rng, dtype)

    monkeypatch.setitem(MODELS, "mine", replace(MODELS["base"], name="mine", create=create))
    assert model_key(ratings, "mine", CONFIG, TRACKED) is None
    for _ in range(2):
        cached_fit(cache, ratings, "mine", CONFIG)
    assert trained == ["mine", "mine"]
    assert not cache.folder.exists()
