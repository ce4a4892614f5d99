"""Unpack compressed files while reading them; they are recognised by their first bytes, whatever their names.

The unpacked size is limited in the same way as for members of a zip: a few kilobytes may unpack to petabytes.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, cast

from recsys.data.readers import files
from recsys.data.readers.files import Opener
from recsys.errors import DataError


@dataclass(frozen=True)
class Compression:
    """One way to compress a single file."""

    label: str
    magic: bytes
    open: Callable[[BinaryIO], Any]
    """From a stream of packed bytes to a stream of unpacked bytes."""


def _open_zstd(packed: BinaryIO) -> Any:
    try:
        import zstandard
    except ImportError:
        raise DataError(
            "is compressed with Zstandard, which needs the package zstandard (pip install 'marquee-recsys[zstd]', or "
            "unpack the file)"
        ) from None
    return zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)


def _open_zip(packed: BinaryIO) -> Any:
    archive = zipfile.ZipFile(packed)
    return archive.open(archive.infolist()[0])


COMPRESSIONS = (
    Compression("gzip", b"\x1f\x8b", lambda packed: gzip.GzipFile(fileobj=packed)),
    Compression("zstd", b"\x28\xb5\x2f\xfd", _open_zstd),
    Compression("bzip2", b"BZh", bz2.BZ2File),
    Compression("zip", b"PK\x03\x04", _open_zip),
    Compression("xz", b"\xfd7zXZ\0", lzma.LZMAFile),
)
_ZIP_MAGIC = b"PK\x03\x04"
_MAGIC_SIZE = max(len(compression.magic) for compression in COMPRESSIONS)


def unpacked(name: str, opener: Opener) -> tuple[Opener, str | None]:
    """A function that opens the unpacked file, and the name of its compression; or the same function and None.

    Raises:
        DataError: the file cannot be read, or needs a package that is not installed.
    """
    with opener() as file:
        start = file.read(_MAGIC_SIZE)
        if start.startswith(_ZIP_MAGIC) and not _is_zip_of_one(name, file):
            return opener, None
    for compression in COMPRESSIONS:
        if start.startswith(compression.magic):
            return partial(_open_unpacked, name, opener, compression), compression.label
    return opener, None


def _is_zip_of_one(name: str, file: BinaryIO) -> bool:
    """Whether a zip holds a single file, and its compression can be unpacked piece by piece.

    Raises:
        DataError: it does, but the name of the file is dangerous.
    """
    try:
        members = zipfile.ZipFile(file).infolist() if file.seekable() else []
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    is_one = len(members) == 1 and members[0].compress_type in methods and not members[0].flag_bits & 0x1
    if is_one:
        files.check_names(name, members)
    return is_one


@contextmanager
def _open_unpacked(name: str, opener: Opener, compression: Compression) -> Iterator[BinaryIO]:
    with opener() as packed:
        try:
            stream = compression.open(packed)
        except DataError as error:
            raise DataError(f"'{name}' {error}") from None
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError) as error:
            raise DataError(f"'{name}' is damaged: {error} (download it again)") from None
        yield cast(BinaryIO, io.BufferedReader(_Limited(name, packed, stream), 1 << 16))


class _Limited(io.RawIOBase):
    """A stream of the unpacked bytes of a file; a DataError if it is damaged, or beyond the limits."""

    def __init__(self, name: str, packed: BinaryIO, stream: Any) -> None:
        self._name, self._packed, self._stream = name, packed, stream
        self._n_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, lzma.LZMAError, RuntimeError, ValueError) as error:
            raise DataError(f"'{self._name}' is damaged: {error} (download it again)") from None
        except Exception as error:  # errors of zstandard derive from Exception only
            if type(error).__module__.startswith(("zstandard", "zstd")):
                raise DataError(f"'{self._name}' is damaged: {error} (download it again)") from None
            raise
        self._n_bytes += len(data)
        is_bomb = self._n_bytes > files.MIN_SUSPECT and self._n_bytes > files.MAX_RATIO * self._packed.tell()
        if is_bomb or self._n_bytes > files.MAX_MEMBER:
            raise DataError(
                f"'{self._name}' unpacks to more than {self._n_bytes - len(data):,} bytes, more than "
                f"{files.MAX_MEMBER:,} or {files.MAX_RATIO} times its packed size (unpack it by hand if you trust it)"
            )
        buffer[: len(data)] = data
        return len(data)
