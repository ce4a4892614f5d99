"""The formats that can be read, and which of them a path holds."""

from __future__ import annotations

from pathlib import Path

from recsys.data.dataset import Dataset
from recsys.data.readers import movielens
from recsys.data.readers.files import Files, list_folders
from recsys.data.readers.reader import Reader
from recsys.errors import DataError

READERS: dict[str, Reader] = {
    "movielens": movielens.READER,
}
"""Every format by its name. The first whose reader matches is read, so the more specific ones come first."""


def find_datasets(path: Path) -> list[tuple[Reader, Files]]:
    """The data sets at a path: the one directly in a folder or zip if there is one, else those in its folders.

    Raises:
        DataError: the path does not exist, or cannot be looked into.
    """
    datasets = []
    for files in list_folders(path):
        reader = next((reader for reader in READERS.values() if reader.matches(files)), None)
        if reader is not None:
            datasets.append((reader, files))
    return [(reader, files) for reader, files in datasets if not files.is_nested] or datasets


def read_dataset(path: Path) -> Dataset:
    """Read the one data set at a path: a folder, a zip or a single file.

    Raises:
        DataError: there is none or more than one, or it cannot be read.
    """
    datasets = find_datasets(path)
    if not datasets:
        expected = " or ".join(reader.label for reader in READERS.values())
        raise DataError(f"'{path}' holds no ratings in a format that can be read (expected {expected})")
    if len(datasets) > 1:
        folders = " and ".join(f"'{files.path}'" for _, files in datasets)
        remedy = "give the path of one of them; unpack a zip first"
        raise DataError(f"'{path}' holds more than one data set: {folders} ({remedy})")
    reader, files = datasets[0]
    return reader.read(files)
