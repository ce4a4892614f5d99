"""The cache: entries are found by their keys, and whatever is wrong with the folder, a build goes on."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from recsys.cache import store
from recsys.cache.store import FolderCache, NoCache, cache_folder, code_hash, key
from recsys.config import TrainConfig
from recsys.errors import DataError
from recsys.models import archive
from recsys.models.archive import Archive

FIRST, SECOND, THIRD = (key(number=number) for number in (1, 2, 3))


def entry(text: str = "first", n: int = 100) -> Archive:
    return Archive({"numbers": np.arange(n, dtype=np.float32)}, text)


def text_of(entry: Archive) -> str:
    return entry.text


def keys(cache: FolderCache) -> set[str]:
    return {path.stem for path in cache.folder.iterdir()}


@pytest.fixture
def cache(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache" / "below")


def test_an_entry_is_found_by_its_key_alone(cache):
    assert cache.load(FIRST, text_of) is None
    cache.save(FIRST, entry())
    loaded = cache.load(FIRST, lambda loaded: loaded)
    assert (loaded.text, loaded.arrays["numbers"].tobytes()) == ("first", entry().arrays["numbers"].tobytes())
    assert cache.load(SECOND, text_of) is None
    cache.save(FIRST, entry("newer"))
    assert FolderCache(cache.folder).load(FIRST, text_of) == "newer"


@pytest.mark.skipif(os.name == "nt", reason="permissions work otherwise there")
def test_other_users_cannot_read_the_folder(cache):
    cache.save(FIRST, entry())
    assert cache.folder.stat().st_mode & 0o777 == 0o700


def test_a_key_is_the_same_for_equal_parts_in_any_order():
    assert key(a=1, b={"x": 1, "y": [2]}) == key(b={"y": [2], "x": 1}, a=1)
    assert key(config=TrainConfig(seed=1)) == key(config=TrainConfig(seed=1)) != key(config=TrainConfig(seed=2))
    assert len(key()) == 64 and set(key()) <= set("0123456789abcdef")


def test_a_key_differs_for_any_other_part():
    different = [key(), key(a=1), key(a=2), key(a="1"), key(b=1), key(a=[1, 2]), key(a=[12]), key(a=None)]
    assert len(set(different)) == len(different)


def test_a_part_that_has_no_exact_text_is_refused():
    with pytest.raises(TypeError):
        key(a=np.arange(10_000))  # as text it would be cut short, so that others would have the same


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        (store, "VERSION", "0.0.9"),
        (store, "code_hash", lambda package: "other code"),
        (os, "sched_getaffinity" if sys.platform == "linux" else "cpu_count", lambda *_: range(1000)),
        (np, "__version__", "1.99"),
        (np, "show_config", lambda mode: {"SIMD Extensions": []}),
        (store.scipy, "__version__", "1.99"),
        (store.scipy, "show_config", lambda mode: {"blas": "another"}),
    ],
)
def test_a_key_differs_with_other_code_or_arithmetic(monkeypatch, target, name, value):
    before = key(a=1)
    monkeypatch.setattr(target, name, value)
    assert key(a=1) != before


def test_a_key_differs_with_another_number_of_threads(monkeypatch):
    before = key(a=1)
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    assert key(a=1) != before


def test_the_code_is_everything_but_the_pages_as_it_was_when_first_asked_for(tmp_path):
    def package(name: str, **files: str) -> Path:
        for path, text in {"nn/losses.py": "1", "site/map.py": "1", **files}.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
        return tmp_path / name

    before = code_hash(package("a"))
    assert code_hash(package("b", **{"site/map.py": "2"})) == before
    assert code_hash(package("c", **{"nn/losses.py": "2"})) != before
    assert code_hash(package("a", **{"nn/losses.py": "edited"})) == before


def test_the_least_recently_used_entries_make_room(tmp_path):
    cache = FolderCache(tmp_path, max_bytes=11_000)
    for second, name in enumerate((FIRST, SECOND)):
        cache.save(name, entry(n=1000))  # 4000 bytes and a little
        os.utime(tmp_path / f"{name}.npz", (second, second))
    assert cache.load(FIRST, text_of) == "first"  # used, so that the second is older now
    cache.save(THIRD, entry(n=1000))
    assert keys(cache) == {FIRST, THIRD}
    cache.save(SECOND, entry(n=2500))
    assert keys(cache) == {SECOND}


def test_an_entry_larger_than_the_limit_is_not_saved_and_removes_nothing(tmp_path):
    cache = FolderCache(tmp_path, max_bytes=11_000)
    cache.save(FIRST, entry())
    cache.save(SECOND, entry(n=3000))
    assert keys(cache) == {FIRST}


def test_files_left_by_killed_builds_are_removed_and_foreign_ones_are_not(tmp_path):
    cache = FolderCache(tmp_path, max_bytes=11_000)
    left, in_use, foreign = tmp_path / f".a{archive.PART}", tmp_path / f".b{archive.PART}", tmp_path / "notes.txt"
    for path in (left, in_use, foreign):
        path.write_bytes(bytes(20_000))
    for path in (left, foreign):
        os.utime(path, (1, 1))
    cache.save(FIRST, entry(n=1000))
    assert {path.name for path in tmp_path.iterdir()} == {f"{FIRST}.npz", in_use.name, foreign.name}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def overwrite(path: Path) -> None:
    path.write_text("something else")


def replace_by_another_key(path: Path) -> None:
    FolderCache(path.parent).save(SECOND, entry("of another key"))
    (path.parent / f"{SECOND}.npz").replace(path)


def replace_without_key(path: Path) -> None:
    archive.write(path, entry("without a key"))


@pytest.mark.parametrize("damage", [truncate, overwrite, replace_by_another_key, replace_without_key])
def test_a_damaged_or_foreign_entry_is_a_warning_and_is_replaced_by_the_next(cache, damage, caplog):
    cache.save(FIRST, entry())
    path = cache.folder / f"{FIRST}.npz"
    damage(path)
    assert cache.load(FIRST, text_of) is None
    assert f"the cache entry {path} cannot be read; computing it again" in caplog.text
    cache.save(FIRST, entry("again"))
    assert cache.load(FIRST, text_of) == "again"


def test_an_entry_that_its_reader_refuses_is_a_warning(cache, caplog):
    def refuse(loaded: Archive) -> str:
        raise DataError("the array x is missing")

    cache.save(FIRST, entry())
    assert cache.load(FIRST, refuse) is None
    assert f"the cache entry {cache.folder / FIRST}.npz cannot be read; computing it again" in caplog.text


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    cache = FolderCache(tmp_path / "file" / "cache")
    assert cache.load(FIRST, text_of) is None
    for name in (FIRST, SECOND, THIRD):
        cache.save(name, entry())
    assert [record.levelno for record in caplog.records] == [logging.WARNING]  # one is enough
    assert "so the next build computes this again; give --no-cache to leave the cache out: " in caplog.text
    assert str(tmp_path / "file") in caplog.text
    assert "Errno" not in caplog.text


def test_a_folder_in_the_place_of_an_entry_costs_that_entry_alone(cache, caplog):
    (cache.folder / f"{FIRST}.npz" / "below").mkdir(parents=True)
    assert cache.load(FIRST, text_of) is None
    for name in (FIRST, SECOND):
        cache.save(name, entry(name))
    assert (cache.load(FIRST, text_of), cache.load(SECOND, text_of)) == (None, SECOND)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_no_folder_called_tilde_is_made_for_a_user_without_a_home(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    cache = FolderCache(Path("~/.cache/marquee/computed"))
    cache.save(FIRST, entry())
    assert cache.load(FIRST, text_of) is None
    assert list(tmp_path.iterdir()) == []
    assert "set XDG_CACHE_HOME to one" in caplog.text


def test_a_full_disk_is_a_warning_and_leaves_nothing(cache, caplog, monkeypatch):
    def fail(member, array, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    cache.save(FIRST, entry())
    assert "No space left on device" in caplog.text
    assert keys(cache) == set()


def test_builds_at_the_same_time_read_and_write_whole_entries(tmp_path, caplog):
    cache, loaded = FolderCache(tmp_path, max_bytes=9000), []

    def work(number: int) -> None:
        for turn in range(20):
            name = (FIRST, SECOND)[(turn + number) % 2]
            cache.save(name, entry(name, n=1000))
            loaded.append((name, cache.load(name, text_of)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 80
    assert {text for name, text in loaded if text not in (name, None)} == set()
    assert "damaged" not in caplog.text
    assert "cannot be written" not in caplog.text
    assert not [path for path in tmp_path.iterdir() if path.suffix == archive.PART]


def test_no_cache_is_always_empty():
    cache = NoCache()
    cache.save(FIRST, entry())
    assert cache.load(FIRST, text_of) is None


def test_entries_are_in_the_cache_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "marquee" / "computed"
