"""Replace a finished site by a new one, all of it or nothing.

A site is built in a staging folder beside its target and swapped in when it is complete. One build at a time may
write to a target. Must not know what a site contains, except the one file that names its generator.
"""

from __future__ import annotations

import ctypes
import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock
import msgspec

from recsys.errors import OutputError
from recsys.schema import GENERATOR, Build

_REPOSITORY = Path(__file__).resolve().parents[3]
_PROJECT_MARKS = ("build.py", "pyproject.toml", ".git")
_AT_FDCWD = -100  # for renameat2: relative paths start at the working folder
_RENAME_EXCHANGE = 2


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
        An empty folder beside ``out``.

    Raises:
        OutputError: another build is writing to ``out``, ``out`` has meanwhile become something else than a site of
            this program, or the disk refuses.
    """
    target = out.resolve()
    with target_lock(target), _parents_created(target.parent):
        _recover(target)
        # Staging folders of builds that died: a running build would hold the lock.
        for stale in target.parent.glob(glob.escape(_staging_prefix(target)) + "*"):
            shutil.rmtree(stale, ignore_errors=True)
        staging = _make_staging(target)
        try:
            yield staging
            _check_replaceable(target, out)
            # A web server must be able to read it, whatever the umask and the private mode of a temporary folder.
            for path in (staging, *staging.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            _swap(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def target_lock(target: Path) -> Iterator[None]:
    """Hold the lock of a target. The operating system lifts it when the process ends, however it ends.

    The lock is a file in the user's cache folder, named after the target, so that nothing appears beside the site.

    Raises:
        OutputError: another build holds the lock, or the cache folder cannot be written to.
    """
    from platformdirs import user_cache_path

    name = hashlib.sha256(os.fsencode(target)).hexdigest()[:16]
    path = user_cache_path("marquee", appauthor=False) / "locks" / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path).acquire(blocking=False)
    except filelock.Timeout:
        raise OutputError(
            f"{target}: another build is writing there; wait until it is done, or choose another --out"
        ) from None
    except OSError as problem:
        raise OutputError(
            f"{path}: cannot be opened ({problem.strerror}); expected a cache folder to write in: "
            "make it writable, or set XDG_CACHE_HOME to another"
        ) from None
    with lock:
        yield


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


def _staging_prefix(target: Path) -> str:
    return f".{target.name}.marquee-staging-"


def _backup(target: Path) -> Path:
    return target.with_name(f".{target.name}.marquee-previous")


def _make_staging(target: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=_staging_prefix(target), dir=target.parent))
    except OSError as problem:
        raise OutputError(
            f"{target.parent}: a folder beside the site cannot be made ({problem.strerror}); choose another --out"
        ) from None


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
