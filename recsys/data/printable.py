"""Text that any file and page can hold, from text that came from a path or a caller."""

from __future__ import annotations

import os


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
