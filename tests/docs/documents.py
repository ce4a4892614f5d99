"""The Markdown files of the repository, parsed: headings and their anchors, links, pictures and blocks of code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
_FOLDERS = ("docs", "examples", "tests", "data/sample", ".github")
_GENERATED = "site"
"""A folder of this name is a built site."""
_PARSER = MarkdownIt("commonmark").enable("table")
_FILE_COMMENT = re.compile(r"(?:#|\{#|//) (?P<path>[\w./-]+\.\w+)(?: #\})?")


@dataclass(frozen=True)
class Heading:
    """A heading: its level from 1, its text, and its line."""

    level: int
    text: str
    line: int


@dataclass(frozen=True)
class Block:
    """A fenced block of code, and its first line in the document.

    Attributes:
        language: the first word after the fence; empty without one.
        title: what follows the language.
        text: without the fences.
        line: of the opening fence.
    """

    language: str
    title: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that it is the content of: named after the language, or in a comment on the first line."""
        comment = _FILE_COMMENT.fullmatch(self.text.partition("\n")[0].strip())
        return self.title or (comment["path"] if comment else None)


class Document:
    """One Markdown file."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8") if text is None else text
        self._tokens = _PARSER.parse(self.text)

    @property
    def name(self) -> str:
        """Its path from the top of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def headings(self) -> list[Heading]:
        return [
            Heading(int(token.tag[1]), _plain_text(content), token.map[0] + 1)
            for token, content in zip(self._tokens, self._tokens[1:], strict=False)
            if token.type == "heading_open" and token.map
        ]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link to this document may have after the ``#``, on GitHub."""
        slugs = heading_slugs(heading.text for heading in self.headings)
        return {*slugs, *(value for tag in self._html for name, value in tag if name in ("id", "name"))}

    @cached_property
    def links(self) -> list[str]:
        """Where its links lead."""
        links = [token.attrGet("href") for token in self._inline if token.type == "link_open"]
        return [*map(str, links), *self._html_values("href")]

    @cached_property
    def pictures(self) -> list[str]:
        """The addresses of its pictures."""
        addresses = [token.attrGet("src") for token in self._inline if token.type == "image"]
        sets = [part.split()[0] for value in self._html_values("srcset") for part in value.split(",")]
        return [*map(str, addresses), *self._html_values("src"), *sets]

    @cached_property
    def code(self) -> list[str]:
        """Code within its sentences."""
        return [token.content for token in self._inline if token.type == "code_inline"]

    @cached_property
    def prose(self) -> str:
        """Its text without code and addresses of links."""
        return "\n".join(token.content for token in self._inline if token.type == "text")

    @cached_property
    def blocks(self) -> list[Block]:
        fences = [token for token in self._tokens if token.type == "fence"]
        return [Block(*_info(token), token.content, token.map[0] + 1) for token in fences if token.map]

    @property
    def _inline(self) -> Iterator[Token]:
        for token in self._tokens:
            for child in token.children or []:
                yield child
                yield from child.children or []

    @cached_property
    def _html(self) -> list[list[tuple[str, str]]]:
        """The attributes of every HTML tag."""
        parser = _Tags()
        for token in [*self._tokens, *self._inline]:
            if token.type in ("html_block", "html_inline"):
                parser.feed(token.content)
        return parser.attributes

    def _html_values(self, attribute: str) -> list[str]:
        return [value for tag in self._html for name, value in tag if name == attribute]


def documents() -> list[Document]:
    """Every Markdown file of the repository, in the order of their names."""
    paths = [*ROOT.glob("*.md"), *(path for folder in _FOLDERS for path in (ROOT / folder).rglob("*.md"))]
    return [Document(path) for path in sorted(paths) if _GENERATED not in path.relative_to(ROOT).parts]


def heading_slugs(texts: Iterator[str] | list[str]) -> list[str]:
    """The ids that GitHub gives the headings of one document."""
    seen: Counter[str] = Counter()
    slugs = []
    for text in texts:
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        slugs.append(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return slugs


def _plain_text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


def _info(fence: Token) -> tuple[str, str]:
    language, _, title = fence.info.strip().partition(" ")
    return language, title.strip()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[list[tuple[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append([(name, value or "") for name, value in attrs])
