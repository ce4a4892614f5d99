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
from recsys.site.publish import gh_pages
from recsys.site.publish.gh_pages import error_line, find_destination, publish
from tests.site.tiny import render, tiny

pytest.importorskip("ghp_import", reason="ghp-import is not installed")
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


def site(folder: Path, text: str = "one") -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "users").mkdir()
    (folder / "index.html").write_text(text)
    (folder / "users" / "1.html").write_text("user")
    (folder / "data" / "build.json").write_text(f'{{"generator": {{"name": "{GENERATOR}"}}}}')
    return folder


def published(remote) -> list[str]:
    return git(remote, "ls-tree", "-r", "--name-only", "gh-pages").splitlines()


def test_the_site_becomes_the_branch_and_the_repository_stays_unchanged(tmp_path, repository, remote):
    before = (
        git(repository, "for-each-ref"),
        git(repository, "status", "--porcelain"),
        git(repository, "config", "-l"),
    )
    publish(site(tmp_path / "site"), find_destination(repository), "site: Tiny")
    assert published(remote) == [".nojekyll", "data/build.json", "index.html", "users/1.html"]
    assert git(remote, "log", "--format=%an <%ae> %s", "gh-pages") == "Ada Löve <ada@example.org> site: Tiny"
    refs = git(repository, "for-each-ref", "refs/heads", "refs/tags")
    assert (refs, git(repository, "status", "--porcelain"), git(repository, "config", "-l")) == before


def test_the_next_site_replaces_it_whole_and_without_history(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    second = site(tmp_path / "two", "two")
    (second / "users" / "1.html").rename(second / "users" / "2.html")
    publish(second, find_destination(repository), "second")
    assert published(remote) == [".nojekyll", "data/build.json", "index.html", "users/2.html"]
    assert git(remote, "show", "gh-pages:index.html") == "two"
    assert git(remote, "log", "--format=%s", "gh-pages") == "second"


def test_publishing_works_from_a_subfolder_of_a_clone_that_never_fetched_the_branch(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--single-branch", str(remote), str(other))
    (other / "inside").mkdir()
    publish(site(tmp_path / "two", "two"), find_destination(other / "inside"), "second")
    assert git(remote, "log", "--format=%s", "gh-pages") == "second"


def test_a_branch_that_is_not_a_marquee_site_is_not_replaced(repository, remote):
    git(repository, "push", "--quiet", "origin", "HEAD:gh-pages")
    with pytest.raises(PublishError, match="gh-pages of origin is not a site of marquee's"):
        find_destination(repository)
    assert published(remote) == ["README"]


def test_a_branch_that_changed_since_it_was_checked_is_not_replaced(tmp_path, repository, remote):
    publish(site(tmp_path / "one"), find_destination(repository), "first")
    mine = find_destination(repository)
    publish(site(tmp_path / "two", "two"), find_destination(repository), "theirs")
    with pytest.raises(PublishError, match=r"gh-pages could not be pushed to origin: ! \[rejected\].*stale info"):
        publish(site(tmp_path / "three", "three"), mine, "mine")
    assert git(remote, "log", "--format=%s", "gh-pages") == "theirs"


def test_the_custom_domain_of_the_branch_is_preserved(tmp_path, repository, remote):
    with_domain = site(tmp_path / "one")
    (with_domain / "CNAME").write_text("films.example.org\n")
    publish(with_domain, find_destination(repository), "first")
    publish(site(tmp_path / "two"), find_destination(repository), "second")
    assert git(remote, "show", "gh-pages:CNAME") == "films.example.org"


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


def test_without_ghp_import_the_message_gives_the_command_that_installs_it(repository, monkeypatch):
    monkeypatch.setattr(gh_pages.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PublishError, match=r'pip install -e "\.\[publish\]"'):
        find_destination(repository)


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
