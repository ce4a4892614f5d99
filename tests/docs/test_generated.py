"""The pages of docs/ that are made from the code say what the code says."""

import re

import msgspec
import pytest

import recsys
from docs.reference.docstrings import definition_of, entries_of, markdown_of, sections_of
from docs.reference.pages import COMMAND, FOLDER, PAGES, page_text, write_pages
from docs.reference.python_interface import GROUPS
from docs.reference.signatures import signature
from recsys.cli.arguments import parser
from recsys.config.settings import TABLES, TOP_LEVEL, setting_names
from recsys.export.files import FILES
from recsys.schema import Manifest
from recsys.site.pages.data_fields import fields
from tests.docs.documents import Document, heading_slugs

LINK = re.compile(r"\[(`[^\]]+`)\]\(#([^)]+)\)")
"""With code as its text, to a heading of the same page."""


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name):
    path = FOLDER / name
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    assert written == page_text(name), f"docs/{name} is not what the code says; run: {COMMAND}"


def test_only_pages_that_have_changed_are_written(tmp_path):
    assert [path.name for path in write_pages(tmp_path)] == list(PAGES)
    (tmp_path / "settings.md").write_text("another", encoding="utf-8")
    assert [path.name for path in write_pages(tmp_path)] == ["settings.md"]
    assert (tmp_path / "settings.md").read_text(encoding="utf-8") == page_text("settings.md")


def test_every_setting_and_every_option_is_on_the_page():
    text = page_text("settings.md")
    names = [*setting_names(TOP_LEVEL), *setting_names(TABLES.values())]
    assert [name for name in names if f"### `{name}`\n" not in text and f"## The table [{name}]\n" not in text] == []
    options = [word for word in parser().format_usage().replace("[", " ").split() if word.startswith("--")]
    assert len(options) > 20
    assert [option for option in options if option.rstrip("]") not in text and option != "--version]"] == []


@pytest.mark.parametrize("kind", [*FILES.values(), Manifest], ids=lambda kind: kind.FILE)
def test_every_field_of_an_exported_file_has_a_meaning_and_is_on_the_page(kind):
    text = page_text("json.md")
    rows = fields(msgspec.json.schema(kind))
    assert [row.path for row in rows if not row.description] == []
    assert [row.path for row in rows if f"| `{row.path}` |" not in text] == []
    assert f"`{kind.FILE}`\n" in text


def test_every_public_name_is_on_the_page_of_the_python_interface():
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(set(recsys.__all__) - {"__version__"})
    text = page_text("python.md")
    assert [name for name in names if text.count(f"\n### `{name}`\n") != 1] == []
    assert "](#split-1)" in text  # the class, whose heading differs from that of the function by its case alone


@pytest.mark.parametrize("name", PAGES)
def test_a_link_in_a_page_leads_to_the_heading_that_it_names(name):
    document = Document(FOLDER / name, page_text(name))
    texts = [heading.text for heading in document.headings]
    headings = dict(zip(heading_slugs(texts), texts, strict=True))
    links = [(text.replace("`", ""), headings[slug]) for text, slug in LINK.findall(document.text)]
    assert len(links) > 10
    assert [(text, heading) for text, heading in links if text != heading and not text.startswith("--")] == []


DOCSTRING = """Add ``a`` to :func:`recsys.fit`::

    a + b

    c

- one
  two

Args:
    a, b: numbers,
        both finite.

Returns:
    The sum.

>>> 1 + 1
2
"""


def test_a_docstring_is_markdown():
    text, arguments, returns, example = sections_of(DOCSTRING)
    assert markdown_of(text.text, lambda name: f"[{name}]") == (
        "Add `a` to [recsys.fit]:\n\n```text\na + b\n\nc\n```\n\n- one two"
    )
    assert (arguments.name, entries_of(arguments)) == ("Args", [("a, b", "numbers, both finite.")])
    assert (returns.name, returns.text) == ("Returns", "The sum.")
    assert markdown_of(example.text, str) == "```pycon\n>>> 1 + 1\n2\n```"


def test_a_signature_is_that_of_the_code():
    assert signature("recsys.fit", definition_of(recsys.fit)) == (
        "```python\nrecsys.fit(\n    train: Dataset,\n    model: str = \"base\",\n"
        "    config: TrainConfig | None = None,\n    on_epoch: OnEpoch | None = None,\n) -> Fitted\n```"
    )
    assert signature("load", definition_of(recsys.load_fitted)) == (
        "```python\nload(path: str | os.PathLike[str]) -> Fitted\n```"
    )
