"""What may be replaced by a site, and what is refused before the work."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import recsys
from recsys.errors import OutputError
from recsys.site.publish import target as target_module
from recsys.site.publish.target import check_target, resolve_target
from tests.site.publish.small_sites import make_site, snapshot

REPOSITORY = Path(recsys.__file__).parents[1]


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
    refuse(REPOSITORY, "is this repository")
    refuse(REPOSITORY.parent, "holds")
    refuse(REPOSITORY / "recsys" / "..", "is this repository")


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


def test_the_working_folder_and_those_above_it_are_never_replaced(tmp_path, monkeypatch):
    below = tmp_path / "project" / "below"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    for out, name in ((".", "this folder: is "), ("..", r"\.\.: holds ")):
        with pytest.raises(OutputError, match=f"^{name}the working folder, which must not be replaced"):
            check_target(Path(out), [])
    check_target(Path("site"), [])


def test_links_that_lead_in_a_circle_are_refused(parent):
    (parent / "a").symlink_to("b")
    (parent / "b").symlink_to("a")
    for out in (parent / "a", parent / "a" / "site"):
        with pytest.raises(OutputError, match="the links on the way lead in a circle; choose another --out"):
            resolve_target(out)


def test_the_home_folder_of_a_user_who_does_not_exist_is_refused():
    with pytest.raises(OutputError, match="there is no user 'nobody-of-this-name' whose home folder"):
        resolve_target(Path("~nobody-of-this-name/site"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_what_can_be_no_path_is_refused(parent, name):
    with pytest.raises(OutputError, match="is no usable path"):
        resolve_target(parent / name)


@pytest.mark.parametrize("below", ["", "data"])
def test_a_mount_point_is_refused_before_the_work(parent, monkeypatch, below):
    site = make_site(parent / "site")
    mounted = site / below
    is_mount = os.path.ismount
    monkeypatch.setattr(target_module.os.path, "ismount", lambda path: Path(path) == mounted or is_mount(path))
    refuse(site, f"{'holds the mount point data' if below else 'is a mount point'}, which cannot be replaced")


@pytest.mark.skipif(shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root")
def test_a_file_system_that_is_really_mounted_is_refused(parent):
    out = parent / "site"
    out.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "none", str(out)], check=False, capture_output=True).returncode:
        pytest.skip("this container mounts nothing")
    try:
        refuse(out, "is a mount point")
        check_target(out / "below", [])
    finally:
        subprocess.run(["umount", str(out)], check=True)
