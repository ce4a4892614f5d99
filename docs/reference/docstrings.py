"""Docstrings as Markdown: paragraphs, lists, formulas, examples, and sections such as ``Args:``."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from docs.reference.markdown import fenced, paragraph

Definition = ast.ClassDef | ast.FunctionDef

SECTIONS = {
    "Args": "Parameters",
    "Attributes": "Attributes",
    "Returns": "Returns",
    "Raises": "Raises",
}
"""What a page calls the sections of a docstring."""
_ROLE = re.compile(r":(?:func|class|meth|data|mod|attr):`~?(?P<name>[\w.]+)`")
_ENTRY = re.compile(r"(?P<names>[\w*]+(?:, [\w*]+)*): ?(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """A part of a docstring.

    Attributes:
        name: such as ``Args``; empty for the text.
        text: what is in it, without its indentation.
    """

    name: str
    text: str


def sections_of(docstring: str) -> list[Section]:
    """The parts of a docstring, in order; text and examples between the named ones too."""
    parts = re.split(rf"^({'|'.join(SECTIONS)}):\n((?:[ ]{{4}}.*\n?|\n(?=[ ]{{4}}))+)", docstring, flags=re.MULTILINE)
    sections = [Section("", parts[0].strip("\n"))]
    for name, body, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        sections += [Section(name, textwrap.dedent(body).strip("\n")), Section("", text.strip("\n"))]
    return [section for section in sections if section.text]


def entries_of(section: Section) -> list[tuple[str, str]]:
    """Names and texts of a section such as ``Args``; in ``user, item: indices`` the names are one text."""
    entries: list[str] = []
    for line in section.text.splitlines():
        if line.startswith(" ") and entries:
            entries[-1] += f" {line.strip()}"
        elif line:
            entries.append(line)
    matches = [_ENTRY.fullmatch(entry) for entry in entries]
    return [(match["names"], match["text"]) for match in matches if match]


def markdown_of(text: str, name_of: Callable[[str], str]) -> str:
    """Text of a docstring without its sections.

    Args:
        text: paragraphs, lists, indented formulas or code, and examples with ``>>>``.
        name_of: what to write for a name that the text refers to.
    """
    return "\n\n".join(_markdown_of_block(block, name_of) for block in _blocks(text))


def with_names(text: str, name_of: Callable[[str], str]) -> str:
    """A text in which what it refers to as ``:class:`Name``` is a link or code."""
    return _ROLE.sub(lambda match: name_of(match["name"]), text)


@cache
def definitions_in(module: str) -> dict[str, Definition]:
    """The classes and functions of a module as they are written, by name."""
    body = ast.parse(inspect.getsource(sys.modules[module])).body
    return {each.name: each for each in body if isinstance(each, ast.ClassDef | ast.FunctionDef)}


def definition_of(thing: Any) -> Definition:
    """A class or function as it is written."""
    return definitions_in(thing.__module__)[thing.__name__]


def docstring_of(definition: Definition) -> str:
    """Its docstring without indentation; empty without one."""
    return ast.get_docstring(definition) or ""


def _blocks(text: str) -> Iterator[str]:
    """Parts of a text between empty lines; an indented part takes in the indented parts after it."""
    block = ""
    for part in re.split(r"\n\n+", text):
        if block and part.startswith("    ") and block.startswith("    "):
            block += f"\n\n{part}"
        else:
            if block:
                yield block
            block = part
    if block:
        yield block


def _markdown_of_block(block: str, name_of: Callable[[str], str]) -> str:
    if block.startswith(">>>"):
        return fenced("pycon", block)
    if block.startswith("    "):
        code = textwrap.dedent(block)
        return fenced("python" if re.match(r"[\w.]+\(.*\)$", code) else "text", code)
    if block.startswith("- "):
        return "\n".join(paragraph(with_names(item, name_of), indent="  ") for item in re.split(r"\n(?=- )", block))
    return paragraph(with_names(re.sub(r"::$", ":", block), name_of))
