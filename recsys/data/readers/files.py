"""Files by name out of a folder or a zip, to be read in pieces.

A zip's members are never written anywhere, so their paths cannot escape; sizes are limited before and while reading.
Knows nothing of what the files hold.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol

from recsys.errors import DataError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MEMBER_LIMIT = 1 << 30
"""Bytes of one unpacked member; the largest table of ratings known (MovieLens 32M) has 0.82 of it."""
TOTAL_LIMIT = 2 << 30
"""Bytes of all members together."""
RATIO_LIMIT = 100
"""Unpacked bytes a packed one; ratings pack about 5 to 1, so a member far above this was made to harm."""
RATIO_FREE = 64 << 20
"""Bytes up to which the ratio is not looked at."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
"""What unpacking a damaged member may raise."""


class Shelf(Protocol):
    """Where files lie: a folder or a zip."""

    path: Path

    def find(self, name: str) -> list[str]:
        """The places, relative to the shelf and sorted, of all files called ``name``."""

    def holds(self, place: str) -> bool:
        """Whether there is a file at a place."""

    def open(self, place: str) -> BinaryIO:
        """The file at a place that has one, from its beginning; faults while reading it are sentences too."""


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

    def holds(self, place: str) -> bool:
        """See :class:`Shelf`."""
        return (self.path / place).exists()

    def open(self, place: str) -> BinaryIO:
        """See :class:`Shelf`.

        Raises:
            DataError: the file cannot be read.
        """
        path = self.path / place
        told = partial(_telling, partial(_unreadable, path), (OSError,))
        with told():
            file = path.open("rb", buffering=0)
        return io.BufferedReader(_Watched(file, told))


def _folders(path: Path) -> list[Path]:
    try:
        return [one for one in path.iterdir() if one.is_dir() and not one.name.startswith(".")]
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> DataError:
    why = getattr(error, "strerror", None) or error
    return DataError(f"'{path}' cannot be read: {why} (check its permissions)")


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

    def holds(self, place: str) -> bool:
        """See :class:`Shelf`."""
        return any(one.filename == place for one in self._members)

    def open(self, place: str) -> BinaryIO:
        """See :class:`Shelf`.

        Raises:
            DataError: the member is encrypted, damaged, or larger than the limits.
        """
        info = next(one for one in self._members if one.filename == place)
        self._check(info)
        told = partial(_telling, partial(self._damaged, info), _DAMAGE)
        # zipfile unpacks no further than the size declared, which was checked; a member with more fails its checksum.
        with told(), zipfile.ZipFile(self.path) as archive:
            member = archive.open(info)  # keeps the file open for itself
        return io.BufferedReader(_Watched(member, told))

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
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # Of other methods zipfile unpacks all that is there, whatever size was declared.
            raise DataError(f"'{self.path}': {info.filename} is packed in an unusual way (pack it again, by deflate)")
        bomb = info.file_size > RATIO_FREE and info.file_size > RATIO_LIMIT * info.compress_size
        if bomb or info.file_size > MEMBER_LIMIT:
            raise self._too_large(info)

    def _damaged(self, info: zipfile.ZipInfo, error: Exception) -> DataError:
        return DataError(f"'{self.path}': {info.filename} is damaged: {error} (download the zip again)")

    def _too_large(self, info: zipfile.ZipInfo) -> DataError:
        return DataError(
            f"'{self.path}': {info.filename} unpacks from {info.compress_size:,} to {info.file_size:,} bytes, more "
            f"than {MEMBER_LIMIT:,} or {RATIO_LIMIT} times its packed size (unpack it by hand if you trust it)"
        )


@contextmanager
def _telling(sentence: Callable[[Exception], DataError], kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Faults of these kinds become sentences."""
    try:
        yield
    except kinds as error:
        raise sentence(error) from None


class _Watched(io.RawIOBase):
    """A file whose faults are told while it is read, too."""

    def __init__(self, file: IO[bytes], told: Callable[[], AbstractContextManager[None]]) -> None:
        self._file, self._told = file, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        with self._told():
            data = self._file.read(memoryview(buffer).nbytes)
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
