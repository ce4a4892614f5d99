"""One build at a time for a target: a lock the system itself lifts when its holder dies. Knows nothing of sites."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recsys.errors import OutputError


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a target.

    The lock is a file in the user's cache folder, named after the target: nothing appears beside the site. It stays
    there, empty; only the hold on it counts, and that ends with the process however it ends.

    Raises:
        OutputError: another process holds it, or there is no place to keep it.
    """
    handle = _open(target)
    try:
        try:
            _hold(handle)
        except OSError:
            raise OutputError(
                f"{target}: another build is writing there; wait until it is done, or choose another --out"
            ) from None
        yield
    finally:
        os.close(handle)


def _open(target: Path) -> int:
    from platformdirs import user_cache_path

    name = hashlib.sha256(os.fsencode(target)).hexdigest()[:16]
    path = user_cache_path("marquee", appauthor=False) / "locks" / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise OutputError(
            f"{path}: cannot be opened ({problem.strerror}); expected a cache folder to write in: "
            "make it writable, or set XDG_CACHE_HOME to another"
        ) from None


if sys.platform == "win32":

    def _hold(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _hold(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
