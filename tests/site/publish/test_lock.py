"""One build at a time writes to a target, and nothing of its lock is left."""

import os
import random
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from recsys.errors import OutputError
from recsys.site.publish import lock as lock_module
from recsys.site.publish import staging as staging_module
from recsys.site.publish.staging import staging_folder
from tests.site.publish.small_sites import build, exit_status, in_child, make_site, names_in, snapshot

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_a_second_build_of_one_target_is_refused_at_once(parent):
    out = make_site(parent / "site")
    with staging_folder(out) as staging:
        make_site(staging, "new")
        with pytest.raises(OutputError, match="another build is writing there"):
            build(out)
        assert (out / "index.html").read_text() == "old"
        build(parent / "other")
    assert (out / "index.html").read_text() == "new"
    build(out, "newer")
    assert names_in(parent) == ["other", "site"]


@pytest.fixture
def waiting_build(parent):
    """A build in another process, with another home and cache, that goes on when it reads from its pipe."""
    site = make_site(parent / "site")
    from_test, to_build = os.pipe()
    from_build, to_test = os.pipe()

    def build_when_allowed():
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = str(parent.parent / "elsewhere")
        with staging_folder(site) as staging:
            os.write(to_test, b"building")
            os.read(from_test, 1)
            make_site(staging, "first")

    pid = in_child(build_when_allowed)
    assert os.read(from_build, 8) == b"building"
    yield pid, to_build
    for pipe in (from_test, to_build, from_build, to_test):
        os.close(pipe)


@needs_fork
def test_a_build_with_another_home_and_cache_is_refused_too(parent, waiting_build):
    pid, pipe = waiting_build
    before = snapshot(parent)
    with pytest.raises(OutputError, match="another build is writing there"):
        build(parent / "site", "second")
    assert snapshot(parent) == before
    os.write(pipe, b"!")
    assert exit_status(pid) == 0
    assert (parent / "site" / "index.html").read_text() == "first"
    assert names_in(parent) == ["site"]


@needs_fork
def test_a_build_ended_by_ctrl_c_leaves_the_old_site_and_nothing_beside_it(parent, waiting_build):
    pid, _ = waiting_build
    os.kill(pid, signal.SIGINT)
    assert exit_status(pid) == 1
    assert (parent / "site" / "index.html").read_text() == "old"
    assert names_in(parent) == ["site"]


@needs_fork
def test_a_killed_build_leaves_the_site_as_it_was_and_its_lock_is_lifted(parent, waiting_build):
    pid, _ = waiting_build
    os.kill(pid, signal.SIGKILL)
    assert exit_status(pid) == -signal.SIGKILL
    assert (parent / "site" / "index.html").read_text() == "old"
    assert len(list(parent.iterdir())) == 2
    build(parent / "site")
    assert names_in(parent) == ["site"]


def test_only_the_leftovers_of_dead_builds_are_removed(parent):
    make_site(parent / ".site.marquee-staging" / "0123")
    make_site(parent / ".site.marquee-staging-0123")
    make_site(parent / ".other.marquee-staging")
    build(parent / "site")
    assert names_in(parent) == [".other.marquee-staging", "site"]


def build_ten_times(out):
    n_built = 0
    while n_built < 10:
        try:
            with staging_folder(out) as staging:
                make_site(staging)
                (staging.parent / "alone").touch(exist_ok=False)
                (staging.parent / "alone").unlink()
            n_built += 1
        except OutputError as refusal:
            assert "another build is writing there" in str(refusal), refusal
            time.sleep(random.uniform(0, 0.001))


@needs_fork
def test_builds_of_one_target_at_a_time_never_meet_in_one_folder(parent):
    builds = [in_child(partial(build_ten_times, parent / "site")) for _ in range(3)]
    assert [exit_status(pid) for pid in builds] == [0] * 3
    assert names_in(parent) == ["site"]


def test_a_build_whose_lock_another_program_removed_takes_nothing_from_the_next_one(parent):
    out = make_site(parent / "site")
    with pytest.raises(OutputError, match="another program has removed the folder"), staging_folder(out) as first:
        make_site(first, "first")
        lock_module.shutil.rmtree(first.parent)
        with staging_folder(out) as second:
            assert second != first
            assert not first.exists()
            make_site(second, "second")
    assert (out / "index.html").read_text() == "second"
    assert names_in(parent) == ["site"]


def test_a_build_that_ends_while_the_next_one_has_the_lock_leaves_that_one_alone(parent):
    out = make_site(parent / "site")
    first = staging_folder(out)
    staging = first.__enter__()
    lock_module.shutil.rmtree(staging.parent)
    with staging_folder(out) as second:
        make_site(second, "second")
        with pytest.raises(OutputError, match="another program has removed the folder"):
            first.__exit__(None, None, None)
        assert second.is_dir()
    assert (out / "index.html").read_text() == "second"
    assert names_in(parent) == ["site"]


def test_no_cache_folder_is_needed(parent, tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file instead")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    build(parent / "site")
    assert names_in(parent) == ["site"]


def test_a_parent_that_cannot_be_written_to_is_reported_in_one_sentence(parent, monkeypatch):
    def refused(self, *arguments, **options):
        raise PermissionError(13, "Permission denied")

    (parent / "below").mkdir()
    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(OutputError, match="cannot be made"):
        build(parent / "below" / "site")


def test_a_lock_of_another_user_is_reported_as_such(parent, monkeypatch):
    def refused(self, *arguments, **options):
        raise PermissionError(13, "Permission denied")

    (parent / ".site.marquee-staging").mkdir()
    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(OutputError, match="another user may be building site at this moment"):
        build(parent / "site")


@pytest.mark.parametrize("what", ["a link", "a file"])
def test_a_link_or_file_in_the_place_of_the_folder_is_not_touched(parent, what):
    (parent / "mine" / "thesis").mkdir(parents=True)
    folder = parent / ".site.marquee-staging"
    if what == "a link":
        folder.symlink_to(parent / "mine")
    else:
        folder.write_text("years of work")
    before = snapshot(parent)
    with pytest.raises(OutputError, match="a folder beside the site cannot be made"):
        build(parent / "site")
    assert snapshot(parent) == before


def test_an_old_folder_that_cannot_be_deleted_is_named_and_removed_by_a_later_build(parent, monkeypatch, caplog):
    out = make_site(parent / "site")
    rmtree = lock_module.shutil.rmtree

    def refuse(path, ignore_errors=False):
        if not ignore_errors:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lock_module.shutil, "rmtree", refuse)
    build(out)
    assert (out / "index.html").read_text() == "new"
    (old,) = [path for path in parent.iterdir() if path != out]
    [warning] = [record.getMessage() for record in caplog.records]
    assert warning.startswith(f"{old} cannot be deleted (Permission denied): the next build of this site tries again")
    assert [path.read_text() for path in old.rglob("index.html")] == ["old"]
    monkeypatch.setattr(lock_module.shutil, "rmtree", rmtree)
    build(out, "newer")
    assert (out / "index.html").read_text() == "newer"
    assert names_in(parent) == ["site"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("moment", ["the swap", "the end"])
def test_ctrl_c_while_a_build_replaces_the_site_takes_effect_afterwards(parent, monkeypatch, moment):
    out = make_site(parent / "site")
    release, swap = lock_module.remove_folder, staging_module.swap

    def interrupted(action):
        def act(*arguments):
            signal.raise_signal(signal.SIGINT)
            action(*arguments)

        return act

    if moment == "the end":
        monkeypatch.setattr(lock_module, "remove_folder", interrupted(release))
    else:
        monkeypatch.setattr(staging_module, "swap", interrupted(swap))
    with pytest.raises(KeyboardInterrupt, match="the new site is in place"):
        build(out)
    assert (out / "index.html").read_text() == "new"
    assert names_in(parent) == ["site"]


def test_a_build_in_another_thread_works_though_no_signal_reaches_it(parent):
    thread = threading.Thread(target=build, args=(parent / "site",))
    thread.start()
    thread.join()
    assert (parent / "site" / "index.html").read_text() == "new"


def test_files_that_cannot_be_locked_are_reported_in_one_sentence(parent, monkeypatch):
    def refuse(self, *arguments, **options):
        raise NotImplementedError

    monkeypatch.setattr(lock_module.filelock.FileLock, "acquire", refuse)
    with pytest.raises(OutputError, match="files cannot be locked on this file system"):
        build(parent / "site")
