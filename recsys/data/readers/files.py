"""The files that readers get: a single file, or those in a folder or a zip.

Members of a zip are read in place and never written to disk, so their paths cannot escape; their sizes are checked
before anything is unpacked.
"""

from __future__ import annotations

import errno
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, KeysView, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from recsys.errors import DataError
from recsys.text import quoted_path

MAX_MEMBER = 1 << 30
"""The largest unpacked member, in bytes; the ratings of MovieLens 32M, the largest table known, have 82 % of that."""
MAX_TOTAL = 2 << 30
"""The largest size of all unpacked members together, in bytes."""
MAX_RATIO = 100
"""The largest number of unpacked bytes per packed byte; ratings have about 5, so a member with more is a zip bomb."""
MIN_SUSPECT = 64 << 20
"""Only of members with more unpacked bytes than this, the ratio is checked."""

Opener = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens a file at its beginning; raises a DataError if the file cannot be read."""

_ENDINGS = re.compile(
    r"(?i)(\.(csv|tsv|tab|txt|dat|data|psv|jsonl|ndjson|json|parquet|pq|npy))?(\.(zip|gz|zst|bz2|xz))*$"
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Spark writes one into the names of the parts of each of its jobs."""
_ZIP_MAGIC = b"PK\x03\x04"
_WORKBOOK_MEMBERS = {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"}

_READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
"""The errors that zipfile raises for a damaged member."""


@dataclass(frozen=True)
class Files:
    """The files of one folder, on disk or in a zip."""

    path: Path
    """The path of the folder; for a folder in a zip, the path of the zip followed by that of the folder."""
    name: str
    """A name for a data set that has no other: that of the folder, or of the zip."""
    openers: Mapping[str, Opener]
    """How to open each file, by its name."""
    is_nested: bool = False
    """Whether the folder is inside the path that the user chose."""
    chosen: str | None = None
    """The file that the user chose; None if it was a folder or a zip."""

    @property
    def names(self) -> KeysView[str]:
        """The names of the files, without folders."""
        return self.openers.keys()

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of one file, to be read in a ``with`` block.

        Raises:
            DataError: it cannot be read, is damaged, or would unpack to more than the limits; also from the block.
        """
        return self.openers[name]()


_KINDS = {
    stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}  # fmt: skip
"""What a path may be instead of a file; reading a pipe or a device might never end."""


def kind_of_path(path: Path, expected: str = "a folder, a zip or a file") -> str | None:
    """What is at a path, in words; None for a file. ``expected`` is for errors: what should be there.

    Raises:
        DataError: nothing is there, or it cannot be accessed.
    """
    try:
        return _KINDS.get(stat.S_IFMT(path.stat().st_mode))
    except OSError as error:
        raise DataError(f"{_why_absent(path, error)} (expected {expected})") from None
    except ValueError:
        raise DataError(f"'{path}' is not a path, because it contains a NUL (expected {expected})") from None


def _why_absent(path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return f"'{path}' is a link that leads back to itself"
    if error.errno not in (errno.ENOENT, errno.ENOTDIR):
        return f"'{path}' cannot be accessed: {error.strerror or error}"
    return f"'{path}' is a link to a path that does not exist" if path.is_symlink() else f"'{path}' does not exist"


def list_folders(path: Path) -> list[Files]:
    """A folder and the folders directly in it; all folders of a zip; or, for a single file, the folder it is in.

    Raises:
        DataError: there is nothing at the path, or it cannot be read.
    """
    kind = kind_of_path(path)
    if kind == "a folder":
        inside = sorted(entry for entry in _entries(path) if entry.is_dir() and not entry.name.startswith("."))
        return [_folder(path), *(replace(_folder(entry), is_nested=True) for entry in inside)]
    if kind is not None:
        raise DataError(f"{quoted_path(path)} is {kind} (expected a folder, a zip or a file)")
    return _zip_folders(path) if is_zip(path) else [replace(_folder(path.parent), chosen=path.name)]


def single_file(path: Path) -> Files:
    """A file, or the only file in a zip, as if nothing else were in its folder.

    Raises:
        DataError: there is nothing at the path, it cannot be read, or it is a zip of several files.
    """
    kind = kind_of_path(path, "a file")
    if kind is not None:
        raise DataError(f"{quoted_path(path)} is {kind} (expected a file)")
    if not is_zip(path):
        folder = path.parent
        return Files(folder, folder.resolve().name, {path.name: partial(_open_file, path)}, chosen=path.name)
    members = [replace(files, chosen=name) for files in _zip_folders(path) for name in files.names]
    if len(members) != 1:
        raise DataError(f"'{path}' holds {len(members)} files (expected one: unpack it, and give the table's path)")
    return members[0]


def is_zip(path: Path) -> bool:
    """Whether a file is a zip by its name or its first bytes, and not a workbook, which is a zip too."""
    if path.suffix.lower() == ".zip":
        return True
    with suppress(OSError, zipfile.BadZipFile, NotImplementedError, ValueError), path.open("rb") as file:
        if file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC:
            names = {info.filename for info in zipfile.ZipFile(path).infolist()}
            return names.isdisjoint(_WORKBOOK_MEMBERS)
    return False


def _folder(path: Path) -> Files:
    entries = [entry for entry in _entries(path) if not entry.name.startswith(".")]
    return Files(path, path.resolve().name, {entry.name: partial(_open_file, entry) for entry in entries})


def without_numbers(name: str) -> str:
    """What the names of the parts of a log have in common: ``part-#.csv`` of ``part-0017.csv``."""
    return re.sub(r"\d+", "#", _UUID.sub("#", name))


def name_of_data(file: str) -> str:
    """What to call the data set of a file: its name without endings such as ``.csv.gz``."""
    stem = _ENDINGS.sub("", file)
    return stem or file


def _entries(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError as error:
        raise _unreadable(path, error) from None


@contextmanager
def _open_file(path: Path) -> Iterator[BinaryIO]:
    kind = kind_of_path(path, "a file")
    if kind is not None:
        raise DataError(f"{quoted_path(path)} is {kind} (expected a file)")
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{quoted_path(path)} cannot be read: {error.strerror or error} (check its permissions)")


def _zip_folders(path: Path) -> list[Files]:
    folders: dict[PurePosixPath, dict[str, Opener]] = {}
    for info in _members(path):
        member = PurePosixPath(info.filename)
        folders.setdefault(member.parent, {})[member.name] = partial(_open_member, path, info)
    return [
        Files(path / folder, folder.name or name_of_data(path.name), openers, is_nested=folder != PurePosixPath())
        for folder, openers in sorted(folders.items())
    ]


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise DataError(f"'{path}' is not a zip that can be read: {error} (download it again)") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    check_names(str(path), infos)
    members = [info for info in infos if not (info.is_dir() or _is_hidden(info.filename))]
    total = sum(info.file_size for info in members)
    if total > MAX_TOTAL:
        raise DataError(f"'{path}' unpacks to {total:,} bytes, more than {MAX_TOTAL:,} (unpack it by hand)")
    return members


_DRIVE = re.compile(r"[A-Za-z]:")
_MAY_BE = (0, stat.S_IFREG, stat.S_IFDIR)
"""The types of file in the mode of a harmless member; 0 if the zip was made on a system without modes."""


def check_names(path: str, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a zip with a member that would be unpacked to another folder or over another member, or that is a link.

    Members are never unpacked to files here, but such a zip is damaged, or was made to do harm.

    Raises:
        DataError: there is such a member; the message names it.
    """
    seen: dict[str, str] = {}
    for info in members:
        name = info.orig_filename
        parts = name.split("/")
        problem = None
        if name.startswith("/") or "\\" in name or "\0" in name or ".." in parts or _DRIVE.match(name):
            problem = "has a name that leads out of the folder it is unpacked into"
        elif stat.S_IFMT(info.external_attr >> 16) not in _MAY_BE:
            problem = "is a link or the like, not a file"
        same = unicodedata.normalize("NFC", name).casefold()
        if same in seen:
            problem = f"is there twice, also as {seen[same]!r}" if seen[same] != name else "is there twice"
        if problem:
            raise DataError(f"'{path}': the member {name!r} {problem} (make the zip again from the files themselves)")
        seen[same] = name


def _is_hidden(name: str) -> bool:
    """Whether a program wrote a member for itself, such as ``__MACOSX/ratings.csv`` or ``.DS_Store``."""
    return "__MACOSX" in name or PurePosixPath(name).name.startswith(".")


@contextmanager
def _open_member(path: Path, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    # zipfile unpacks no more than the declared size, which is checked here; a longer member has a wrong checksum.
    _check_member(path, info)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as file:
            yield cast(BinaryIO, file)
    except _READ_ERRORS as error:
        raise DataError(f"'{path}': {info.filename} is damaged: {error} (download the zip again)") from None


def _check_member(path: Path, info: zipfile.ZipInfo) -> None:
    """Refuse a member by what the zip's directory declares, before a byte of it is unpacked."""
    if info.flag_bits & 0x1:
        raise DataError(f"'{path}': {info.filename} is encrypted (make the zip without a password)")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # With other methods, zipfile unpacks everything, whatever size is declared.
        raise DataError(f"'{path}': {info.filename} is compressed in an unusual way (make the zip with deflate)")
    is_bomb = info.file_size > MIN_SUSPECT and info.file_size > MAX_RATIO * info.compress_size
    if is_bomb or info.file_size > MAX_MEMBER:
        raise DataError(
            f"'{path}': {info.filename} unpacks from {info.compress_size:,} to {info.file_size:,} bytes, more than "
            f"{MAX_MEMBER:,} or {MAX_RATIO} times its packed size (unpack it by hand if you trust it)"
        )
