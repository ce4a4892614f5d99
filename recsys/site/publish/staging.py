"""Where a site may stand, and how a new one takes the place of the old: all of it or nothing.

A site is made in a staging folder beside its target and swapped in when it is complete. Must not know what is in it,
but for the one file that says it is ours.
"""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from recsys.errors import OutputError
from recsys.schema import GENERATOR, Build
from recsys.site.publish.exchange import exchange
from recsys.site.publish.lock import locked

_REPOSITORY = Path(__file__).resolve().parents[3]
_PROJECT_MARKS = ("build.py", "pyproject.toml", ".git")


class _Named(msgspec.Struct):
    name: str


class _Ours(msgspec.Struct):
    """As much of ``build.json`` as says whose site it is, in any schema."""

    generator: _Named


def check_target(out: Path, inputs: Sequence[Path]) -> None:
    """Make sure that replacing ``out`` destroys nothing but a site of ours; changes nothing.

    Args:
        out: the target, as the user named it.
        inputs: files and folders the build reads; a file stands for its folder.

    Raises:
        OutputError: it is not absent, empty or a site of ours; or it is, or holds, something to keep.
    """
    target = out.resolve()
    for what, keep in _kept(inputs):
        if keep.is_relative_to(target):
            which = "is" if keep == target else "holds"
            raise OutputError(
                f"{out}: {which} {what}, which must not be replaced; choose another --out, such as site"
            )
    _check_replaceable(target, out)


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder to make the new site in, which takes the place of ``out`` at the end of the block.

    Enter it before reading the previous site: that is when one left half swapped by a crash is put back. If the block
    fails, the folder is removed and ``out`` stays as it was.

    Yields:
        An empty folder beside ``out``.

    Raises:
        OutputError: another build is writing there, ``out`` has meanwhile become something else than a site of ours,
            or the disk refuses.
    """
    target = out.resolve()
    with locked(target), _made(target.parent):
        _recover(target)
        _remove_leftovers(target)
        staging = _make_staging(target)
        try:
            yield staging
            _check_replaceable(target, out)
            _set_modes(staging)
            _swap(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _kept(inputs: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    yield "the root of the file system", Path(_REPOSITORY.anchor)
    with suppress(RuntimeError):  # no home is known
        yield "your home folder", Path.home().resolve()
    yield "this repository", _REPOSITORY
    for path in inputs:
        found = path.resolve()
        yield "the input's folder", found if found.is_dir() else found.parent


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
    if names and not _is_ours(target):
        raise OutputError(
            f"{out}: is neither empty nor a site made by {GENERATOR} (no data/build.json that says so); "
            "choose another --out, or move it away"
        )


def _is_ours(target: Path) -> bool:
    try:
        return says_ours((target / "data" / Build.FILE).read_bytes())
    except OSError:
        return False


def says_ours(build: bytes) -> bool:
    """Whether this is the ``build.json`` of a site of ours, in any schema."""
    try:
        return msgspec.json.decode(build, type=_Ours).generator.name == GENERATOR
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder with its parents, as long as the block succeeds; those made here go again if it fails."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"{folder}: cannot be made ({problem.strerror}); choose another --out") from None
    try:
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):  # not empty: somebody else uses it by now
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
    """Finish what a build killed between its two renames left behind: the previous site goes back."""
    backup = _backup(target)
    if not backup.is_dir():
        return
    if target.exists():  # killed after the second rename: the new site is in place
        shutil.rmtree(backup, ignore_errors=True)
    else:
        backup.rename(target)


def _remove_leftovers(target: Path) -> None:
    """Remove the staging folders of builds that died; a living one would hold the lock."""
    for path in target.parent.glob(glob.escape(_staging_prefix(target)) + "*"):
        shutil.rmtree(path, ignore_errors=True)


def _set_modes(folder: Path) -> None:
    """Readable for a web server, whatever the builder's umask and the private mode of a temporary folder."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _swap(staging: Path, target: Path) -> None:
    """Put the new site in place of the old. Afterwards ``staging`` is the old one, or gone."""
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
