"""Files by name out of a folder or a zip, whole and in memory.

A zip's members are never written anywhere, so their paths cannot escape; sizes are limited before and while reading.
Knows nothing of what the files hold.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from recsys.errors import DataError

MEMBER_LIMIT = 1 << 30
"""Bytes of one unpacked member; the largest table of ratings known (MovieLens 32M) has 0.82 of it."""
TOTAL_LIMIT = 2 << 30
"""Bytes of all members together."""
RATIO_LIMIT = 100
"""Unpacked bytes a packed one; ratings pack about 5 to 1, so a member far above this was made to harm."""
RATIO_FREE = 64 << 20
"""Bytes up to which the ratio is not looked at."""


class Shelf(Protocol):
    """Where files lie: a folder or a zip."""

    path: Path

    def find(self, name: str) -> list[str]:
        """The places, relative to the shelf and sorted, of all files called ``name``."""

    def read(self, place: str) -> bytes | None:
        """The whole file at a place; None where there is none."""


def open_shelf(path: Path) -> Shelf:
    """A folder or a zip as a shelf.

    Raises:
        DataError: there is nothing at the path, or neither a folder nor a zip.
    """
    if path.is_dir():
        return Folder(path)
    if path.is_file():
        return Zip(path)
    raise DataError(f"'{path}' does not exist (expected a folder or a zip)")


class Folder:
    """The files of a folder and of the folders directly inside it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, name: str) -> list[str]:
        """See :class:`Shelf`; folders whose names start with a dot are not looked into."""
        inside = sorted(one for one in _folders(self.path) if (one / name).is_file())
        here = [name] if (self.path / name).is_file() else []
        return here + [f"{one.name}/{name}" for one in inside]

    def read(self, place: str) -> bytes | None:
        """See :class:`Shelf`.

        Raises:
            DataError: the file cannot be read.
        """
        try:
            return (self.path / place).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self.path / place, error) from None


def _folders(path: Path) -> list[Path]:
    try:
        return [one for one in path.iterdir() if one.is_dir() and not one.name.startswith(".")]
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"'{path}' cannot be read: {error.strerror or error} (check its permissions)")


class Zip:
    """The members of a zip, in folders of any name.

    Raises:
        DataError: the file is not a zip, or unpacks to more than :data:`TOTAL_LIMIT`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._members = [one for one in self._list() if not one.is_dir() and "__MACOSX" not in one.filename]
        total = sum(one.file_size for one in self._members)
        if total > TOTAL_LIMIT:
            raise DataError(f"'{path}' unpacks to {total:,} bytes, more than {TOTAL_LIMIT:,} (unpack it by hand)")

    def find(self, name: str) -> list[str]:
        """See :class:`Shelf`."""
        return sorted(one.filename for one in self._members if PurePosixPath(one.filename).name == name)

    def read(self, place: str) -> bytes | None:
        """See :class:`Shelf`.

        Raises:
            DataError: the member is encrypted, damaged, or larger than the limits.
        """
        info = next((one for one in self._members if one.filename == place), None)
        if info is None:
            return None
        self._check(info)
        return self._unpack(info)

    def _list(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError) as error:
            raise DataError(f"'{self.path}' is not a zip that can be read: {error} (download it again)") from None
        except OSError as error:
            raise _unreadable(self.path, error) from None

    def _check(self, info: zipfile.ZipInfo) -> None:
        """What the member says of itself, before a byte of it is unpacked."""
        if info.flag_bits & 0x1:
            raise DataError(f"'{self.path}': {info.filename} is encrypted (make the zip without a password)")
        bomb = info.file_size > RATIO_FREE and info.file_size > RATIO_LIMIT * info.compress_size
        if bomb or info.file_size > MEMBER_LIMIT:
            raise self._too_large(info)

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        # zipfile unpacks no further than the size declared, which was checked; a member with more fails its checksum.
        damage = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(info) as member:
                return member.read(info.file_size)
        except damage as error:
            raise DataError(f"'{self.path}': {info.filename} is damaged: {error} (download the zip again)") from None

    def _too_large(self, info: zipfile.ZipInfo) -> DataError:
        return DataError(
            f"'{self.path}': {info.filename} unpacks from {info.compress_size:,} to {info.file_size:,} bytes, more "
            f"than {MEMBER_LIMIT:,} or {RATIO_LIMIT} times its packed size (unpack it by hand if you trust it)"
        )
