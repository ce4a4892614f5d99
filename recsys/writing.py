"""Write the files of a site, so that every refusal of the disk is one sentence that names the file.

A site is written into a folder that its writer did not make, and must not make again: if another program removes that
folder, the build has to end, and not to go on with half a site. So nothing here creates the folder itself.
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
    """Turn what the disk refuses in the block into one sentence.

    Args:
        address: of the file, from the top of the site: the folder that it is built in has a name nobody knows.

    Raises:
        OutputError: the disk refuses.
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
    """Write one new file and the folders it needs below ``folder``, which is not made.

    Args:
        folder: that the site is written into.
        address: path relative to the folder, with ``/``.
        content: of the file.

    Raises:
        OutputError: there is one already, the folder is gone, or the disk refuses.
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
