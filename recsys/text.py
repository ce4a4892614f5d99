"""Make text that came from a path or a caller safe for files, pages and terminals."""

from __future__ import annotations

import os
import re
from pathlib import Path

WHITESPACE = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")

_MARKS = "\u061c\u200e\u200f\ufeff"
"""Invisible marks that texts in some scripts need, so that they stay in data."""
_OBEYED = re.compile(rf"(?!\n)(?:{WHITESPACE.pattern}|{CONTROL.pattern}|[{_MARKS}])")


def shown_path(path: Path) -> str:
    """A path as messages name it: "this folder" for the working folder, whose path is a mere dot."""
    return "this folder" if path == Path() else str(path)


def quoted_path(path: Path) -> str:
    """The same, in quotation marks where it is a path."""
    return shown_path(path) if path == Path() else f"'{path}'"


def without_controls(text: str) -> str:
    """The text of a cell, or the name of a column or file, as it is shown and stored.

    Line ends, tabs and the like become spaces. Other characters that a terminal or page would obey instead of showing
    them become U+FFFD, the replacement character: control characters, those that change the direction of the text
    around them (U+202A to U+202E, U+2066 to U+2069), and halves of surrogate pairs.
    """
    return CONTROL.sub("\ufffd", WHITESPACE.sub(" ", printable(text)))


def visible(text: str) -> str:
    """The text with escapes in place of everything that a terminal would obey, except line ends.

    That is everything that :func:`without_controls` replaces, and marks that change the direction of text.
    """
    return _OBEYED.sub(lambda match: match[0].encode("unicode_escape").decode(), printable(text))


def printable(text: str) -> str:
    """The text without halves of surrogate pairs, which UTF-8 cannot hold.

    Python puts one for each byte of a file's name that it cannot decode. Such bytes are decoded as UTF-8. Bytes that
    are not UTF-8 either become U+FFFD, the replacement character, and so does any other half.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(text).decode("utf-8", "replace")
        except UnicodeEncodeError:  # a half that stands for no byte; two that form a pair become their character
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
