"""A cache of what builds compute: archives in the user's cache folder, named by a hash of all that they depend on.

The folder holds at most :data:`MAX_BYTES`; the least recently used entries are removed first. Whatever is wrong with
the cache, a build goes on without it.
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
"""Size of all entries together: a hundred models of MovieLens 100K, or a few of 20 million ratings."""
MAX_WRITE_TIME = 3600 * 10**9
"""Nanoseconds after which a partly written file must be left from a build that was killed."""
_KEY = "key"
"""The array that holds an entry's key, so that a renamed file is not mistaken for another entry."""
_THREADS = ("OMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_")
"""Prefixes of environment variables that may change the order of sums in linear algebra libraries."""

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


def cache_folder() -> Path:
    """The folder of the entries, in the user's cache folder on every system."""
    return platformdirs.user_cache_path("marquee", appauthor=False) / "computed"


def is_own_code(*functions: Callable[..., Any]) -> bool:
    """Whether all functions are defined in this package, whose code is part of every key.

    Other code, added to a registry, may change without changing the key, so its results are not cached.
    """
    return all(function.__module__.startswith("recsys.") for function in functions)


def key(**parts: Any) -> str:
    """The key of a result that this code computes from ``parts`` on this machine: 64 hex digits.

    Equal parts give equal bytes only if the code and the arithmetic are the same, so both are part of the key: the
    version, the code itself, numpy, scipy and the processor that they detected, and how many threads they may use.

    Args:
        parts: everything else that changes the result: numbers, text, dataclasses, lists and dicts of these.
    """
    threads = {name: value for name, value in os.environ.items() if name.startswith(_THREADS)}
    arithmetic = [np.__version__, np.show_config(mode="dicts"), scipy.__version__, scipy.show_config(mode="dicts")]
    everything = [parts, VERSION, code_hash(PACKAGE), arithmetic, threads, n_cores()]
    return hashlib.sha256(msgspec.json.encode(everything, order="sorted")).hexdigest()


@functools.cache  # the running code is that of the first call, even if the files are edited later
def code_hash(package: Path) -> str:
    """Hash of a package's Python files except those of the pages: code also changes between versions."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if not path.is_relative_to(package / "site"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Cache(Protocol):
    """What earlier builds computed, by key."""

    def load(self, key: str, from_archive: Callable[[Archive], Value]) -> Value | None:
        """The value that ``from_archive`` makes from the entry; None if there is no usable entry."""
        ...

    def save(self, key: str, entry: Archive) -> None:
        """Save the entry for later builds."""
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
        """The value that ``from_archive`` makes from the entry, which now counts as used.

        None if there is no such entry; and, with a warning, if it is damaged, belongs to another key, or makes
        ``from_archive`` raise DataError.
        """
        path = self._path(key)
        try:
            entry = archive.read(path)
            if entry.arrays.get(_KEY, np.empty(0)).tobytes() != key.encode():
                raise DataError(f"{path}: is the entry of another key")
            value = from_archive(entry)
        except DataError as problem:
            with suppress(OSError):  # this user may not be allowed to read the folder
                if path.is_file():
                    logger.warning("the cache entry %s cannot be read; computing it again", path)
                    logger.debug("%s", problem)
            return None
        with suppress(OSError):
            os.utime(path)
        return value

    def save(self, key: str, entry: Archive) -> None:
        """Write the entry, and remove the least recently used ones if all together would be too large.

        An entry that is too large by itself is not written. If nothing can be written, one warning is logged.
        """
        if sum(array.nbytes for array in entry.arrays.values()) > self.max_bytes:
            logger.info("too large for the cache: %s", key)
            return
        entry = Archive({**entry.arrays, _KEY: np.frombuffer(key.encode(), np.uint8)}, entry.text)
        try:
            if not self.folder.is_absolute():  # without a home folder it would be "~" in the working folder
                raise OutputError(f"{self.folder}: is no absolute path; set XDG_CACHE_HOME to one")
            self.folder.mkdir(0o700, parents=True, exist_ok=True)  # models contain what users rated
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
    with suppress(OSError):  # another build has removed it, or is reading it
        path.unlink()


def _last_use(path: Path) -> tuple[int, int, Path]:
    """Time in nanoseconds, size in bytes, path; zeros for a file that another build has removed meanwhile."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0, path
    return status.st_mtime_ns, status.st_size, path
