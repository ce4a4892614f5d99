"""Text that any file and page can hold, from text that came from a path or a caller."""

from __future__ import annotations

import os
import re

WHITESPACE = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


def without_controls(text: str) -> str:
    """The text of a cell, of a column's name or of a file's as it is shown and stored.

    A line end, a tab or the like becomes a space. Whatever else a terminal or a page would obey instead of showing it
    becomes U+FFFD, the replacement character: control characters, those that change the direction of the text around
    them (U+202A to U+202E, U+2066 to U+2069), and halves of surrogate pairs.
    """
    return CONTROL.sub("\ufffd", WHITESPACE.sub(" ", printable(text)))


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
