"""A cache that fails in any of its file operations stops no build."""

from __future__ import annotations

import numpy as np
import pytest

from recsys.cache.store import FolderCache
from recsys.models.archive import Archive
from tests.faults.shim import ERRORS, FailAt, Operation, watched

KEY = "0" * 64


@pytest.mark.parametrize("error", ERRORS)
def test_whichever_operation_of_the_cache_fails_an_entry_is_whole_or_absent(tmp_path, error):
    entry = Archive({"a": np.arange(3)}, "text")
    operations: list[Operation] = []
    with watched([tmp_path], operations.append):
        cache = FolderCache(tmp_path / "cache")
        cache.save(KEY, entry)
        assert cache.load(KEY, lambda archive: archive.text) == "text"
    for n in range(1, len(operations) + 1):
        folder = tmp_path / str(n)
        with watched([folder], FailAt(n, error)):
            cache = FolderCache(folder)
            cache.save(KEY, entry)
            assert cache.load(KEY, lambda archive: archive.text) in ("text", None)
        cache.save(KEY, entry)
        assert cache.load(KEY, lambda archive: archive.text) == "text"
