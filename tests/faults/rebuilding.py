"""A site that is built again over an older one, with a fault in the middle, as often as is asked for.

The command runs as it is but for what it computes, which is remembered, so that a build takes hundredths of a second.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import msgspec

import build
from recsys import pipeline
from recsys.cli import arguments
from recsys.site import render
from recsys.site.images import pictures
from recsys.site.language.strings import Strings
from recsys.site.output import assets, parallel
from recsys.site.publish.staging import recover
from recsys.site.render import templates_folder
from tests.faults.children import in_child
from tests.faults.shim import ERRORS, KILLED, FailAt, KillAt, OnOperation, Operation, watched
from tests.small_logs import write_movielens

Files = dict[str, str]
"""The SHA-256 of each file of a folder, by path; of a folder none."""
NOTHING: Files = {"": "absent"}


def files_of(folder: Path) -> Files:
    """What is in a folder, or that there is none."""
    if not folder.exists():
        return NOTHING
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its status, and the lines that it printed."""

    status: int
    lines: tuple[str, ...]


class Rebuilding:
    """A site, the command that replaces it by one of another title, and both as they should be.

    Args:
        folder: an empty folder to work in.
        options: of the command, except ``--out`` and ``--config``.
        pages: the optional pages to make; None for all.
        from_nothing: whether there is no older site.
    """

    def __init__(
        self, folder: Path, options: Sequence[str], pages: Sequence[str] | None = None, from_nothing: bool = False
    ) -> None:
        self.parent, self.site = folder / "parent", folder / "parent" / "site"
        self._options, self._folder = [*options, "--quiet"], folder
        self._always_printed: tuple[str, ...] = ()
        self.parent.mkdir()
        for title in ("old", "new"):
            text = f'title = "{title}"\n' + ("" if pages is None else f"pages = {list(pages)}\n")
            (folder / f"{title}.toml").write_text(text)
            outcome = self.build(title=title)
            assert outcome.status == 0
            self._always_printed = outcome.lines
            self.site.rename(folder / title)
        self.old = NOTHING if from_nothing else files_of(folder / "old")
        self.new = files_of(folder / "new")
        assert self.old != self.new
        self.restore()

    def build(self, title: str = "new") -> Outcome:
        """Run the command in this process; its lines are those that not every build prints."""
        printed = io.StringIO()
        options = [*self._options, "--config", str(self._folder / f"{title}.toml"), "--out", str(self.site)]
        with redirect_stderr(printed), redirect_stdout(printed):
            status = build.main(options)
        lines = printed.getvalue().splitlines()
        return Outcome(status, tuple(line for line in lines if line not in self._always_printed))

    def restore(self) -> None:
        """Put the older site back, and remove all else."""
        if self.left_over() or files_of(self.site) != self.old:
            shutil.rmtree(self.parent)
            self.parent.mkdir()
            if self.old is not NOTHING:
                _link_tree(self._folder / "old", self.site)

    def left_over(self) -> list[str]:
        """The names of what lies where the site is."""
        return sorted(path.name for path in self.parent.iterdir() if path != self.site)

    def record(self, on_operation: OnOperation = lambda operation: None) -> list[Operation]:
        """The operations of a build in which nothing fails, unless ``on_operation`` raises."""
        operations: list[Operation] = []

        def append(operation: Operation) -> None:
            on_operation(operation)
            operations.append(operation)  # not what this one lets fail

        self.restore()
        with watched([self.parent], append):
            assert self.build() == Outcome(0, ())
        assert files_of(self.site) == self.new
        assert self.left_over() == []
        return operations

    def fail(self, n: int, error: int, then: OnOperation) -> list[str]:
        """Let the n-th operation of a build fail; returns in sentences what should have been otherwise."""
        self.restore()
        failing = FailAt(n, error)
        try:
            with watched([self.parent], _both(then, failing)):
                outcome = self.build()
        except Exception as problem:  # a traceback, on the terminal
            return [f"{type(problem).__name__}: {problem}"]
        wrong = []
        if outcome.status not in (0, 1) or len(outcome.lines) > 1 or (outcome.status and not outcome.lines):
            wrong.append(f"ended with {outcome}")
        if outcome.status and not _names(failing.path, self.site, outcome.lines):
            wrong.append(f"no file is named: {outcome.lines}")
        files = files_of(self.site)
        if files != self.new and (files != self.old or outcome.status == 0):
            wrong.append(f"status {outcome.status}, and the site is {self._describe(files)}")
        if left_over := self.left_over():
            if not all(any(name in line for line in outcome.lines) for name in left_over):
                wrong.append(f"left over, and not named: {left_over}")
            wrong += self._check_next_build()
        return wrong

    def kill(self, n: int, then: OnOperation) -> list[str]:
        """Kill a build before its n-th operation, then build again; returns what should have been otherwise."""
        self.restore()

        def build() -> int:
            with watched([self.parent], _both(then, KillAt(n))):
                return self.build().status

        ended = in_child(build)
        return self._check_next_build() if ended.status == KILLED else [f"ended with {ended}"]

    def _check_next_build(self) -> list[str]:
        wrong = []
        recover(self.site)  # what reads a site does this first
        files = files_of(self.site)
        if files not in (self.old, self.new):
            wrong.append(f"the site is {self._describe(files)}")
        with self._rendered():
            outcome = self.build()
        if outcome != Outcome(0, ()):
            wrong.append(f"the next build ended with {outcome}")
        if files_of(self.site) != self.new:
            wrong.append(f"after the next build the site is {self._describe(files_of(self.site))}")
        if self.left_over():
            wrong.append(f"left over after the next build: {self.left_over()}")
        return wrong

    @contextmanager
    def _rendered(self) -> Iterator[None]:
        """In the block, the files of a build are copies of those that were written before."""

        def copy(artefacts: object, folder: Path, *rest: object) -> None:
            _link_tree(self._folder / "new", folder)

        with patch.object(pipeline, "export", lambda *rest: None), patch.object(pipeline, "render", copy):
            yield

    def _describe(self, files: Files) -> str:
        for name, whole in (("old", self.old), ("new", self.new)):
            if files == whole:
                return name
        if files is NOTHING:
            return "absent"
        old, new = (sum(whole.get(name) == files[name] for name in files) for whole in (self.old, self.new))
        return f"torn: of {len(files)} entries {old} are those of the old one, {new} of the new one"


def without_exchange(operation: Operation) -> None:
    """For :func:`watched`: a system or file system that cannot exchange two folders."""
    if operation.name == "exchange":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def with_exchange(operation: Operation) -> None:
    """For :func:`watched`: a system that can."""


def failures(
    rebuilding: Rebuilding,
    operations: Sequence[Operation],
    then: OnOperation = with_exchange,
    numbers: Collection[int] | None = None,
) -> Iterator[list[str]]:
    """Let operations fail in turn, those with the given numbers or all.

    Yields:
        For each, in sentences, what should be otherwise.
    """
    for n, operation in _chosen(operations, numbers):
        wrong = rebuilding.fail(n, ERRORS[n % len(ERRORS)], then)
        yield [f"{n} of {len(operations)}: {operation}: {sentence}" for sentence in wrong]


def kills(
    rebuilding: Rebuilding,
    operations: Sequence[Operation],
    then: OnOperation = with_exchange,
    numbers: Collection[int] | None = None,
) -> Iterator[list[str]]:
    """Kill a build before operations in turn, and build again.

    Yields:
        For each, in sentences, what should be otherwise.
    """
    for n, operation in _chosen(operations, numbers):
        wrong = rebuilding.kill(n, then)
        yield [f"{n} of {len(operations)}: {operation}: {sentence}" for sentence in wrong]


def kill_numbers(operations: Sequence[Operation], first: int = 1) -> list[int]:
    """The numbers of the operations, from one on, before which the disk is as it is before no other.

    A build that is killed before an operation that changes nothing leaves the disk as one that is killed before the
    next that does.
    """
    return [n for n, operation in enumerate(operations, start=1) if n >= first and operation.changes_disk]


def _chosen(operations: Sequence[Operation], numbers: Collection[int] | None) -> list[tuple[int, Operation]]:
    return [(n, each) for n, each in enumerate(operations, start=1) if numbers is None or n in numbers]


def first_exchange(operations: Sequence[Operation]) -> int:
    """The number of the operation up to which a build does the same where two folders cannot be exchanged."""
    return next(n for n, operation in enumerate(operations, start=1) if operation.name == "exchange")


def _link_tree(source: Path, target: Path) -> None:
    """A copy of a folder that takes no time: its files, which no build writes to, have another name each."""
    shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)


def _both(first: OnOperation, second: OnOperation) -> OnOperation:
    """``second`` does not see what ``first`` lets fail."""

    def call(operation: Operation) -> None:
        first(operation)
        second(operation)

    return call


def _names(path: str, site: Path, lines: Sequence[str]) -> bool:
    """Whether a line names the file of an operation, or the folder in which it could not be done."""
    return any(Path(path).name in line or str(site.parent) in line for line in lines)


class _RememberingRenderer(parallel.Renderer):
    """Renders each file once for each set of strings, and so for each title."""

    _content: ClassVar[dict[tuple[int, str], bytes]] = {}

    def __init__(self, templates: Path, folder: Path, strings: Strings, absent: Collection[str]) -> None:
        super().__init__(templates, folder, strings, absent)
        self._strings = strings

    def render(self, job: parallel.Job) -> bytes:
        key = id(self._strings), job.address
        if key not in self._content:
            self._content[key] = super().render(job)
        return self._content[key]


@contextmanager
def computed_once() -> Iterator[None]:
    """In the block, what a build computes is remembered: all but what it writes, and where.

    What is remembered follows from the arguments as they are printed, or where those are large from a part of them.
    """

    def remember(function: Callable[..., Any], key: Callable[..., object]) -> Callable[..., Any]:
        results: dict[object, Any] = {}

        def remembered(*values: Any) -> Any:
            name = key(*values)
            if name not in results:
                results[name] = function(*values)
            return results[name]

        return remembered

    def printed(*values: object) -> str:
        return repr(values)

    with ExitStack() as stack:
        for module, name, key in (
            (arguments, "parser", printed),
            (arguments, "read_settings", lambda options, home: options.config),
            (pipeline, "read", lambda path, *rest: path),
            (pipeline, "compute", lambda dataset, config, *rest: config.presentation.title),
            (render, "site_strings", lambda templates, artefacts: artefacts.build.presentation.title),
            (assets, "join_modules", lambda path, strings: path),
            (pictures, "social_card", printed),
            (pictures, "map_picture", printed),
            (msgspec.json, "schema", printed),
        ):
            stack.enter_context(patch.object(module, name, remember(getattr(module, name), key)))
        stack.enter_context(patch.object(render, "Renderer", _RememberingRenderer))
        stack.enter_context(patch.object(_RememberingRenderer, "_content", {}))
        yield


def write_five_pages(folder: Path) -> tuple[Path, Path]:
    """A log of three items, and templates of a front page, a page for each item, and one for what is not there.

    Returns:
        The folders of both.
    """
    templates, real = folder / "templates", templates_folder()
    (templates / "assets" / "style").mkdir(parents=True)
    (templates / "assets" / "style" / "base.css").write_text("p { color: #222 }")
    shutil.copytree(real / "strings", templates / "strings")
    for name in ("index", "item", "404"):
        (templates / f"{name}.html").write_text("<!DOCTYPE html><title>{{ page.title }}</title>{{ site.brand }}")
    return write_movielens(folder / "log", n_users=2, n_items=3), templates
