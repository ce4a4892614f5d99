"""Baselines from the cache are the baselines that were computed, and nothing is computed twice."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.baselines.run import Rival, Skipped, rivals
from recsys.cache.baselines import load_or_run_baselines
from recsys.cache.store import FolderCache, NoCache
from recsys.config import BuildConfig, TrainConfig
from recsys.models import archive
from tests.training.test_fit import two_tastes

CONFIG = BuildConfig(top_k=3, train=TrainConfig(seed=4))


@pytest.fixture(scope="module")
def parts() -> recsys.Split:
    return recsys.split(two_tastes(), 0.2)


@pytest.fixture
def folder(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


class Maker:
    """Counts how often baselines are really computed."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, parts, config):
        self.times += 1
        return nullcontext(rivals(parts, config))


def ask(cache, parts, config=CONFIG, make=None) -> list[Rival | Skipped]:
    with load_or_run_baselines(cache, parts, config, make or Maker()) as (rows, _):
        return list(rows)


def assert_same(first: list[Rival | Skipped], second: list[Rival | Skipped]) -> None:
    assert [one.name for one in first] == [one.name for one in second]
    for one, other in zip(first, second, strict=True):
        assert type(one) is type(other)
        if isinstance(one, Skipped):
            assert one == other
            continue
        assert one.chosen == other.chosen
        assert repr(dict(one.chosen.settings)) == repr(dict(other.chosen.settings))  # 300 is not 300.0
        for name in ("items", "scores", "held_out"):
            mine, yours = getattr(one.lists, name), getattr(other.lists, name)
            assert (mine.dtype, mine.tobytes()) == (yours.dtype, yours.tobytes())


def test_what_is_loaded_is_what_was_computed(parts, folder, monkeypatch):
    monkeypatch.setattr("recsys.baselines.simple.EASE_LARGEST", 5)  # so that one is skipped
    make = Maker()
    first, second = ask(folder, parts, make=make), ask(folder, parts, make=make)
    assert make.times == 1
    assert {type(one) for one in first} == {Rival, Skipped}
    assert_same(first, second)
    assert_same(first, ask(NoCache(), parts))
    assert all(one.seconds == 0 for one in second if isinstance(one, Rival))


def test_lists_with_missing_places_are_the_same(folder):
    full = two_tastes()
    parts = recsys.split(full, 0.2)
    config = replace(CONFIG, top_k=full.n_items)  # rated films are missing at the end of every list
    assert_same(ask(folder, parts, config), ask(folder, parts, config))
    assert np.isneginf(ask(folder, parts, config)[0].lists.scores).any()


@pytest.mark.parametrize("changed", [{"top_k": 2}, {"holdout": 0.3}, {"train": TrainConfig(seed=5)}])
def test_whatever_changes_them_computes_again(parts, folder, changed):
    make = Maker()
    ask(folder, parts, make=make)
    ask(folder, parts, replace(CONFIG, **changed), make)
    assert make.times == 2


def test_other_ratings_compute_again_and_the_settings_of_towers_do_not(parts, folder):
    make = Maker()
    ask(folder, parts, make=make)
    ask(folder, recsys.split(two_tastes(n_users=50), 0.2), make=make)
    assert make.times == 2
    ask(folder, parts, replace(CONFIG, models=("deep",), train=TrainConfig(seed=4, dim=3, epochs=2)), make)
    assert make.times == 2


def test_without_anything_hidden_there_are_none(folder):
    make = Maker()
    assert ask(folder, recsys.split(two_tastes(), 0), make=make) == []
    assert make.times == 0


def test_what_was_not_read_to_the_end_is_not_kept(parts, folder):
    with load_or_run_baselines(folder, parts, CONFIG, Maker()) as (rows, known):
        assert not known
        next(rows)
    make = Maker()
    ask(folder, parts, make=make)
    assert make.times == 1


@pytest.mark.parametrize("damage", [
    {"popularity.items": np.full((60, 3), 10_000, np.int32)},
    {"popularity.items": np.zeros((60, 2), np.int32)},
    {"popularity.scores": np.zeros((60, 3))},
    {"text": "[{}]"},
])  # fmt: skip
def test_a_damaged_entry_is_computed_again(parts, folder, damage, caplog):
    ask(folder, parts)
    (path,) = folder.folder.glob("*.npz")
    found = archive.read(path)
    text = damage.pop("text", found.text)
    archive.write(path, archive.Archive({**found.arrays, **damage}, text))
    make = Maker()
    ask(folder, parts, make=make)
    assert make.times == 1
    assert "computed anew" in caplog.text
