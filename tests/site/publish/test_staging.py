import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recsys.errors import OutputError
from recsys.site.publish import exchange as exchange_module
from recsys.site.publish import staging as publish
from recsys.site.publish.exchange import exchange
from recsys.site.publish.lock import locked
from recsys.site.publish.staging import check_target, staged


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "place"
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
    before = snapshot(out) if out.is_dir() and out != Path(out.anchor) and out.parent.name == "place" else None
    with pytest.raises(OutputError, match=match):
        check_target(out, inputs)
    if before is not None:
        assert snapshot(out) == before


def test_an_absent_an_empty_and_an_own_folder_may_be_replaced(place):
    (place / "empty").mkdir()
    for out in (place / "absent", place / "empty", make_site(place / "site")):
        check_target(out, [])


def test_a_folder_with_anything_else_is_refused(place):
    (place / "mine").mkdir()
    (place / "mine" / "thesis.tex").write_text("years of work")
    refuse(place / "mine", "neither empty nor a site")


@pytest.mark.parametrize("content", ["", "[]", "null", '{"generator": {"name": "hugo"}}', '{"generator": "marquee"}'])
def test_a_build_json_of_somebody_else_does_not_make_it_ours(place, content):
    site = make_site(place / "site")
    (site / "data" / "build.json").write_text(content)
    refuse(site, "neither empty nor a site")


def test_a_file_is_refused(place):
    (place / "site").write_text("a file")
    refuse(place / "site", "is a file")


def test_the_root_is_refused():
    refuse(Path("/"), "root of the file system")


def test_home_and_its_parents_are_refused(place, monkeypatch):
    home = place / "people" / "me"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    refuse(home, "is your home folder")
    refuse(home.parent, "holds your home folder")
    check_target(home / "site", [])


def test_the_repository_and_its_parents_are_refused():
    repository = Path(publish.__file__).parents[3]
    refuse(repository, "is this repository")
    refuse(repository.parent, "holds")
    refuse(repository / "recsys" / "..", "is this repository")


@pytest.mark.parametrize("mark", ["build.py", "pyproject.toml", ".git"])
def test_a_project_is_refused_even_with_a_site_in_it(place, mark):
    site = make_site(place / "site")
    (site / mark).write_text("")
    refuse(site, f"holds {mark}")


def test_the_input_and_its_parents_are_refused(place):
    folder = place / "in" / "ml"
    folder.mkdir(parents=True)
    refuse(folder, "is the input's folder", [folder])
    refuse(place / "in", "holds the input's folder", [folder])
    check_target(folder / "site", [folder])


def test_the_folder_of_an_input_file_is_refused(place):
    folder = make_site(place / "site")
    (folder / "ratings.csv").write_text("user,item,rating")
    refuse(folder, "is the input's folder", [folder / "ratings.csv"])


def test_links_are_resolved_first(place):
    (place / "mine").mkdir()
    (place / "mine" / "thesis.tex").write_text("years of work")
    (place / "link").symlink_to(place / "mine")
    refuse(place / "link", "neither empty nor a site")
    (place / "to-input").symlink_to(place / "mine")
    refuse(place / "mine", "is the input's folder", [place / "to-input"])


def build(out, text="new"):
    with staged(out) as staging:
        make_site(staging, text)


@pytest.mark.parametrize("swaps", [True, False], ids=["exchange", "renames"])
def test_a_build_takes_the_place_of_the_old_site_and_leaves_nothing_beside_it(place, monkeypatch, swaps):
    if not swaps:
        monkeypatch.setattr(publish, "exchange", lambda one, other: False)
    out = make_site(place / "site")
    (out / "stale.html").write_text("gone tomorrow")
    build(out)
    assert (out / "index.html").read_text() == "new"
    assert not (out / "stale.html").exists()
    assert [path.name for path in place.iterdir()] == ["site"]


def test_a_first_build_makes_its_parents(place):
    build(place / "deep" / "down" / "site")
    assert (place / "deep" / "down" / "site" / "index.html").read_text() == "new"


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt, OutputError])
def test_a_failed_build_leaves_the_previous_site_as_it_was(place, problem):
    out = make_site(place / "site")
    before = snapshot(place)
    with pytest.raises(problem), staged(out) as staging:
        (staging / "index.html").write_text("half")
        raise problem
    assert snapshot(place) == before


def test_a_failed_first_build_leaves_nothing(place):
    with pytest.raises(RuntimeError), staged(place / "deep" / "site"):
        raise RuntimeError
    assert list(place.iterdir()) == []


def test_the_staging_folder_lies_beside_the_site_under_a_name_of_ours(place):
    with staged(place / "site") as staging:
        assert staging.parent == place
        assert staging.name.startswith(".site.marquee-staging-")
        make_site(staging)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_a_web_server_may_read_the_site_whatever_the_umask(place):
    old = os.umask(0o077)
    try:
        build(place / "site")
    finally:
        os.umask(old)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (place / "site").rglob("*") if path.is_file()}
    assert modes == {0o644}
    assert stat.S_IMODE((place / "site").stat().st_mode) == 0o755
    assert stat.S_IMODE((place / "site" / "data").stat().st_mode) == 0o755


def test_a_target_that_became_something_else_meanwhile_is_left_alone(place):
    with pytest.raises(OutputError, match="neither empty nor a site"), staged(place / "site") as staging:
        make_site(staging)
        (place / "site").mkdir()
        (place / "site" / "thesis.tex").write_text("years of work")
    assert (place / "site" / "thesis.tex").read_text() == "years of work"


def test_a_second_rename_that_fails_puts_the_old_site_back(place, monkeypatch):
    monkeypatch.setattr(publish, "exchange", lambda one, other: False)
    out = make_site(place / "site")
    rename = Path.rename

    def fail(self, target):
        if "staging" in self.name:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError, match="cannot be replaced"):
        build(out)
    assert (out / "index.html").read_text() == "old"
    assert [path.name for path in place.iterdir()] == ["site"]


def test_a_site_that_a_crash_left_aside_is_put_back_at_the_next_start(place):
    make_site(place / ".site.marquee-previous")
    with pytest.raises(RuntimeError), staged(place / "site"):
        assert (place / "site" / "index.html").read_text() == "old"
        raise RuntimeError
    assert [path.name for path in place.iterdir()] == ["site"]


def test_a_backup_beside_a_finished_site_is_removed(place):
    make_site(place / "site", "new")
    make_site(place / ".site.marquee-previous")
    build(place / "site", "newer")
    assert [path.name for path in place.iterdir()] == ["site"]
    assert (place / "site" / "index.html").read_text() == "newer"


def test_leftovers_of_dead_builds_are_removed_and_nothing_else(place):
    make_site(place / ".site.marquee-staging-dead")
    make_site(place / ".other.marquee-staging-alive")
    build(place / "site")
    assert sorted(path.name for path in place.iterdir()) == [".other.marquee-staging-alive", "site"]


KILLED = """
import os, sys
from pathlib import Path
from recsys.site.publish.staging import staged
with staged(Path(sys.argv[1])) as staging:
    (staging / "index.html").write_text("half")
    os._exit(9)
"""


def test_a_killed_build_leaves_the_site_and_its_lock_lifts_with_it(place):
    out = make_site(place / "site")
    repository = Path(publish.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False, cwd=repository)
    assert done.returncode == 9
    assert (out / "index.html").read_text() == "old"
    assert len(list(place.iterdir())) == 2
    build(out)
    assert [path.name for path in place.iterdir()] == ["site"]


def test_two_builds_to_one_place_at_once_are_refused(place):
    out = make_site(place / "site")
    with locked(out.resolve()), pytest.raises(OutputError, match="another build is writing there"):
        build(out)
    assert (out / "index.html").read_text() == "old"
    build(out)


def test_the_lock_lives_in_the_cache_folder(place, tmp_path):
    build(place / "site")
    assert [path.suffix for path in (tmp_path / "cache").rglob("*") if path.is_file()] == [".lock"]


def test_an_unusable_cache_folder_is_a_sentence(place, tmp_path):
    (tmp_path / "cache").write_text("a file in its place")
    with pytest.raises(OutputError, match="XDG_CACHE_HOME"):
        build(place / "site")


def test_exchange_swaps_two_folders_or_says_that_it_cannot(place):
    make_site(place / "one", "1")
    make_site(place / "two", "2")
    done = exchange(place / "one", place / "two")
    assert (place / "one" / "index.html").read_text() == ("2" if done else "1")
    assert done == sys.platform.startswith("linux")


def test_exchange_is_not_done_where_a_path_or_the_system_call_is_missing(place, monkeypatch):
    make_site(place / "one")
    assert not exchange(place / "one", place / "none")

    def no_library(name, use_errno):
        raise OSError

    monkeypatch.setattr(exchange_module.ctypes, "CDLL", no_library)
    assert not exchange(place / "one", place / "one")
    assert (place / "one").is_dir()
