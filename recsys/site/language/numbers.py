"""How a language writes numbers: the signs of thousands, decimals and percentages, and small numbers in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_SETTINGS = {",": "thousands", ".": "decimal", "%": "percent"}
"""Settings of a language by the sign of a number in English that they replace."""
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?%?")


class NumberFormat:
    """Numbers that were written as in English, as one language writes them."""

    def __init__(self, language: Mapping[str, Any]) -> None:
        """The format in the table ``[language]`` of a file of texts.

        Args:
            language: has ``thousands``, ``decimal`` and ``percent``, and the words for 0, 1, 2 and so on as
                ``number_words``; signs that it lacks are as in English, numbers without a word in digits.
        """
        self._signs = {sign: language.get(setting, sign) for sign, setting in _SETTINGS.items()}
        self._words: Sequence[str] = language.get("number_words", ())
        self._translation = str.maketrans(self._signs)

    def localised(self, text: str) -> str:
        """A number that was written with , and . and % as this language writes it."""
        return text.translate(self._translation)

    def whole(self, value: int) -> str:
        """A whole number: 12,000 or 12.000."""
        return self.localised(f"{value:,}")

    def in_words(self, value: int) -> str:
        """A whole number as prose has it: two, or 12,000."""
        return self._words[value] if 0 <= value < len(self._words) else self.whole(value)

    def localised_if_number(self, text: str) -> str:
        """A text as it is, unless it is a number and nothing else."""
        return self.localised(text) if _NUMBER.fullmatch(text) else text

    def formatted(self, format_number: Callable[..., str]) -> Callable[..., str]:
        """The same function, whose numbers are written as this language writes them."""
        if all(sign == own for sign, own in self._signs.items()):
            return format_number
        return lambda *arguments, **options: self.localised(format_number(*arguments, **options))
