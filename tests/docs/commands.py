"""The commands in blocks of ``sh``: which of them are Marquee's, and why some are not run by the tests."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recsys.cli.arguments import parser
from recsys.cli.main import run
from recsys.config import read_settings
from recsys.config.settings import find_settings_file
from recsys.data.names import NAMES
from tests.docs.documents import ROOT

OURS = {"marquee": "marquee", "python build.py": "build.py", "python -m recsys": "marquee"}
"""How our command begins, and the name by which it speaks of itself."""
NOT_RUN = {
    "python -m pip": "installs packages",
    "pip": "installs packages",
    "python -m venv": "prepares an installation",
    "python -m build": "makes the packages of a release, which takes long",
    "python -m pytest": "runs these tests",
    "python -m tests.": "takes long, or needs a browser",
    "python tests/": "takes long, or needs data that licences forbid to keep here",
    "python -m ruff": "checks the code, as .ci/run does",
    "python -m mypy": "checks the code, as .ci/run does",
    "python -m docs.reference": "writes into the repository",
    "python examples/": "takes long; a test builds each example",
    "python .ci/": "needs a network",
    ".ci/": "takes long, and needs a network",
    "npx": "needs a network",
    "apt-get": "installs packages",
    "git": "changes a repository, or pushes to GitHub",
    "gh": "changes a repository on GitHub",
    "dask": "starts processes that run until they are stopped",
    "docker": "needs another program",
    "open": "opens a browser",
}
"""Other programs, by how the command begins, with the reason why no test runs them."""
OPTIONS_NOT_RUN = {
    "publish": "pushes to GitHub",
    "serve": "serves until Ctrl-C",
    "watch": "serves until Ctrl-C",
    "dask": "computes in other processes",
}
"""Our options that a test only parses, with the reason."""
_PLACEHOLDER = re.compile(r"path/to/|\b(?:NAME|FOLDER|FILE|REPOSITORY|ADDRESS)\b")
_VARIABLE = re.compile(r"[A-Z_0-9]+=")


@dataclass(frozen=True)
class Command:
    """One command of a block.

    Attributes:
        words: as the shell passes them on.
    """

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.words)

    @property
    def ours(self) -> str | None:
        """The name by which our command speaks of itself; None for another program."""
        return next((name for begin, name in OURS.items() if self._begins_with(begin)), None)

    @property
    def options(self) -> list[str]:
        """What follows the name of our command."""
        begin = next(begin for begin in OURS if self._begins_with(begin))
        return list(self.words[len(begin.split()) :])

    @property
    def file(self) -> Path | None:
        """The script or module of the repository that it runs; None for anything else."""
        words = [word for word in self.words if word != "python"]
        if words[0] == "-m" and words[1].startswith(("tests", "docs")):
            path = ROOT / words[1].replace(".", "/")
            return path if path.is_dir() else path.with_suffix(".py")
        return ROOT / words[0] if "/" in words[0] else None

    def reason_not_run(self) -> str | None:
        """Why another program is not run; None where no reason is known."""
        return next((reason for begin, reason in NOT_RUN.items() if f"{self} ".startswith(_ended(begin))), None)

    def _begins_with(self, begin: str) -> bool:
        return self.words[: len(begin.split())] == tuple(begin.split())


def commands_in(text: str) -> Iterator[Command]:
    """The commands of a block, in order, without comments and without variables that are set before them."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in ("&&", "||", "|", ";"):
                if words:
                    yield Command(tuple(words))
                words = []
            elif words or not _VARIABLE.match(word):
                words.append(word)


def parse_ours(command: Command) -> argparse.Namespace | None:
    """The options of our command; None for those that print something and end, such as ``--help``.

    Raises:
        AssertionError: they are wrong, with what the command printed.
    """
    with _printed() as printed:
        try:
            return parser().parse_args(command.options)
        except SystemExit as end:
            assert not end.code, f"{command}: {printed.getvalue()}"
            return None


def run_ours(command: Command) -> str | None:
    """Run our command in the working folder, unless its options give a reason not to.

    Returns:
        The reason; None where it was run.

    Raises:
        AssertionError: the command is wrong or fails, with what it printed.
    """
    options = parse_ours(command)
    reason = None if options is None else _reason_not_run(command, options)
    if options is not None and reason is None:
        with _printed() as printed:
            status = run(command.ours or "", Path(), command.options)
        assert status == 0, f"{command}: {printed.getvalue()}"
    return reason


def _reason_not_run(command: Command, options: argparse.Namespace) -> str | None:
    reason = next((reason for name, reason in OPTIONS_NOT_RUN.items() if getattr(options, name)), None)
    if reason is not None:
        return reason
    if _PLACEHOLDER.search(str(command)):
        return "has a placeholder for a name of the reader's"
    is_quick = options.init or options.verify or options.render_only
    return None if is_quick else _reason_of_data(options.data, options.config)


@contextlib.contextmanager
def _printed() -> Iterator[io.StringIO]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed


def _reason_of_data(data: str | None, config: Path | None) -> str | None:
    """Why a build of this data is not run."""
    if data is None:
        file = config or find_settings_file("data", Path())[0]
        data = read_settings(file, {}).input.data
    if data is None and not Path("data").is_dir():
        return "downloads MovieLens 100K"
    if data == "sample":
        return "builds the sample, as other tests do"
    return "downloads a data set" if data in NAMES else None


def _ended(begin: str) -> str:
    """The beginning of a command up to the end of a word, unless it is that of a path or a module."""
    return begin if begin.endswith(("/", ".")) else f"{begin} "
