"""Publish to a bare repository on disk; the settings of git on this machine are neither read nor changed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import build
from recsys.cli import arguments as command
from recsys.data import load as sources
from recsys.data.download import DownloadError
from recsys.errors import PublishError
from recsys.schema import GENERATOR
from recsys.site.output.manifest import write_manifest
from recsys.site.publish import gh_pages
from recsys.site.publish.gh_pages import error_line, find_destination, publish
from tests.site.tiny import render, tiny

if shutil.which("git") is None:
    pytest.skip("git is not on the PATH", allow_module_level=True)


@pytest.fixture(autouse=True)
def _isolated_git(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada Löve")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")


def git(folder, *arguments) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def remote(tmp_path) -> Path:
    folder = tmp_path / "remote.git"
    folder.mkdir()
    git(folder, "init", "--bare", "--quiet")
    return folder


@pytest.fixture
def repository(tmp_path, remote) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", str(remote))
    (folder / "README").write_text("the source")
    git(folder, "add", "README")
    git(folder, "commit", "--quiet", "--message", "source: begun")
    return folder


def site(folder: Path, text: str = "one", manifest: bool = True) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "users").mkdir()
    (folder / "index.html").write_text(text)
    (folder / "users" / "1.html").write_text("user")
    (folder / "data" / "build.json").write_text(f'{{"generator": {{"name": "{GENERATOR}"}}}}')
    if manifest:
        write_manifest(folder)
    return folder


FILES = [".nojekyll", "data/build.json", "data/manifest.json", "data/manifest.schema.json"]


def published(remote) -> list[str]:
    return git(remote, "ls-tree", "-r", "--name-only", "gh-pages").splitlines()


def commit_by_hand(remote: Path, folder: Path, message: str = "by hand", **files: str | None) -> str:
    """Add, change or remove (None) files on the branch; ``__`` in a name is a slash, ``_`` at its end a dot."""
    shutil.rmtree(folder, ignore_errors=True)
    git(remote.parent, "clone", "--quiet", "--branch", "gh-pages", str(remote), str(folder))
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if text is None else path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    git(folder, "push", "--quiet", "origin", "gh-pages")
    return git(folder, "rev-parse", "HEAD")


def test_the_site_becomes_the_branch_and_the_repository_stays_unchanged(tmp_path, repository, remote):
    before = (
        git(repository, "for-each-ref"),
        git(repository, "status", "--porcelain"),
        git(repository, "config", "-l"),
    )
    publish(site(tmp_path / "site"), find_destination(repository), "site: Tiny")
    assert published(remote) == [*FILES, "index.html", "users/1.html"]
    assert git(remote, "log", "--format=%an <%ae> %s", "gh-pages") == "Ada Löve <ada@example.org> site: Tiny"
    refs = git(repository, "for-each-ref", "refs/heads", "refs/tags")
    assert (refs, git(repository, "status", "--porcelain"), git(repository, "config", "-l")) == before


def test_the_next_site_replaces_it_whole_in_a_commit_that_follows_the_first(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    second = site(tmp_path / "two", "two")
    (second / "users" / "1.html").rename(second / "users" / "2.html")
    write_manifest(second)
    publish(second, find_destination(repository), "second")
    assert published(remote) == [*FILES, "index.html", "users/2.html"]
    assert git(remote, "show", "gh-pages:index.html") == "two"
    assert git(remote, "log", "--format=%s", "gh-pages") == "second\nfirst"


def test_publishing_works_from_a_subfolder_of_a_clone_that_never_fetched_the_branch(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--single-branch", str(remote), str(other))
    (other / "inside").mkdir()
    publish(site(tmp_path / "two", "two"), find_destination(other / "inside"), "second")
    assert git(remote, "log", "--format=%s", "gh-pages") == "second\nfirst"


def test_files_of_others_and_the_history_of_the_branch_stay(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    files = {"README_md": "ours", "CNAME": "films.example.org", "users__mine_html": "mine", "ü b_txt": "x"}
    by_hand = commit_by_hand(remote, tmp_path / "hand", **files)
    second = site(tmp_path / "two", "two")
    (second / "users" / "1.html").unlink()
    write_manifest(second)
    assert publish(second, find_destination(repository), "second") is True
    assert git(remote, "show", "gh-pages:README.md") == "ours"
    assert git(remote, "show", "gh-pages:CNAME") == "films.example.org"
    names = git(remote, "-c", "core.quotepath=off", "ls-tree", "-r", "--name-only", "gh-pages").splitlines()
    assert sorted(names) == sorted([*FILES, "CNAME", "README.md", "index.html", "users/mine.html", "ü b.txt"])
    assert git(remote, "rev-parse", "gh-pages^") == by_hand


def test_a_file_of_the_site_that_was_removed_or_changed_by_hand_is_back_and_the_change_stays_in_history(
    tmp_path, repository, remote
):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    commit_by_hand(remote, tmp_path / "hand", index_html="by hand", users__1_html=None)
    publish(site(tmp_path / "two"), find_destination(repository), "second")
    assert git(remote, "show", "gh-pages:index.html") == "one"
    assert git(remote, "show", "gh-pages~1:index.html") == "by hand"
    assert "users/1.html" in published(remote)


def site_of_many(folder: Path, text: str, names) -> Path:
    site(folder, text)
    for name in names:
        (folder / f"{name}.html").write_bytes(f"{name} of {text}\n\n".encode())
    write_manifest(folder)
    return folder


def publish_over_hand_edits(tmp_path, repository, remote, caplog, old="abcdef", new="abcdef", **edits) -> list[str]:
    """The warnings when a site is published after edits by hand."""
    publish(site_of_many(tmp_path / "one", "one", old), find_destination(repository), "first")
    commit_by_hand(remote, tmp_path / "hand", **edits)
    caplog.clear()
    publish(site_of_many(tmp_path / "two", "two", new), find_destination(repository), "second")
    return [record.getMessage() for record in caplog.records]


def test_a_page_that_was_changed_by_hand_is_named(tmp_path, repository, remote, caplog):
    assert publish_over_hand_edits(tmp_path, repository, remote, caplog, a_html="by hand\n", README_md="x") == [
        "a.html was changed on gh-pages by hand; the new build replaces it (the old one stays in the history)"
    ]
    assert git(remote, "show", "gh-pages:a.html") == "a of two"
    assert git(remote, "show", "gh-pages~1:a.html") == "by hand"


def test_of_many_files_changed_by_hand_three_are_named_and_the_others_counted(tmp_path, repository, remote, caplog):
    edits = {f"{name}_html": "by hand" for name in "edcba"}
    assert publish_over_hand_edits(tmp_path, repository, remote, caplog, **edits) == [
        "a.html, b.html, c.html and 2 more were changed on gh-pages by hand; the new build replaces them "
        "(the old ones stay in the history)"
    ]


def test_files_changed_or_removed_by_hand_are_named_also_where_the_new_site_lacks_them_or_brings_them_back(
    tmp_path, repository, remote, caplog
):
    edits = {"a_html": "by hand", "b_html": None, "c_html": None}
    assert publish_over_hand_edits(tmp_path, repository, remote, caplog, new="cd", **edits) == [
        "a.html was changed on gh-pages by hand; the new build no longer has it (the old one stays in the history)",
        "c.html was removed from gh-pages by hand; the new build brings it back",
    ]


def test_without_changes_by_hand_or_where_they_are_what_the_new_site_has_nothing_is_said(
    tmp_path, repository, remote, caplog
):
    assert publish_over_hand_edits(tmp_path, repository, remote, caplog, a_html="a of two\n\n", README_md="x") == []


def test_a_site_is_added_beside_the_files_of_a_branch_that_was_never_published_to(tmp_path, repository, remote):
    git(repository, "push", "--quiet", "origin", "HEAD:gh-pages")
    publish(site(tmp_path / "site"), find_destination(repository), "site: Tiny")
    assert published(remote) == [".nojekyll", "README", *FILES[1:], "index.html", "users/1.html"]
    assert git(remote, "log", "--format=%s", "gh-pages") == "site: Tiny\nsource: begun"


def test_a_front_page_of_somebody_else_is_never_replaced_and_refused_before_the_build(tmp_path, repository, remote):
    git(repository, "push", "--quiet", "origin", "HEAD:gh-pages")
    commit_by_hand(remote, tmp_path / "hand", index_html="theirs")
    with pytest.raises(PublishError, match=r"gh-pages of origin has index\.html, which marquee did not publish"):
        find_destination(repository)
    assert git(remote, "show", "gh-pages:index.html") == "theirs"


@pytest.mark.parametrize("name", ["users__2_html", "map_html__x", "items", "data__manifest_json"])
def test_a_file_of_somebody_else_where_the_site_has_one_is_named_and_nothing_is_pushed(
    tmp_path, repository, remote, name
):
    if name == "data__manifest_json":  # the site of an earlier version would have it under its own folder
        git(repository, "push", "--quiet", "origin", "HEAD:gh-pages")
    else:
        publish(site(tmp_path / "one"), find_destination(repository), "first")
    before = commit_by_hand(remote, tmp_path / "hand", **{name: "theirs"})
    second = site(tmp_path / "two", "two")
    for address in ("users/2.html", "map.html", "items/1.html"):
        (second / address).parent.mkdir(exist_ok=True)
        (second / address).write_text("ours")
    write_manifest(second)
    with pytest.raises(PublishError, match=r"which marquee did not publish, where the site has .*; rename or remove"):
        publish(second, find_destination(repository), "second")
    assert git(remote, "rev-parse", "gh-pages") == before


def test_a_file_of_somebody_else_that_is_the_same_byte_by_byte_is_no_conflict(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    commit_by_hand(remote, tmp_path / "hand", users__2_html="same")
    second = site(tmp_path / "two", "two")
    (second / "users" / "2.html").write_text("same")
    write_manifest(second)
    publish(second, find_destination(repository), "second")
    assert "users/2.html" in published(remote)


def test_a_site_of_an_earlier_version_has_no_manifest_and_is_replaced_by_the_names_at_its_top(
    tmp_path, repository, remote
):
    publish(site(tmp_path / "one", manifest=False), find_destination(repository), "first")
    commit_by_hand(remote, tmp_path / "hand", README_md="theirs", films__9_html="of the earlier version")
    second = site(tmp_path / "two", "two")
    (second / "users" / "1.html").unlink()
    write_manifest(second)
    publish(second, find_destination(repository), "second")
    assert published(remote) == [FILES[0], "README.md", *FILES[1:], "index.html"]


def test_a_push_in_the_meantime_is_kept(tmp_path, repository, remote, monkeypatch):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    mine = find_destination(repository)
    publish(site(tmp_path / "two", "two"), find_destination(repository), "theirs")
    made = []

    def late(*arguments, **options):
        if not made:
            made.append(commit_by_hand(remote, tmp_path / "hand", README_md="late"))
        return stored(*arguments, **options)

    stored = gh_pages._store_files
    monkeypatch.setattr(gh_pages, "_store_files", late)  # after the branch was read, before the push
    publish(site(tmp_path / "three", "three"), mine, "mine")
    assert git(remote, "log", "--format=%s", "gh-pages") == "mine\nby hand\ntheirs\nfirst"
    assert git(remote, "show", "gh-pages:README.md") == "late"


def test_a_site_that_is_there_already_makes_no_commit(tmp_path, repository, remote):
    assert publish(site(tmp_path / "one"), find_destination(repository), "first") is True
    assert publish(site(tmp_path / "two"), find_destination(repository), "second") is False
    assert git(remote, "log", "--format=%s", "gh-pages") == "first"


def test_the_bytes_of_a_site_are_published_whatever_git_is_told_about_line_ends(tmp_path, repository, remote):
    git(repository, "config", "core.autocrlf", "input")
    folder = site(tmp_path / "one")
    (folder / "data" / "items.csv").write_bytes(b"a\r\nb\n")
    write_manifest(folder)
    publish(folder, find_destination(repository), "first")
    done = subprocess.run(["git", "show", "gh-pages:data/items.csv"], cwd=remote, capture_output=True, check=True)
    assert done.stdout == b"a\r\nb\n"


def test_a_refused_push_reports_the_reason_of_git_and_leaves_no_branch_behind(tmp_path, repository, remote):
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PublishError, match=r"pre-receive hook declined\)$"):
        publish(site(tmp_path / "site"), find_destination(repository), "site: Tiny")
    assert "marquee" not in git(repository, "for-each-ref")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder, patch: shutil.rmtree(folder / ".git"), "is in no git repository .*not a git repository"),
        (lambda folder, patch: git(folder, "remote", "remove", "origin"), "has no remote 'origin'"),
        (lambda folder, patch: git(folder, "remote", "set-url", "origin", "../gone"), "origin cannot be read: .+"),
        (lambda folder, patch: patch.setenv("PATH", ""), "needs git, which is not on the PATH"),
        (
            lambda folder, patch: patch.setenv("GIT_COMMITTER_EMAIL", "") or patch.setenv("GIT_COMMITTER_NAME", ""),
            "name",
        ),
    ],
)
def test_a_missing_requirement_is_reported_in_one_sentence_before_anything_is_done(
    repository, monkeypatch, spoil, sentence
):
    spoil(repository, monkeypatch)
    with pytest.raises(PublishError, match=sentence) as problem:
        find_destination(repository)
    assert "\n" not in str(problem.value)


def test_the_working_folder_is_called_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PublishError, match=r"^this folder is in no git repository"):
        find_destination(Path())


def test_the_variables_of_a_git_hook_do_not_redirect_the_push(tmp_path, repository, remote, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    publish(site(tmp_path / "site"), find_destination(repository), "site: Tiny")
    monkeypatch.delenv("GIT_DIR")
    assert "index.html" in published(remote)


def test_the_error_line_is_neither_advice_nor_a_traceback():
    stderr = (
        " ! [rejected] gh-pages (stale info)\nerror: not pushed\nhint: pull\nTraceback (most recent call last):\nX"
    )
    assert error_line(stderr) == "! [rejected] gh-pages (stale info)"
    assert error_line("one\nfatal: two\nhint: three\n") == "fatal: two"
    assert error_line("") == ""


@pytest.fixture
def _in_the_repository(monkeypatch, repository):
    monkeypatch.setattr(build, "HERE", repository)


@pytest.mark.usefixtures("_in_the_repository")
def test_the_command_publishes_the_rendered_site(tmp_path, remote, capsys):
    render(tiny(), tmp_path / "site")
    assert build.main(["--render-only", "--publish", "--out", str(tmp_path / "site")]) == 0
    assert "pushed to gh-pages of origin" in capsys.readouterr().out
    assert {"index.html", "users/1.html", "assets/style.css"} <= set(published(remote))
    assert git(remote, "log", "--format=%s", "gh-pages").startswith("site: Tiny & <b>Co</b>, made by marquee ")


@pytest.mark.usefixtures("_in_the_repository")
def test_synthetic_ratings_are_published_only_if_they_are_asked_for_by_name(tmp_path, remote, capsys, monkeypatch):
    def fail(name):
        raise DownloadError(f"{name} could not be downloaded: no connection")

    monkeypatch.setattr(sources, "fetch", fail)
    out = ["--out", str(tmp_path / "site"), "--quiet", "--publish"]
    assert build.main([*out, "--dim", "4", "--epochs", "1"]) == 1
    assert "the ratings of this site are synthetic" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
    render(tiny(synthetic=True), tmp_path / "site")
    assert build.main([*out, "--render-only"]) == 1
    assert git(remote, "for-each-ref") == ""
    arguments = command.parser().parse_args(["--data", "sample", "--publish"])
    command.check_publishable(arguments, synthetic=True)


@pytest.mark.usefixtures("_in_the_repository")
def test_nothing_is_built_if_it_cannot_be_published(tmp_path, repository, capsys):
    git(repository, "remote", "remove", "origin")
    assert build.main(["--data", "sample", "--publish", "--out", str(tmp_path / "site")]) == 1
    stderr = capsys.readouterr().err
    assert stderr.startswith("error: the repository of ")
    assert stderr.count("\n") == 1
    assert not (tmp_path / "site").exists()
