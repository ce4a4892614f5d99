"""Baselines from the cache are those that were computed, under a key for all that changes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.baselines.popularity import BASELINE as POPULARITY
from recsys.baselines.registry import BASELINES
from recsys.baselines.run import BaselineRow, SkippedBaseline, baseline_tasks
from recsys.cache.baselines import baselines_key, load_baselines, save_baselines
from recsys.cache.store import FolderCache, NoCache
from recsys.config import BuildConfig, TrainConfig
from recsys.models import archive
from tests.synthetic import two_tastes

CONFIG = BuildConfig(top_k=3, train=TrainConfig(seed=4))
Rows = list[BaselineRow]


@pytest.fixture(scope="module")
def parts() -> recsys.Split:
    return recsys.split(two_tastes(), 0.2)


@pytest.fixture
def folder(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


def computed(parts: recsys.Split, config: BuildConfig = CONFIG) -> Rows:
    return [task.work(lambda event: None) for task in baseline_tasks(parts, config)]


def saved(cache: FolderCache, parts: recsys.Split, config: BuildConfig = CONFIG) -> Rows:
    rows = computed(parts, config)
    save_baselines(cache, baselines_key(parts, config), rows)
    return rows


def load(cache: FolderCache, parts: recsys.Split, config: BuildConfig = CONFIG) -> Rows | None:
    return load_baselines(cache, baselines_key(parts, config), parts, config.top_k)


def assert_same(first: Rows, second: Rows) -> None:
    assert [row.name for row in first] == [row.name for row in second]
    for row, other in zip(first, second, strict=True):
        if isinstance(row, SkippedBaseline):
            assert row == other
            continue
        assert row.tuned == other.tuned
        assert repr(dict(row.tuned.hyperparameters)) == repr(dict(other.tuned.hyperparameters))  # 300 is not 300.0
        for name in ("items", "scores", "held_out"):
            array, expected = getattr(row.lists, name), getattr(other.lists, name)
            assert (array.dtype, array.tobytes()) == (expected.dtype, expected.tobytes())


def test_loaded_baselines_equal_the_computed_ones(parts, folder, monkeypatch):
    monkeypatch.setattr("recsys.baselines.ease.MAX_ROWS", 5)  # so that EASE is skipped
    assert load(folder, parts) is None
    rows = saved(folder, parts)
    assert "ease" in {row.name for row in rows if isinstance(row, SkippedBaseline)}
    assert_same(rows, load(folder, parts))


def test_lists_with_missing_items_are_the_same(folder):
    dataset = two_tastes()
    parts = recsys.split(dataset, 0.2)
    config = replace(CONFIG, top_k=dataset.n_items)  # rated items are missing at the end of every list
    rows = saved(folder, parts, config)
    assert_same(rows, load(folder, parts, config))
    assert np.isneginf(rows[0].lists.scores).any()


@pytest.mark.parametrize("changed", [{"top_k": 2}, {"holdout": 0.3}, {"train": TrainConfig(seed=5)}])
def test_settings_that_change_the_results_have_another_key(parts, changed):
    assert baselines_key(parts, replace(CONFIG, **changed)) != baselines_key(parts, CONFIG)


def test_other_ratings_have_another_key_and_other_settings_of_models_have_not(parts):
    other = recsys.split(two_tastes(n_users=50), 0.2)
    assert baselines_key(other, CONFIG) != baselines_key(parts, CONFIG)
    of_models = replace(CONFIG, models=("deep",), train=TrainConfig(seed=4, dim=3, epochs=2))
    assert baselines_key(parts, of_models) == baselines_key(parts, CONFIG)


def test_with_another_baseline_in_the_registry_the_key_is_another(parts, monkeypatch):
    before = baselines_key(parts, CONFIG)
    monkeypatch.setitem(BASELINES, "again", POPULARITY)
    assert baselines_key(parts, CONFIG) not in (before, None)


def test_with_a_baseline_from_outside_the_package_nothing_is_saved(parts, folder, monkeypatch):
    mine = replace(POPULARITY, factory=lambda train: POPULARITY.factory(train))
    monkeypatch.setitem(BASELINES, "mine", mine)
    assert baselines_key(parts, CONFIG) is None
    saved(folder, parts)
    assert load(folder, parts) is None
    assert not folder.folder.exists()


def test_without_a_cache_nothing_is_loaded(parts):
    saved(NoCache(), parts)
    assert load(NoCache(), parts) is None


@pytest.mark.parametrize("damage", [
    {"popularity.items": np.full((60, 3), 10_000, np.int32)},
    {"popularity.items": np.zeros((60, 2), np.int32)},
    {"popularity.scores": np.zeros((60, 3))},
    {"text": "[{}]"},
])  # fmt: skip
def test_a_damaged_entry_is_none(parts, folder, damage, caplog):
    saved(folder, parts)
    (path,) = folder.folder.glob("*.npz")
    entry = archive.read(path)
    text = damage.pop("text", entry.text)
    archive.write(path, archive.Archive({**entry.arrays, **damage}, text))
    assert load(folder, parts) is None
    assert "cannot be read; computing it again" in caplog.text
