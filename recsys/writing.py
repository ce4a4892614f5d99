"""Write the files of a site, and turn every error of the disk into one sentence that names the file.

The folder that a site is written into exists already and must not be made again: if another program removes it, the
build has to stop instead of going on with half a site. So nothing here creates the folder itself.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from recsys.errors import OutputError

_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit of the size of files",
}


@contextmanager
def writing(address: str) -> Iterator[None]:
    """Turn errors of the disk in the block into one sentence.

    Args:
        address: of the file, from the top of the site; the name of the staging folder would mean nothing to users.

    Raises:
        OutputError: the disk reports an error.
    """
    try:
        yield
    except FileExistsError:
        raise OutputError(f"{address}: exists already; expected a fresh folder to write the site into") from None
    except FileNotFoundError:
        raise OutputError(
            f"{address}: cannot be written, because another program has removed the folder that the site is built "
            "in; build again"
        ) from None
    except OSError as problem:
        remedy = _REMEDIES.get(problem.errno or 0, "check the permissions of its folder")
        raise OutputError(
            f"{address}: cannot be written ({problem.strerror or problem}); {remedy} and build again"
        ) from None


def write_file(folder: Path, address: str, content: bytes) -> None:
    """Write a new file, and make the folders it needs below ``folder``.

    Args:
        folder: that the site is written into.
        address: path relative to the folder, with ``/``.
        content: of the file.

    Raises:
        OutputError: the file exists already, ``folder`` is gone, or the disk reports an error.
    """
    path = folder / address
    with writing(address):
        try:
            file = path.open("xb")
        except FileNotFoundError:
            make_folders(folder, str(PurePosixPath(address).parent))
            file = path.open("xb")
        with file:
            file.write(content)


def make_folders(folder: Path, address: str) -> None:
    """Make the folders on the way from ``folder`` to an address below it.

    Raises:
        FileNotFoundError: ``folder`` is gone.
    """
    path = folder
    for name in PurePosixPath(address).parts:
        path = path / name
        path.mkdir(exist_ok=True)
