"""The cache: what was kept is found by what made it, and whatever is wrong with the folder, a build goes on."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from recsys.cache import store as cache
from recsys.cache.store import FolderCache, NoCache, cache_folder, key
from recsys.config import TrainConfig
from recsys.errors import DataError
from recsys.models import archive
from recsys.models.archive import Archive

ONE, OTHER, THIRD = (key(number=number) for number in (1, 2, 3))


def entry(text: str = "one", n: int = 100) -> Archive:
    return Archive({"numbers": np.arange(n, dtype=np.float32)}, text)


def text(found: Archive) -> str:
    return found.text


@pytest.fixture
def kept(tmp_path) -> FolderCache:
    return FolderCache(tmp_path / "cache" / "below")


def test_what_is_kept_is_found_by_its_key_alone(kept):
    assert kept.load(ONE, text) is None
    kept.keep(ONE, entry())
    assert kept.load(ONE, text) == "one"
    assert kept.load(OTHER, text) is None
    kept.keep(ONE, entry("newer"))
    assert FolderCache(kept.folder).load(ONE, text) == "newer"


@pytest.mark.skipif(os.name == "nt", reason="rights are told otherwise there")
def test_nobody_else_may_look_into_the_folder(kept):
    kept.keep(ONE, entry())
    assert kept.folder.stat().st_mode & 0o777 == 0o700


def test_an_entry_is_read_as_it_was_kept(kept):
    kept.keep(ONE, entry())
    found = kept.load(ONE, lambda found: found)
    assert found.arrays["numbers"].tobytes() == entry().arrays["numbers"].tobytes()


def test_a_key_is_the_same_for_equal_parts_in_any_order():
    assert key(a=1, b={"x": 1, "y": [2]}) == key(b={"y": [2], "x": 1}, a=1)
    assert key(config=TrainConfig(seed=1)) == key(config=TrainConfig(seed=1)) != key(config=TrainConfig(seed=2))
    assert len(key()) == 64 and set(key()) <= set("0123456789abcdef")


def test_a_key_is_another_for_any_other_part():
    keys = [key(), key(a=1), key(a=2), key(a="1"), key(b=1), key(a=[1, 2]), key(a=[12]), key(a=None)]
    assert len(set(keys)) == len(keys)


def test_a_part_that_has_no_exact_text_is_refused():
    with pytest.raises(TypeError):
        key(a=np.arange(10_000))  # as text it would be cut short, and others be the same


def test_the_code_is_that_of_the_beginning(tmp_path, monkeypatch):
    (tmp_path / "code.py").write_text("1")
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache" / "store.py"))
    cache._code.cache_clear()
    FolderCache(tmp_path / "kept")
    before = key()
    (tmp_path / "code.py").write_text("2")
    assert key() == before
    cache._code.cache_clear()
    assert key() != before
    cache._code.cache_clear()


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("VERSION", "0.0.9"),
        ("_code", lambda: "other code"),
        ("_cores", lambda: 1000),
        ("np.__version__", "1.99"),
        ("np.show_config", lambda mode: {"SIMD Extensions": []}),
        ("scipy.__version__", "1.99"),
        ("scipy.show_config", lambda mode: {"blas": "another"}),
    ],
)
def test_a_key_is_another_under_other_code_or_arithmetic(monkeypatch, what, value):
    before = key(a=1)
    monkeypatch.setattr(f"recsys.cache.store.{what}", value)
    assert key(a=1) != before


def test_a_key_is_another_with_another_number_of_threads(monkeypatch):
    before = key(a=1)
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    assert key(a=1) != before


def test_the_code_is_all_but_that_of_the_pages(tmp_path, monkeypatch):
    for name in ("nn/losses.py", "site/map.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache" / "store.py"))
    before = cache._code.__wrapped__()
    (tmp_path / "site" / "map.py").write_text("2")
    assert cache._code.__wrapped__() == before
    (tmp_path / "nn" / "losses.py").write_text("2")
    assert cache._code.__wrapped__() != before


def age(kept: FolderCache, *names: str) -> None:
    """The first was used longest ago."""
    for second, name in enumerate(names):
        os.utime(kept.folder / f"{name}.npz", (second, second))


def names(kept: FolderCache) -> set[str]:
    return {path.stem for path in kept.folder.iterdir()}


def test_where_there_is_no_more_room_what_was_not_used_for_longest_goes(tmp_path):
    kept = FolderCache(tmp_path, most_bytes=11_000)
    for name in (ONE, OTHER):
        kept.keep(name, entry(n=1000))  # 4000 bytes and a little
    age(kept, ONE, OTHER)
    assert kept.load(ONE, text) == "one"  # used, so that the other is older now
    kept.keep(THIRD, entry(n=1000))
    assert names(kept) == {ONE, THIRD}
    kept.keep(OTHER, entry(n=2500))
    assert names(kept) == {OTHER}


def test_what_is_larger_than_all_room_is_not_kept_and_costs_nothing_else(tmp_path):
    kept = FolderCache(tmp_path, most_bytes=11_000)
    kept.keep(ONE, entry())
    kept.keep(OTHER, entry(n=3000))
    assert names(kept) == {ONE}


def test_what_killed_builds_left_behind_goes_too_and_what_is_not_ours_stays(tmp_path):
    kept = FolderCache(tmp_path, most_bytes=11_000)
    left, at_work, foreign = tmp_path / f".a{archive.PART}", tmp_path / f".b{archive.PART}", tmp_path / "notes.txt"
    for path in (left, at_work, foreign):
        path.write_bytes(bytes(20_000))
    for path in (left, foreign):
        os.utime(path, (1, 1))
    kept.keep(ONE, entry(n=1000))
    assert {path.name for path in tmp_path.iterdir()} == {f"{ONE}.npz", at_work.name, foreign.name}


def spoil_truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def spoil_foreign(path: Path) -> None:
    path.write_text("something else")


def spoil_renamed(path: Path) -> None:
    FolderCache(path.parent).keep(OTHER, entry("of another key"))
    (path.parent / f"{OTHER}.npz").replace(path)


def spoil_anonymous(path: Path) -> None:
    archive.write(path, entry("without a key"))


@pytest.mark.parametrize("spoil", [spoil_truncated, spoil_foreign, spoil_renamed, spoil_anonymous])
def test_a_damaged_or_foreign_entry_is_none_and_that_is_said_and_the_next_takes_its_place(kept, spoil, caplog):
    kept.keep(ONE, entry())
    path = kept.folder / f"{ONE}.npz"
    spoil(path)
    assert kept.load(ONE, text) is None
    assert f"the cache is of no use here, so this is computed anew: {path}: " in caplog.text
    kept.keep(ONE, entry("again"))
    assert kept.load(ONE, text) == "again"


def test_an_entry_of_which_nothing_can_be_made_is_none_and_that_is_said(kept, caplog):
    def refuse(found: Archive) -> str:
        raise DataError("the array x is missing")

    kept.keep(ONE, entry())
    assert kept.load(ONE, refuse) is None
    assert "computed anew: the array x is missing" in caplog.text


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    kept = FolderCache(tmp_path / "file" / "cache")
    assert kept.load(ONE, text) is None
    kept.keep(ONE, entry())
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "the cache keeps nothing, so the next build computes this again (--no-cache)" in caplog.text
    assert str(tmp_path / "file") in caplog.text


def test_a_full_disk_is_a_warning_and_leaves_nothing(kept, caplog, monkeypatch):
    def fail(file, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    kept.keep(ONE, entry())
    assert "No space left on device" in caplog.text
    assert names(kept) == set()


def test_builds_at_the_same_time_read_and_write_whole_entries(tmp_path, caplog):
    kept, found = FolderCache(tmp_path, most_bytes=9000), []

    def work(number: int) -> None:
        for turn in range(20):
            name = (ONE, OTHER)[(turn + number) % 2]
            kept.keep(name, entry(name, n=1000))
            found.append((name, kept.load(name, text)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert {text for name, text in found if text not in (name, None)} == set()
    assert "damaged" not in caplog.text
    assert "keeps nothing" not in caplog.text
    assert not [path for path in tmp_path.iterdir() if path.suffix == archive.PART]


def test_no_cache_knows_nothing(tmp_path):
    nothing = NoCache()
    nothing.keep(ONE, entry())
    assert nothing.load(ONE, text) is None


def test_entries_are_kept_in_the_cache_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "marquee" / "computed"
