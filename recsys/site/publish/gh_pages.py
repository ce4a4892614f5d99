"""Publish the finished site: one commit on the branch ``gh-pages``, pushed to ``origin``.

The commit follows the newest one of the branch and changes the files of the site alone: history stays, and so does
whatever else is on the branch, such as a README or the CNAME of a custom domain. A file of the site that was changed
by hand is replaced, with a warning. Which files are the site's is known from the manifest that the last publication
wrote. No push is forced: if somebody else has pushed meanwhile, the commit is made again on top of theirs. Local
branches and the working tree are left alone. Must not know what is in the site.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from recsys.errors import PublishError
from recsys.schema import GENERATOR, Build
from recsys.site.output.manifest import MANIFEST, read_manifest
from recsys.site.publish.marks import made_by_marquee
from recsys.text import shown_path

logger = logging.getLogger(__name__)

REMOTE = "origin"
BRANCH = "gh-pages"
_REF = f"refs/heads/{BRANCH}"
_BUILD = f"data/{Build.FILE}"
_NO_JEKYLL = ".nojekyll"
"""An empty file that keeps GitHub from rendering the files, and from leaving out some names."""
_EARLIER_NAMES = frozenset({"assets", "data", "films", "users", "sitemap.xml"})
"""At the top of every site published by versions that wrote no manifest."""
_ATTEMPTS = 3
_MAX_NAMED = 3
"""Files that a warning names."""
_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
"""Set in a git hook; they would send every command to the repository of that hook."""


@dataclass(frozen=True)
class Destination:
    """A branch that can be published to."""

    repository: Path
    """A folder in the repository whose remote is pushed to."""


def find_destination(repository: Path) -> Destination:
    """Check that a site can be published, before the work of building it; changes no branch and no file.

    Args:
        repository: a folder in the repository.

    Raises:
        PublishError: git or the remote is missing or does not answer, or the branch has a front page that is not of
            this program.
    """
    if shutil.which("git") is None:
        raise PublishError("--publish needs git, which is not on the PATH; install it, or upload the site by hand")
    here = shown_path(repository)
    _git(repository, "rev-parse", "--git-dir", wrong=f"{here} is in no git repository that can be used")
    _git(repository, "remote", "get-url", REMOTE, wrong=f"the repository of {here} has no remote {REMOTE!r}")
    _git(repository, "var", "GIT_COMMITTER_IDENT", wrong="git knows no name for the commit")
    tip = _fetch(repository)
    if tip:
        blobs = _blobs(repository, tip)
        _refuse_conflicts({"index.html": ""}, blobs, _files_of_the_site(repository, tip, blobs, ()))
    return Destination(repository)


def publish(site: Path, destination: Destination, message: str) -> bool:
    """Add a commit with the site to the branch, which is made if there is none.

    Args:
        site: the folder of the finished site.
        destination: as returned by :func:`find_destination`.
        message: of the commit.

    Returns:
        Whether there was anything to publish: False where the branch has the very same files already.

    Raises:
        PublishError: the branch has a file of somebody else's under the name of one of the site, the commit cannot be
            made, or the remote refuses it.
    """
    repository = destination.repository
    for attempt in range(1, _ATTEMPTS + 1):
        tip = _fetch(repository)
        commit = _commit(repository, site, tip, message)
        if commit is None:
            return False
        warnings = _describe_hand_edits(repository, tip, commit) if tip else []
        try:
            wrong = f"{BRANCH} could not be pushed to {REMOTE}"
            _git(repository, "push", "--no-force", REMOTE, f"{commit}:{_REF}", wrong=wrong)
        except PublishError:
            if attempt == _ATTEMPTS or _tip(repository) == tip:  # else somebody has pushed since
                raise
            continue
        for warning in warnings:
            logger.warning("%s", warning)
        return True
    return False


def _tip(repository: Path) -> str:
    """The newest commit of the branch on the remote; empty if there is no branch."""
    return _git(repository, "ls-remote", REMOTE, _REF, wrong=f"{REMOTE} cannot be read").split("\t")[0]


def _fetch(repository: Path) -> str:
    """Make the newest commit of the branch known here; returns it, or an empty text if there is no branch."""
    tip = _tip(repository)
    if tip:
        _git(repository, "fetch", "--no-tags", REMOTE, _REF, wrong=f"{REMOTE} cannot be read")
    return tip


def _commit(repository: Path, site: Path, tip: str, message: str) -> str | None:
    """Make a commit of the site on top of ``tip``; None where it would change nothing."""
    wrong = f"{site} cannot be committed"
    blobs = _blobs(repository, tip) if tip else {}
    new_blobs = _store_files(repository, site, wrong)
    old_files = _files_of_the_site(repository, tip, blobs, new_blobs) if tip else frozenset()
    _refuse_conflicts(new_blobs, blobs, old_files)
    if _NO_JEKYLL not in blobs:
        new_blobs[_NO_JEKYLL] = _git(repository, "hash-object", "-w", "--stdin", wrong=wrong)
    removed = sorted((old_files & blobs.keys()) - new_blobs.keys())
    lines = [f"0 {'0' * len(tip)}\t{path}" for path in removed]
    lines += [f"100644 {blob}\t{path}" for path, blob in sorted(new_blobs.items())]
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git(repository, "read-tree", *([tip] if tip else ["--empty"]), wrong=wrong, **index)
        entries = "".join(f"{line}\0" for line in lines)
        _git(repository, "update-index", "-z", "--index-info", wrong=wrong, text=entries, **index)
        tree = _git(repository, "write-tree", wrong=wrong, **index)
    if tip and tree == _git(repository, "rev-parse", f"{tip}^{{tree}}", wrong=f"{BRANCH} cannot be read"):
        return None
    return _git(repository, "commit-tree", tree, *(["-p", tip] if tip else []), "-m", message, wrong=wrong)


def _store_files(repository: Path, site: Path, wrong: str) -> dict[str, str]:
    """Store every file of the site, byte by byte, in the repository: the blobs, by address."""
    git_folder = _git(repository, "rev-parse", "--absolute-git-dir", wrong=wrong)
    addresses = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    command = ["git", "--git-dir", git_folder, "hash-object", "-w", "--no-filters", "--stdin-paths"]
    blobs = _run(command, site, wrong=wrong, text="".join(f"{address}\n" for address in addresses)).splitlines()
    return dict(zip(addresses, blobs, strict=True))


def _blobs(repository: Path, commit: str) -> dict[str, str]:
    """What a commit has, by path."""
    wrong = f"{BRANCH} cannot be read"
    listing = _git(repository, "ls-tree", "-r", "-z", "--full-tree", commit, wrong=wrong)
    rows = (entry.partition("\t") for entry in listing.split("\0") if entry)
    return {path: details.split(" ")[2] for details, _, path in rows}


def _files_of_the_site(
    repository: Path, commit: str, blobs: Mapping[str, str], addresses: Iterable[str]
) -> frozenset[str]:
    """The files of a commit that an earlier publication wrote.

    Args:
        repository: a folder in it.
        commit: the newest one of the branch.
        blobs: what it has, by path.
        addresses: the files of the new site. A version that wrote no manifest is known to have had files of the same
            names at the top.
    """
    if _BUILD not in blobs or not made_by_marquee(_show(repository, commit, _BUILD)):
        return frozenset()
    digests = read_manifest(_show(repository, commit, MANIFEST)) if MANIFEST in blobs else None
    if digests is not None:
        return frozenset((*digests, MANIFEST))
    names = _EARLIER_NAMES | {"index.html"} | {address.partition("/")[0] for address in addresses}
    return frozenset(path for path in blobs if path.partition("/")[0] in names)


def _refuse_conflicts(new: Mapping[str, str], blobs: Mapping[str, str], old_files: frozenset[str]) -> None:
    """Make sure that no file of somebody else's has to go.

    Args:
        new: the blobs of the site, by address.
        blobs: those of the branch, by path.
        old_files: which of these are the site's.

    Raises:
        PublishError: there is such a file, or it lies where the site has a folder, or the other way round.
    """
    others = {path: blob for path, blob in blobs.items() if path not in old_files}
    folders = {parent.as_posix(): path for path in others for parent in Path(path).parents}
    for address, blob in new.items():
        parents = (parent.as_posix() for parent in Path(address).parents)
        conflict = next((parent for parent in parents if parent in others), folders.get(address))
        if conflict is None and others.get(address, blob) != blob:
            conflict = address
        if conflict is not None:
            raise PublishError(
                f"the branch {BRANCH} of {REMOTE} has {conflict}, which {GENERATOR} did not publish, where the site "
                f"has {address}; rename or remove it on that branch, or rename the branch, and publish again"
            )


def _describe_hand_edits(repository: Path, old: str, new: str) -> list[str]:
    """A sentence for each kind of change that somebody made to the site's files on the branch and that is undone now.

    Args:
        repository: a folder in it.
        old: the commit of the branch that the site was added to. Its manifest has the SHA-256 of each file as it was
            published: a file with another was changed by hand.
        new: the commit of the new site.
    """
    blobs, new_blobs = _blobs(repository, old), _blobs(repository, new)
    if _BUILD not in blobs or not made_by_marquee(_show(repository, old, _BUILD)) or MANIFEST not in blobs:
        return []
    digests = read_manifest(_show(repository, old, MANIFEST)) or {}
    different = [path for path in digests if path in blobs and blobs[path] != new_blobs.get(path)]
    contents = _hash_blobs(repository, [blobs[path] for path in different])
    changed = [path for path, digest in zip(different, contents, strict=True) if digest != digests[path]]
    history = " (the old {ones} in the history)"
    groups = (
        ("changed on", "replaces {them}" + history, [path for path in changed if path in new_blobs]),
        ("changed on", "no longer has {them}" + history, [path for path in changed if path not in new_blobs]),
        ("removed from", "brings {them} back", [path for path in digests if path not in blobs and path in new_blobs]),
    )
    sentences = []
    for change, effect, paths in (group for group in groups if group[2]):
        n_more = len(paths) - _MAX_NAMED
        names = ", ".join(sorted(paths)[:_MAX_NAMED]) + (f" and {n_more:,} more" if n_more > 0 else "")
        were, them, ones = ("was", "it", "one stays") if len(paths) == 1 else ("were", "them", "ones stay")
        done = effect.format(them=them, ones=ones)
        sentences.append(f"{names} {were} {change} {BRANCH} by hand; the new build {done}")
    return sentences


def _hash_blobs(repository: Path, blobs: Sequence[str]) -> list[str]:
    """The SHA-256 of the content of each blob."""
    # The name of no object ends the list, so that no line feed at the end of a content is stripped.
    names = "".join(f"{blob}\n" for blob in (*blobs, "none"))
    output = _git(repository, "cat-file", "--batch", wrong=f"{BRANCH} cannot be read", text=names)
    stream = BytesIO(output.encode("utf-8", "surrogateescape"))
    digests = []
    for _ in blobs:
        size = int(stream.readline().split(b" ")[2])  # "<blob> blob <bytes>"
        digests.append(hashlib.sha256(stream.read(size)).hexdigest())
        stream.readline()
    return digests


def _show(repository: Path, commit: str, path: str) -> bytes:
    text = _git(repository, "cat-file", "blob", f"{commit}:{path}", wrong=f"{BRANCH} cannot be read")
    return text.encode("utf-8", "surrogateescape")


def _git(repository: Path, *arguments: str, wrong: str, text: str = "", **variables: str) -> str:
    return _run(["git", *arguments], repository, wrong=wrong, text=text, **variables)


def _run(command: Sequence[str], folder: Path, *, wrong: str, text: str = "", **variables: str) -> str:
    """The output of a command that is given ``text``.

    Raises:
        PublishError: it failed; the sentence is ``wrong`` and the command's own reason.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, input=text.encode("utf-8", "surrogateescape"), capture_output=True
    )
    if done.returncode != 0:
        reason = error_line(done.stderr.decode("utf-8", "replace"))
        raise PublishError(f"{wrong}: {reason or f'exit status {done.returncode}'}")
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def error_line(stderr: str) -> str:
    """The line of git's output that gives the reason: the refusal of a ref, else the last line that is not advice."""
    lines = [line.strip() for line in stderr.partition("Traceback (most recent call last)")[0].splitlines()]
    messages = [line for line in lines if line and not line.startswith("hint:")]
    refusals = [line for line in messages if line.startswith("! [")]
    return (refusals or messages or [""])[-1]
