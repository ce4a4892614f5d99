"""Named arrays and a text in one ``.npz`` file: equal contents give equal bytes, and a file is not trusted.

Safe to read from anywhere: nothing is unpickled, and because members must be uncompressed, no array can take more
memory than its part of the file. (Compression would gain little: learned numbers are close to noise.)
"""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from recsys.errors import DataError, OutputError

TEXT = "text"
"""The member that holds the text, as UTF-8; no array may have this name."""
PART = ".part"
"""Ending of the name of a file that is still being written."""
_NUMERIC_KINDS = "biuf"
"""Kinds of dtype that are plain numbers (booleans, integers, floats): objects would have to be unpickled."""
_READ_ERRORS = (
    zipfile.BadZipFile, ValueError, TypeError, EOFError, RuntimeError, ArithmeticError, LookupError, MemoryError,
    SyntaxError, TokenError, UserWarning,
)  # fmt: skip
"""What zipfile and numpy raise on a damaged file; numpy parses an array's header as a Python literal, and warns."""


@dataclass(frozen=True, eq=False)
class Archive:
    """The content of one file.

    Attributes:
        arrays: numbers of any shape, by name.
        text: anything else, as JSON or otherwise.
    """

    arrays: Mapping[str, NDArray[Any]]
    text: str


def write(path: Path, archive: Archive) -> None:
    """Write the file as a whole or not at all: an existing one is replaced atomically.

    Raises:
        OutputError: the folder does not exist, or the file cannot be written.
        TypeError: an array holds anything but numbers.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}; make it first, or choose another place")
    arrays: dict[str, Any] = {TEXT: np.frombuffer(archive.text.encode(), np.uint8), **archive.arrays}
    if any(array.dtype.kind not in _NUMERIC_KINDS for array in arrays.values()):
        raise TypeError("an archive holds only arrays of numbers, since others could not be read back")
    partial = path.with_name(f".{uuid4().hex}{PART}")
    try:
        with partial.open("xb") as file:
            _write_members(file, arrays)
        partial.replace(path)
    except OSError as problem:
        raise OutputError(
            f"{path}: cannot be written ({problem.strerror or problem}); check its permissions and the free space"
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink()


def _write_members(file: BinaryIO, arrays: Mapping[str, NDArray[Any]]) -> None:
    """The same as ``np.savez``, which in numpy 1 leaves its zip file open where the disk is full, and fails again."""
    with zipfile.ZipFile(file, "w") as archive:  # stamps every member with 1980, so equal contents give equal bytes
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read(path: Path) -> Archive:
    """Read what :func:`write` wrote; no array takes more memory than its part of the file.

    Raises:
        DataError: there is no such file, or it was not written by :func:`write`, or it is damaged.
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as file:
            _check_members(file.infolist(), size)
            arrays = {member.filename.removesuffix(".npy"): _array(file, member) for member in file.infolist()}
        text = arrays.pop(TEXT).tobytes().decode()
    except OSError as problem:
        raise DataError(f"{path}: cannot be read ({problem.strerror or problem}); expected an .npz file") from None
    except _READ_ERRORS as problem:
        raise DataError(
            f"{path}: is damaged or was not written by this program ({problem}); expected an uncompressed .npz file: "
            "save it again"
        ) from None
    return Archive(arrays, text)


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse members that are compressed, repeated, or together larger than the file of ``size`` bytes."""
    compressed = [member.filename for member in members if member.compress_type != zipfile.ZIP_STORED]
    if compressed:
        raise ValueError(f"{compressed[0]} is compressed")
    if len({member.filename for member in members}) < len(members):
        raise ValueError("two arrays have the same name")
    if sum(member.file_size for member in members) > size:  # members may point at the same bytes
        raise ValueError("it declares more than it holds")


def _array(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """One array; its header is checked before numpy allocates what it declares."""
    with file.open(member) as stream, warnings.catch_warnings(action="error", category=UserWarning):
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"{member.filename} is of format {version}, not (1, 0)")
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        if dtype.kind not in _NUMERIC_KINDS:
            raise ValueError(f"{member.filename} is of {dtype}, not of numbers")
        if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != member.file_size - stream.tell():
            raise ValueError(f"{member.filename} is not as large as its shape {shape} says")
        stream.seek(0)
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
        return array
