"""What may be the target of a build: a folder that can be replaced without destroying anything but a site."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from recsys.errors import OutputError
from recsys.schema import GENERATOR
from recsys.site.publish.marks import is_marquee_site
from recsys.text import shown_path

_REPOSITORY = Path(__file__).resolve().parents[3]
_PROJECT_MARKS = ("build.py", "pyproject.toml", ".git")


def resolve_target(out: Path) -> Path:
    """The target as an absolute path, with ``~`` and links replaced by what they stand for.

    Raises:
        OutputError: there is no such user, the links lead in a circle, or it can be no path.
    """
    try:
        target = out.expanduser()
    except RuntimeError:
        raise OutputError(
            f"{out}: there is no user {out.parts[0][1:]!r} whose home folder {out.parts[0]} could be; "
            "choose another --out, or write ./~ for a folder of that name"
        ) from None
    try:
        target = target.resolve()
        with suppress(FileNotFoundError, NotADirectoryError):
            target.stat()  # since Python 3.13, resolve leaves a circle of links as it is
    except (RuntimeError, OSError, ValueError) as problem:
        cause = getattr(problem, "strerror", None) or problem  # without the path again, which may be long
        reason = "the links on the way lead in a circle" if _is_circle(problem) else f"is no usable path ({cause})"
        raise OutputError(f"{out}: {reason}; choose another --out, such as site") from None
    return target


def _is_circle(problem: Exception) -> bool:
    return isinstance(problem, RuntimeError) or getattr(problem, "errno", None) == errno.ELOOP


def check_target(out: Path, inputs: Sequence[Path]) -> None:
    """Make sure that replacing ``out`` destroys nothing but a site made by this program; changes nothing.

    Args:
        out: the target, as the user named it.
        inputs: files and folders the build reads; a file stands for its folder.

    Raises:
        OutputError: ``out`` is not absent, empty or a site of this program; it is, or contains, a folder that must
            not be replaced; or it is a mount point, which cannot be.
    """
    target, name = resolve_target(out), shown_path(out)
    for description, folder in _protected_folders(inputs):
        if folder.is_relative_to(target):
            relation = "is" if folder == target else "holds"
            raise OutputError(
                f"{name}: {relation} {description}, which must not be replaced; choose another --out, such as site"
            )
    check_replaceable(target, out)


def check_replaceable(target: Path, out: Path) -> None:
    """Make sure that a folder is absent, empty or a site of this program, and can be replaced.

    Args:
        target: the folder, absolute and without links.
        out: the same, as the user named it.

    Raises:
        OutputError: it is something else.
    """
    name = shown_path(out)
    if target.parent == target:
        raise OutputError(f"{name}: is the root of a file system; choose another --out, such as site")
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{name}: is a file; expected a folder for the site: choose another --out, or move it away")
    with os.scandir(target) as entries:
        folders = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    for path in (target, *(target / name for name, is_folder in folders.items() if is_folder)):
        if os.path.ismount(path):
            what = "is a mount point" if path == target else f"holds the mount point {path.name}"
            raise OutputError(f"{name}: {what}, which cannot be replaced; choose a folder below it for --out")
    marks = [mark for mark in _PROJECT_MARKS if mark in folders]
    if marks:
        raise OutputError(
            f"{name}: holds {marks[0]}, so it is a project of its own; choose another --out, such as site"
        )
    if folders and not is_marquee_site(target):
        raise OutputError(
            f"{name}: is neither empty nor a site made by {GENERATOR} (no data/build.json that says so, and no "
            "data/manifest.json that lists all its files); choose another --out, or move it away"
        )


@contextmanager
def parents_created(folder: Path) -> Iterator[None]:
    """Create a folder with its parents for the block; if the block fails, those created are removed again.

    Raises:
        OutputError: it cannot be made.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise OutputError(f"{folder}: cannot be made ({problem.strerror}); choose another --out") from None
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):  # not empty: another program uses it by now
                path.rmdir()
        raise


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
