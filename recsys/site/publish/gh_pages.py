"""The finished site to the web: one commit on the branch ``gh-pages``, pushed to ``origin``.

Each publication is a commit without a parent that takes the place of the one before: a site of 25 MB a commit would
grow the repository without end, and what it was made from has a history of its own. So the push replaces, and may
only replace a site of ours in the state that was looked at: a branch that is something else, or that somebody changed
meanwhile, is left alone. Local branches are left alone too. Must not know what is in the site.
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
from recsys.site.publish.staging import says_ours

REMOTE = "origin"
BRANCH = "gh-pages"
_PASSING = "marquee-publication"
"""A local branch that stands as long as the commit is made and pushed."""
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
"""Set in a hook of git; they would turn every command to the repository of that hook."""


@dataclass(frozen=True)
class Destination:
    """A branch that may be replaced."""

    repository: Path
    """A folder in the repository whose remote is pushed to."""
    found: str
    """The commit the branch pointed to when it was looked at; empty where there was no branch."""
    domain: str | None
    """The web domain that the branch was given on GitHub, which lies in it as a file."""
    identity: tuple[str, str]
    """Name and email address of the commit."""


def find_destination(repository: Path) -> Destination:
    """Look whether a site can be published, before the work of making it; changes nothing that is seen.

    Args:
        repository: a folder of the repository.

    Raises:
        PublishError: a program or the remote is missing, gives no answer, or its branch is no site of ours.
    """
    if importlib.util.find_spec("ghp_import") is None:
        raise PublishError('--publish needs the package ghp-import; install it: pip install -e ".[publish]"')
    if shutil.which("git") is None:
        raise PublishError("--publish needs git, which is not on the PATH; install it, or upload the site by hand")
    _git(repository, "rev-parse", "--git-dir", wrong=f"{repository} is in no git repository that can be used")
    _git(repository, "remote", "get-url", REMOTE, wrong=f"the repository of {repository} has no remote {REMOTE!r}")
    who = _git(repository, "var", "GIT_COMMITTER_IDENT", wrong="git knows no name for the commit")
    name, email = re.fullmatch(r"(.*) <(.*)> \d+ \S+", who, re.DOTALL).groups()  # type: ignore[union-attr]
    listed = _git(repository, "ls-remote", REMOTE, f"refs/heads/{BRANCH}", wrong=f"{REMOTE} cannot be read")
    found = listed.split("\t")[0]
    return Destination(repository, found, _look_into(repository, found) if found else None, (name, email))


def publish(site: Path, to: Destination, message: str) -> None:
    """Replace the branch by a commit that holds the site.

    Args:
        site: the folder of the finished site.
        to: where, as :func:`find_destination` found it.
        message: of the commit.

    Raises:
        PublishError: the commit cannot be made, or the remote refuses it.
    """
    name, email = to.identity
    with _passing_branch(to.repository):
        _run(
            [sys.executable, "-P", "-m", "ghp_import", "--no-jekyll", "--branch", _PASSING, "--message", message]
            + ([] if to.domain is None else ["--cname", to.domain])
            + [str(site)],
            to.repository,
            wrong=f"{site} cannot be committed",
            GIT_COMMITTER_NAME=name,
            GIT_COMMITTER_EMAIL=email,
        )
        lease = f"--force-with-lease=refs/heads/{BRANCH}:{to.found}"
        what = f"refs/heads/{_PASSING}:refs/heads/{BRANCH}"
        _git(to.repository, "push", lease, REMOTE, what, wrong=f"{BRANCH} could not be pushed to {REMOTE}")


def _look_into(repository: Path, commit: str) -> str | None:
    """Make sure that a branch is a site of ours; its domain."""
    _git(repository, "fetch", "--no-tags", REMOTE, f"refs/heads/{BRANCH}", wrong=f"{REMOTE} cannot be read")
    files = _git(
        repository, "ls-tree", "-r", "--full-tree", "--name-only", commit, wrong=f"{BRANCH} cannot be read"
    ).splitlines()
    build = f"data/{Build.FILE}"
    if build not in files or not says_ours(_show(repository, commit, build).encode()):
        raise PublishError(
            f"the branch {BRANCH} of {REMOTE} is not a site of {GENERATOR}'s (no {build} that says so), and would be "
            f"replaced; keep it under another name, then: git push {REMOTE} --delete {BRANCH}"
        )
    return _show(repository, commit, "CNAME").strip() if "CNAME" in files else None


def _show(repository: Path, commit: str, path: str) -> str:
    return _git(repository, "cat-file", "blob", f"{commit}:{path}", wrong=f"{BRANCH} cannot be read")


@contextmanager
def _passing_branch(repository: Path) -> Iterator[None]:
    """Free the name for the block, and again after it; only one left behind by a crash can stand there."""
    ref = f"refs/heads/{_PASSING}"
    _git(repository, "update-ref", "-d", ref, wrong="a branch cannot be made")
    try:
        yield
    finally:
        _git(repository, "update-ref", "-d", ref, wrong=f"the branch {_PASSING} cannot be removed")


def _git(repository: Path, *arguments: str, wrong: str) -> str:
    return _run(["git", *arguments], repository, wrong=wrong)


def _run(command: Sequence[str], folder: Path, *, wrong: str, **more: str) -> str:
    """What a command prints.

    Raises:
        PublishError: it failed; the text is ``wrong`` with the command's own last word on it.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | more
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if done.returncode != 0:
        raise PublishError(f"{wrong}: {last_word(done.stderr) or f'exit status {done.returncode}'}")
    return done.stdout.rstrip("\n")


def last_word(said: str) -> str:
    """The line of git's that tells most: the refusal of a ref, else the last line that is not advice."""
    lines = [line.strip() for line in said.partition("Traceback (most recent call last)")[0].splitlines()]
    telling = [line for line in lines if line and not line.startswith("hint:")]
    refused = [line for line in telling if line.startswith("! [")]
    return (refused or telling or [""])[-1]
