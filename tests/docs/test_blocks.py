"""Every block of code in a Markdown file works: a document is followed from its first line to its last in one folder.

What an author has to know:

- The folder has ``ratings.csv`` and ``items.csv``, a small log, and in ``site/`` the site that was built from them.
- ``python`` is run, with the same names throughout a document; of ``pycon`` the output is compared too.
- ``sh``: our own commands are run, unless ``commands.py`` gives a reason; ``cd`` and ``mkdir`` are followed.
- A block is the content of a file where a comment on its first line names one, ``# notes/site.toml``, or where the
  name follows the language, ``csv books.csv``: it is written there instead of being run.
- ``toml`` must be accepted as settings, unless it is another file; ``json`` and ``yaml`` must parse.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml  # comes with bokeh

import recsys
from recsys.config import read_settings
from recsys.config.settings import FILE_NAME
from tests.docs.commands import Command, commands_in, parse_ours, run_ours
from tests.docs.documents import ROOT, Block, Document, documents
from tests.small_logs import write_movielens

NOT_RUN = {
    "js": "tests/site/pages/test_data.py runs the examples in JavaScript",
    "html": "templates, which tests/test_extending.py renders",
    "csv": "data",
    "text": "what a program prints",
    "diff": "a change to a file",
    "bibtex": "a citation",
    "math": "a formula",
    "mermaid": "a drawing",
}
"""Languages of blocks that are not run, with the reason."""
RUN_ELSEWHERE = {
    ("docs/python.md", "pycon"): "examples of docstrings, which tests/test_docstrings.py runs",
    ("docs/python.md", "python"): "signatures",
}
"""Blocks of a document that other tests run."""
DOCUMENTS = [document for document in documents() if document.blocks]


class Reader:
    """Somebody who follows a document in one folder.

    Attributes:
        not_run: the commands that were not run, each with the reason.
    """

    def __init__(self, folder: Path) -> None:
        self.not_run: dict[str, str] = {}
        self._folder = folder
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def follow(self, document: Document) -> None:
        """Do what the blocks of a document say, one after the other.

        Raises:
            AssertionError: a block does not work, with its line.
        """
        for block in document.blocks:
            with contextlib.chdir(self._folder):
                try:
                    self._follow(block, document)
                except (Exception, SystemExit) as problem:
                    raise AssertionError(f"{document.name}:{block.line}: {problem!r}") from problem
                self._folder = Path.cwd()

    def _follow(self, block: Block, document: Document) -> None:
        if (document.name, block.language) in RUN_ELSEWHERE:
            return
        self._check_syntax(block)
        if block.file is not None:
            path = Path(block.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for command in commands_in(block.text):
                self._run(command)
        elif block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(block.text, f"{document.name}:{block.line}", "exec"), self._names)
        elif block.language == "pycon":
            example = doctest.DocTestParser().get_doctest(block.text, self._names, document.name, None, block.line)
            output: list[str] = []
            doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(
                example, out=output.append, clear_globs=False
            )
            assert not output, "".join(output)

    def _check_syntax(self, block: Block) -> None:
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "yaml":
            yaml.safe_load(block.text)
        elif block.language == "toml" and Path(block.file or FILE_NAME).name == FILE_NAME:
            path = Path("settings.toml")
            path.write_text(block.text, encoding="utf-8")
            read_settings(path, {})
            path.unlink()
        elif block.language not in ("sh", "python", "pycon", "toml"):
            assert block.language in NOT_RUN, f"what to do with a block of {block.language} is not known"

    def _run(self, command: Command) -> None:
        if command.ours:
            reason = run_ours(command)
        elif command.words[0] == "cd":
            os.chdir(command.words[1])
            reason = None
        elif command.words[0] == "mkdir":
            Path(command.words[-1]).mkdir(parents=True)
            reason = None
        else:
            reason = command.reason_not_run()
            assert reason, f"{command}: expected a command of Marquee, or one of NOT_RUN in tests/docs/commands.py"
            assert command.file is None or command.file.exists(), f"{command}: there is no {command.file}"
        if reason:
            self.not_run[str(command)] = reason


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a document may rely on: two tables, and the site that was built from them."""
    folder = write_movielens(tmp_path_factory.mktemp("start") / "films")
    (folder / "movies.csv").rename(folder / "items.csv")
    dataset = recsys.load_dataset(folder / "ratings.csv")
    config = recsys.BuildConfig(discovery=0.1, train=recsys.TrainConfig(epochs=2))  # all files that there can be
    recsys.build_site(dataset, folder / "site", config)
    return folder


@pytest.fixture
def reader(start: Path, tmp_path: Path) -> Reader:
    return Reader(shutil.copytree(start, tmp_path / "films"))


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # short examples leave no room to close it
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_can_be_followed_from_its_first_line_to_its_last(document: Document, reader: Reader) -> None:
    reader.follow(document)


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_commands_in_sentences_are_understood(document: Document) -> None:
    codes = [code for code in document.code if code.startswith(("marquee -", "python build.py "))]
    for command in (command for code in codes for command in commands_in(code)):
        if document.name != "CHANGELOG.md":  # which speaks of earlier versions
            parse_ours(command)


def of_text(text: str) -> Document:
    return Document(ROOT / "docs" / "example.md", text)


def test_what_a_document_says_is_done_in_its_order(reader: Reader) -> None:
    reader.follow(of_text(
        "```sh\nmkdir club && cd club  # an empty folder\n```\n"
        "```csv books.csv\nuser,item\n1,2\n1,3\n2,3\n2,4\n```\n"
        '```toml\n# site.toml\ndata = "books.csv"\n```\n'
        "```sh\nmarquee --dry-run\ngit init && marquee \\\n  --serve\n```\n"
        '```python\nfrom pathlib import Path\n\nx = Path("books.csv").read_text()\n```\n'
        "```pycon\n>>> x[:4]\n'user'\n```\n"
    ))  # fmt: skip
    assert reader.not_run == {
        "git init": "changes a repository, or pushes to GitHub", "marquee --serve": "serves until Ctrl-C",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), [
    ("```python\n1 / 0\n```", "ZeroDivisionError"),
    ("```pycon\n>>> 1 + 1\n3\n```", "Expected"),
    ("```sh\nmarquee --dim\n```", "expected one argument"),
    ("```sh\nmarquee --data none.csv\n```", "none.csv"),
    ("```sh\nrm -r /\n```", "expected a command of Marquee"),
    ("```sh\npython tests/none.py\n```", "there is no"),
    ("```toml\ntop_k = 0\n```", "top_k is 0"),
    ("```toml\n# deep/site.toml\ntop_k = 0\n```", "top_k is 0"),
    ("```json\n{\"a\": ...}\n```", "JSONDecodeError"),
    ("```yaml\na: [\n```", "ParserError"),
    ("```cobol\n```", "what to do with a block of cobol"),
])  # fmt: skip
def test_what_does_not_work_is_reported_with_its_line(reader: Reader, text: str, problem: str) -> None:
    with pytest.raises(AssertionError, match=rf"^docs/example\.md:3: [\s\S]*{problem}"):
        reader.follow(of_text(f"# Title\n\n{text}\n"))


@pytest.mark.parametrize(("command", "reason"), [
    ("marquee --data ml-1m", "downloads a data set"),
    ("marquee", "downloads MovieLens 100K"),
    ("marquee --data ratings.csv --publish", "pushes to GitHub"),
    ("marquee --data path/to/log.zip", "has a placeholder for a name of the reader's"),
    ("marquee --verify site", None),
    ("python build.py --data ratings.csv --dry-run", None),
])  # fmt: skip
def test_commands_that_need_a_network_or_another_machine_are_only_parsed(
    reader: Reader, command: str, reason: str | None
) -> None:
    reader.follow(of_text(f"```sh\n{command}\n```\n"))
    assert reader.not_run == ({} if reason is None else {command: reason})
