"""One build at a time for a target: a folder beside it with a lock in it, and both are gone after a build."""

from __future__ import annotations

import errno
import glob
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import filelock

from recsys.errors import OutputError
from recsys.interrupts import deferred

logger = logging.getLogger(__name__)

_ATTEMPTS = 10


class TargetInUseError(OutputError):
    """Another build holds the lock of the target."""


@dataclass(frozen=True)
class _Lock:
    """A lock that is held, and the number of its file, by which to know it again."""

    file: Path
    lock: filelock.BaseFileLock
    inode: int

    def is_in_place(self) -> bool:
        """Whether its path still names the locked file: another program may have removed it."""
        try:
            return self.file.stat().st_ino == self.inode
        except OSError:
            return False


@contextmanager
def locked_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target, named after it, whose lock is held in the block; it is removed at the end.

    The operating system lifts the lock when the process ends, however it ends. What a killed build left in or beside
    the folder is removed before the block.

    Args:
        target: absolute and without links, so that it has one name.

    Raises:
        TargetInUseError: another build holds the lock; this one does not wait.
        OutputError: the folder cannot be made.
    """
    folder = target.with_name(f".{target.name}.marquee-staging")
    lock: _Lock | None = None
    try:
        with deferred():
            lock = _acquire(folder, target)
        for leftover in _leftovers(folder):
            remove_folder(leftover)
        yield folder
    finally:
        if lock is not None:
            with deferred():
                _release(folder, lock)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it; a warning says so where that is not possible."""
    shutil.rmtree(folder, ignore_errors=True)  # as much as possible
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as problem:
        logger.warning(
            "%s cannot be deleted (%s): the next build of this site tries again, or delete it yourself",
            folder,
            problem.strerror or problem,
        )


def _leftovers(folder: Path) -> list[Path]:
    """Folders of builds that were killed or could not delete their files; a build that runs would hold the lock."""
    siblings = folder.parent.glob(f"{glob.escape(folder.name)}-*")
    return sorted(path for path in (*siblings, *folder.iterdir()) if path.is_dir() and not path.is_symlink())


def _acquire(folder: Path, target: Path) -> _Lock:
    """Make the folder and take the lock in it, at once.

    Raises:
        TargetInUseError: another build holds it.
        OutputError: the folder cannot be made.
    """
    path = folder / "lock"
    try:
        for _ in range(_ATTEMPTS):
            if folder.is_symlink():  # what is below it would be deleted
                raise OSError(errno.EEXIST, f"{folder.name} is a link")
            try:
                folder.mkdir(0o700, exist_ok=True)
                path.touch()
                held = _Lock(path, filelock.FileLock(path), path.stat().st_ino)
                held.lock.acquire(blocking=False)
                if held.is_in_place():
                    return held
                held.lock.release()
            except (FileNotFoundError, FileExistsError):  # the build before moved the folder away at this very moment
                if folder.is_file():
                    raise
        raise filelock.Timeout(str(path))
    except filelock.Timeout:
        raise TargetInUseError(
            f"{target}: another build is writing there; wait until it is done, or choose another --out"
        ) from None
    except OSError as problem:
        if problem.errno in (errno.EACCES, errno.EPERM) and folder.is_dir():
            raise OutputError(
                f"{folder}: cannot be used ({problem.strerror}), so another user may be building {target.name} at "
                "this moment; wait until they are done, or delete that folder"
            ) from None
        with suppress(OSError):  # unless it holds the lock file, which may be that of another build by now
            folder.rmdir()
        raise OutputError(
            f"{folder}: a folder beside the site cannot be made ({problem.strerror or problem}); choose another --out"
        ) from None
    except NotImplementedError:
        raise OutputError(
            f"{target.parent}: files cannot be locked on this file system; choose another --out"
        ) from None


def _release(folder: Path, held: _Lock) -> None:
    """Lift the lock and remove the folder, unless it is another build's by now."""
    if not held.is_in_place():
        held.lock.release()
        return
    # Moved away while the lock is held: a build that waits at the old lock file finds that it is gone, and starts
    # anew with one of its own.
    removed = folder.with_name(f"{folder.name}-{uuid4().hex}")
    try:
        folder.rename(removed)
    except OSError:  # Windows moves no folder with an open file
        removed = folder
    held.lock.release()
    remove_folder(removed)
