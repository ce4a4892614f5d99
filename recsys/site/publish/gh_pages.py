"""Publish the finished site: one commit on the branch ``gh-pages``, pushed to ``origin``.

Each publication is a commit without a parent that replaces the one before: 25 MB a commit would grow the repository
without end, and the source has a history of its own. So the push is forced, with a lease: it only replaces a site
made by this program, in the state that was checked. A branch that holds something else, or has changed meanwhile, is
left alone, and so are local branches. Must not know what is in the site.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recsys.errors import PublishError
from recsys.schema import GENERATOR, Build
from recsys.site.publish.staging import made_by_marquee

REMOTE = "origin"
BRANCH = "gh-pages"
_TEMPORARY_BRANCH = "marquee-publication"
"""A local branch that exists while the commit is made and pushed."""
_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
"""Set in a git hook; they would send every command to the repository of that hook."""


@dataclass(frozen=True)
class Destination:
    """A branch that may be replaced."""

    repository: Path
    """A folder in the repository whose remote is pushed to."""
    commit: str
    """The commit the branch pointed to when it was checked; empty if there was no branch."""
    domain: str | None
    """The custom domain that GitHub keeps in the branch, in the file CNAME."""
    identity: tuple[str, str]
    """Name and email address of the commit."""


def find_destination(repository: Path) -> Destination:
    """Check that a site can be published, before the work of building it; changes no branch and no file.

    Args:
        repository: a folder in the repository.

    Raises:
        PublishError: a program or the remote is missing or does not answer, or the branch is not a site of this
            program.
    """
    if importlib.util.find_spec("ghp_import") is None:
        raise PublishError('--publish needs the package ghp-import; install it: pip install -e ".[publish]"')
    if shutil.which("git") is None:
        raise PublishError("--publish needs git, which is not on the PATH; install it, or upload the site by hand")
    _git(repository, "rev-parse", "--git-dir", wrong=f"{repository} is in no git repository that can be used")
    _git(repository, "remote", "get-url", REMOTE, wrong=f"the repository of {repository} has no remote {REMOTE!r}")
    committer = _git(repository, "var", "GIT_COMMITTER_IDENT", wrong="git knows no name for the commit")
    name, email = re.fullmatch(r"(.*) <(.*)> \d+ \S+", committer, re.DOTALL).groups()  # type: ignore[union-attr]
    refs = _git(repository, "ls-remote", REMOTE, f"refs/heads/{BRANCH}", wrong=f"{REMOTE} cannot be read")
    commit = refs.split("\t")[0]
    return Destination(repository, commit, _check_branch(repository, commit) if commit else None, (name, email))


def publish(site: Path, destination: Destination, message: str) -> None:
    """Replace the branch by a commit of the site.

    Args:
        site: the folder of the finished site.
        destination: as returned by :func:`find_destination`.
        message: of the commit.

    Raises:
        PublishError: the commit cannot be made, or the remote refuses it.
    """
    name, email = destination.identity
    with _temporary_branch(destination.repository):
        _run(
            [sys.executable, "-P", "-m", "ghp_import", "--no-jekyll", "--message", message]
            + ["--branch", _TEMPORARY_BRANCH]
            + ([] if destination.domain is None else ["--cname", destination.domain])
            + [str(site)],
            destination.repository,
            wrong=f"{site} cannot be committed",
            GIT_COMMITTER_NAME=name,
            GIT_COMMITTER_EMAIL=email,
        )
        lease = f"--force-with-lease=refs/heads/{BRANCH}:{destination.commit}"
        refspec = f"refs/heads/{_TEMPORARY_BRANCH}:refs/heads/{BRANCH}"
        wrong = f"{BRANCH} could not be pushed to {REMOTE}"
        _git(destination.repository, "push", lease, REMOTE, refspec, wrong=wrong)


def _check_branch(repository: Path, commit: str) -> str | None:
    """Make sure that the branch is a site of this program; returns its custom domain, if it has one."""
    _git(repository, "fetch", "--no-tags", REMOTE, f"refs/heads/{BRANCH}", wrong=f"{REMOTE} cannot be read")
    files = _git(
        repository, "ls-tree", "-r", "--full-tree", "--name-only", commit, wrong=f"{BRANCH} cannot be read"
    ).splitlines()
    build = f"data/{Build.FILE}"
    if build not in files or not made_by_marquee(_show(repository, commit, build).encode()):
        raise PublishError(
            f"the branch {BRANCH} of {REMOTE} is not a site of {GENERATOR}'s (no {build} that says so), and would be "
            f"replaced; keep it under another name, then: git push {REMOTE} --delete {BRANCH}"
        )
    return _show(repository, commit, "CNAME").strip() if "CNAME" in files else None


def _show(repository: Path, commit: str, path: str) -> str:
    return _git(repository, "cat-file", "blob", f"{commit}:{path}", wrong=f"{BRANCH} cannot be read")


@contextmanager
def _temporary_branch(repository: Path) -> Iterator[None]:
    """Delete the temporary branch before the block, where a crash may have left it behind, and after it."""
    ref = f"refs/heads/{_TEMPORARY_BRANCH}"
    _git(repository, "update-ref", "-d", ref, wrong="a branch cannot be made")
    try:
        yield
    finally:
        _git(repository, "update-ref", "-d", ref, wrong=f"the branch {_TEMPORARY_BRANCH} cannot be removed")


def _git(repository: Path, *arguments: str, wrong: str) -> str:
    return _run(["git", *arguments], repository, wrong=wrong)


def _run(command: Sequence[str], folder: Path, *, wrong: str, **variables: str) -> str:
    """The output of a command.

    Raises:
        PublishError: it failed; the text is ``wrong`` and the command's own reason.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if done.returncode != 0:
        raise PublishError(f"{wrong}: {error_line(done.stderr) or f'exit status {done.returncode}'}")
    return done.stdout.rstrip("\n")


def error_line(stderr: str) -> str:
    """The line of git's output that gives the reason: the refusal of a ref, else the last line that is not advice."""
    lines = [line.strip() for line in stderr.partition("Traceback (most recent call last)")[0].splitlines()]
    messages = [line for line in lines if line and not line.startswith("hint:")]
    refusals = [line for line in messages if line.startswith("! [")]
    return (refusals or messages or [""])[-1]
