"""Every Markdown file: links and pictures lead somewhere, headings are in order, blocks of code have a language."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.documents import ROOT, Document, documents, heading_slugs

DOCUMENTS = documents()
EACH_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
PATH = re.compile(r"(?:\.ci|\.github|docs|examples|recsys|templates|tests|data/sample)/[\w./-]*[\w/]")
PAST = ("CHANGELOG.md", "tests/benchmarks/RESULTS.md")
"""Documents that also speak of files that are gone."""


def problem_of_link(document: Document, address: str) -> str | None:
    """Why a link leads nowhere, as far as can be known without a network."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        is_sound = parts.scheme == "https" and "." in parts.netloc and not re.search(r"[\s<>\"{}]", address)
        return None if is_sound or parts.scheme == "mailto" else f"{address}: expected an address with https://"
    path = (document.path.parent / unquote(parts.path)).resolve() if parts.path else document.path
    if not path.is_relative_to(ROOT):
        return f"{address}: leads out of the repository"
    if path != document.path and not path.exists():
        return f"{address}: there is no such file"
    if parts.fragment and unquote(parts.fragment) not in anchors_in(document, path):
        return f"{address}: there is no such heading"
    return None


def anchors_in(document: Document, path: Path) -> set[str]:
    if path == document.path:
        return document.anchors
    return Document(path).anchors if path.suffix == ".md" else set()


@EACH_DOCUMENT
def test_every_link_leads_somewhere(document):
    problems = [problem_of_link(document, address) for address in document.links]
    assert list(filter(None, problems)) == []
    assert "http://" not in document.prose


@EACH_DOCUMENT
def test_every_picture_is_there(document):
    absent = [address for address in document.pictures if not (document.path.parent / unquote(address)).is_file()]
    assert absent == []


@EACH_DOCUMENT
def test_headings_begin_with_one_title_and_skip_no_level(document):
    levels = [heading.level for heading in document.headings]
    assert levels[:1] == [1] and levels.count(1) == 1
    skipped = [below.text for above, below in pairwise(document.headings) if below.level > above.level + 1]
    assert skipped == []


@EACH_DOCUMENT
def test_every_block_says_its_language(document):
    lines = [block.line for block in document.blocks if not block.language]
    assert lines == [], "write ```text where there is none"


@EACH_DOCUMENT
def test_every_file_of_the_repository_that_is_named_is_there(document):
    if document.name in PAST:
        return
    examples = {block.file for block in document.blocks}
    paths = [code for code in document.code if PATH.fullmatch(code)]
    assert [path for path in paths if path not in examples and not (ROOT / path).exists()] == []


def of_text(text: str) -> Document:
    return Document(ROOT / "docs" / "example.md", text)


@pytest.mark.parametrize(("texts", "slugs"), [
    (["What is accepted"], ["what-is-accepted"]),
    (["`site.toml`, and --init!"], ["sitetoml-and---init"]),
    (["How fast?", "How fast", "How fast"], ["how-fast", "how-fast-1", "how-fast-2"]),
    (["recsys.Dataset.from_frames", "Größe: 2 × 3"], ["recsysdatasetfrom_frames", "größe-2--3"]),
])  # fmt: skip
def test_headings_have_the_ids_that_github_gives_them(texts, slugs):
    assert heading_slugs(texts) == slugs


def test_a_document_is_taken_apart():
    document = of_text(
        "# A `b` [c](d.md)\n\nText, `e`, ![f](g.png) and <https://h.org>.\n\n| i |\n|---|\n| [j](k.md#l) |\n\n"
        '<a id="m"></a><img src="n.webp">\n\n```sh\no # p\n```\n\n```csv q.csv\nr\n```\n\n```python\n# s/t.py\n```\n'
    )
    assert [(heading.level, heading.text) for heading in document.headings] == [(1, "A b c")]
    assert document.anchors == {"a-b-c", "m"}
    assert document.links == ["d.md", "https://h.org", "k.md#l"]
    assert document.pictures == ["g.png", "n.webp"]
    assert document.code == ["b", "e"]
    assert [(block.language, block.file, block.line) for block in document.blocks] == [
        ("sh", None, 11), ("csv", "q.csv", 15), ("python", "s/t.py", 19),
    ]  # fmt: skip


@pytest.mark.parametrize(("address", "problem"), [
    ("none.md", "no such file"),
    ("../README.md#none", "no such heading"),
    ("formats.md#none", "no such heading"),
    ("../../etc", "out of the repository"),
    ("http://example.org", "https"),
    ("https://local host", "https"),
    ("formats.md#limits", None),
    ("#example", None),
    ("../tests/", None),
    ("https://example.org/a#b", None),
])  # fmt: skip
def test_a_link_that_leads_nowhere_is_a_problem(address, problem):
    reported = problem_of_link(of_text("# Example"), address)
    assert reported is None if problem is None else problem in reported


def test_documents_are_those_of_the_repository():
    names = {document.name for document in DOCUMENTS}
    assert {"README.md", "CONTRIBUTING.md", "docs/formats.md", "tests/README.md", "data/sample/README.md"} <= names
    assert not any(Path(name).parts[0] in ("site", "node_modules") for name in names)
