"""Put a new folder in the place of an old one: by an atomic exchange where the system has it, else by two renames."""

from __future__ import annotations

import ctypes
import logging
import os
from pathlib import Path

from recsys.errors import OutputError
from recsys.site.publish.marks import is_marquee_site

_AT_FDCWD = -100  # for renameat2: relative paths start at the working folder
_RENAME_EXCHANGE = 2

logger = logging.getLogger(__name__)


def swap(new: Path, target: Path) -> None:
    """Put ``new`` in the place of ``target``. Afterwards ``new`` is the old folder, or gone where there was none.

    Raises:
        OutputError: the system refuses; then nothing has changed.
    """
    try:
        if not target.exists():
            new.rename(target)
        elif not exchange(new, target):
            _swap_by_renames(new, target)
    except OSError as problem:
        raise OutputError(
            f"{target}: cannot be replaced ({problem.strerror}); close what uses it, or choose another --out"
        ) from None


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


def is_between_renames(target: Path) -> bool:
    """Whether a build was killed between two renames, or is there at this moment."""
    return _backup(target).is_dir()


def undo_half_swap(target: Path, leftovers: Path) -> None:
    """Mend what a build left that was killed between two renames.

    Args:
        target: what was to be replaced.
        leftovers: a folder where the old site goes, if the new one is in place already.

    Raises:
        OutputError: the system refuses.
    """
    backup = _backup(target)
    if not backup.is_dir():
        return
    try:
        if not target.exists():
            backup.rename(target)
        elif target.is_dir() and not any(target.iterdir()):  # made by whoever missed it
            target.rmdir()
            backup.rename(target)
        elif is_marquee_site(target):  # killed after the second rename
            backup.rename(leftovers / backup.name)
        # Else it is something of the user's, and the backup is the last copy of the site: both stay.
    except OSError as problem:
        raise OutputError(
            f"{backup}: is the previous site, which a build that was killed left there, and cannot be put back as "
            f"{target.name} ({problem.strerror}); rename it yourself"
        ) from None


def _swap_by_renames(new: Path, target: Path) -> None:
    backup = _backup(target)
    target.rename(backup)
    try:
        new.rename(target)
    except BaseException:
        backup.rename(target)
        raise
    try:
        backup.rename(new)
    except OSError as problem:
        reason = problem.strerror or problem
        logger.warning("%s, the previous site, is left there (%s): the next build removes it", backup, reason)


def _backup(target: Path) -> Path:
    return target.with_name(f".{target.name}.marquee-previous")
