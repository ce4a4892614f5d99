"""Named arrays and a text in one ``.npz`` file: equal contents give equal bytes, and nothing that is read is trusted.

The file is not compressed. Learned numbers are close to noise and would hardly shrink; and where nothing unpacks, a
file can make no more of itself than it is long. Knows nothing of models.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from recsys.errors import DataError, OutputError

TEXT = "text"
"""The member that holds the text, as UTF-8; no array may be called so."""
PART = ".part"
"""How the name of a file ends that is still being written."""
_NUMBERS = "biuf"
"""Kinds of dtype that are numbers and nothing else: an object would be a pickle."""
_RUBBISH = (
    zipfile.BadZipFile, ValueError, TypeError, EOFError, RuntimeError, ArithmeticError, LookupError, MemoryError,
    SyntaxError, TokenError,
)  # fmt: skip
"""What zipfile and numpy make of a file that is none of theirs; headers are read as Python literals."""


@dataclass(frozen=True, eq=False)
class Archive:
    """What one file holds.

    Attributes:
        arrays: numbers, by name, of any shape.
        text: what is to be said of them, as JSON or otherwise.
    """

    arrays: Mapping[str, NDArray[Any]]
    text: str


def write(path: Path, archive: Archive) -> None:
    """Put the file there, or nothing: one that stood there before is replaced at once and as a whole.

    Raises:
        OutputError: the folder does not exist, or the disk refuses.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}; make it first, or choose another place")
    arrays: dict[str, Any] = {TEXT: np.frombuffer(archive.text.encode(), np.uint8), **archive.arrays}
    assert all(array.dtype.kind in _NUMBERS for array in arrays.values()), "only numbers can be read again"
    beside = path.with_name(f".{uuid4().hex}{PART}")
    try:
        with beside.open("xb") as file:
            np.savez(file, **arrays)  # dates all its members 1980
        beside.replace(path)
    except OSError as problem:
        raise OutputError(
            f"{path}: cannot be written ({problem.strerror or problem}); check its permissions and the free space"
        ) from None
    finally:
        with suppress(OSError):
            beside.unlink()


def read(path: Path) -> Archive:
    """What :func:`write` wrote; no array takes more memory than its part of the file.

    Raises:
        DataError: there is no such file, or it is none of ours, or damaged.
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as file:
            _check_members(file.infolist(), size)
            arrays = {one.filename.removesuffix(".npy"): _array(file, one) for one in file.infolist()}
        text = arrays.pop(TEXT).tobytes().decode()
    except OSError as problem:
        raise DataError(f"{path}: cannot be read ({problem.strerror or problem}); expected an .npz file") from None
    except _RUBBISH as problem:
        raise DataError(
            f"{path}: is damaged or was never ours ({problem}); expected an uncompressed .npz file: make it anew"
        ) from None
    return Archive(arrays, text)


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    """Make sure that what a file of ``size`` bytes declares to hold is in it, once."""
    packed = [one.filename for one in members if one.compress_type != zipfile.ZIP_STORED]
    if packed:
        raise ValueError(f"{packed[0]} is compressed")
    if len({one.filename for one in members}) < len(members):
        raise ValueError("two arrays have the same name")
    if sum(one.file_size for one in members) > size:
        raise ValueError("it declares more than it holds")


def _array(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """One array, once it is sure that it is one of numbers and as large as it says."""
    with file.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"{member.filename} is of format {version}, not (1, 0)")
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        if dtype.kind not in _NUMBERS:
            raise ValueError(f"{member.filename} is of {dtype}, not of numbers")
        if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != member.file_size - stream.tell():
            raise ValueError(f"{member.filename} is not as large as its shape {shape} says")
        stream.seek(0)
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
        return array
