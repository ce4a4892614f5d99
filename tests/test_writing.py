"""Files are written below a folder that is never made."""

import errno
import os

import pytest

from recsys.errors import OutputError
from recsys.writing import write_file, writing


def test_folders_on_the_way_are_made_and_the_folder_itself_is_not(tmp_path):
    write_file(tmp_path, "a/b/page.html", b"text")
    assert (tmp_path / "a" / "b" / "page.html").read_bytes() == b"text"
    with pytest.raises(OutputError, match=r"^a/b/page\.html: cannot be written, because another program has removed"):
        write_file(tmp_path / "gone", "a/b/page.html", b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_that_exists_is_not_written_again(tmp_path):
    write_file(tmp_path, "page.html", b"text")
    with pytest.raises(OutputError, match=r"^page\.html: exists already"):
        write_file(tmp_path, "page.html", b"other")
    assert (tmp_path / "page.html").read_bytes() == b"text"


@pytest.mark.skipif(os.name == "nt", reason="Windows says it in other words")
def test_a_file_in_the_place_of_a_folder_is_reported(tmp_path):
    (tmp_path / "users").write_text("")
    with pytest.raises(OutputError, match=r"^users/1\.html: cannot be written \(Not a directory\); check"):
        write_file(tmp_path, "users/1.html", b"text")


@pytest.mark.parametrize(("error", "remedy"), [
    (errno.ENOSPC, "free some space"), (errno.EDQUOT, "free some space"),
    (errno.EFBIG, "raise the limit of the size of files"), (errno.EACCES, "check the permissions of its folder"),
])  # fmt: skip
def test_the_remedy_depends_on_the_error_of_the_disk(error, remedy):
    with pytest.raises(OutputError) as caught, writing("page.html"):
        raise OSError(error, os.strerror(error))
    assert str(caught.value) == f"page.html: cannot be written ({os.strerror(error)}); {remedy} and build again"
