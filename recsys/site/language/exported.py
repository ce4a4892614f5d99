"""Translate what the exported files say in English, such as labels and the protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from recsys.site.language.numbers import NumberFormat
from recsys.site.language.vocabulary import FilledText


class ExportedTexts:
    """Translations of texts, by the text in English; ``{name}`` stands for any part of it."""

    def __init__(self, translations: Mapping[str, FilledText], numbers: NumberFormat) -> None:
        """The table ``[from_english.texts]`` of a file of texts, filled with the words of the site."""
        self._numbers = numbers
        self._plain = {text: filled.plain for text, filled in translations.items() if not filled.parameters}
        longest_first = sorted(translations.items(), key=lambda item: -len(item[0]))
        self._patterns = [(_pattern(text), filled.plain) for text, filled in longest_first if filled.parameters]

    def translate(self, text: str) -> str:
        """A text in the language; as it is where it is not translated.

        What the text has in place of parameters is a number, or another text of the exported files.
        """
        if text in self._plain:
            return self._plain[text].format()
        for pattern, translation in self._patterns:
            if match := pattern.fullmatch(text):
                values = {name: self.translate(value) for name, value in match.groupdict().items()}
                return translation.format_map(values)
        return self._numbers.localised_if_number(text)


def _pattern(text: str) -> re.Pattern[str]:
    parts = ((re.escape(literal), name) for literal, name, _, _ in Formatter().parse(text))
    return re.compile("".join(part + (f"(?P<{name}>.*?)" if name else "") for part, name in parts), re.DOTALL)
