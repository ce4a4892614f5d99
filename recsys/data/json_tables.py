"""Words and patterns as JSON, for the page that reads files by the same rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_FLAGS = {re.IGNORECASE: "i", re.DOTALL: "s"}


def json_words(words: Iterable[str]) -> list[str]:
    """The words in order, so that equal sets give equal text."""
    return sorted(words)


def json_pattern(pattern: str | re.Pattern[str]) -> dict[str, Any]:
    r"""A pattern as JavaScript writes it, ``{"source": ..., "flags": ...}``; there, ``\d`` is an ASCII digit."""
    compiled = re.compile(pattern)
    flags = "".join(letter for flag, letter in _FLAGS.items() if compiled.flags & flag)
    return {"source": compiled.pattern.replace("(?P<", "(?<"), "flags": flags}
