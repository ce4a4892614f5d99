"""A folder takes the place of another, and a kill halfway is mended."""

import os
import sys
from functools import partial
from pathlib import Path

import pytest

from recsys.errors import OutputError
from recsys.site.publish import exchange as exchange_module
from recsys.site.publish.exchange import exchange
from recsys.site.publish.staging import recover, staging_folder
from tests.site.publish.small_sites import build, exit_status, in_child, make_site, names_in, snapshot


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

    monkeypatch.setattr(exchange_module.ctypes, "CDLL", no_library)
    assert not exchange(parent / "one", parent / "one")
    assert (parent / "one").is_dir()


@pytest.mark.usefixtures("only_renames")
@pytest.mark.parametrize("problem", [PermissionError(13, "Permission denied"), KeyboardInterrupt()])
def test_the_old_site_is_put_back_when_the_second_rename_fails(parent, monkeypatch, problem):
    out = make_site(parent / "site")
    rename = Path.rename

    def fail(self, target):
        if Path(target) == out and "staging" in self.parent.name:
            raise problem
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises((OutputError, KeyboardInterrupt), match="cannot be replaced" if problem.args else None):
        build(out)
    assert (out / "index.html").read_text() == "old"
    assert names_in(parent) == ["site"]


def build_until_rename(out, number, when):
    """Build by renames alone, and die at one of them, as by a kill."""
    rename = Path.rename
    n_renames = 0

    def die(self, target):
        nonlocal n_renames
        n_renames += 1
        if n_renames == number and when == "before":
            os._exit(9)
        path = rename(self, target)
        if n_renames == number:
            os._exit(9)
        return path

    exchange_module.exchange = lambda first, second: False
    Path.rename = die
    build(out)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("number", "when", "text"),
    [(1, "before", "old"), (1, "after", "old"), (2, "after", "new"), (3, "after", "new"), (4, "after", "new")],
)
def test_a_kill_at_any_rename_is_mended_by_what_runs_next(parent, number, when, text):
    out = make_site(parent / "site")
    assert exit_status(in_child(partial(build_until_rename, out, number, when))) == 9
    left = names_in(parent)
    assert (".site.marquee-previous" in left) == ((number, when) in [(1, "after"), (2, "after")])
    assert ("site" in left) == ((number, when) != (1, "after"))
    recover(out)
    assert (out / "index.html").read_text() == text
    assert ".site.marquee-previous" not in names_in(parent)
    build(out, "newer")
    assert (out / "index.html").read_text() == "newer"
    assert names_in(parent) == ["site"]


def test_a_build_restores_the_site_before_it_reads_it(parent):
    make_site(parent / ".site.marquee-previous")
    with pytest.raises(RuntimeError), staging_folder(parent / "site"):
        assert (parent / "site" / "index.html").read_text() == "old"
        raise RuntimeError
    assert names_in(parent) == ["site"]


def test_a_backup_beside_a_finished_site_is_removed(parent):
    make_site(parent / "site", "new")
    make_site(parent / ".site.marquee-previous")
    build(parent / "site", "newer")
    assert names_in(parent) == ["site"]
    assert (parent / "site" / "index.html").read_text() == "newer"


def test_a_backup_is_put_back_in_place_of_an_empty_folder_that_was_made_meanwhile(parent):
    make_site(parent / ".site.marquee-previous")
    (parent / "site").mkdir()
    recover(parent / "site")
    assert (parent / "site" / "index.html").read_text() == "old"
    assert names_in(parent) == ["site"]


def test_a_backup_is_not_deleted_while_something_else_has_its_name(parent):
    make_site(parent / ".site.marquee-previous")
    (parent / "site").mkdir()
    (parent / "site" / "thesis.tex").write_text("years of work")
    before = snapshot(parent)
    recover(parent / "site")
    assert snapshot(parent) == before


@pytest.mark.usefixtures("only_renames")
def test_a_running_build_between_its_renames_is_left_alone(parent, monkeypatch):
    out = make_site(parent / "site")
    rename = Path.rename
    states = []

    def look_on(self, target):
        if Path(target) == out:
            before = snapshot(parent)
            recover(out)
            states.append(snapshot(parent) == before and not out.exists())
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", look_on)
    build(out)
    assert states == [True]
    assert (out / "index.html").read_text() == "new"


def test_nothing_is_written_where_nothing_has_to_be_restored(parent, monkeypatch):
    out = make_site(parent / "site")

    def refuse(self, *arguments, **options):
        raise AssertionError(self)

    monkeypatch.setattr(Path, "mkdir", refuse)
    recover(out)
    recover(parent / "absent")
    assert names_in(parent) == ["site"]


@pytest.mark.skipif(os.name == "nt", reason="renames fail otherwise there")
def test_a_backup_that_cannot_be_put_back_is_named(parent, monkeypatch):
    make_site(parent / ".site.marquee-previous")

    rename = Path.rename

    def refuse(self, target):
        if self.name == ".site.marquee-previous":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match=r"marquee-previous: is the previous site.*rename it yourself"):
        recover(parent / "site")
