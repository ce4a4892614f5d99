"""Find and open the parts of a log in many files: a folder, a glob, or a URL that fsspec opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from recsys.config import ReadConfig
from recsys.data.download import BY_HAND
from recsys.data.names import NAMES
from recsys.data.rating_roles import find_rating_columns
from recsys.data.readers import movielens
from recsys.data.readers.files import Files, list_folders, without_numbers
from recsys.data.readers.folder import find_tables, may_be_table
from recsys.data.readers.formats import open_table
from recsys.data.readers.table import NoRowsError
from recsys.errors import DataError

_SHARED = "lay all parts where every worker sees them at the same path, such as a shared folder or an object store"


@dataclass(frozen=True)
class Part:
    """One file of a log.

    Attributes:
        name: for error messages.
        url: for fsspec; a path for a file of this machine.
    """

    name: str
    url: str


@dataclass(frozen=True)
class Parts:
    """A log in many files.

    Attributes:
        name: of the data set.
        parts: sorted by name; their order only decides which of several errors is shown.
        others: the other files of their folder, which may be tables of items and of users; None if these are not
            looked for.
        folders: the folders of this machine that hold parts.
    """

    name: str
    parts: tuple[Part, ...]
    others: Files | None
    folders: tuple[Path, ...]


def find_parts(data: str | None, config: ReadConfig) -> Parts | None:
    """The parts that a path, a glob or a URL names; None if it is a single table or an ordinary folder.

    Args:
        data: the value of ``--data``.
        config: names of columns.

    Raises:
        DataError: no file matches, or the files cannot be listed.
    """
    if data is None or data in NAMES or data in BY_HAND:
        return None
    path = Path(data).expanduser()
    if "://" in data or (re.search(r"[*?\[]", data) and not path.exists()):
        return _matching(data if "://" in data else str(path))
    return _of_folder(path, config) if path.is_dir() else None


@contextmanager
def open_part(part: Part) -> Iterator[BinaryIO]:
    """The bytes of a part, in a ``with`` block.

    Raises:
        DataError: the part is not there or cannot be read; the message names the worker.
    """
    import fsspec

    try:
        with fsspec.open(part.url, "rb") as file:
            yield cast(BinaryIO, file)
    except FileNotFoundError:
        raise DataError(f"{part.name} is not there for {_this_worker()}, as {part.url} ({_SHARED})") from None
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{part.name} cannot be read by {_this_worker()}: {reason} ({_SHARED})") from None


def _this_worker() -> str:
    from distributed import get_worker

    try:
        return f"the worker {get_worker().address}"
    except ValueError:
        return "the process of the build"


def _matching(pattern: str) -> Parts:
    """The files that match a glob, the files of a folder at a URL, or a single file at a URL."""
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(pattern)
        if not re.search(r"[*?\[]", path) and system.isdir(path):
            path = f"{path.rstrip('/')}/*"
        entries: dict[str, Any] = system.glob(path, detail=True)
    except ImportError as error:
        raise DataError(
            f"'{pattern}' needs a package that is not there: {error} (install it here and for all workers)"
        ) from None
    except Exception as error:  # each file system of fsspec raises its own exceptions
        raise DataError(f"'{pattern}' cannot be listed: {error} (see that it is there and may be read)") from None
    paths = sorted(name for name, entry in entries.items() if entry["type"] == "file" and not _is_hidden(name))
    if not paths:
        raise DataError(f"'{pattern}' matches no file (expected the parts of a log, such as 'logs/*.parquet')")
    is_local = "file" in (system.protocol if isinstance(system.protocol, tuple) else (system.protocol,))
    folders = {PurePosixPath(name).parent for name in paths}
    common = _common_folder(sorted(folders))
    parts = [
        Part(str(PurePosixPath(name).relative_to(common)), name if is_local else system.unstrip_protocol(name))
        for name in paths
    ]
    local = tuple(Path(folder) for folder in sorted(folders)) if is_local else ()
    return Parts(common.name or "ratings", tuple(parts), None, local)


def _common_folder(folders: list[PurePosixPath]) -> PurePosixPath:
    """The deepest folder that contains all of them."""
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common


def _is_hidden(name: str) -> bool:
    """Whether a file is not part of the log, such as ``_SUCCESS`` and ``.part-0000.crc``."""
    return PurePosixPath(name).name.startswith(("_", "."))


def _of_folder(path: Path, config: ReadConfig) -> Parts | None:
    """The files of a folder whose names differ only in numbers, if the first one with rows is a log."""
    files = list_folders(path)[0]
    names = sorted(name for name in files.names if not _is_hidden(name) and (path / name).is_file())
    if movielens.find_layout(files) is not None:
        return None
    alike: dict[str, list[str]] = {}
    for name in filter(may_be_table, names):
        alike.setdefault(without_numbers(name), []).append(name)
    for members in sorted(alike.values(), key=len, reverse=True):
        if len(members) > 1 and _is_log(files, members, config):
            rest = {name: files.openers[name] for name in names if name not in members}
            others = replace(files, openers=rest)
            if find_tables(others, config).ratings:
                return None
            parts = tuple(Part(name, str((path / name).resolve())) for name in members)
            return Parts(files.name, parts, others, (path,))
    return None


def _is_log(files: Files, names: list[str], config: ReadConfig) -> bool:
    for name in names:
        try:
            table = open_table(name, partial(files.open, name))
            return find_rating_columns(name, table.sample, config.columns) is not None
        except NoRowsError:
            continue
        except DataError:
            return True  # reading it will raise the same error
    return False
