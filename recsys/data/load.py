"""Load ratings by name or path: the sample, a data set to download, or files on disk; or the default data set."""

from __future__ import annotations

import difflib
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recsys.config import ReadConfig
from recsys.data.dataset import Dataset, Source
from recsys.data.download import BY_HAND, PAGE, REMOTES, fetch
from recsys.data.names import NAMES, SAMPLE
from recsys.data.readers.files import kind_of_path
from recsys.errors import DataError, DownloadError

if TYPE_CHECKING:
    from recsys.data.report import ReadReport

DEFAULT = "ml-100k"
SAMPLE_SOURCE = Source(
    synthetic=True,
    licence="MIT; film titles, years and genres are facts, the users and their ratings are invented.",
)

logger = logging.getLogger(__name__)


def load_dataset(path_or_name: str | Path) -> Dataset:
    """Read a data set by its name or its path.

    Args:
        path_or_name: ``"sample"``, the name of a data set to download, such as ``"ml-100k"``, or the path of a file,
            a folder or an archive. A name comes first: write ``"./ml-100k"`` for a folder that is called the same.

    Raises:
        DataError: nothing is there, or it cannot be read.
        DownloadError: a named data set could not be fetched.

    >>> import recsys
    >>> recsys.load_dataset("sample")
    <Dataset 'Sample': 36,909 ratings, 600 users, 515 items>
    """
    return read_path(locate(path_or_name))


def locate(path_or_name: str | Path) -> Path:
    """The path of a data set, which is downloaded first if it is given by name.

    A known name means the download even where a folder is called the same (write "./ml-100k" for the folder); a
    :class:`~pathlib.Path` is always a path.

    Raises:
        DataError: nothing is there, or it is a data set that must be fetched by hand.
        DownloadError: a named data set could not be fetched.
    """
    if path_or_name == SAMPLE:
        return sample_folder()
    if isinstance(path_or_name, str) and path_or_name in REMOTES:
        if Path(path_or_name).exists():
            name = path_or_name
            logger.warning("%r means the download; the folder of that name here is './%s'", name, name)
        return fetch(path_or_name)
    return _existing(str(path_or_name))


def find_source(path_or_name: str | None, data_folder: Path) -> Path:
    """The path of a data set by its path or name; None means the default data set."""
    return locate_default(data_folder) if path_or_name is None else locate(path_or_name)


def locate_default(data_folder: Path) -> Path:
    """The path of the ratings in a folder; else of MovieLens 100K, downloaded; else, without a network, the sample.

    Raises:
        DataError: the folder holds more than one candidate.
    """
    candidates = _candidates(data_folder)
    if len(candidates) > 1:
        paths = " and ".join(f"'{path}'" for path in candidates)
        raise DataError(f"'{data_folder}' holds more than one data set: {paths} (choose one with --data)")
    if candidates:
        return candidates[0]
    try:
        return fetch(DEFAULT)
    except DownloadError as error:
        logger.warning("%s; using the embedded sample instead, whose ratings are synthetic", error)
        return sample_folder()


def read_path(path: Path) -> Dataset:
    """Read the data set at a path.

    Raises:
        DataError: there is no data set, or its files have an error.
    """
    dataset, report = read_dataset(path)
    report.log_warnings()
    return dataset


def read_dataset(
    path: Path, config: ReadConfig | None = None, items: Path | None = None, users: Path | None = None
) -> tuple[Dataset, ReadReport]:
    """Read the data set at a path, and report how its tables were understood.

    Args:
        path: a folder, a zip or a single file.
        config: how tables are read; None for the defaults.
        items: the table of items; None to look for it.
        users: the table of users; None to look for it.

    Raises:
        DataError: there is no data set or more than one, or the files have an error.
    """
    from recsys.data.readers import read  # here, so that importing recsys does without pandas

    dataset, report = read.read_dataset(path, config, items, users)
    if path.resolve() == sample_folder().resolve():
        dataset = replace(dataset, name="Sample", source=SAMPLE_SOURCE)
    return dataset, report


def sample_folder() -> Path:
    """The folder of the embedded sample: in the installed package, or the repository's ``data/sample``."""
    module = Path(__file__).resolve()
    installed = module.parent / "sample_files"
    return installed if installed.is_dir() else module.parents[2] / "data" / "sample"


def _candidates(data_folder: Path) -> list[Path]:
    """The folder itself if it contains ratings, else the folders and zips in it that do, except the sample.

    Raises:
        DataError: files in the folder were meant for tables but cannot be read.
    """
    from recsys.data.readers.read import find_datasets

    if not data_folder.is_dir():
        return []
    if find_datasets(data_folder, nested=False):
        return [data_folder]
    entries = sorted(path for path in data_folder.iterdir() if not path.name.startswith(".") and path.name != SAMPLE)
    return [path for path in entries if (path.is_dir() or path.suffix.lower() == ".zip") and find_datasets(path)]


def _existing(text: str) -> Path:
    try:
        path = Path(text).expanduser()
        exists = bool(text) and path.exists()
    except (OSError, RuntimeError) as error:  # too long a name, no permission, no such home
        raise DataError(f"'{text}' cannot be accessed: {getattr(error, 'strerror', None) or error}") from None
    if text in BY_HAND and not exists:
        raise DataError(
            f"{text} cannot be downloaded here, because no SHA-256 is known to verify it (download {text}.zip from "
            f"{PAGE} and give --data PATH)"
        )
    if not exists:
        if path.is_symlink():
            kind_of_path(path)  # says where the link leads
        similar = difflib.get_close_matches(text, (*NAMES, *BY_HAND), n=1)
        guess = f"did you mean {similar[0]!r}? " if similar else ""
        expected = f"expected {', '.join(NAMES)}, or the path of a folder or file that exists"
        raise DataError(f"'{text}' does not exist ({guess}{expected})")
    return path
