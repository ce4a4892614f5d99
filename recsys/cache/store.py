"""What a build computed and the next may need again: archives in the user's cache folder, found by what made them.

The folder holds :data:`MOST_BYTES` at most; what was not used for longest goes first. Whatever is wrong with it, a
build goes on without. Knows keys and archives, nothing of what is in them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache as once
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

MOST_BYTES = 1_000_000_000
"""Of all entries together: a hundred models of MovieLens 100K, or a few of 20 million ratings."""
LONGEST_WRITE = 3600 * 10**9
"""Nanoseconds; after as long a file half written is nobody's any more."""
_KEY = "key"
"""The array that holds an entry's own key, so that a file under another name is not taken for what it is not."""
_THREADS = ("OMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_")
"""How the environment variables begin by which a library of linear algebra decides in what order it adds up."""

Made = TypeVar("Made")

logger = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where entries are kept, on every system the user's own cache."""
    return platformdirs.user_cache_path("marquee", appauthor=False) / "computed"


def key(**parts: Any) -> str:
    """The name of what is made of ``parts`` by this code on this machine: 64 hex digits.

    Equal parts give equal bytes only where the code and the arithmetic are the same, so both are in the key: the
    version, the code itself, numpy, scipy and the processor they found, and how many threads they may use.

    Args:
        parts: all else that changes the result: numbers, text, dataclasses, lists and dicts of these.
    """
    variables = {name: value for name, value in os.environ.items() if name.startswith(_THREADS)}
    arithmetic = [np.__version__, np.show_config(mode="dicts"), scipy.__version__, scipy.show_config(mode="dicts")]
    everything = [parts, VERSION, _code(), arithmetic, variables, _cores()]
    return hashlib.sha256(msgspec.json.encode(everything, order="sorted")).hexdigest()


class Cache(Protocol):
    """Something that may know what was made before."""

    def load(self, key: str, made_of: Callable[[Archive], Made]) -> Made | None:
        """What ``made_of`` makes of the entry; None where there is none that is of use."""
        ...

    def keep(self, key: str, entry: Archive) -> None:
        """Remember it."""
        ...


class NoCache:
    """Knows nothing and remembers nothing: for ``--no-cache``."""

    def load(self, key: str, made_of: Callable[[Archive], Made]) -> Made | None:
        """Nothing."""
        return None

    def keep(self, key: str, entry: Archive) -> None:
        """Do nothing."""


class FolderCache:
    """A folder of entries, one file each. Several builds may share it: an entry is there as a whole or not at all.

    Args:
        folder: made when there is something to keep.
        most_bytes: of all entries together.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        _code()  # as it is now: while a build runs it may be edited

    def load(self, key: str, made_of: Callable[[Archive], Made]) -> Made | None:
        """What ``made_of`` makes of the entry, which counts as used now.

        None where there is no such entry. One that is damaged or of something else, or of which ``made_of`` raises
        DataError, is none either, and that is said.
        """
        path = self._path(key)
        try:
            found = archive.read(path)
            if found.arrays.get(_KEY, np.empty(0)).tobytes() != key.encode():
                raise DataError(f"{path}: is an entry of another name")
            made = made_of(found)
        except DataError as problem:
            if _there(path):
                logger.warning("the cache is of no use here, so this is computed anew: %s", problem)
            return None
        with suppress(OSError):
            os.utime(path)
        return made

    def keep(self, key: str, entry: Archive) -> None:
        """Write the entry, and remove what was not used for longest where all would be too much.

        One that is too large by itself is not kept. Where nothing can be written, that is said.
        """
        if sum(array.nbytes for array in entry.arrays.values()) > self.most_bytes:
            logger.info("too large for the cache: %s", key)
            return
        named = Archive({**entry.arrays, _KEY: np.frombuffer(key.encode(), np.uint8)}, entry.text)
        try:
            self.folder.mkdir(0o700, parents=True, exist_ok=True)  # models know what users rated
            archive.write(self._path(key), named)
            self._make_room()
        except (OSError, OutputError) as problem:
            logger.warning("the cache keeps nothing, so the next build computes this again (--no-cache): %s", problem)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _make_room(self) -> None:
        """Remove what was used longest ago until the rest fits, and what killed builds left half written."""
        total = 0
        for _, size, path in sorted(map(_used, self.folder.glob("*.npz")), reverse=True):
            total += size
            if total > self.most_bytes:
                _remove(path)
        for path in self.folder.glob(f"*{archive.PART}"):
            if _used(path)[0] < time.time_ns() - LONGEST_WRITE:
                _remove(path)


def _there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _remove(path: Path) -> None:
    with suppress(OSError):  # another build was faster, or reads it
        path.unlink()


def _used(path: Path) -> tuple[int, int, Path]:
    """When, and how large it is; nothing of a file that has gone meanwhile."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, path
    return found.st_mtime_ns, found.st_size, path


@once
def _code() -> str:
    """Hash of all code but the pages': between two versions, what is computed may change under one's hands."""
    digest, package = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(package.rglob("*.py")):
        if not path.is_relative_to(package / "site"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _cores() -> int | None:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
