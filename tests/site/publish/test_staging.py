"""A new site replaces the old one, all of it or nothing."""

import os
import shutil
import stat

import pytest

from recsys.errors import OutputError
from recsys.site.publish.staging import staging_folder
from recsys.writing import write_file
from tests.site.publish.small_sites import build, make_site, names_in, snapshot


@pytest.mark.usefixtures("_either_way")
def test_a_build_replaces_the_old_site_and_leaves_nothing_beside_it(parent):
    out = make_site(parent / "site")
    (out / "stale.html").write_text("gone tomorrow")
    build(out)
    assert (out / "index.html").read_text() == "new"
    assert not (out / "stale.html").exists()
    assert names_in(parent) == ["site"]


def test_a_first_build_creates_the_parent_folders(parent):
    build(parent / "deep" / "down" / "site")
    assert (parent / "deep" / "down" / "site" / "index.html").read_text() == "new"


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt, OutputError, OSError])
def test_a_failed_build_leaves_the_previous_site_as_it_was(parent, problem):
    out = make_site(parent / "site")
    before = snapshot(parent)
    with pytest.raises(problem), staging_folder(out) as staging:
        (staging / "index.html").write_text("half")
        raise problem
    assert snapshot(parent) == before


def test_a_failed_first_build_leaves_nothing(parent):
    with pytest.raises(RuntimeError), staging_folder(parent / "deep" / "site"):
        raise RuntimeError
    assert list(parent.iterdir()) == []


def test_the_staging_folder_lies_beside_the_site_and_has_a_name_of_its_own(parent):
    folders = set()
    for _ in range(2):
        with staging_folder(parent / "site") as staging:
            assert staging.parent == parent / ".site.marquee-staging"
            assert list(staging.iterdir()) == []
            folders.add(staging)
            make_site(staging)
    assert len(folders) == 2


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_a_web_server_can_read_the_site_whatever_the_umask(parent):
    old = os.umask(0o077)
    try:
        build(parent / "site")
    finally:
        os.umask(old)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (parent / "site").rglob("*") if path.is_file()}
    assert modes == {0o644}
    assert stat.S_IMODE((parent / "site").stat().st_mode) == 0o755
    assert stat.S_IMODE((parent / "site" / "data").stat().st_mode) == 0o755


def test_a_target_that_became_something_else_during_the_build_is_left_alone(parent):
    with pytest.raises(OutputError, match="neither empty nor a site"), staging_folder(parent / "site") as staging:
        make_site(staging)
        (parent / "site").mkdir()
        (parent / "site" / "thesis.tex").write_text("years of work")
    assert (parent / "site" / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("removed", ["staging", "around it"])
def test_a_folder_that_another_program_removed_is_not_made_again(parent, removed, moment):
    out = make_site(parent / "site")
    before = snapshot(parent)
    with pytest.raises(OutputError, match="another program has removed the folder"), staging_folder(out) as staging:
        if moment == "after":
            make_site(staging)
        shutil.rmtree(staging if removed == "staging" else staging.parent)
        if moment == "before":
            write_file(staging, "users/1.html", b"a page")
    assert snapshot(parent) == before


def test_a_site_that_vanished_under_code_that_does_not_expect_it_is_reported_as_well(parent):
    with pytest.raises(OutputError, match="another program has removed"), staging_folder(parent / "site") as staging:
        shutil.rmtree(staging)
        (staging / "index.html").write_text("a page")
    assert names_in(parent) == []


def deleted(staging):
    (staging / "index.html").unlink()
    return "index.html: has been changed by another program"


def changed(staging):
    (staging / "index.html").write_text("NEW")  # as long as it was
    return "index.html: has been changed by another program"


def added(staging):
    (staging / "more.html").write_text("more")
    return "more.html: has been changed by another program"


def linked(staging):
    (staging / "more.html").symlink_to("index.html")
    return "more.html: has been changed by another program"


def unlisted(staging):
    (staging / "data" / "manifest.json").unlink()
    return "the new site cannot be read"


def torn(staging):
    (staging / "data" / "manifest.json").write_bytes(b'{"schema":')
    return r"data/manifest.json: has been changed"


@pytest.mark.parametrize("damage", [deleted, changed, added, linked, unlisted, torn])
def test_a_new_site_that_is_not_what_its_manifest_says_is_not_put_in_place(parent, damage):
    out = make_site(parent / "site")
    before = snapshot(parent)
    with pytest.raises(OutputError) as refusal, staging_folder(out) as staging:
        make_site(staging, "new")
        expected = damage(staging)
    assert expected in str(refusal.value)
    assert snapshot(parent) == before
