"""A format is one reader and one line in the registry: nothing else knows which formats there are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

import recsys
from recsys.data.load import locate_default
from recsys.data.readers.files import Files
from recsys.data.readers.reader import Reader
from recsys.data.readers.registry import READERS, read_dataset
from recsys.errors import DataError


def toy_file(files: Files) -> str | None:
    """The chosen file, or the first, whose name ends in .toy."""
    names = sorted(files.names) if files.chosen is None else [files.chosen]
    return next((name for name in names if name.endswith(".toy")), None)


def read_toy(files: Files) -> recsys.Dataset:
    """Lines of "item < user rating", the ratings from 0 to 100."""
    with files.open(toy_file(files)) as file:
        rows = [line.decode().split() for line in file]
    ratings = pd.DataFrame([(row[0], row[2], float(row[3])) for row in rows], columns=["item", "user", "rating"])
    return recsys.Dataset.from_frames(ratings, name=files.name)


TOY = Reader("toy", "a .toy file", matches=lambda files: toy_file(files) is not None, read=read_toy)


@pytest.fixture
def toy(monkeypatch, tmp_path) -> Path:
    monkeypatch.setitem(READERS, "toy", TOY)
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "log.toy").write_text("lamp < ann 80\nlamp < bob 0\ndesk < ann 100\n")
    return folder


def test_a_registered_format_is_read_from_a_folder_a_file_and_a_zip(toy, tmp_path):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as target:
        target.write(toy / "log.toy", "log.toy")
    for path in (toy, toy / "log.toy", str(toy.parent), tmp_path / "shop.zip"):
        dataset = recsys.load_dataset(path)
        assert dataset.name == "shop"
        assert dataset.item_ids.tolist() == ["desk", "lamp"]
        assert dataset.rating.tolist() == [80, 0, 100]


def test_a_registered_format_is_found_where_no_data_is_named(toy, tmp_path):
    assert locate_default(toy) == toy
    assert locate_default(tmp_path) == toy


def test_an_unreadable_path_is_refused_with_every_format(toy, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError) as caught:
        read_dataset(tmp_path / "notes.txt")
    message = str(caught.value)
    assert message.startswith(
        f"'{tmp_path / 'notes.txt'}' holds no ratings in a format that can be read (expected a "
    )
    assert message.endswith(" or a .toy file)")
    with pytest.raises(DataError, match="none' does not exist"):
        read_dataset(tmp_path / "none")


def test_what_lies_directly_in_a_folder_goes_before_what_lies_deeper(toy):
    (toy / "inner").mkdir()
    (toy / "inner" / "log.toy").write_text("sofa < cid 1\n")
    assert read_dataset(toy).n_ratings == 3


def test_two_data_sets_in_a_folder_are_both_named(toy):
    other = toy.parent / "other"
    other.mkdir()
    (other / "u.item").write_text("")
    with pytest.raises(DataError, match=f"holds more than one data set: '{other}' and '{toy}'"):
        read_dataset(toy.parent)


def test_every_reader_has_its_name_for_key():
    assert all(reader.name == key for key, reader in READERS.items())
