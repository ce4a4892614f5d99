"""What a name, a path, or neither of them loads."""

from __future__ import annotations

import logging
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from recsys.data import load
from recsys.data.load import load_dataset, locate, locate_default
from recsys.errors import DataError, DownloadError

RATINGS = "1\t1\t5\t880000000\n2\t1\t4\t880000002\n"
FILM = "1|Toy Story (1995)|01-Jan-1995||url|" + "|".join("0" * 19) + "\n"


def write_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "u.data").write_text(RATINGS)
    (folder / "u.item").write_text(FILM)
    return folder


def write_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("m/u.data", RATINGS)
        target.writestr("m/u.item", FILM)
    return path


@pytest.fixture
def sample(monkeypatch, tmp_path) -> Path:
    """A tiny folder in the sample's place."""
    folder = write_folder(tmp_path / "elsewhere" / "sample")
    monkeypatch.setattr(load, "sample_folder", lambda: folder)
    return folder


@pytest.fixture
def offline(monkeypatch):
    def fail(name: str) -> Path:
        raise DownloadError(f"{name} could not be downloaded")

    monkeypatch.setattr(load, "fetch", fail)


@pytest.fixture
def online(monkeypatch, tmp_path) -> Path:
    path = write_zip(tmp_path / "fetched.zip")
    monkeypatch.setattr(load, "fetch", lambda name: path)
    return path


def test_the_sample_has_its_name_and_is_synthetic(sample):
    ds = load_dataset("sample")
    assert (ds.name, ds.source.synthetic) == ("Sample", True)
    assert ds.source.licence.startswith("MIT; ")


def test_the_sample_is_synthetic_by_its_path_too(sample):
    assert load_dataset(sample).source.synthetic
    assert load_dataset(str(sample / ".." / "sample")).source.synthetic


def test_the_sample_is_in_the_package_or_in_the_repository():
    folder = load.sample_folder()
    assert folder.parts[-2:] in {("data", "sample"), ("data", "sample_files")}


def test_a_path_is_read(tmp_path):
    folder = write_folder(tmp_path / "mine")
    assert locate(folder) == locate(str(folder)) == folder
    assert load_dataset(str(folder)).name == "mine"
    assert load_dataset(write_zip(tmp_path / "zipped.zip")).n_ratings == 2


def test_a_known_name_is_the_download_and_a_path_is_the_folder(online, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "ml-100k")
    assert locate("ml-100k") == online
    assert "'ml-100k' means the download; the folder of that name here is './ml-100k'" in caplog.text
    assert locate("./ml-100k") == Path("ml-100k")
    assert locate(Path("ml-100k")) == Path("ml-100k")


def test_a_set_downloaded_by_hand_may_be_a_folder_of_that_name(offline, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "ml-10m")
    assert locate("ml-10m") == Path("ml-10m")
    assert load_dataset("ml-10m").n_ratings == 2


def test_a_known_name_never_falls_back(offline, sample):
    with pytest.raises(DownloadError):
        load_dataset("ml-100k")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ml-100", "'ml-100' does not exist (did you mean 'ml-100k'? expected sample, ml-100k, ml-1m"),
        (
            "ml-10m",
            "ml-10m cannot be downloaded here, because no SHA-256 is known to verify it (download ml-10m.zip from "
            "https://grouplens.org/datasets/movielens/ and give --data PATH)",
        ),
        (
            "ml-32m",
            "ml-32m cannot be downloaded here, because no SHA-256 is known to verify it (download ml-32m.zip from",
        ),
        ("ml-32", "'ml-32' does not exist (did you mean 'ml-32m'? expected sample, ml-100k, ml-1m, ml-20m, ml-25m"),
        ("no/such/folder", "'no/such/folder' does not exist (expected sample, ml-100k"),
        ("", "'' does not exist"),
    ],
)
def test_a_path_that_does_not_exist_is_named_with_a_hint(name, sentence):
    with pytest.raises(DataError) as caught:
        load_dataset(name)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("name", ["x" * 5000, "~nobody-is-called-so/data"])
def test_a_path_that_cannot_be_accessed_is_an_error(name):
    with pytest.raises(DataError):
        load_dataset(name)


# --- without a name or a path


def test_ratings_directly_in_the_folder_come_first(tmp_path, offline):
    write_folder(tmp_path / "inner")
    assert locate_default(write_folder(tmp_path)) == tmp_path
    assert load_dataset(locate_default(tmp_path)).n_ratings == 2


@pytest.mark.parametrize(
    "make", [lambda data: write_folder(data / "ml-mine"), lambda data: write_zip(data / "mine.zip")]
)
def test_one_folder_or_zip_inside_comes_next(tmp_path, make, offline):
    write_folder(tmp_path / "sample")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes.txt").write_text("not data")
    path = make(tmp_path)
    assert locate_default(tmp_path) == path


def test_two_candidates_are_named(tmp_path, offline):
    first, second = write_folder(tmp_path / "a"), write_zip(tmp_path / "b.zip")
    with pytest.raises(DataError) as caught:
        load_dataset(locate_default(tmp_path))
    assert (
        str(caught.value)
        == f"'{tmp_path}' holds more than one data set: '{first}' and '{second}' (choose one with --data)"
    )


def test_half_a_copy_is_an_error_and_not_overlooked(tmp_path, online):
    (tmp_path / "u.item").write_text(FILM)
    with pytest.raises(DataError, match=r"has no u\.data"):
        load_dataset(locate_default(tmp_path))


def test_a_damaged_zip_is_an_error_and_not_overlooked(tmp_path, online):
    (tmp_path / "ml-100k.zip").write_bytes(b"half a download")
    with pytest.raises(DataError, match="is not a zip that can be read"):
        load_dataset(locate_default(tmp_path))


@pytest.mark.parametrize("name", ["", "absent"])
def test_without_data_in_the_folder_the_download_is_used(tmp_path, online, name):
    data = tmp_path / "data"
    write_folder(data / "sample")
    assert locate_default(data / name) == online


def test_without_a_network_the_sample_is_used_with_a_warning(tmp_path, offline, sample, caplog):
    with caplog.at_level(logging.WARNING):
        ds = load_dataset(locate_default(tmp_path / "absent"))
    assert ds.source.synthetic
    assert [record.getMessage() for record in caplog.records] == [
        "ml-100k could not be downloaded; using the embedded sample instead, whose ratings are synthetic"
    ]


def test_looking_at_paths_loads_neither_pandas_nor_a_downloader():
    heavy = ("pandas", "pooch", "requests", "rich")
    code = f"import sys, recsys.data.load; print([name for name in {heavy} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
