"""Cut text that is too long for where it is shown: data may have titles of any length."""

from __future__ import annotations

import unicodedata

MAX_TITLE = 120
"""Characters of a title in lists, links, the search and the title of a page, so that a list stays one."""
MAX_HEADING = 1_000
"""Characters of a title on the page of its item."""
_ELLIPSIS = "…"
_JOINER = "\u200d"


def shortened(text: str, max_length: int) -> str:
    """The text, or as much of its beginning as fits with an ellipsis, cut between words where there are any.

    No letter is cut from its accents, nor an emoji from what it is joined to, so the text may end a little earlier.

    Args:
        text: of any length.
        max_length: of the result, in characters.
    """
    if len(text) <= max_length:
        return text
    end = max_length - 1
    last_space = text.rfind(" ", 0, end + 1)
    if last_space > max_length / 2:
        end = last_space
    else:
        while end > 1 and (_continues(text[end]) or text[end - 1] == _JOINER):
            end -= 1
    return text[:end].rstrip() + _ELLIPSIS


def _continues(character: str) -> bool:
    """Whether it belongs to the character before it: a mark, a joiner, or a variant of an emoji."""
    return character == _JOINER or unicodedata.category(character).startswith("M")
