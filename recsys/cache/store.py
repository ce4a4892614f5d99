"""A cache of what builds compute: archives in the user's cache folder, each found by a hash of all that went into it.

The folder holds :data:`MAX_BYTES` at most; entries that were not used for longest are removed first. A build goes on
without the cache, whatever is wrong with it.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np
import platformdirs
import scipy

from recsys.errors import DataError, OutputError
from recsys.models import archive
from recsys.models.archive import Archive
from recsys.schema import VERSION
from recsys.threads import n_cores

PACKAGE = Path(__file__).parents[1]
MAX_BYTES = 1_000_000_000
"""Of all entries together: a hundred models of MovieLens 100K, or a few of 20 million ratings."""
MAX_WRITE_TIME = 3600 * 10**9
"""Nanoseconds after which a partly written file was left behind by a build that was killed."""
_KEY = "key"
"""The array that holds an entry's key, so that a renamed file is not taken for another entry."""
_THREADS = ("OMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_")
"""Prefixes of the environment variables by which linear algebra libraries decide in what order they add up."""

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where entries are kept: in the user's cache folder, on every system."""
    return platformdirs.user_cache_path("marquee", appauthor=False) / "computed"


def is_own_code(*functions: Callable[..., Any]) -> bool:
    """Whether all functions are this package's, whose code is part of every key.

    What others add to a registry may change without a trace in the key, so it is not cached.
    """
    return all(function.__module__.startswith("recsys.") for function in functions)


def key(**parts: Any) -> str:
    """The key of what this code on this machine computes from ``parts``: 64 hex digits.

    Equal parts give equal bytes only where the code and the arithmetic are the same, so both are part of the key: the
    version, the code itself, numpy, scipy and the processor they found, and how many threads they may use.

    Args:
        parts: all else that changes the result: numbers, text, dataclasses, lists and dicts of these.
    """
    threads = {name: value for name, value in os.environ.items() if name.startswith(_THREADS)}
    arithmetic = [np.__version__, np.show_config(mode="dicts"), scipy.__version__, scipy.show_config(mode="dicts")]
    everything = [parts, VERSION, code_hash(PACKAGE), arithmetic, threads, n_cores()]
    return hashlib.sha256(msgspec.json.encode(everything, order="sorted")).hexdigest()


@functools.cache  # the code that runs is that of the first call, even if the files are edited meanwhile
def code_hash(package: Path) -> str:
    """Hash of a package's Python files but those of the pages: code changes between two versions, too."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if not path.is_relative_to(package / "site"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Cache(Protocol):
    """What earlier builds computed, by key."""

    def load(self, key: str, from_archive: Callable[[Archive], Value]) -> Value | None:
        """What ``from_archive`` makes of the entry; None where there is no usable one."""
        ...

    def save(self, key: str, entry: Archive) -> None:
        """Keep the entry for later builds."""
        ...


class NoCache:
    """A cache that is always empty: with it, :func:`recsys.build_site` computes everything, and keeps nothing."""

    def load(self, key: str, from_archive: Callable[[Archive], Value]) -> Value | None:
        """Returns None."""
        return None

    def save(self, key: str, entry: Archive) -> None:
        """Does nothing."""


class FolderCache:
    """A folder with a file for each entry. Builds may share it: an entry is written as a whole or not at all.

    Args:
        folder: made when there is something to save.
        max_bytes: of all entries together.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self._has_warned = False
        code_hash(PACKAGE)  # now, before the files can be edited while the build runs

    def load(self, key: str, from_archive: Callable[[Archive], Value]) -> Value | None:
        """What ``from_archive`` makes of the entry, which counts as used now.

        None where there is no such entry; and, with a warning, where it is damaged, belongs to another key, or makes
        ``from_archive`` raise DataError.
        """
        path = self._path(key)
        try:
            entry = archive.read(path)
            if entry.arrays.get(_KEY, np.empty(0)).tobytes() != key.encode():
                raise DataError(f"{path}: is the entry of another key")
            value = from_archive(entry)
        except DataError as problem:
            with suppress(OSError):  # the folder may be closed to us
                if path.is_file():
                    logger.warning("the cache entry %s cannot be read; computing it again", path)
                    logger.debug("%s", problem)
            return None
        with suppress(OSError):
            os.utime(path)
        return value

    def save(self, key: str, entry: Archive) -> None:
        """Write the entry, and remove the least recently used ones where all together would be too large.

        An entry that is too large by itself is not written. Where nothing can be written, there is a warning, once.
        """
        if sum(array.nbytes for array in entry.arrays.values()) > self.max_bytes:
            logger.info("too large for the cache: %s", key)
            return
        entry = Archive({**entry.arrays, _KEY: np.frombuffer(key.encode(), np.uint8)}, entry.text)
        try:
            if not self.folder.is_absolute():  # "~" of a user without a home folder: a folder where the build is run
                raise OutputError(f"{self.folder}: is no absolute path; set XDG_CACHE_HOME to one")
            self.folder.mkdir(0o700, parents=True, exist_ok=True)  # models give away what users rated
            archive.write(self._path(key), entry)
            self._make_room()
        except (OSError, OutputError) as problem:
            reason = str(problem)
            if isinstance(problem, OSError):
                reason = f"{problem.filename or self.folder}: {problem.strerror}"
            level = logging.DEBUG if self._has_warned else logging.WARNING
            self._has_warned = True
            logger.log(
                level,
                "the cache cannot be written, so the next build computes this again; give --no-cache to leave the "
                "cache out: %s",
                reason,
            )

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _make_room(self) -> None:
        """Remove the least recently used entries until the rest fits, and partly written files of killed builds."""
        total = 0
        for _, size, path in sorted(map(_last_use, self.folder.glob("*.npz")), reverse=True):
            total += size
            if total > self.max_bytes:
                _remove(path)
        for path in self.folder.glob(f"*{archive.PART}"):
            if _last_use(path)[0] < time.time_ns() - MAX_WRITE_TIME:
                _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):  # another build was faster, or reads it
        path.unlink()


def _last_use(path: Path) -> tuple[int, int, Path]:
    """Time in nanoseconds, size in bytes, path; zeros for a file that another build has removed meanwhile."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0, path
    return status.st_mtime_ns, status.st_size, path
