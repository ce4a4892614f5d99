"""A model from the cache is the model that training gives, with all that a build takes from training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.cache import store as cache
from recsys.cache.models import cached_fit
from recsys.cache.store import FolderCache, NoCache, cache_folder
from recsys.training.snapshots import SnapshotRecorder
from tests.models.test_load import assert_same
from tests.synthetic import two_tastes

CONFIG = recsys.TrainConfig(dim=4, epochs=5, batch_size=256, seed=1)


@pytest.fixture(scope="module")
def ratings() -> recsys.Dataset:
    return two_tastes()


@pytest.fixture
def folder(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


def recorder() -> SnapshotRecorder:
    return SnapshotRecorder(np.array([2, 3, 5]), max_frames=3)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_what_is_loaded_is_what_was_fitted_with_the_frames_of_its_epochs(ratings, folder, trained, model):
    first, second, third = recorder(), recorder(), recorder()
    fitted, known = cached_fit(folder, ratings, model, CONFIG, first)
    assert not known
    found, known = cached_fit(folder, ratings, model, CONFIG, second)
    assert known
    assert trained == [model]
    alone, known = cached_fit(NoCache(), ratings, model, CONFIG, third)
    assert not known
    assert_same(fitted, found)
    assert_same(fitted, alone)
    assert_same(fitted, recsys.fit(ratings, model, CONFIG))
    assert list(first.frames) == list(second.frames) == list(third.frames) == [1, 3, 5]
    for epoch, frame in first.frames.items():
        assert (frame.dtype, frame.shape) == (second.frames[epoch].dtype, second.frames[epoch].shape)
        assert frame.tobytes() == second.frames[epoch].tobytes() == third.frames[epoch].tobytes()


def test_epochs_are_shown_as_they_are_trained_and_of_a_known_model_there_are_none(ratings, folder):
    seen = []
    for _ in range(2):
        cached_fit(folder, ratings, "base", CONFIG, recorder(), lambda record, snapshot: seen.append(record.epoch))
    assert seen == [1, 2, 3, 4, 5]


def test_whatever_changes_a_model_or_what_was_recorded_trains_again(ratings, folder, trained, monkeypatch):
    def ask(data=ratings, model="base", config=CONFIG, films=(2, 3, 5), max_frames=3) -> bool:
        return cached_fit(folder, data, model, config, SnapshotRecorder(np.array(films), max_frames))[1]

    assert not ask()
    for changed in (
        {"config": replace(CONFIG, seed=2)},
        {"config": replace(CONFIG, dim=5)},
        {"config": replace(CONFIG, epochs=4)},
        {"config": replace(CONFIG, l2=0.5)},
        {"model": "deep"},
        {"data": ratings.subset(np.arange(ratings.n_ratings) > 0)},
        {"data": replace(ratings, rating=ratings.rating[::-1].copy())},
        {"films": (2, 3, 6)},
        {"max_frames": 2},
    ):
        assert not ask(**changed), changed
        assert ask(**changed), changed
    n = len(trained)
    assert ask()
    monkeypatch.setattr(cache, "VERSION", "9.9.9")
    assert not ask()
    assert len(trained) == n + 1


def test_an_entry_that_holds_no_model_is_trained_anew_and_replaced(ratings, folder, trained, caplog):
    cached_fit(folder, ratings, "base", CONFIG, recorder())
    (path,) = folder.folder.iterdir()
    found = folder.load(path.stem, lambda found: found)
    folder.keep(path.stem, replace(found, arrays={**found.arrays, "recorded.frames": np.zeros((3, 3))}))
    again, known = cached_fit(folder, ratings, "base", CONFIG, recorder())
    assert not known
    assert "the array recorded.frames is float64 of shape (3, 3)" in caplog.text
    found, known = cached_fit(folder, ratings, "base", CONFIG, recorder())
    assert known
    assert_same(again, found)
    assert trained == ["base", "base"]


def test_the_library_itself_neither_reads_nor_writes_a_cache(ratings):
    recsys.fit(ratings, "base", CONFIG)
    assert not cache_folder().exists()


def test_a_training_that_is_interrupted_is_not_kept(ratings, folder):
    def interrupt(record, snapshot):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_fit(folder, ratings, "base", CONFIG, recorder(), interrupt)
    assert not folder.folder.exists()
