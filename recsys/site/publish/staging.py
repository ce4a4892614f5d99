"""Replace a finished site by a new one, all of it or nothing.

A site is built in a folder beside its target and swapped in when it is complete, which its manifest proves. One build
at a time may write to a target: the lock is a file in the folder around it, and both are gone after a build.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from recsys.errors import OutputError
from recsys.interrupts import deferred
from recsys.site.output.manifest import MANIFEST, compare_with_manifest, read_manifest
from recsys.site.publish.exchange import is_between_renames, swap, undo_half_swap
from recsys.site.publish.lock import TargetInUseError, locked_folder
from recsys.site.publish.target import check_replaceable, parents_created, resolve_target
from recsys.writing import writing


@contextmanager
def staging_folder(out: Path) -> Iterator[Path]:
    """A folder to build the new site in; it replaces ``out`` at the end of the block.

    Enter the block before reading the previous site: entering repairs what a build killed halfway through its swap
    left behind. If the block fails, the folder is removed and ``out`` stays as it was.

    Yields:
        An empty folder, of a name that no other build has, inside the one beside ``out`` that holds the lock. Write
        the manifest last; nothing may make the folder again if it vanishes.

    Raises:
        OutputError: another build is writing to ``out``, ``out`` has meanwhile become something else than a site of
            this program, other programs have changed the new site, or the disk refuses.
        KeyboardInterrupt: with a text, if it came so late that the new site is in place.
    """
    target = resolve_target(out)
    is_in_place = False
    try:
        with parents_created(target.parent), locked_folder(target) as folder:
            undo_half_swap(target, folder)
            staging = folder / uuid4().hex
            with writing(str(out)):
                staging.mkdir()
            try:
                yield staging
            except OSError:
                _check_present(staging, out)
                raise
            _check_present(staging, out)
            _check_manifest(staging, out)
            with writing(str(out)):
                _make_readable(staging)
            with deferred():
                check_replaceable(target, out)
                swap(staging, target)
                is_in_place = True
    except KeyboardInterrupt:
        if is_in_place:
            raise KeyboardInterrupt("the new site is in place") from None
        raise


def recover(out: Path) -> None:
    """Put back a site whose build was killed between the two renames of its swap.

    Whatever reads a finished site calls this first. A build that is running is left alone: it is about to do the
    second rename.

    Raises:
        OutputError: the previous site cannot be put back.
    """
    target = resolve_target(out)
    if not is_between_renames(target):
        return
    with suppress(TargetInUseError), locked_folder(target) as folder:
        undo_half_swap(target, folder)


def _check_present(staging: Path, out: Path) -> None:
    if not staging.is_dir():
        raise OutputError(
            f"{out}: another program has removed the folder beside it that the site was built in; build again"
        ) from None


def _check_manifest(staging: Path, out: Path) -> None:
    """Make sure that the new site is what its manifest says.

    Raises:
        OutputError: a file is missing, changed or added, or the manifest is.
    """
    try:
        digests = read_manifest((staging / MANIFEST).read_bytes())
        differences = None if digests is None else compare_with_manifest(staging, digests)
    except OSError as problem:
        raise OutputError(f"{out}: the new site cannot be read ({problem.strerror}); build again") from None
    if differences is None:
        raise OutputError(f"{MANIFEST}: has been changed by another program while the site was built; build again")
    addresses = (*differences.missing, *differences.changed, *differences.added, *differences.others)
    if addresses:
        raise OutputError(
            f"{addresses[0]}: has been changed by another program while the site was built; build again"
        )


def _make_readable(staging: Path) -> None:
    """Let a web server read the site, whatever the umask and the private mode of the folder around it."""
    for path in (staging, *staging.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
