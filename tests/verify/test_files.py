"""Every file that is missing, changed or added is named, and nothing outside the site is read."""

import os
import shutil

import msgspec
import pytest

from recsys.schema import Manifest
from recsys.site.output.manifest import write_manifest
from recsys.verify import files as files_module
from recsys.verify.files import check_files

MANIFEST = "data/manifest.json"


@pytest.fixture
def small(tmp_path):
    """A site of two files beside the manifest and its schema."""
    site = tmp_path / "small"
    (site / "data").mkdir(parents=True)
    (site / "index.html").write_text("front page")
    (site / "data" / "items.csv").write_text("item")
    write_manifest(site)
    return site


def test_a_site_as_it_was_built_has_no_differences(small):
    check = check_files(small)
    assert check.differences == ()
    assert check.names == {"index.html", "data/items.csv", MANIFEST, "data/manifest.schema.json"}


def test_one_changed_byte_is_named(small):
    content = bytearray((small / "index.html").read_bytes())
    content[3] ^= 1
    (small / "index.html").write_bytes(content)
    assert check_files(small).differences == ("index.html: is not the file that was built",)


def test_a_deleted_file_is_named(small):
    (small / "data" / "items.csv").unlink()
    assert check_files(small).differences == ("data/items.csv: is missing",)


def test_an_added_file_is_named(small):
    (small / "users").mkdir()
    (small / "users" / "new.html").write_text("")
    assert check_files(small).differences == (f"users/new.html: is not of the site: {MANIFEST} does not list it",)


def test_a_manifest_that_is_missing_is_named(small):
    (small / MANIFEST).unlink()
    assert check_files(small).differences == (f"{MANIFEST}: is missing, so that no file can be compared with it",)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"files": {"index.html": "abc"}}', b"\xff", b"[" * 99_999])
def test_a_manifest_that_is_damaged_is_named(small, content):
    (small / MANIFEST).write_bytes(content)
    assert check_files(small).differences == (f"{MANIFEST}: is damaged, so that no file can be compared with it",)


@pytest.mark.parametrize(
    "address", ["../secret", "/etc/hostname", "a/../../secret", "..\\secret", "C:\\secret", "\\\\host\\x", "", "a\0b"]
)
def test_a_manifest_that_names_a_file_outside_is_refused_and_the_file_is_not_read(small, address, monkeypatch):
    (small.parent / "secret").write_text("secret")
    (small / MANIFEST).write_bytes(msgspec.json.encode(Manifest(files={address: 64 * "0"})))
    compare, compared = files_module.compare_with_manifest, []

    def watch(site, digests):
        compared.append(digests)
        return compare(site, digests)

    monkeypatch.setattr(files_module, "compare_with_manifest", watch)
    assert f"{MANIFEST}: lists {address!r}, which is no address in a site" in check_files(small).differences
    assert compared == [{}]


@pytest.mark.parametrize("target", ["secret", "folder"])
def test_a_link_is_named_and_not_followed(small, target):
    (small.parent / "secret").write_text("secret")
    (small.parent / "folder").mkdir()
    (small.parent / "folder" / "secret").write_text("secret")
    (small / "link").symlink_to(small.parent / target)
    check = check_files(small)
    assert check.differences == ("link: is a link or a device; expected files alone",)
    assert not any("link" in name for name in check.names)


def test_a_file_that_became_a_link_to_the_same_content_is_named(small):
    shutil.copy(small / "index.html", small.parent / "index.html")
    (small / "index.html").unlink()
    (small / "index.html").symlink_to(small.parent / "index.html")
    assert check_files(small).differences == (
        "index.html: is missing",
        "index.html: is a link or a device; expected files alone",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_not_waited_for(small):
    os.mkfifo(small / "pipe")
    assert check_files(small).differences == ("pipe: is a link or a device; expected files alone",)
