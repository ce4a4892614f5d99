"""Files in folders and zips: what is listed, and what a hostile or damaged zip comes to."""

from __future__ import annotations

import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from recsys.data.load import read_path as read_dataset
from recsys.data.readers import files
from recsys.errors import DataError
from tests.data.readers.messages import error_message

FILES = {
    "m/u.data": b"1\t1\t5\t880000000\n",
    "m/u.item": b"1|Toy Story (1995)|01-Jan-1995||url" + b"|0" * 19 + b"\n",
}


def zip_of(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return path


def test_a_folder_lists_itself_and_the_folders_in_it_but_hidden_ones(tmp_path):
    for name in ("b/x.txt", "a/x.txt", ".git/x.txt", "a/deeper/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    folders = files.list_folders(tmp_path)
    assert [(folder.path, folder.is_nested) for folder in folders] == [
        (tmp_path, False), (tmp_path / "a", True), (tmp_path / "b", True),
    ]  # fmt: skip
    assert "x.txt" in folders[1].names
    with folders[1].open("x.txt") as file:
        assert file.read() == b"x"


def test_a_single_file_comes_with_those_beside_it(tmp_path):
    (tmp_path / "x.txt").write_text("x")
    (tmp_path / "y.txt").write_text("y")
    (folder,) = files.list_folders(tmp_path / "x.txt")
    assert (folder.chosen, set(folder.names)) == ("x.txt", {"x.txt", "y.txt"})


@pytest.mark.parametrize("content", [b"not a zip at all", b""])
def test_a_file_that_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert "a.zip' is not a zip that can be read: " in error_message(tmp_path / "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_unpacks_without_a_limit_is_refused(tmp_path, method):
    path = zip_of(tmp_path / "a.zip", FILES, method)
    assert "is compressed in an unusual way (make the zip with deflate)" in error_message(path)


def test_an_encrypted_zip_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", FILES)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the first member's entry of the directory
    path.write_bytes(data)
    assert "m/u.data is encrypted (make the zip without a password)" in error_message(path)


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a.zip", FILES)
    monkeypatch.setattr(files, "MAX_MEMBER", 10)
    assert "m/u.data unpacks from" in error_message(path)
    monkeypatch.setattr(files, "MAX_TOTAL", 50)
    assert "more than 50 (unpack it by hand)" in error_message(path)


def test_a_zip_bomb_is_refused(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a.zip", FILES | {"m/u.data": b"1\t1\t1\t1\n" * 100_000})
    monkeypatch.setattr(files, "MIN_SUSPECT", 1000)
    assert "or 100 times its packed size" in error_message(path)


def test_a_member_is_unpacked_no_further_than_the_size_it_declares(tmp_path):
    path = zip_of(tmp_path / "a.zip", FILES | {"m/u.data": FILES["m/u.data"] * 50})
    size = len(FILES["m/u.data"]) * 50
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (16).to_bytes(4, "little")))
    assert "m/u.data is damaged" in error_message(path)


def test_members_are_never_written_by_their_paths(tmp_path):
    path = zip_of(tmp_path / "a.zip", {f"../../up/{Path(name).name}": data for name, data in FILES.items()})
    before = sorted(tmp_path.parent.iterdir())
    assert read_dataset(path).n_ratings == 1
    assert sorted(tmp_path.parent.iterdir()) == before


def test_a_wrong_checksum_is_an_error_though_every_line_can_be_read(tmp_path):
    path = zip_of(tmp_path / "a.zip", FILES)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 16] ^= 1  # in the directory's entry of the first member
    path.write_bytes(data)
    assert "m/u.data is damaged: Bad CRC-32" in error_message(path)


def test_whatever_bytes_are_damaged_the_zip_is_read_or_refused(tmp_path):
    path, rng = zip_of(tmp_path / "a.zip", FILES), random.Random(0)
    sound, n_read = path.read_bytes(), 0
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(rng.choice([1, 2, 20])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data)
        with suppress(DataError):
            n_read += read_dataset(path).n_ratings > 0
    assert 0 < n_read < 300  # some damage does no harm, and some is noticed


def test_a_folder_in_the_place_of_a_file_cannot_be_read(tmp_path):
    for name, data in FILES.items():
        (tmp_path / Path(name).name).write_bytes(data)
    (tmp_path / "u.item").unlink()
    (tmp_path / "u.item").mkdir()
    assert "u.item' is a folder (expected a file)" in error_message(tmp_path)
