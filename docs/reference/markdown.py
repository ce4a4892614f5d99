"""Pieces of Markdown, as GitHub shows it."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence


def anchor(heading: str) -> str:
    """The id that GitHub gives a heading, if no other heading before it has the same."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(headings: Iterable[str]) -> dict[str, str]:
    """The ids of all headings of a page, given in their order: an id that is taken already gets a number."""
    n_uses: Counter[str] = Counter()
    ids = {}
    for heading in headings:
        slug = anchor(heading)
        ids[heading] = f"{slug}-{n_uses[slug]}" if n_uses[slug] else slug
        n_uses[slug] += 1
    return ids


def link(text: str, heading: str | None = None) -> str:
    """A link to a heading of the same page, by its text unless that is the text of the link."""
    return f"[{text}](#{anchor(text if heading is None else heading)})"


def fenced(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a ``|`` within a cell is escaped, and a line end is a space."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines).replace("| --- ", "|---").replace(
        "|--- |", "|---|"
    )


def paragraph(text: str, indent: str = "") -> str:
    """A paragraph of a docstring in lines of at most 120 characters, in which ``code`` is `code`."""
    return textwrap.fill(
        " ".join(text.replace("``", "`").split()), 120, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def escaped(text: str) -> str:
    """Plain text with what Markdown would take for markup escaped."""
    return re.sub(r"([*<\[\]])", r"\\\1", text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
