"""Files in folders and zips: what is listed, and what a hostile or damaged zip comes to."""

from __future__ import annotations

import os
import random
import socket
import stat
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from recsys.data.load import load_dataset, locate_default
from recsys.data.load import read_dataset as read_tables
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


@pytest.mark.parametrize("name", [
    "../u.data", "m/../../u.data", "/etc/u.data", "\\\\host\\u.data", "m\\u.data",
    "C:u.data", "d:/u.data", "m/u.data\0.t",
])  # fmt: skip
def test_a_member_whose_name_leads_elsewhere_is_refused_and_nothing_written(tmp_path, name):
    placeholder = "m/placeholder".ljust(len(name), "x")
    path = zip_of(tmp_path / "a.zip", {placeholder: b"x", **FILES})
    path.write_bytes(path.read_bytes().replace(placeholder.encode(), name.encode().ljust(len(placeholder), b"x")))
    before = sorted(tmp_path.parent.rglob("*"))
    message = error_message(path)
    assert message.startswith(f"'{path}': the member ")
    assert "has a name that leads out of the folder it is unpacked into (make the zip again" in message
    assert sorted(tmp_path.parent.rglob("*")) == before


@pytest.mark.parametrize("names", [
    ("ratings.csv", "ratings.csv"), ("ratings.csv", "Ratings.CSV"), ("caf\u00e9.csv", "cafe\u0301.csv"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_that_one_file_system_takes_for_one_are_refused(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        for name in names:
            target.writestr(name, "user,item,rating\n1,1,1\n")
    assert f"a.zip': the member {names[1]!r} is there twice" in error_message(tmp_path / "a.zip")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_member_that_is_a_link_or_the_like_is_refused(tmp_path, kind):
    info = zipfile.ZipInfo("m/link.csv")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr("m/u.data", FILES["m/u.data"])
        target.writestr(info, "/etc/passwd")
    assert "the member 'm/link.csv' is a link or the like, not a file (" in error_message(tmp_path / "a.zip")


def test_a_zip_of_one_table_beside_others_is_held_to_the_same_rules(tmp_path):
    zip_of(tmp_path / "ratings.csv.zip", {"../ratings.csv": b"user,item,rating\n1,1,1\n"})
    assert "'ratings.csv.zip': the member '../ratings.csv' has a name" in error_message(tmp_path)


def test_a_zip_in_a_zip_with_a_comment_and_64_bit_sizes_is_read(tmp_path):
    inner = zip_of(tmp_path / "inner.zip", {"ratings.csv": b"user,item,rating\n1,1,1\n"}).read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.comment = b"PK\x03\x04 is how a zip begins"
        with target.open("ratings.csv.zip", "w", force_zip64=True) as member:
            member.write(inner)
    assert read_dataset(tmp_path / "a.zip").n_ratings == 1


def test_a_zip_whose_comment_looks_like_the_end_of_another_is_refused(tmp_path):
    with zipfile.ZipFile(zip_of(tmp_path / "a.zip", FILES), "a") as target:
        target.comment = b"PK\x05\x06" + b"x" * 30
    assert "a.zip' is not a zip that can be read: " in error_message(tmp_path / "a.zip")


def test_empty_zips_and_empty_members_are_refused(tmp_path):
    assert "holds no table" in error_message(zip_of(tmp_path / "a.zip", {}))
    assert "ratings.csv is empty" in error_message(zip_of(tmp_path / "a.zip", {"ratings.csv": b""}))


def make_special(path: Path, kind: str) -> Path:
    """What is no file, at a path."""
    if kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as server, chdir(path.parent):  # their paths must be short
            server.bind(path.name)
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link that leads back to itself":
        path.symlink_to(path.name)
    else:
        path.symlink_to("nowhere")
    return path


@contextmanager
def chdir(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


KINDS = ["a named pipe", "a socket", "a device",
         "a link that leads back to itself", "a link to a path that does not exist"]  # fmt: skip
needs_special_files = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@needs_special_files
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_refused_at_once_as_data_items_and_users(tmp_path, kind):
    path = make_special(tmp_path / "x.csv", kind)
    with pytest.raises(DataError) as error:
        load_dataset(str(path))
    assert str(error.value) == f"'{path}' is {kind} (expected a folder, a zip or a file)"
    (tmp_path / "ratings.csv").write_text("user,item,rating\n1,1,1\n")
    for role in ("items", "users"):
        with pytest.raises(DataError, match=f"'{path}' is {kind} "):
            read_tables(tmp_path / "ratings.csv", **{role: path})


@needs_special_files
@pytest.mark.parametrize("kind", [*KINDS, "a folder"])
def test_what_is_no_file_is_refused_at_once_in_a_folder(tmp_path, kind, caplog):
    path = make_special(tmp_path / "ratings.csv", kind)
    assert f"'{path}' is {kind} (expected a f" in error_message(tmp_path)
    with pytest.raises(DataError, match=f"is {kind} "):
        locate_default(tmp_path)
    (tmp_path / "log.csv").write_text("user,item,rating\n1,1,1\n")
    assert read_dataset(tmp_path).n_ratings == 1
    assert f"is {kind} " in caplog.text and "it is left out" in caplog.text


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
