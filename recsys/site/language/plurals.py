"""Which plural form of a text a number takes in a language."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})
"""What CLDR calls the plural forms of all languages."""


@dataclass(frozen=True)
class PluralRule:
    """The plural forms of a language: as CLDR calls them, in the order of the rule as gettext writes it."""

    categories: tuple[str, ...]
    index_of: Callable[[int], int]

    @classmethod
    def of_language(cls, language: Mapping[str, Any]) -> PluralRule:
        """The rule in the table ``[language]`` of a file of texts; that of English where it has none."""
        categories = tuple(language.get("plurals", ("one", "other")))
        return cls(categories, gettext.c2py(language.get("plural_rule", "n != 1")))

    def category(self, n: int) -> str:
        """The plural form for a number, by its size."""
        return self.categories[self.index_of(abs(n))]
