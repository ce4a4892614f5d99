"""Replace a finished site by a new one, all of it or nothing.

A site is built in a folder beside its target and swapped in when it is complete. One build at a time may write to a
target: the lock is a file in that folder, and both are gone after a build. Must not know what a site contains, except
the one file that names its generator.
"""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import filelock
import msgspec

from recsys.errors import OutputError
from recsys.schema import GENERATOR, Build

_REPOSITORY = Path(__file__).resolve().parents[3]
_PROJECT_MARKS = ("build.py", "pyproject.toml", ".git")
_AT_FDCWD = -100  # for renameat2: relative paths start at the working folder
_RENAME_EXCHANGE = 2
_LOCK_ATTEMPTS = 10


class _Generator(msgspec.Struct):
    name: str


class _BuildFile(msgspec.Struct):
    """The part of ``build.json`` that names the generator; the same in every schema version."""

    generator: _Generator


def check_target(out: Path, inputs: Sequence[Path]) -> None:
    """Make sure that replacing ``out`` destroys nothing but a site made by this program; changes nothing.

    Args:
        out: the target, as the user named it.
        inputs: files and folders the build reads; a file stands for its folder.

    Raises:
        OutputError: ``out`` is not absent, empty or a site of this program; or it is, or contains, a folder that must
            not be replaced.
    """
    target = out.resolve()
    for description, folder in _protected_folders(inputs):
        if folder.is_relative_to(target):
            relation = "is" if folder == target else "holds"
            raise OutputError(
                f"{out}: {relation} {description}, which must not be replaced; choose another --out, such as site"
            )
    _check_replaceable(target, out)


@contextmanager
def staging_folder(out: Path) -> Iterator[Path]:
    """A folder to build the new site in; it replaces ``out`` at the end of the block.

    Enter the block before reading the previous site: entering repairs what a build killed halfway through its swap
    left behind. If the block fails, the folder is removed and ``out`` stays as it was.

    Yields:
        An empty folder inside the one beside ``out`` that holds the lock.

    Raises:
        OutputError: another build is writing to ``out``, ``out`` has meanwhile become something else than a site of
            this program, or the disk refuses.
    """
    target = out.resolve()
    with _parents_created(target.parent), _locked_folder(target) as folder:
        _recover(target)
        staging = folder / "site"
        shutil.rmtree(staging, ignore_errors=True)  # of a build that was killed: a running one would hold the lock
        staging.mkdir()
        try:
            yield staging
            _check_replaceable(target, out)
            # A web server must be able to read it, whatever the umask and the private mode of the folder around it.
            for path in (staging, *staging.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            _swap(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _locked_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target, named after it, whose lock is held in the block; it is removed at the end.

    The operating system lifts the lock when the process ends, however it ends.

    Raises:
        OutputError: another build holds the lock, or the folder cannot be made.
    """
    folder = target.with_name(f".{target.name}.marquee-staging")
    try:
        lock = _acquire(folder)
    except filelock.Timeout:
        raise OutputError(
            f"{target}: another build is writing there; wait until it is done, or choose another --out"
        ) from None
    except OSError as problem:
        raise OutputError(
            f"{target.parent}: a folder beside the site cannot be made ({problem.strerror or problem}); "
            "choose another --out"
        ) from None
    try:
        for removed in target.parent.glob(f"{glob.escape(folder.name)}-*"):  # by builds that were killed at their end
            shutil.rmtree(removed, ignore_errors=True)
        yield folder
    finally:
        # Moved away while the lock is held: a build that waits at the old lock file finds that it is gone, and starts
        # anew with one of its own.
        removed = folder.with_name(f"{folder.name}-{uuid4().hex}")
        try:
            folder.rename(removed)
        except OSError:  # Windows moves no folder with an open file
            removed = folder
        lock.release()
        shutil.rmtree(removed, ignore_errors=True)


def _acquire(folder: Path) -> filelock.BaseFileLock:
    """Make the folder and take the lock in it, or raise Timeout at once."""
    path = folder / "lock"
    for _ in range(_LOCK_ATTEMPTS):
        try:
            folder.mkdir(0o700, exist_ok=True)
            path.touch()
            inode = path.stat().st_ino
            lock = filelock.FileLock(path)
            lock.acquire(blocking=False)
            if path.stat().st_ino == inode:
                return lock
            lock.release()
        except (FileNotFoundError, FileExistsError):  # the build before moved the folder away at this very moment
            if folder.is_file():
                raise
    raise filelock.Timeout(str(path))


def made_by_marquee(build_json: bytes) -> bool:
    """Whether the content of a ``build.json`` names this program as the generator, in any schema version."""
    try:
        return msgspec.json.decode(build_json, type=_BuildFile).generator.name == GENERATOR
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def exchange(first: Path, second: Path) -> bool:
    """Exchange two existing paths atomically, where the system can.

    Linux has ``renameat2`` with ``RENAME_EXCHANGE`` since 3.15, on most file systems; Python does not wrap it.

    Returns:
        Whether it was done; if not, nothing has changed.
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # this C library lacks it, or there is none to open (Windows)
        return False
    renameat2.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    status = renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)
    return bool(status == 0)


def _protected_folders(inputs: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Folders that must never be replaced, each with its description."""
    yield "the root of the file system", Path(_REPOSITORY.anchor)
    with suppress(RuntimeError):  # the home folder is unknown
        yield "your home folder", Path.home().resolve()
    yield "this repository", _REPOSITORY
    with suppress(FileNotFoundError):  # the working folder has been deleted
        yield "the working folder", Path.cwd().resolve()
    for path in inputs:
        source = path.resolve()
        yield "the input's folder", source if source.is_dir() else source.parent


def _check_replaceable(target: Path, out: Path) -> None:
    if target.parent == target:
        raise OutputError(f"{out}: is the root of a file system; choose another --out, such as site")
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{out}: is a file; expected a folder for the site: choose another --out, or move it away")
    names = {path.name for path in target.iterdir()}
    marks = [mark for mark in _PROJECT_MARKS if mark in names]
    if marks:
        raise OutputError(
            f"{out}: holds {marks[0]}, so it is a project of its own; choose another --out, such as site"
        )
    if names and not _is_marquee_site(target):
        raise OutputError(
            f"{out}: is neither empty nor a site made by {GENERATOR} (no data/build.json that says so); "
            "choose another --out, or move it away"
        )


def _is_marquee_site(folder: Path) -> bool:
    try:
        return made_by_marquee((folder / "data" / Build.FILE).read_bytes())
    except OSError:
        return False


@contextmanager
def _parents_created(folder: Path) -> Iterator[None]:
    """Create a folder with its parents for the block; if the block fails, those created are removed again."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"{folder}: cannot be made ({problem.strerror}); choose another --out") from None
    try:
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):  # not empty: another program uses it by now
                path.rmdir()
        raise


def _backup(target: Path) -> Path:
    return target.with_name(f".{target.name}.marquee-previous")


def _recover(target: Path) -> None:
    """Restore the previous site if a build was killed between the two renames of its swap."""
    backup = _backup(target)
    if not backup.is_dir():
        return
    if target.exists():  # killed after the second rename: the new site is in place
        shutil.rmtree(backup, ignore_errors=True)
    else:
        backup.rename(target)


def _swap(staging: Path, target: Path) -> None:
    """Replace the old site by the new one. Afterwards ``staging`` is the old site, or gone."""
    try:
        if not target.exists():
            staging.rename(target)
        elif not exchange(staging, target):
            _swap_by_renames(staging, target)
    except OSError as problem:
        raise OutputError(
            f"{target}: cannot be replaced ({problem.strerror}); close what uses it, or choose another --out"
        ) from None


def _swap_by_renames(staging: Path, target: Path) -> None:
    backup = _backup(target)
    target.rename(backup)
    try:
        staging.rename(target)
    except BaseException:
        backup.rename(target)
        raise
    shutil.rmtree(backup, ignore_errors=True)
