"""Text that any file and page can hold, from text that came from a path or a caller."""

from __future__ import annotations

import os
import re

WHITESPACE = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")

_MARKS = "\u061c\u200e\u200f\ufeff"
"""Marks without a glyph, which texts in some scripts need, so that they stay in data."""
_OBEYED = re.compile(rf"(?!\n)(?:{WHITESPACE.pattern}|{CONTROL.pattern}|[{_MARKS}])")


def without_controls(text: str) -> str:
    """The text of a cell, of a column's name or of a file's as it is shown and stored.

    A line end, a tab or the like becomes a space. Whatever else a terminal or a page would obey instead of showing it
    becomes U+FFFD, the replacement character: control characters, those that change the direction of the text around
    them (U+202A to U+202E, U+2066 to U+2069), and halves of surrogate pairs.
    """
    return CONTROL.sub("\ufffd", WHITESPACE.sub(" ", printable(text)))


def visible(text: str) -> str:
    """The text as a terminal may print it: escapes in the place of what it would obey, but for ends of lines.

    Those are all that :func:`without_controls` replaces, and the marks that direct the text around them.
    """
    return _OBEYED.sub(lambda match: match[0].encode("unicode_escape").decode(), printable(text))


def printable(text: str) -> str:
    """The text without halves of surrogate pairs, which UTF-8 cannot hold.

    Python puts one for each byte of a file's name that it cannot decode. Such bytes are decoded as UTF-8, and what is
    no UTF-8 either becomes U+FFFD, the replacement character; so does any other half.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(text).decode("utf-8", "replace")
        except UnicodeEncodeError:  # a half that no file name has; two that belong together become their character
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
