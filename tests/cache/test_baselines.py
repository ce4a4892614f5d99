"""Baselines from the cache are those that were computed, and nothing is computed twice."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.baselines.popularity import BASELINE as POPULARITY
from recsys.baselines.registry import BASELINES
from recsys.baselines.run import BaselineResult, SkippedBaseline, run_baselines
from recsys.cache.baselines import load_or_run_baselines
from recsys.cache.store import FolderCache, NoCache
from recsys.config import BuildConfig, TrainConfig
from recsys.models import archive
from tests.synthetic import two_tastes

CONFIG = BuildConfig(top_k=3, train=TrainConfig(seed=4))
Results = list[BaselineResult | SkippedBaseline]


@pytest.fixture(scope="module")
def parts() -> recsys.Split:
    return recsys.split(two_tastes(), 0.2)


@pytest.fixture
def folder(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


class CountedRun:
    """Computes baselines, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, parts, config):
        self.times += 1
        return nullcontext(run_baselines(parts, config))


def results_of(cache, parts, config=CONFIG, run=None) -> Results:
    with load_or_run_baselines(cache, parts, config, run or CountedRun()) as (results, _):
        return list(results)


def assert_same(first: Results, second: Results) -> None:
    assert [result.name for result in first] == [result.name for result in second]
    for result, other in zip(first, second, strict=True):
        if isinstance(result, SkippedBaseline):
            assert result == other
            continue
        assert result.tuned == other.tuned
        assert repr(dict(result.tuned.hyperparameters)) == repr(dict(other.tuned.hyperparameters))  # 300 is not 300.0
        for name in ("items", "scores", "held_out"):
            array, expected = getattr(result.lists, name), getattr(other.lists, name)
            assert (array.dtype, array.tobytes()) == (expected.dtype, expected.tobytes())


def test_what_is_loaded_is_what_was_computed(parts, folder, monkeypatch):
    monkeypatch.setattr("recsys.baselines.ease.MAX_ROWS", 5)  # so that EASE is skipped
    run = CountedRun()
    first, second = results_of(folder, parts, run=run), results_of(folder, parts, run=run)
    assert run.times == 1
    assert {type(result) for result in first} == {BaselineResult, SkippedBaseline}
    assert_same(first, second)
    assert_same(first, results_of(NoCache(), parts))
    assert all(result.seconds == 0 for result in second if isinstance(result, BaselineResult))


def test_lists_with_missing_items_are_the_same(folder):
    dataset = two_tastes()
    parts = recsys.split(dataset, 0.2)
    config = replace(CONFIG, top_k=dataset.n_items)  # rated items are missing at the end of every list
    assert_same(results_of(folder, parts, config), results_of(folder, parts, config))
    assert np.isneginf(results_of(folder, parts, config)[0].lists.scores).any()


@pytest.mark.parametrize("changed", [{"top_k": 2}, {"holdout": 0.3}, {"train": TrainConfig(seed=5)}])
def test_settings_that_change_the_results_compute_them_again(parts, folder, changed):
    run = CountedRun()
    results_of(folder, parts, run=run)
    results_of(folder, parts, replace(CONFIG, **changed), run)
    assert run.times == 2


def test_other_ratings_compute_them_again_and_settings_of_models_do_not(parts, folder):
    run = CountedRun()
    results_of(folder, parts, run=run)
    results_of(folder, recsys.split(two_tastes(n_users=50), 0.2), run=run)
    assert run.times == 2
    results_of(folder, parts, replace(CONFIG, models=("deep",), train=TrainConfig(seed=4, dim=3, epochs=2)), run)
    assert run.times == 2


def test_a_baseline_added_to_the_registry_is_computed_though_the_others_are_cached(parts, folder, monkeypatch):
    results_of(folder, parts)
    monkeypatch.setitem(BASELINES, "again", POPULARITY)
    assert [result.name for result in results_of(folder, parts)] == list(BASELINES)


def test_with_nothing_hidden_no_baseline_is_run(folder):
    run = CountedRun()
    assert results_of(folder, recsys.split(two_tastes(), 0), run=run) == []
    assert run.times == 0


def test_results_that_were_not_all_read_are_not_cached(parts, folder):
    with load_or_run_baselines(folder, parts, CONFIG, CountedRun()) as (results, cached):
        assert not cached
        next(results)
    run = CountedRun()
    results_of(folder, parts, run=run)
    assert run.times == 1


@pytest.mark.parametrize("damage", [
    {"popularity.items": np.full((60, 3), 10_000, np.int32)},
    {"popularity.items": np.zeros((60, 2), np.int32)},
    {"popularity.scores": np.zeros((60, 3))},
    {"text": "[{}]"},
])  # fmt: skip
def test_a_damaged_entry_is_computed_again(parts, folder, damage, caplog):
    results_of(folder, parts)
    (path,) = folder.folder.glob("*.npz")
    entry = archive.read(path)
    text = damage.pop("text", entry.text)
    archive.write(path, archive.Archive({**entry.arrays, **damage}, text))
    run = CountedRun()
    results_of(folder, parts, run=run)
    assert run.times == 1
    assert "cannot be read; computing it again" in caplog.text
