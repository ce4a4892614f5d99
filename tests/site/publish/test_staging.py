import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recsys.errors import OutputError
from recsys.site.publish import staging as staging_module
from recsys.site.publish.staging import check_target, exchange, staging_folder


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def parent(tmp_path):
    folder = tmp_path / "parent"
    folder.mkdir()
    return folder


def make_site(folder, text="old"):
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "build.json").write_text(json.dumps({"schema": 99, "generator": {"name": "marquee"}}))
    (folder / "index.html").write_text(text)
    return folder


def snapshot(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def refuse(out, match, inputs=()):
    before = snapshot(out) if out.is_dir() and out != Path(out.anchor) and out.parent.name == "parent" else None
    with pytest.raises(OutputError, match=match):
        check_target(out, inputs)
    if before is not None:
        assert snapshot(out) == before


def test_an_absent_folder_an_empty_one_and_a_marquee_site_may_be_replaced(parent):
    (parent / "empty").mkdir()
    for out in (parent / "absent", parent / "empty", make_site(parent / "site")):
        check_target(out, [])


def test_a_folder_with_anything_else_is_refused(parent):
    (parent / "mine").mkdir()
    (parent / "mine" / "thesis.tex").write_text("years of work")
    refuse(parent / "mine", "neither empty nor a site")


@pytest.mark.parametrize("content", ["", "[]", "null", '{"generator": {"name": "hugo"}}', '{"generator": "marquee"}'])
def test_a_folder_whose_build_json_names_another_generator_is_refused(parent, content):
    site = make_site(parent / "site")
    (site / "data" / "build.json").write_text(content)
    refuse(site, "neither empty nor a site")


def test_a_file_is_refused(parent):
    (parent / "site").write_text("a file")
    refuse(parent / "site", "is a file")


def test_the_root_is_refused():
    refuse(Path("/"), "root of the file system")


def test_home_and_its_parents_are_refused(parent, monkeypatch):
    home = parent / "people" / "me"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    refuse(home, "is your home folder")
    refuse(home.parent, "holds your home folder")
    check_target(home / "site", [])


def test_the_repository_and_its_parents_are_refused():
    repository = Path(staging_module.__file__).parents[3]
    refuse(repository, "is this repository")
    refuse(repository.parent, "holds")
    refuse(repository / "recsys" / "..", "is this repository")


@pytest.mark.parametrize("mark", ["build.py", "pyproject.toml", ".git"])
def test_a_project_is_refused_even_with_a_site_in_it(parent, mark):
    site = make_site(parent / "site")
    (site / mark).write_text("")
    refuse(site, f"holds {mark}")


def test_the_input_and_its_parents_are_refused(parent):
    folder = parent / "in" / "ml"
    folder.mkdir(parents=True)
    refuse(folder, "is the input's folder", [folder])
    refuse(parent / "in", "holds the input's folder", [folder])
    check_target(folder / "site", [folder])


def test_the_folder_of_an_input_file_is_refused(parent):
    folder = make_site(parent / "site")
    (folder / "ratings.csv").write_text("user,item,rating")
    refuse(folder, "is the input's folder", [folder / "ratings.csv"])


def test_links_are_resolved_first(parent):
    (parent / "mine").mkdir()
    (parent / "mine" / "thesis.tex").write_text("years of work")
    (parent / "link").symlink_to(parent / "mine")
    refuse(parent / "link", "neither empty nor a site")
    (parent / "to-input").symlink_to(parent / "mine")
    refuse(parent / "mine", "is the input's folder", [parent / "to-input"])


def build(out, text="new"):
    with staging_folder(out) as staging:
        make_site(staging, text)


@pytest.mark.parametrize("swaps", [True, False], ids=["exchange", "renames"])
def test_a_build_replaces_the_old_site_and_leaves_nothing_beside_it(parent, monkeypatch, swaps):
    if not swaps:
        monkeypatch.setattr(staging_module, "exchange", lambda first, second: False)
    out = make_site(parent / "site")
    (out / "stale.html").write_text("gone tomorrow")
    build(out)
    assert (out / "index.html").read_text() == "new"
    assert not (out / "stale.html").exists()
    assert [path.name for path in parent.iterdir()] == ["site"]


def test_a_first_build_creates_the_parent_folders(parent):
    build(parent / "deep" / "down" / "site")
    assert (parent / "deep" / "down" / "site" / "index.html").read_text() == "new"


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt, OutputError])
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


def test_the_staging_folder_lies_beside_the_site(parent):
    with staging_folder(parent / "site") as staging:
        assert staging.parent == parent / ".site.marquee-staging"
        assert list(staging.iterdir()) == []
        make_site(staging)


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


def test_the_old_site_is_put_back_when_the_second_rename_fails(parent, monkeypatch):
    monkeypatch.setattr(staging_module, "exchange", lambda first, second: False)
    out = make_site(parent / "site")
    rename = Path.rename

    def fail(self, target):
        if "staging" in self.parent.name:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError, match="cannot be replaced"):
        build(out)
    assert (out / "index.html").read_text() == "old"
    assert [path.name for path in parent.iterdir()] == ["site"]


def test_a_site_that_a_crash_left_as_backup_is_restored_at_the_next_start(parent):
    make_site(parent / ".site.marquee-previous")
    with pytest.raises(RuntimeError), staging_folder(parent / "site"):
        assert (parent / "site" / "index.html").read_text() == "old"
        raise RuntimeError
    assert [path.name for path in parent.iterdir()] == ["site"]


def test_a_backup_beside_a_finished_site_is_removed(parent):
    make_site(parent / "site", "new")
    make_site(parent / ".site.marquee-previous")
    build(parent / "site", "newer")
    assert [path.name for path in parent.iterdir()] == ["site"]
    assert (parent / "site" / "index.html").read_text() == "newer"


def test_only_the_leftovers_of_dead_builds_are_removed(parent):
    make_site(parent / ".site.marquee-staging" / "site")
    make_site(parent / ".site.marquee-staging-0123")
    make_site(parent / ".other.marquee-staging")
    build(parent / "site")
    assert sorted(path.name for path in parent.iterdir()) == [".other.marquee-staging", "site"]


KILLED = """
import os, sys
from pathlib import Path
from recsys.site.publish.staging import staging_folder
with staging_folder(Path(sys.argv[1])) as staging:
    (staging / "index.html").write_text("half")
    os._exit(9)
"""


def test_a_killed_build_leaves_the_site_as_it_was_and_its_lock_is_lifted(parent):
    out = make_site(parent / "site")
    repository = Path(staging_module.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False, cwd=repository)
    assert done.returncode == 9
    assert (out / "index.html").read_text() == "old"
    assert len(list(parent.iterdir())) == 2
    build(out)
    assert [path.name for path in parent.iterdir()] == ["site"]


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
    assert sorted(path.name for path in parent.iterdir()) == ["other", "site"]


ONE_OF_MANY = """
import random, sys, time
from pathlib import Path
from recsys.errors import OutputError
from recsys.site.publish.staging import staging_folder
n_built = 0
while n_built < 30:
    try:
        with staging_folder(Path(sys.argv[1])) as staging:
            (staging / "data").mkdir()
            (staging / "data" / "build.json").write_text('{"generator": {"name": "marquee"}}')
            (staging.parent / "alone").touch(exist_ok=False)
            (staging.parent / "alone").unlink()
        n_built += 1
    except OutputError as refusal:
        assert "another build is writing there" in str(refusal), refusal
        time.sleep(random.uniform(0, 0.001))
"""


def test_builds_of_one_target_at_a_time_never_meet_in_one_folder(parent):
    repository = Path(staging_module.__file__).parents[3]
    command = [sys.executable, "-c", ONE_OF_MANY, str(parent / "site")]
    builds = [subprocess.Popen(command, cwd=repository, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    problems = "".join(process.communicate()[1] for process in builds)
    assert not problems, problems
    assert [process.returncode for process in builds] == [0] * 3
    assert [path.name for path in parent.iterdir()] == ["site"]


def test_no_cache_folder_is_needed(parent, tmp_path):
    (tmp_path / "cache").write_text("a file instead")
    build(parent / "site")
    assert [path.name for path in parent.iterdir()] == ["site"]


def test_a_parent_that_cannot_be_written_to_is_reported_in_one_sentence(parent, monkeypatch):
    def refused(self, *arguments, **options):
        raise PermissionError(13, "Permission denied")

    (parent / "below").mkdir()
    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(OutputError, match="a folder beside the site cannot be made"):
        build(parent / "below" / "site")


def test_exchange_swaps_two_folders_or_reports_that_it_cannot(parent):
    make_site(parent / "one", "1")
    make_site(parent / "two", "2")
    done = exchange(parent / "one", parent / "two")
    assert (parent / "one" / "index.html").read_text() == ("2" if done else "1")
    assert done == sys.platform.startswith("linux")


def test_exchange_changes_nothing_if_a_path_or_the_system_call_is_missing(parent, monkeypatch):
    make_site(parent / "one")
    assert not exchange(parent / "one", parent / "none")

    def no_library(name, use_errno):
        raise OSError

    monkeypatch.setattr(staging_module.ctypes, "CDLL", no_library)
    assert not exchange(parent / "one", parent / "one")
    assert (parent / "one").is_dir()


def test_the_working_folder_and_those_above_it_are_never_replaced(tmp_path, monkeypatch):
    below = tmp_path / "project" / "below"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    for out in (".", ".."):
        with pytest.raises(OutputError, match="the working folder, which must not be replaced"):
            check_target(Path(out), [])
    check_target(Path("site"), [])
